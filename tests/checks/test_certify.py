"""Certificates: what confirmed each line, and derivations that are wrong in one link refused at that link."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive.checks import differences
from backprop_derive.checks.certify import certify
from backprop_derive.checks.engines import ENGINES
from backprop_derive.checks.identity import REFUTED
from backprop_derive.checks.network import Network
from backprop_derive.cli.main import main
from backprop_derive.errors import CertificateError
from backprop_derive.formats.json import schema
from backprop_derive.mistakes.table import possible
from backprop_derive.syntax.expression import Name, Negate, Number, Product, Sum
from tests.conftest import CHECKOUT

TEXT = "Given x = 2, w = 3, b = 1, y = 4\nz = w*x + b\nh = sigmoid(z)\nloss = (h - y)^2\nFind dloss/dw, dloss/db"
LAYER = "Given X = [[1, 2], [3, 4], [5, 6]], W = [[1, -1], [2, 0]]\nZ = X @ W\nH = tanh(Z)\nL = sum(H**2)\nFind dL/dW"
VALUED = ("lesson", "two-two-two", "lstm-cell", "mlp-batch", "conv-net", "gaussian-precision")


@pytest.mark.parametrize("name", VALUED)
def test_every_line_of_an_example_is_confirmed(name: str) -> None:
    solution = bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"), certify=True)
    certificate = solution.certificate
    assert certificate is not None
    assert certificate.unconfirmed == ()
    steps = {line.key for line in certificate.lines if line.kind == "value"}
    assert steps == {step.key for step in solution.steps}


@pytest.mark.parametrize(
    "step", ["max(x, w, 1)", "min(x, w)", "clip(x*w, 0, 9)", "where(x < w, x^2, w)", "leaky_relu(x - w)", "abs(x - w)"]
)
def test_choices_are_confirmed_too(step: str) -> None:
    certificate = bd.solve(f"Given x = 2, w = 3\nz = {step}\nloss = z^2 + x*w\nFind dloss/dw", certify=True).certificate
    assert certificate is not None
    assert certificate.unconfirmed == ()


def test_a_line_at_a_kink_is_said_to_be_unconfirmed() -> None:
    problem = "Given x = 0\nh = relu(x)\nloss = h^2 + x\nFind dloss/dx"
    solution = bd.solve(problem, certify=True)
    assert solution.certificate is not None
    assert solution.certificate.unconfirmed[0].name == "the local gradient of h by x"
    assert "derivation only" in solution.to_markdown()


def test_every_corrupted_local_gradient_is_refused_at_its_link() -> None:
    record = bd.solve(TEXT).record
    made = list(possible(record.derivation, ("local",)))
    assert len(made) > 3
    for mistake in made:
        step, _, operand = mistake.at.partition(" by ")
        with pytest.raises(CertificateError, match=f"the local gradient of {step} by {operand}"):
            certify(replace(record, derivation=mistake.derivation))


def test_a_corrupted_flow_of_tensors_is_refused_at_its_link() -> None:
    record = bd.solve(LAYER).record
    derivation = record.derivation
    (flow,) = derivation.uses["Z"]
    wrong = replace(flow, component=replace(flow.component, body=Negate(flow.component.body)))
    with pytest.raises(CertificateError, match="the local gradient of H by Z"):
        certify(replace(record, derivation=replace(derivation, uses={**derivation.uses, "Z": (wrong,)})))


@pytest.mark.parametrize("kind", ["values", "adjoints"])
def test_a_corrupted_number_is_refused_by_its_name(kind: str) -> None:
    record = bd.solve(TEXT).record
    numbers = dict(getattr(record.first, kind))
    key = "h" if kind == "values" else "w"
    numbers[key] = replace(numbers[key], decimal=numbers[key].decimal * 2, exact=None)
    with pytest.raises(CertificateError, match="the value of h" if kind == "values" else "the gradient by w"):
        certify(replace(record, first=replace(record.first, **{kind: numbers})))


@pytest.mark.parametrize("format", ["md", "html", "tex", "txt", "typ"])
def test_a_document_tells_what_confirmed_each_line(format: str) -> None:
    text = str(bd.solve(TEXT, certify=True).render(format))
    assert "central differences of the step" in " ".join(text.split())
    assert "11 of 11 lines were confirmed" in " ".join(text.split())


def test_json_holds_the_certificate_and_follows_the_schema() -> None:
    data = json.loads(bd.solve(TEXT, certify=True).to_json())
    jsonschema.validate(data, schema())
    lines = data["certificate"]["lines"]
    local = [line for line in lines if line["kind"] == "local"]
    assert len(local) == 4
    assert all("symbolic identity" in line["confirmed_by"] for line in local)
    assert all(line["confirmed_by"] for line in lines)


# --- nothing is written where one road refutes a line: a fault in each, with all the others as they are

_DIFFERENCES, _WITH_ENGINE = differences.run, ENGINES["autograd"].run


def _other_value(network: Network) -> Any:
    values, *rest = _DIFFERENCES(network)
    return {**values, "h": values["h"] + 1e-6}, *rest


def _other_gradient(network: Network) -> Any:
    values, gradients, *rest = _DIFFERENCES(network)
    return values, {**gradients, "w": gradients["w"] * (1 + 1e-6)}, *rest


def _other_engine(network: Network) -> Any:
    found = _WITH_ENGINE(network)
    return replace(found, gradients={**found.gradients, "b": found.gradients["b"] * (1 + 1e-6)})


FAULTS = {
    "evaluation with 60 digits": ("checks.differences.run", _other_value, "the value of h"),
    "a central difference with 60 digits": ("checks.differences.run", _other_gradient, "the gradient by w"),
    "autograd": ("checks.engines.ENGINES", {**ENGINES, "autograd": replace(ENGINES["autograd"], run=_other_engine)},
                 "the gradient by b"),
    "central differences of the step": ("checks.certify._agrees", lambda *_: False, "the local gradient of loss by h"),
    "symbolic identity": ("checks.identity.Prover.prove", lambda *_: REFUTED, "the local gradient of loss by h"),
}  # fmt: skip


@pytest.mark.parametrize("road", FAULTS)
@pytest.mark.parametrize("target", ["out.md", "out.json", "out.html"])
def test_a_fault_that_one_road_sees_is_enough_for_nothing_to_be_written(
    road: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / target
    call = ["solve", "-e", TEXT, "--certify", "-o", str(path)]
    right = CliRunner().invoke(main, call)
    assert right.exit_code == 0, right.output
    assert path.read_text(encoding="utf-8")
    path.unlink()
    where, fault, line = FAULTS[road]
    monkeypatch.setattr(f"backprop_derive.{where}", fault)
    wrong = CliRunner().invoke(main, call)
    assert wrong.exit_code == 1
    assert f"{line} is refuted by {road}" in wrong.output
    assert list(tmp_path.iterdir()) == []


def test_a_formula_that_is_wrong_by_less_than_any_number_shows_is_refused() -> None:
    record = bd.solve("Given x = 2, w = 3\nz = w*x^2\nloss = z^2\nFind dloss/dw").record
    derivation = record.derivation
    (old,) = derivation.by_step["z"]
    tiny = Sum((old.form.derivative, Product((Number(Fraction(1, 10**15)), Name("#0")))), (False, False))
    wrong = replace(old, form=replace(old.form, derivative=tiny))
    changed = replace(derivation, by_step={**derivation.by_step, "z": (wrong,)})
    with pytest.raises(CertificateError, match="the local gradient of z by w is refuted by symbolic identity"):
        certify(replace(record, derivation=changed))
