"""A softmax found in what differentiation leaves: exp(z_i) over the sum of all exp(z_k) is p_i."""

from __future__ import annotations

from typing import Any

import sympy

from ..symbolic.opaque import opaque
from .adjoint import Symbols

# A row's sum: the tensor, and the place of the row.
_Row = tuple[str, tuple[sympy.Expr, ...]]


def with_softmaxes(expr: sympy.Expr, symbols: Symbols) -> tuple[sympy.Expr, dict[str, str]]:
    """The expression with p_i·S for each exp(z_i) whose row's sum S it holds, so that S goes where a softmax was.

    The names of the softmaxes, `#pk` of slot `#k`, come with the slots; `symbols` gets them too.
    """
    exponential = opaque("exp")
    totals = {total: row for total in expr.atoms(sympy.Sum) if (row := _row_of(total, exponential)) is not None}
    if not totals:
        return expr, {}
    stands_for = {row: sympy.Dummy("S") for row in dict.fromkeys(totals.values())}
    softmaxes = {f"#p{base.removeprefix('#')}": base for base, _ in stands_for}
    symbols.shapes = {**symbols.shapes, **{name: symbols.shapes[base] for name, base in softmaxes.items()}}

    def in_softmax(part: Any) -> Any:
        row = _row_at(part.args[0])
        if row not in stands_for:
            return part
        name = f"#p{row[0].removeprefix('#')}"
        return symbols[name][part.args[0].indices] * stands_for[row]

    named = expr.xreplace({total: stands_for[row] for total, row in totals.items()})
    named = named.replace(lambda part: isinstance(part, exponential), in_softmax)
    back = {stands_for[row]: total for total, row in totals.items()}
    return sympy.expand(named).xreplace(back), softmaxes


def _row_of(total: sympy.Sum, exponential: Any) -> _Row | None:
    """The row that a sum is of, if it is Σ_k exp(z[…, k])."""
    body = total.function
    if not (isinstance(body, exponential) and len(total.limits) == 1 and isinstance(body.args[0], sympy.Indexed)):
        return None
    (index, _, _), places = total.limits[0], body.args[0].indices
    if places[-1] != index or any(place.has(index) for place in places[:-1]):
        return None
    return _row_at(body.args[0])


def _row_at(entry: Any) -> _Row:
    return (entry.base.name, tuple(entry.indices[:-1])) if isinstance(entry, sympy.Indexed) else ("", ())
