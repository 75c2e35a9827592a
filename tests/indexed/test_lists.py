"""A vector entry by entry, in the place of a sum of one-hot vectors, where it is proved to be the same."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.calculus.adjoint import matrix_notation
from backprop_derive.indexed.lists import listed
from backprop_derive.ops.table import formula
from backprop_derive.syntax.expression import Name, substitute
from backprop_derive.syntax.written import written


def test_each_entry_of_the_gradient_of_a_product_is_the_product_of_the_others() -> None:
    form = matrix_notation(substitute(formula("prod(x)"), {"x": Name("#0")}), 0, ((3,),), False)
    assert form is not None
    assert (
        written(substitute(form, {"#0": Name("x"), "#g": Name("G")})) == "G * [x[1] * x[2], x[0] * x[2], x[0] * x[1]]"
    )


def test_it_holds_where_an_entry_is_0_and_quotients_would_not() -> None:
    solution = bd.solve("Given x = [2, 0, 3]\ny = prod(x)\nL = y^2 + y\nFind dL/dx")
    assert solution.gradient("x").tolist() == [0, 6, 0]
    assert "(x[1] \\cdot x[2],\\, x[0] \\cdot x[2],\\, x[0] \\cdot x[1])" in solution.to_markdown()


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("a*onehot(0, 2)*b + a*onehot(1, 2)*c", 2, "a*[b, c]"),
        ("a*onehot(1, 2)*b + a*onehot(0, 2)", 2, "a*[1, b]"),
        ("2*(onehot(0, 2)*b + c*onehot(1, 2))", 2, "2*[b, c]"),
        ("a*onehot(0, 3) + b*onehot(1, 3)", 3, None),
        ("a*onehot(0, 2) + b*onehot(0, 2)", 2, None),
        ("a*onehot(0, 2) - b*onehot(1, 2)", 2, None),
        ("a*onehot(0, 3) + b*onehot(1, 3)", 2, None),
        ("a*b", 2, None),
    ],
)
def test_only_a_sum_with_one_term_for_each_entry_is_listed(text: str, size: int, expected: str | None) -> None:
    found = listed(formula(text), size)
    assert (found and written(found)) == (expected and written(formula(expected)))
