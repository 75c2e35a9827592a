"""An expression that is written out reads as the same tree."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_derive.syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    TupleOf,
)  # fmt: skip
from backprop_derive.syntax.numbers import exact_number
from backprop_derive.syntax.written import written
from tests.syntax.expressions import parse

NAMES = ["x", "y", "y_hat", "w_1", "x'", "theta", "e3", "x1", "E2", "b1", "sum", "x_hat_1", "日"]
NUMBERS = ["0", "1", "2", "10", "0.5", ".5", "5.", "1e-3", "2E3", "½", "007"]


def number(written: str) -> Number:
    return Number(exact_number(written), written)


def sums(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    terms = st.lists(st.tuples(parts, st.booleans()), min_size=2, max_size=4)
    return terms.map(lambda ts: Sum(tuple(t for t, _ in ts), (False, *(m for _, m in ts[1:]))))


def compounds(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    items = st.one_of(parts, st.none(), st.builds(Slice, st.none() | parts, st.none() | parts, st.none() | parts))
    juxtaposed = st.tuples(st.sampled_from(NUMBERS).map(number), parts)
    return st.one_of(
        sums(parts),
        several.map(Product),
        juxtaposed.map(lambda pair: Product(pair, implicit=True)),
        st.builds(Quotient, parts, parts),
        st.builds(Power, parts, parts),
        st.builds(Negate, parts),
        st.builds(MatrixProduct, parts, parts),
        st.builds(Transpose, parts),
        st.builds(Index, parts, st.lists(items, min_size=1, max_size=2).map(tuple)),
        st.builds(ListOf, several),
        st.builds(TupleOf, several),
        st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(["exp", "abs", "norm", "sigmoid", "log"]), parts),
        several.map(lambda arguments: Call("max", arguments)),
        st.builds(lambda a, s: Call("leaky_relu", (a,), (("slope", s),)), parts, parts),
        st.builds(
            lambda r, a, b, c: Call("where", (Compare(r, a, b), b, c)),
            st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), parts, parts, parts,
        ),
    )  # fmt: skip


LEAVES: st.SearchStrategy[Expr] = st.one_of(
    st.sampled_from(NUMBERS).map(number), st.sampled_from(NAMES).map(Name), st.sampled_from(["pi", "e"]).map(Constant)
)
EXPRESSIONS = st.recursive(LEAVES, compounds, max_leaves=12)


@given(EXPRESSIONS)
@example(Product((number("2"), Name("e3")), implicit=True))
@example(Product((number("0"), Name("x1")), implicit=True))
@example(Product((number("2"), number(".5")), implicit=True))
@example(Power(Name("y"), Negate(number("1"))))
@example(Transpose(number("2")))
def test_what_is_written_reads_as_the_same_tree(expr: Expr) -> None:
    assert parse(written(expr), " ".join(NAMES)) == expr


@pytest.mark.parametrize(
    "text",
    ["x * w", "w * x", "a/b * c", "a/(b * c)", "a - (b - c)", "2x^2", "-(a + b)", "(-a)^2", "a^(-1)", "a^b^c",
     "(a^b)^c",
     "a * (-b)", "2(a + b)", "a/(2x)", "1/3", "0.10", "1e-3", "2 e", "max(a, b, c)", "leaky_relu(a, slope=0.1)"],
)  # fmt: skip
def test_an_expression_is_written_as_its_author_wrote_it(text: str) -> None:
    assert written(parse(text)) == text.replace("2 e", "2e")


def test_a_number_that_nobody_wrote_is_written_by_its_value() -> None:
    assert written(Number(Fraction(-3, 4))) == "-3/4"
    assert written(Power(Name("x"), Number(Fraction(1, 2)))) == "x^(1/2)"
    assert written(Number(Fraction(10**5000))) == "1" + "0" * 5000
