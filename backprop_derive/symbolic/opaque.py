"""Operations as SymPy functions that stay as written and know their derivative from their definition.

SymPy would rewrite exp(log(x)) or √(x²); the author's expression must stay what it is, and must keep its domain. So
each operation becomes a function of its own. Its derivative is asked of SymPy once, on plain symbols.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from ..ops.table import definition_of, formula, operation
from ..syntax.expression import Call, Expr, Name, substitute
from .light import Applied, derivative

# The option names, in order, that a call spelled out: (slope,) for leaky_relu(x, slope=0.2).
Options = tuple[str, ...]


class Opaque(Applied):
    """Base of all operations; a subclass is made for each way of calling one."""

    operation_name: str
    option_names: Options
    variant: tuple[tuple[str, Expr], ...]

    def _eval_derivative(self, variable: Any) -> sympy.Expr:
        op = operation(self.operation_name)
        if op.zero_gradient:
            return sympy.S.Zero
        if op.primitive in ("max", "min"):
            return derivative(_selected(self), variable).xreplace(_shares(self))
        return super()._eval_derivative(variable)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        cls: Any = type(self)
        derivative, arguments = _derivative(cls, len(self.args), argindex - 1)
        return derivative.xreplace(dict(zip(arguments, self.args, strict=True)))


def opaque(name: str, option_names: Options = (), variant: tuple[tuple[str, Expr], ...] = ()) -> type[Opaque]:
    """The SymPy function class for calls of an operation with these options spelled out."""
    return _opaque(name, option_names, variant)


@lru_cache(maxsize=4096)
def _opaque(name: str, option_names: Options, variant: tuple[tuple[str, Expr], ...]) -> type[Opaque]:
    members: dict[str, Any] = {"operation_name": name, "option_names": option_names, "variant": variant}
    return type(f"{name}_{'_'.join(option_names)}" if option_names else name, (Opaque,), members)


def call_parts(call: Call) -> tuple[type[Opaque], tuple[Expr, ...]]:
    """The class of a call and its arguments in one row: positional ones, then those given by name."""
    parameters = operation(call.function).parameters
    named = tuple((name, value) for name, value in call.options if name in parameters)
    variant = tuple((name, value) for name, value in call.options if name not in parameters)
    cls = opaque(call.function, tuple(name for name, _ in named), variant)
    return cls, (*call.arguments, *(value for _, value in named))


def call_of(cls: type[Opaque], arguments: tuple[Expr, ...]) -> Call:
    """The call that an opaque function's class and arguments stand for."""
    positional = len(arguments) - len(cls.option_names)
    named = tuple(zip(cls.option_names, arguments[positional:], strict=True))
    return Call(cls.operation_name, arguments[:positional], (*named, *cls.variant))


@lru_cache(maxsize=4096)
def _derivative(cls: type[Opaque], count: int, index: int) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    """The derivative by argument `index`, in symbols for the arguments, derived from the operation's definition."""
    from .translate import to_sympy

    op = operation(cls.operation_name)
    symbols = tuple(sympy.Dummy(f"x{k}") for k in range(count))
    if op.zero_gradient:
        return sympy.Integer(0), symbols
    names = {f"@{k}": symbol for k, symbol in enumerate(symbols)}
    call = call_of(cls, tuple(Name(key) for key in names))
    hint = _textbook(call, index)
    if hint is not None:
        return to_sympy(hint, names), symbols
    return derived_from_definition(call, names, index), symbols


def _textbook(call: Call, index: int) -> Expr | None:
    """The record's textbook form of the derivative, in the call's arguments; the tests prove it."""
    op = operation(call.function)
    if index >= len(op.parameters) or (text := op.textbook.get(op.parameters[index])) is None or call.options:
        return None
    return substitute(formula(text), {"y": call, **dict(zip(op.parameters, call.arguments, strict=False))})


def derived_from_definition(call: Call, names: dict[str, sympy.Symbol], index: int) -> sympy.Expr:
    """The derivative of a call by its argument `index`, by SymPy from the definition alone, no hint used."""
    from .translate import to_sympy

    symbol = list(names.values())[index]
    op = operation(call.function)
    if op.primitive in ("max", "min"):
        return sympy.diff(to_sympy(call, names), symbol)
    if op.primitive is not None and op.definition is None:
        real = sympy.Dummy(real=True)  # so that SymPy need not ask what may be complex
        found = sympy.diff(getattr(sympy, op.primitive)(real), real)
        return _as_opaque(found).xreplace({real: symbol})
    body = definition_of(call)
    assert body is not None, f"{op.name} has neither a definition nor a primitive"
    from ..ops.table import bound_arguments
    from .powers import by_entry

    return by_entry(to_sympy(substitute(body, bound_arguments(call)), names), symbol)


def _selected(selection: Opaque) -> sympy.Expr:
    """max(x₁, …) = Σ share_k · x_k, with the shares, which are held fixed, as symbols."""
    return sympy.Add(*(share * x for share, x in zip(_held(len(selection.args)), selection.args, strict=True)))


def _shares(selection: Opaque) -> dict[sympy.Symbol, sympy.Expr]:
    """What the shares are: the table of the choice."""
    name, values = selection.operation_name, selection.args
    if name.startswith("first "):
        first = opaque(name.replace("first ", "first of "))
        shares = [first(sympy.Integer(k), *values) for k in range(len(values))]
    else:
        share = opaque(f"share of {name}")
        shares = [share(x, *values) for x in values]
    return dict(zip(_held(len(values)), shares, strict=True))


@lru_cache(maxsize=64)
def _held(count: int) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.Dummy(f"share{k}") for k in range(count))


def _as_opaque(expr: sympy.Expr) -> sympy.Expr:
    """SymPy's own functions in a derivative, written as the operations of the table."""
    half = sympy.Rational(1, 2)
    named = {getattr(sympy, name): name for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")}

    def is_operation(part: Any) -> bool:
        return type(part) in named or (part.is_Pow and part.exp in (half, -half))

    def as_operation(part: Any) -> Any:
        if type(part) in named:
            return opaque(named[type(part)])(*part.args)
        return opaque("sqrt")(part.base) ** (2 * part.exp)

    return expr.replace(is_operation, as_operation)
