"""What describes a function of the code: its parameters, and what it makes of its arguments.

An argument is an expression of the language, or plain data of the code (None, a number, a text, a tuple).
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import EllipsisType
from typing import Any

from ..errors import shorten
from ..ops.table import formula
from ..records import record
from ..syntax.expression import (
    Call,
    Expr,
    ListOf,
    Product,
    Sum,
    TupleOf,
    integer,
    substitute,
)  # fmt: skip
from .draft import Draft, number

Arguments = dict[str, Any]
Make = Callable[[Draft, Arguments], Any]


@record
class Function:
    """`parameters` in order, those with a default as `name=default`; `make` gets the bound arguments."""

    parameters: tuple[tuple[str, Any], ...]
    make: Make


REQUIRED = object()


def expression(draft: Draft, value: Any) -> Expr:
    """An argument as an expression."""
    if isinstance(value, bool | int | float):
        return number(value)
    if isinstance(value, list | tuple) and value:
        return ListOf(tuple(expression(draft, item) for item in value))
    if value is None or isinstance(value, str | bytes | complex | list | tuple | EllipsisType):
        draft.refuse(f"{shorten(repr(value))} stands where a tensor is expected")
    if isinstance(value, ast.AST) or callable(value):
        draft.refuse("a function stands where a tensor is expected", "a call of it")
    found: Expr = value
    return found


def whole(draft: Draft, value: Any, what: str) -> int:
    """An argument that must be a whole number of the code."""
    if isinstance(value, bool) or not isinstance(value, int):
        draft.refuse(f"{what} must be a whole number that the code writes out")
    return int(value)


def sizes(draft: Draft, value: Any, what: str) -> Expr:
    """A number or a tuple of them."""
    if isinstance(value, list | tuple):
        return TupleOf(tuple(integer(whole(draft, item, what)) for item in value))
    return integer(whole(draft, value, what))


def axis_of(draft: Draft, value: Any, axes: int) -> int:
    """An axis of so many, counted from 0. Raises ProblemError where there is none such."""
    axis = whole(draft, value, "an axis")
    if not -axes <= axis < axes:
        known = f"an axis from 0 to {axes - 1}" if axes else "values, or shapes, which tell the axes"
        draft.refuse(f"axis {axis} of a tensor of {axes} axes", known, "--inputs x=[…]" if not axes else None)
    return axis % axes


def rank(draft: Draft, expr: Expr) -> int:
    """How many axes an expression has."""
    return len(draft.shape(expr))


def function(text: str, make: Make) -> Function:
    parameters: list[tuple[str, Any]] = []
    for part in text.split(","):
        name, has_default, default = part.strip().partition("=")
        values = {"None": None, "True": True, "False": False}
        if not has_default:
            parameters.append((name, REQUIRED))
        elif default in values:
            parameters.append((name, values[default]))
        elif default[0].isalpha():
            parameters.append((name, default))
        else:
            parameters.append((name, float(default) if set(".e") & set(default) else int(default)))
    return Function(tuple(parameters), make)


def pointwise(op: str) -> Function:
    return function("input", lambda d, a: Call(op, (expression(d, a["input"]),)))


def by_formula(parameters: str, text: str) -> Function:
    """A function by its formula in the language; its numbers and tensors alike are filled in."""

    def make(draft: Draft, a: Arguments) -> Expr:
        values = {name: expression(draft, value) for name, value in a.items() if value is not None}
        return substitute(formula(text), values)

    return function(parameters, make)


def require_default(draft: Draft, a: Arguments, **defaults: Any) -> None:
    """Refuse what we have no operation for."""
    for name, default in defaults.items():
        value = a.get(name, default)
        if value != default and value != (default,) and value != (default, default):
            draft.refuse(f"{name}={value} is not supported", f"{name}={default}")


def add(a: Expr, b: Expr, minus: bool = False) -> Expr:
    """a ± b, as one flat sum where a is one."""
    if isinstance(a, Sum):
        return Sum((*a.terms, b), (*a.minus, minus))
    return Sum((a, b), (False, minus))


def multiply(a: Expr, b: Expr) -> Expr:
    """a · b, as one flat product where a is one."""
    if isinstance(a, Product) and not a.implicit:
        return Product((*a.factors, b))
    return Product((a, b))
