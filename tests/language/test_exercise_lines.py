"""Vary and Require lines: what they say, and what is said of those that cannot be read."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import pytest

from backprop_derive.errors import LimitError, ProblemError
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem
from backprop_derive.syntax.expression import Call
from backprop_derive.syntax.written import written
from backprop_derive.variation import Active, Bounded, Comparison, Distinguishable, NoTies, VariedFunction, VariedNumber


def varied(line: str) -> dict[str, list[str]]:
    problem = read_problem(f"Given y = 2\n{line}\nloss = y^2\n")
    return {
        each.word if isinstance(each, VariedFunction) else each.written: list(each.operations)
        if isinstance(each, VariedFunction)
        else [written(value) for value in each.values]
        for each in problem.varied
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Vary x in 1..5", {"x": ["1", "2", "3", "4", "5"]}),
        ("Vary x in -1..1 except 0", {"x": ["-1", "1"]}),
        ("Vary x in −2…−1", {"x": ["-2", "-1"]}),
        ("Vary x ∈ {1/2, 0.5, 2}", {"x": ["1/2", "2"]}),
        ("Vary x in 0..1 step 0.5", {"x": ["0", "0.5", "1"]}),
        ("Vary x in 0..1 step 1/2", {"x": ["0", "1/2", "1"]}),
        ("Vary x in {sqrt(2), pi}", {"x": ["sqrt(2)", "pi"]}),
        ("Vary x in 1..2, w in 1..3 except 1, 2", {"x": ["1", "2"], "w": ["3"]}),
        ("Vary x, w in 1..2 and b in {0}", {"x": ["1", "2"], "w": ["1", "2"], "b": ["0"]}),
        ("Vary act in {sigmoid, tanh, relu}", {"act": ["sigmoid", "tanh", "relu"]}),
        ("Vary x in 1..2  # small numbers", {"x": ["1", "2"]}),
        ("Vary: x in 1..2", {"x": ["1", "2"]}),
    ],
)
def test_what_varies(line: str, expected: dict[str, list[str]]) -> None:
    assert varied(line) == expected


def test_decimals_are_exact() -> None:
    problem = read_problem("Vary x in 0..0.3 step 0.1\nloss = x^2\n")
    (x,) = problem.varied
    assert isinstance(x, VariedNumber)
    assert [getattr(value, "value", None) for value in x.values] == [Fraction(k, 10) for k in range(4)]


def test_a_name_that_only_varies_is_a_given() -> None:
    problem = read_problem("Given y = 2\nVary w in 1..3\nloss = (w - y)^2\nFind d(loss)/dw\n")
    assert [(given.key, given.value is None) for given in problem.givens] == [("y", False), ("w", True)]


def test_a_word_stands_for_one_of_its_operations() -> None:
    text = "Given z = 1\nVary act in {sigmoid, tanh}\nloss = act(z)\n"
    assert read_problem(text).steps[0].expression.function == "sigmoid"  # type: ignore[union-attr]
    chosen = read_problem(text, functions={"act": "tanh"}).steps[0].expression
    assert isinstance(chosen, Call)
    assert chosen.function == "tanh"


@pytest.mark.parametrize(
    ("line", "place", "found"),
    [
        ("Vary", "2:5", "Vary names nothing"),
        ("Vary x", "2:6", "unexpected 'x'"),
        ("Vary x in", "2:10", "nothing is neither a range nor a set"),
        ("Vary x in 5..1", "2:11", "the range holds no value"),
        ("Vary x in {1, 2", "2:11", "'{' is never closed"),
        ("Vary x in 1..3 except 1, 2, 3", "2:6", "nothing is left"),
        ("Vary x in {sigmoid, foo}", "2:20", "foo is no function of one argument"),
        ("Vary x in {sigmoid, 3}", "2:12", "sigmoid is a function"),
        ("Vary 3x in 1..2", "2:6", "'3x' is no name"),
        ("Vary in 1..2", "2:6", "no name stands before `in`"),
        ("Vary x in 1..2, x in 3..4", "2:17", "x varies twice"),
        ("Vary x in 1..q", "2:14", "unknown name q"),
    ],
)
def test_a_line_that_varies_nothing_says_where_and_why(line: str, place: str, found: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_problem(f"Given y = 2\n{line}\nloss = y^2\n")
    assert found in str(caught.value)
    assert f":{place}:" in str(caught.value)


def test_a_range_is_limited() -> None:
    with pytest.raises(LimitError, match="the limit `domain` is at most 100,000"):
        read_problem("Vary x in 1..1000000\nloss = x^2\n")
    with pytest.raises(ProblemError):  # no time is lost in brackets
        read_problem("Vary " + "x, and " * 5000 + "(\nloss = 2\n")


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        (
            "Require every value has at most 2 decimals",
            Bounded,
            (
                ("value",),
                "decimals",
                2,
            ),
        ),
        (
            "Require every value and gradient has at most 1 decimal",
            Bounded,
            (
                ("value", "gradient"),
                "decimals",
                1,
            ),
        ),
        (
            "Require gradients are whole numbers",
            Bounded,
            (
                ("gradient",),
                "decimals",
                0,
            ),
        ),
        (
            "Require all numbers are integers",
            Bounded,
            (
                ("value", "gradient"),
                "decimals",
                0,
            ),
        ),
        (
            "Require every gradient is at most 20 in size",
            Bounded,
            (
                ("gradient",),
                "size",
                20,
            ),
        ),
        (
            "Require relu is active somewhere",
            Active,
            (
                "relu",
                True,
                False,
            ),
        ),
        (
            "Require ReLU is inactive everywhere",
            Active,
            (
                "relu",
                False,
                True,
            ),
        ),
        ("Require no ties", NoTies, ()),
        ("Require no kinks or ties.", NoTies, ()),
        ("Require mistakes are distinguishable", Distinguishable, ()),
    ],
)
def test_what_is_required(line: str, kind: type, expected: tuple[object, ...]) -> None:
    (found,) = read_problem(f"Given x = 2\nloss = relu(x)\n{line}\n").required
    assert isinstance(found, kind)
    assert tuple(getattr(found, each.name) for each in fields(found))[: len(expected)] == expected


@pytest.mark.parametrize(
    ("line", "relation", "left"),
    [
        ("Require loss != 0", "!=", "loss"),
        ("Require loss ≠ 0", "!=", "loss"),
        ("Require d(loss)/dx > 1/2", ">", "#d x"),
        ("Require ∂loss/∂x ≤ 3", "<=", "#d x"),
        ("Require x^2 + 1 < loss", "<", None),
    ],
)
def test_a_comparison(line: str, relation: str, left: str | None) -> None:
    (found,) = read_problem(f"Given x = 2\nloss = relu(x)\n{line}\n").required
    assert isinstance(found, Comparison)
    assert found.compare.relation == relation
    if left is not None:
        assert getattr(found.compare.left, "key", None) == left


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Require", "cannot read ''"),
        ("Require everything is nice", "cannot read 'everything is nice'"),
        ("Require foo != 0", "unknown name foo"),
        ("Require sigmoid is active somewhere", "sigmoid is no operation that is active"),
        ("Require x <", "unexpected end of the statement"),
    ],
)
def test_a_requirement_that_cannot_be_read(line: str, found: str) -> None:
    with pytest.raises(ProblemError, match=r":3:") as caught:
        read_problem(f"Given x = 2\nloss = relu(x)\n{line}\n")
    assert found in str(caught.value)


def test_an_exercise_is_written_back() -> None:
    text = (
        "Given x = 1, y = 1\nVary x in 1..5, w in -3..3 except 0\nloss = (w*x - y)^2\nFind d(loss)/dw\n"
        "Require loss != 0\nRequire mistakes are distinguishable\n"
    )
    problem = read_problem(text)
    again = read_problem(written_problem(problem))
    assert (again.varied, again.required) == (problem.varied, problem.required)


def test_a_range_may_hold_a_single_value() -> None:
    (varied,) = read_problem("Given y = 1\nVary x in 3..3\nL = x*y").varied
    assert isinstance(varied, VariedNumber)
    assert len(varied.values) == 1
