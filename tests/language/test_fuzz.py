"""Any text is either read or refused on purpose: no other exception, no crash, no long wait."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_derive.errors import BackpropError
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem

ANY = st.text(max_size=60)
PIECES = st.sampled_from(
    "Given Find Title: Parameters: Round: Updates: lr = x y y^ w loss sum max( where( exp sin σ( σ pi e d(loss) /dw ∂"
    " 1 2.5 1e3 ½ ² ⁻¹ + - * / ^ ** ( ) [ ] | || ‖ , . : ; < <= == = # > $ $x$ _ ' \" ' \\ grad of with respect to and"
    " \t \r \u00a0 \u200b \ufeff 日 а ٣ \u0302 \x00 √ ∇ @ .T x[0] None inf wrt w.r.t. 9**9**9 1. (a) - the .".split(" ")
)
LINES = st.lists(PIECES, max_size=8).map(" ".join) | st.lists(PIECES, max_size=8).map("".join)
TEXTS = st.lists(LINES, max_size=6).map("\n".join)
BEHIND_A_GIVEN = st.tuples(LINES, TEXTS).map(lambda t: f"Given x = 1, y = 2, y^ = 3\nloss = {t[0]}\n{t[1]}")


def read_or_refused(text: str) -> None:
    try:
        problem = read_problem(text)
    except BackpropError:
        return
    assert read_problem(written_problem(problem)) == problem


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_row_of_words_of_the_language_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@settings(max_examples=300, deadline=None)
@given(BEHIND_A_GIVEN)
def test_any_step_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(ANY, ANY | st.floats() | st.integers() | st.none() | st.fractions(), max_size=2), ANY)
def test_any_value_of_a_caller_is_read_or_refused(values: dict[str, object], wrt: str) -> None:
    with contextlib.suppress(BackpropError):
        read_problem("loss = 2*x", given=values, wrt=(wrt,))  # type: ignore[arg-type]
