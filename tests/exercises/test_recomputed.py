"""What a mistake comes to by the short way is what solving with it comes to."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive import stages
from backprop_derive.derivation import Derivation
from backprop_derive.errors import BackpropError
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.exercises.recomputed import adjoints_by, known_of, recipes
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.mistakes.table import possible
from backprop_derive.solution import Pass
from tests.conftest import CHECKOUT

EXAMPLES = ["lesson", "diamond", "logistic-neuron", "lstm-cell", "two-two-one-tanh", "relu-at-the-kink"]


@pytest.mark.parametrize("carried", ["", "Round: 3\n"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_both_ways_agree(name: str, carried: str) -> None:
    solution = bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text() + "\n" + carried)
    right, first = solution.derivation, solution.record.first
    assert isinstance(right, Derivation)
    assert isinstance(first, Pass)
    known = known_of(first, solution.problem.round_to)
    stages_seen: dict[str, int] = {}
    for made, (placed, recipe) in zip(possible(right), recipes(right), strict=True):
        assert (placed.mistake, placed.at) == (made.mistake, made.at)
        try:
            solved = stages.evaluated(made.derivation, DEFAULT_LIMITS).first
        except BackpropError:
            continue
        assert isinstance(solved, Pass)
        short = adjoints_by(recipe, known, right.graph.wanted)
        for key in right.graph.wanted:
            # What a recipe leaves out, the mistake leaves as it is.
            expected, found = solved.adjoints[key], short.get(key, first.adjoints[key])
            assert found.was_rounded == expected.was_rounded
            assert expected.exact is None or found.exact == expected.exact
            assert abs(found.decimal - expected.decimal) <= abs(expected.decimal).scaleb(-45), made
            stages_seen[made.mistake.stage] = stages_seen.get(made.mistake.stage, 0) + (key in short)
    assert all(stages_seen[stage] for stage in ("local", "backward"))
    assert "update" not in stages_seen or not stages_seen["update"]


def test_a_mistake_changes_only_what_comes_after_it() -> None:
    """In the second neuron it leaves the gradients of the first one's weights alone, except over the output."""
    solution = bd.solve((CHECKOUT / "examples" / "two-two-one-tanh.txt").read_text())
    assert isinstance(solution.derivation, Derivation)
    by_place = {(placed.mistake.name, placed.at): recipe for placed, recipe in recipes(solution.derivation)}
    local = by_place["derivative at the wrong point", "h_2 by z_2"]
    assert local.steps == ()
    assert [edge for edge, _ in local.local] == [("h_2", "z_2")]
    assert {each.key for each in local.adjoints} == {"z_2", "w21", "w22"}
    forward = by_place["activation left out", "h_2"]
    assert [key for key, _ in forward.steps] == ["h_2", "y_hat", "loss"]


def test_variants_share_what_does_not_depend_on_their_numbers() -> None:
    exercise = Exercise("Given y = 1\nVary x in 1..9\nVary f in {tanh, relu}\nloss = (f(x) - y)^2\nFind d(loss)/dx\n")
    found = [recipes(v.drawn.record.derivation) for v in exercise.variants(9)]  # type: ignore[arg-type]
    assert len({id(each) for each in found}) == 2
