"""The part of the walk that prints tangents and second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..document import Entry, SecondDerivative, Tangent
from ..syntax.expression import Name, integer
from ..syntax.names import symbol
from ..syntax.precedence import Precedence as P
from .primitives import Printed

if TYPE_CHECKING:
    from .base import Printer


def _tangent(p: Printer, node: Tangent, outer: P) -> Printed:
    key = node.of.key
    shown = symbol(key, literal=key in p.literal_names)
    return p.symbol(replace(shown, accents=(*shown.accents, "dot"))), P.ATOM


def _second(p: Printer, node: SecondDerivative, outer: P) -> Printed:
    inner = p.deeper()
    is_plain = isinstance(node.of, Name | Entry)
    of = inner.show(node.of) if is_plain else inner.parentheses(inner.show(node.of))
    above = p.second_sign(node.sign, of, p.is_word(node.of))
    one, other = node.by
    if one == other:
        below = p.sign_of(node.sign, p.power(p.show(one), p.show(integer(2))), p.is_word(one))
    else:
        below = p.juxtaposed_signs(*(p.sign_of(node.sign, p.show(by), p.is_word(by)) for by in node.by))
    held = p.listing([p.show(name) for name in node.held]) if node.held else ""
    return p.derivative(above, below, held), P.ATOM if p.stacks else P.PRODUCT


ORDER_METHODS: dict[type, Callable[..., Printed]] = {Tangent: _tangent, SecondDerivative: _second}
