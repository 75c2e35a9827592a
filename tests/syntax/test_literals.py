"""A list of plain numbers read at once is what the parser makes of it, and so is every error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from types import FrameType
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_derive.errors import BackpropError
from backprop_derive.language.reader import read_problem
from backprop_derive.limits import DEFAULT_LIMITS, with_limits
from backprop_derive.problem import Problem
from backprop_derive.syntax.expression import ListOf, Negate, Number
from backprop_derive.syntax.literals import literal_list

NUMBERS = st.sampled_from(
    ["0", "1", "-2", "0.1", "-.5", "3.", "1e-3", "2E+2", "-1.5e10", "00.10", "123456789.123456789"]
)
ODD = st.sampled_from(
    ["1/2", "pi", "- 3", "--3", "½", "1_0", "0x1", "1.2.3", "1..", "e", "x", "", "+1", "2²",
     "sqrt(2)", "1 2", "(1)", "[]", "1e", '"a"', "'", "١"]
)  # fmt: skip
BLANKS = st.sampled_from(["", "", "", " ", "\t", "\n", "\r\n", "\u00a0", " # a comment, [1]\n", "\r"])
BEHIND = st.sampled_from(
    ["", "", "[0]", ".T", " * 2", " @ [1]", " x", " 2", ", 000", ", z", "]", ")", " [1]",
     " = 1", "^2", " y = 2", "(1)", ":"]
)  # fmt: skip


@st.composite
def lists(draw: st.DrawFn, depth: int = 0) -> str:
    """Nested lists, mostly rectangular and of plain numbers, with all that may go wrong in them."""
    blank = draw(BLANKS)
    if depth == 3 or draw(st.booleans()):
        entry = draw(st.sampled_from([NUMBERS] * 6 + [ODD]))
        items = draw(st.lists(entry, min_size=1, max_size=3))
    else:
        items = draw(st.lists(lists(depth + 1), min_size=1, max_size=2))
        items = items * draw(st.integers(1, 2))
    comma = draw(st.sampled_from([","] * 6 + [", ,", ";", " "]))
    end = draw(st.sampled_from(["]"] * 8 + [",]", "", ")"]))
    return "[" + blank + (comma + blank).join(items) + blank + end


def read(text: str, **limits: int) -> Problem | str:
    """The problem, or the message of the error."""
    try:
        return read_problem(text, limits=with_limits(limits))
    except BackpropError as error:
        return str(error)


def read_by_the_parser(text: str, **limits: int) -> Problem | str:
    with (
        patch("backprop_derive.syntax.tokens.literal_list", return_value=None),
        patch("backprop_derive.language.scalars.literal_list", return_value=None),
    ):
        return read(text, **limits)


@settings(max_examples=600, deadline=None)
@given(lists(), BEHIND, st.sampled_from(["x = 1, a = ", "a: (2) = ", "a = 1, b == ", "a = 2*", "a = (1, b = "]))
def test_a_list_is_read_as_the_parser_reads_it_and_refused_at_the_same_place(text: str, behind: str, name: str) -> None:
    problem = f"Given {name}{text}{behind}\nL = sum(a*a)"
    assert read(problem) == read_by_the_parser(problem)


@settings(max_examples=100, deadline=None)
@given(lists(), st.integers(1, 5), st.integers(1, 4))
def test_limits_are_met_at_the_same_place(text: str, depth: int, literal: int) -> None:
    problem = f"Given a = {text}\nL = sum(a*a)"
    assert read(problem, depth=depth, literal=literal) == read_by_the_parser(problem, depth=depth, literal=literal)


@settings(max_examples=200, deadline=None)
@given(lists(), BEHIND)
def test_a_caller_s_list_is_read_as_the_parser_reads_it(text: str, behind: str) -> None:
    def outcome() -> Problem | str:
        try:
            return read_problem("L = sum(a*a)", given={"a": text + behind})
        except BackpropError as error:
            return str(error)

    quick = outcome()
    with patch("backprop_derive.language.scalars.literal_list", return_value=None):
        assert quick == outcome()


def test_numbers_stay_exact_and_as_they_are_written() -> None:
    found = literal_list("[0.10, -1e-3]", 0, 13, DEFAULT_LIMITS)
    assert found is not None
    tree, stop = found
    assert tree == ListOf((Number(Fraction(1, 10), "0.10"), Negate(Number(Fraction(1, 1000), "1e-3"))))
    assert (tree.is_plain, stop) == (True, 13)


@pytest.mark.parametrize("text", ["[[1, 2], [3]]", "[1, [2]]", "[]", "[1,]", "[1, pi]", "[1 2]", "[1", "[[1]", "[- 1]"])
def test_what_is_no_rectangle_of_plain_numbers_is_left_to_the_parser(text: str) -> None:
    assert literal_list(text, 0, len(text), DEFAULT_LIMITS) is None


def test_an_error_behind_a_long_list_has_its_line_and_column() -> None:
    row = ", ".join(["0.5"] * 100)
    with pytest.raises(BackpropError) as caught:
        read_problem(f"Given a = [[{row}],\n [{row}]], b = [1, 2 3]\nL = sum(a)")
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (2, 515)


def test_a_large_array_is_read_by_rows_and_not_by_the_parser() -> None:
    text = f"Given a = [{', '.join(f'{k / 7:.9f}' for k in range(5_000))}]\nL = sum(a*a)"
    quick, calls = counted(lambda: read(text))
    slow, calls_of_the_parser = counted(lambda: read_by_the_parser(text))
    assert quick == slow
    assert 3 * calls < calls_of_the_parser


def counted(work: Callable[[], Problem]) -> tuple[Problem, int]:
    """What it gives, and how many functions of Python it calls: a measure that no busy machine disturbs."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return work(), calls
    finally:
        sys.setprofile(before)
