"""What the gradient gets along each path, and that it is never more or less than the gradient."""

from __future__ import annotations

from dataclasses import replace
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.evaluate.paths import with_accounts
from backprop_derive.ledger import Account
from backprop_derive.limits import Limits
from backprop_derive.plain import plain
from backprop_derive.solution import TensorValue, Value
from tests.conftest import CHECKOUT

EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))
DIAMOND = "Given x = 2, w = 3\na = w*x\nleft = a^2\nright = 5a\nloss = left - right\nFind d(loss)/dw"
RESIDUAL = "Given x = 1, w = 1/2\nf = w*x\nh = x + f\nloss = h^2\nFind d(loss)/dx"


def account(text: str, position: int = 0, paths: int = 20, **options: Any) -> Account:
    return bd.solve(text, limits=Limits(paths=paths), **options).ledger.accounts[position]


def products(found: Account) -> list[Any]:
    return [plain(contribution.product) for contribution in found.listed]


def test_both_paths_of_a_diamond() -> None:
    found = account(DIAMOND)
    assert products(found) == [2 * 6 * 2, -5 * 2]
    assert (plain(found.rest), plain(found.total), found.growth) == (0, 14, None)


def test_a_residual_link_is_the_shorter_path() -> None:
    found = account(RESIDUAL)
    assert products(found) == [3, Fraction(3, 2)]
    assert found.growth is not None
    assert found.growth.lengths == (2, 3)
    assert plain(found.growth.per_edge) == Fraction(1, 2)


def test_through_time_each_step_contributes_by_a_longer_path() -> None:
    text = "Given w = 1/2, h_0 = 1\nfor t in 1..4:\n    h_t = w*h_{t-1} + 1\nL = h_4\nFind dL/dw"
    found = account(text)
    states = [1, Fraction(3, 2), Fraction(7, 4), Fraction(15, 8)]
    assert products(found) == [states[3 - k] * Fraction(1, 2) ** k for k in range(4)]
    assert sum(products(found)) == bd.solve(text).gradient("w")


def test_what_one_edge_does_is_the_root_of_the_product() -> None:
    text = "Given x = 1\na = x/8\nb = a/8\nL = b/8\nFind dL/dx"
    (contribution,) = account(text).listed
    assert plain(contribution.per_edge) == Fraction(1, 8)
    assert plain(contribution.size) == Fraction(1, 512)


def test_of_an_exploding_chain_the_growth_is_the_weight() -> None:
    found = account("Given w = 3, u = 1, h_0 = 0\nfor t in 1..30:\n    h_t = w*h_{t-1} + u\nL = h_30\nFind dL/du")
    assert products(found) == [3**k for k in range(29, 9, -1)]
    assert plain(found.rest) == sum(3**k for k in range(10))
    assert found.growth is not None
    assert found.growth.lengths == (2, 31)
    assert plain(found.growth.per_edge) == 3


def test_where_a_state_grows_as_fast_as_its_way_back_shrinks_every_path_gets_the_same() -> None:
    found = account("Given w = 3, h_0 = 1\nfor t in 1..30:\n    h_t = w*h_{t-1}\nL = h_30\nFind dL/dw")
    assert set(products(found)) == {3**29}
    assert plain(found.rest) == 10 * 3**29
    assert found.growth is not None
    assert plain(found.growth.per_edge) == 1


def test_where_nothing_comes_by_the_longest_path_the_growth_is_that_of_the_others() -> None:
    text = "Given w = 2, h_0 = 0\nfor t in 1..4:\n    h_t = w*h_{t-1} + 1\nL = h_4\nFind dL/dw"
    found = account(text)
    assert products(found) == [7, 2 * 3, 4, 0]
    assert found.growth is not None
    assert found.growth.lengths == (2, 4)
    assert plain(found.listed[-1].per_edge) == 0


def test_a_doubling_chain_adds_up_though_most_of_it_is_not_listed() -> None:
    steps = "\n".join(f"b_{t} = a_{t - 1}/2\nc_{t} = a_{t - 1}/3\na_{t} = b_{t} + c_{t}" for t in range(1, 201))
    found = account(f"Given a_0 = 1\n{steps}\nFind d(a_200)/d(a_0)")
    assert products(found)[0] == Fraction(1, 2) ** 200
    assert products(found)[1:] == [Fraction(1, 2) ** 199 / 3] * 19
    assert plain(found.total) == Fraction(5, 6) ** 200
    assert plain(found.rest) == Fraction(5, 6) ** 200 - sum(products(found))


@pytest.mark.parametrize("most", [1, 2, 20])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_paths_of_every_example_add_up_to_its_gradient(example: Any, most: int) -> None:
    solution = bd.solve(example.read_text(encoding="utf-8"), limits=Limits(paths=most))
    if solution.record.first is None:
        assert solution.ledger.accounts == ()
        return
    for paths, found in zip(solution.ledger.lists, solution.ledger.accounts, strict=True):
        parts = [numpy.asarray(part, dtype=float) for part in (*products(found), plain(found.rest))]
        gradient = numpy.asarray(solution.gradient(paths.start), dtype=float)
        assert len(found.listed) == min(most, paths.count)
        numpy.testing.assert_allclose(sum(parts), gradient, rtol=1e-12, atol=1e-14)


