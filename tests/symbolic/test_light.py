"""Light entries, sums and deltas mean what SymPy's own mean: the same derivatives, the same deltas, the same texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy

from backprop_derive.symbolic import light
from backprop_derive.symbolic.canonical import are_equal
from backprop_derive.symbolic.opaque import opaque
from backprop_derive.symbolic.powers import by_entry

i, j, p, q, n = sympy.symbols("i j p q n", integer=True, nonnegative=True)
FREE = {p: n, q: n}
LIMIT, OTHER = (i, sympy.S.Zero, n - 1), (j, sympy.S.Zero, n - 1)
Formula = Callable[[Any, Any], Any]

# Each a formula of an entry's tensor and a class of sums; it is differentiated by the entry [q].
FORMULAS: dict[str, Formula] = {
    "an entry": lambda X, Sum: X[p],
    "a sum": lambda X, Sum: Sum(X[i], LIMIT),
    "two sums": lambda X, Sum: Sum(X[i] * X[j], LIMIT, OTHER),
    "a product of three": lambda X, Sum: X[p] * (X[p] + 1) * Sum(X[i] * n, LIMIT),
    "a power": lambda X, Sum: (X[p] - Sum(X[i], LIMIT) / n) ** 3,
    "a fraction": lambda X, Sum: X[p] / (1 + Sum(X[i] ** 2, LIMIT)),
    "a power of an entry": lambda X, Sum: 2 ** X[p] + X[p] ** sympy.Rational(3, 2),
    "nothing of it": lambda X, Sum: Sum(n, LIMIT) + p,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_derivatives_are_those_of_sympys_own_classes(name: str) -> None:
    formula = FORMULAS[name]
    tensor, own = light.IndexedBase("X"), sympy.IndexedBase("X")
    ours = by_entry(formula(tensor, light.Sum), tensor[q])
    theirs = sympy.diff(formula(own, sympy.Sum), own[q]).replace(sympy.log, opaque("log"))
    assert are_equal(ours, theirs, FREE)


def test_a_scalar_under_a_sum_is_differentiated_too() -> None:
    t = sympy.Symbol("t")
    tensor = light.IndexedBase("X")
    assert by_entry(light.Sum(t * tensor[i], LIMIT), t) == light.Sum(tensor[i], LIMIT)


DELTAS = {
    "the same": ((i, i), 1),
    "two numbers": ((sympy.Integer(0), sympy.Integer(2)), 0),
    "two indices": ((i, j), None),
    "an index and a number": ((i, sympy.Integer(2)), None),
    "a number below every index": ((i, sympy.Integer(-1)), 0),
    "one place further": ((i, i + 1), 0),
    "even and odd": ((2 * i, 2 * j + 1), 0),
    "an index and what is past its start": ((i + 1, sympy.Integer(0)), 0),
    "a window of a convolution": ((2 * i + j - 1, p), None),
}


@pytest.mark.parametrize("name", DELTAS)
def test_deltas_decide_what_sympys_own_decide(name: str) -> None:
    places, value = DELTAS[name]
    ours, theirs = light.KroneckerDelta(*places), sympy.KroneckerDelta(*places)
    assert str(ours) == str(theirs)
    assert (ours if ours.is_Integer else None) == value


def test_texts_are_those_of_sympy() -> None:
    tensor, own = light.IndexedBase("X"), sympy.IndexedBase("X")
    ours = light.Sum(tensor[2 * i + 1] * light.KroneckerDelta(i, j), LIMIT)
    theirs = sympy.Sum(own[2 * i + 1] * sympy.KroneckerDelta(i, j), LIMIT)
    assert str(ours) == str(theirs)


def test_what_is_free_is_what_no_sum_binds() -> None:
    tensor = light.IndexedBase("X")
    entry = tensor[i, j]
    assert i not in light.Sum(entry, LIMIT).free_symbols
    assert {j, n} <= light.Sum(entry, LIMIT).free_symbols
    assert light.Sum(light.Sum(entry, LIMIT), OTHER).limits == (sympy.Tuple(*LIMIT), sympy.Tuple(*OTHER))


def test_nothing_is_known_of_an_entry() -> None:
    entry = light.IndexedBase("X")[i]
    assert entry.is_zero is None
    assert (entry**2).is_zero is None
    assert entry.is_commutative
