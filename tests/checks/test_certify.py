"""Certificates: what confirmed each line, and derivations that are wrong in one link refused at that link."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive.checks.certify import certify
from backprop_derive.cli.main import main
from backprop_derive.errors import CertificateError
from backprop_derive.formats.json import schema
from backprop_derive.mistakes.table import possible
from backprop_derive.syntax.expression import Negate
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
    assert [line["kind"] for line in lines].count("local") == 4
    assert all(line["confirmed_by"] for line in lines)


def test_a_solution_that_is_not_confirmed_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.md"
    right = CliRunner().invoke(main, ["solve", "-e", TEXT, "--certify", "-o", str(target)])
    assert right.exit_code == 0, right.output
    assert "## Certificate" in target.read_text(encoding="utf-8")
    target.unlink()

    def refuted(record: object) -> None:
        raise CertificateError("this solution is not certified: the local gradient of h by z is refuted")

    monkeypatch.setattr("backprop_derive.checks.certify.certify", refuted)
    wrong = CliRunner().invoke(main, ["solve", "-e", TEXT, "--certify", "-o", str(target)])
    assert wrong.exit_code == 1
    assert "the local gradient of h by z" in wrong.output
    assert not target.exists()