def test_contributions_that_cancel_are_told_with_all_their_digits() -> None:
    text = "Given x = 1\na = exp(x)\nb = a*x\nc = 2a\nL = b - c\nFind dL/dx"
    found = account(text, paths=1)
    assert plain(found.total) == 0
    assert isinstance(found.rest, Value)
    (largest,) = found.listed
    assert isinstance(largest.product, Value)
    assert largest.product.decimal == found.rest.decimal.copy_negate()


# --- tensors

ONE_WEIGHT = """Given W = [[1/2, -1/3], [1/5, 2/3]], x = [1, -2]
h_1 = W @ x
h_2 = h_1 + W @ h_1
L = sum(h_2**2)
Find dL/dW"""
TWO_WEIGHTS = """Given W = [[1/2, -1/3], [1/5, 2/3]], V = [[1/2, -1/3], [1/5, 2/3]], x = [1, -2]
h_1 = W @ x
h_2 = h_1 + V @ h_1
L = sum(h_2**2)
Find dL/dW, dL/dV"""


def test_a_shared_matrix_gets_along_each_path_what_a_matrix_of_its_own_would() -> None:
    shared, apart = bd.solve(ONE_WEIGHT), bd.solve(TWO_WEIGHTS)
    (found,) = shared.ledger.accounts
    names = [path.names for path in shared.ledger.lists[0].listed]
    assert names == [("W", "h_2", "L"), ("W", "h_1", "h_2", "L")]
    for contribution, name in zip(products(found), ("V", "W"), strict=True):
        assert (contribution == apart.gradient(name)).all()


def test_the_size_of_a_contribution_is_its_frobenius_norm() -> None:
    (found,) = bd.solve(ONE_WEIGHT).ledger.accounts
    for contribution in found.listed:
        entries = numpy.asarray(plain(contribution.product), dtype=float)
        assert float(contribution.size.decimal) == pytest.approx(numpy.linalg.norm(entries), rel=1e-14)


def test_large_tensors_add_up_in_double_precision() -> None:
    rows = [[((3 * i + 5 * j) % 7) / 10 - 0.3 for j in range(30)] for i in range(30)]
    text = f"Given X = {rows}, W = {rows}\nH = X + tanh(X @ W)\nY = H @ W\nL = mean(Y**2)\nFind dL/dW"
    solution = bd.solve(text)
    assert [note.kind for note in solution.record.notes] == ["floats"]
    (found,) = solution.ledger.accounts
    assert len(found.listed) == 2
    numpy.testing.assert_allclose(sum(products(found)), solution.gradient("W"), rtol=1e-9, atol=1e-12)
    (only,) = bd.solve(text, limits=Limits(paths=1)).ledger.accounts
    numpy.testing.assert_allclose(plain(only.rest), products(found)[1], rtol=1e-9, atol=1e-12)


# --- rounding, and what must not happen


def test_rounded_adjoints_do_not_round_what_comes_along_a_path() -> None:
    text = "Given x = 1, w = 1/3\na = w*x\nb = a/3\nL = a + b\nRound: 2\nFind dL/dw"
    found = account(text)
    assert products(found) == [1, Fraction(1, 3)]
    assert plain(found.total) == Fraction(4, 3)
    assert bd.solve(text).gradient("w") == Fraction("1.33")


def test_paths_that_do_not_add_up_are_never_shown() -> None:
    solution = bd.solve(DIAMOND)
    first = solution.record.first
    wrong: Any = replace(first, adjoints={**first.adjoints, "w": Value(Decimal(15), Fraction(15))})  # type: ignore[type-var, union-attr]
    with pytest.raises(AssertionError, match="the paths of w do not add up"):
        with_accounts(solution.ledger, solution.derivation, wrong)


def test_a_tensor_path_that_does_not_add_up_is_never_shown() -> None:
    solution = bd.solve(ONE_WEIGHT)
    first: Any = solution.record.first
    entries = first.adjoints["W"].entries
    wrong = TensorValue((2, 2), (*entries[:3], Value(Decimal(1), Fraction(1))))
    with pytest.raises(AssertionError, match="the paths of W do not add up"):
        with_accounts(solution.ledger, solution.derivation, replace(first, adjoints={**first.adjoints, "W": wrong}))


@pytest.mark.parametrize("power", ["1e7", "-1e7"])
def test_products_beyond_any_float_are_ordinary_numbers(power: str) -> None:
    found = account(f"Given x = 1\na = exp({power}*x)\nb = 2a\nL = a + b\nFind dL/dx", paths=1)
    assert isinstance(found.total, Value)
    assert isinstance(found.rest, Value)
    wide = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
    assert wide.divide(found.total.decimal, found.rest.decimal) == 3
    assert abs(found.total.decimal.adjusted()) > 4_000_000
