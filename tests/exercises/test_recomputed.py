"""What a mistake comes to by the short way is what solving with it comes to."""

from __future__ import annotations

import pytest

from backprop_derive import stages
from backprop_derive.derivation import Derivation
from backprop_derive.errors import BackpropError
from backprop_derive.exercises.mistakes.table import possible
from backprop_derive.exercises.recomputed import adjoints_with
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.solution import Pass
from tests.conftest import CHECKOUT


@pytest.mark.parametrize("name", ["lesson", "diamond", "logistic-neuron", "lstm-cell", "two-two-one-tanh"])
def test_both_ways_agree(name: str) -> None:
    import backprop_derive as bd

    solution = bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text())
    right, first = solution.derivation, solution.record.first
    assert isinstance(right, Derivation)
    assert isinstance(first, Pass)
    compared = 0
    for made in possible(right, ("local", "backward")):
        assert isinstance(made.derivation, Derivation)
        try:
            solved = stages.evaluated(made.derivation, DEFAULT_LIMITS).first
        except BackpropError:
            continue
        assert isinstance(solved, Pass)
        short = adjoints_with(made.derivation, right, first)
        for key in right.graph.wanted:
            expected, found = solved.adjoints[key], short[key]
            assert found.exact == expected.exact
            assert abs(found.decimal - expected.decimal) <= abs(expected.decimal).scaleb(-45), (
                made.mistake.name,
                made.at,
            )
            compared += 1
    assert compared > 3
