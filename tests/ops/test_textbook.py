"""A textbook form is a hint for display only: it equals what SymPy derives from the definition alone."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy

from backprop_derive.ops.record import Operation
from backprop_derive.ops.table import LANGUAGE_OPERATIONS, formula, operation
from backprop_derive.symbolic.choice import Choice
from backprop_derive.symbolic.opaque import Opaque, derived_from_definition
from backprop_derive.symbolic.translate import to_sympy
from backprop_derive.syntax.expression import Call, Name, substitute

HINTS = [(op.name, argument) for op in LANGUAGE_OPERATIONS for argument in op.textbook]
# Where to try an argument at random; the others are tried on both sides of 0.
RANGES = {"prediction": (0.05, 0.95), "target": (0.05, 0.95)}


def in_sympy(expr: Any) -> Any:
    """The expression with every operation written out by its definition, or as SymPy's own function."""

    def written_out(*arguments: Any, op: Operation) -> Any:
        if op.definition is None:
            return getattr(sympy, str(op.primitive))(*arguments)
        symbols = {name: sympy.Dummy(name, real=True) for name in op.parameters}
        body = in_sympy(to_sympy(formula(op.definition), symbols))
        return body.xreplace(dict(zip(symbols.values(), arguments, strict=True)))

    if not expr.args:
        return expr
    arguments = [in_sympy(argument) for argument in expr.args]
    if isinstance(expr, Choice):
        left, right, a, b = arguments
        return sympy.Piecewise((a, sympy.Rel(left, right, expr.relation)), (b, True))
    if isinstance(expr, Opaque):
        return written_out(*arguments, op=operation(expr.operation_name))
    return expr.func(*arguments)


def both(name: str, argument: str) -> tuple[Any, Any, dict[str, Any]]:
    """The hint and the derived derivative, in plain SymPy, and the symbols of the operation's arguments."""
    op = operation(name)
    symbols = {key: sympy.Symbol(key, real=True) for key in op.parameters}
    call = Call(name, tuple(Name(key) for key in op.parameters))
    derived = derived_from_definition(call, symbols, op.parameters.index(argument))
    hint = to_sympy(substitute(formula(op.textbook[argument]), {"y": call}), symbols)
    return in_sympy(hint), in_sympy(derived), symbols


def test_there_are_hints_to_prove() -> None:
    assert len(HINTS) >= 8


@pytest.mark.parametrize(("name", "argument"), HINTS)
def test_a_hint_is_symbolically_what_sympy_derives(name: str, argument: str) -> None:
    hint, derived, _ = both(name, argument)
    difference = sympy.simplify(sympy.piecewise_fold((hint - derived).rewrite(sympy.exp)))
    assert difference == 0


@pytest.mark.parametrize(("name", "argument"), HINTS)
def test_a_hint_is_what_sympy_derives_at_random_points_to_50_digits(name: str, argument: str) -> None:
    hint, derived, symbols = both(name, argument)
    chance = random.Random(f"{name} {argument}")
    for _ in range(20):
        point = {
            symbol: sympy.Rational(str(round(chance.uniform(*RANGES.get(key, (-4, 4))), 6)))
            for key, symbol in symbols.items()
        }
        ours, true = (expr.subs(point).evalf(60) for expr in (hint, derived))
        assert abs(ours - true) <= sympy.Float("1e-50", 60) * max(1, abs(true)), point


def test_a_wrong_hint_would_be_found() -> None:
    x = sympy.Symbol("x", real=True)
    derived = in_sympy(derived_from_definition(Call("sigmoid", (Name("x"),)), {"x": x}, 0))
    s = 1 / (1 + sympy.exp(-x))
    assert sympy.simplify(derived - s * (1 - s)) == 0
    assert sympy.simplify(derived - s * (1 + s)) != 0
