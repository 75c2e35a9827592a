"""Every worked case of the corpus: the numbers that two other methods found are the numbers we find."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import numpy
import pytest
import sympy

import backprop_derive as bd
from tests.conftest import corpus

Case = dict[str, Any]


def _cases() -> dict[str, Case]:
    files = sorted((corpus() / "worked").glob("*.json"))
    cases = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    return {case["id"]: case for case in cases}


CASES = _cases()


def every_case(*keys: str) -> pytest.MarkDecorator:
    """The test runs on every case that has one of these keys."""
    return pytest.mark.parametrize("name", [n for n, case in CASES.items() if not keys or any(k in case for k in keys)])


@cache
def solved(name: str) -> bd.Solution:
    return bd.solve(CASES[name]["problem"])


def flat(value: Any) -> list[float]:
    """Every number of a scalar, a tensor or nested lists, row by row."""
    return [float(entry) for entry in numpy.asarray(value, dtype=object).ravel()]


def close(expected: Mapping[str, Any]) -> Any:
    # In tensors the corpus has the noise of floats where an entry is 0.
    return {
        name: pytest.approx(flat(value), rel=1e-12, abs=1e-15 if isinstance(value, list) else 0)
        for name, value in expected.items()
    }


@every_case()
def test_the_loss_is_the_one_that_the_case_names(name: str) -> None:
    case, solution = CASES[name], solved(name)
    assert json.loads(solution.to_json())["loss"]["name"] == case["loss"]
    assert float(solution.loss) == pytest.approx(case["values"][case["loss"]], rel=1e-12, abs=0)


@every_case()
def test_every_step_has_its_value(name: str) -> None:
    expected = CASES[name]["values"]
    assert {step: flat(solved(name).value(step)) for step in expected} == close(expected)


@every_case()
def test_the_gradients_are_those_asked_for_and_right(name: str) -> None:
    expected = CASES[name]["gradients"]  # and no others: a case's `nograd` names are none of them
    assert {key: flat(value) for key, value in solved(name).gradients.items()} == close(expected)


@every_case()
def test_every_step_on_a_path_has_its_adjoint(name: str) -> None:
    expected = CASES[name]["adjoints"]
    assert {step: flat(solved(name).gradient(step)) for step in expected} == close(expected)


@every_case("exact")
def test_what_is_rational_is_exactly_so_and_closed_forms_agree(name: str) -> None:
    case, solution = CASES[name], solved(name)
    for key, written in case["exact"].items():
        derivative = re.fullmatch(rf"d{re.escape(case['loss'])}/d(.+)", key)
        found = solution.gradient(derivative[1]) if derivative else solution.value(key)
        if re.fullmatch(r"-?\d+(/\d+)?", written):
            assert isinstance(found, int | Fraction), f"{key} is {found!r}, not a rational number"
            assert found == Fraction(written), key
        else:
            true = sympy.Float(sympy.sympify(written).evalf(40), 40)  # the corpus is ours, so sympify may read it
            assert float(found) == pytest.approx(float(true), rel=1e-12, abs=0), key


@every_case("updates")
def test_each_update_moves_the_parameters_where_gradient_descent_does(name: str) -> None:
    expected = CASES[name]["updates"]
    found = [{key: flat(value) for key, value in values.items()} for values in solved(name).updates]
    assert len(found) == len(expected)
    for k, (ours, theirs) in enumerate(zip(found, expected, strict=True), start=1):
        assert ours == close(theirs), f"update {k}"
