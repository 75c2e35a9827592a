"""Places of entries as the parser reads them: below a name, W_{ij}, δ_{0i}, and in brackets, W[i, j], X[:, 0]."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from ..document import Derivative, Differential
from ..syntax.expression import Expr, Index, MatrixProduct, Name, Negate, Number, Product, Slice, integer
from .sentences import unread
from .tokens import Unread, Vocabulary

if TYPE_CHECKING:
    from ..document import MathNode
    from .parser import Parser

_LETTERS = frozenset("ijklmnpqrst")  # of which so many are places, where four others would be a word
Item = Expr | Slice | None


def bracketed(p: Parser) -> tuple[Item, ...]:
    """What stands in the brackets that open here: places, stretches start:stop, and None for a new axis."""
    p.advance()
    items = [_item(p)]
    while p.accept(","):
        items.append(_item(p))
    p.expect("]")
    return tuple(items)


def _item(p: Parser) -> Item:
    if p.peek().text == "None" and p.peek(1).at(",", "]"):
        p.advance()
        return None
    start = _bound(p)
    if not p.accept(":"):
        return start
    stop = _bound(p)
    return Slice(start, stop, _bound(p) if p.accept(":") else None)


def _bound(p: Parser) -> Expr | None:
    return None if p.peek().at(":", ",", "]") else cast(Expr, p.expression())


def below(p: Parser) -> tuple[Expr, ...]:
    """The places below a name: one letter or number each, side by side or between commas; numbers as they count."""
    if p.accept("{") is None:
        return counted(tuple(_apart(p.atom(), p.peek().start)), p.vocabulary)
    places = _between_commas(p)
    while p.accept(","):
        places += _between_commas(p)
    p.expect("}")
    return counted(tuple(places), p.vocabulary)


def _between_commas(p: Parser) -> list[Expr]:
    """One place, or what stands side by side: 12, 2l and k0 are one place or two, which the number of axes tells."""
    parts: list[Expr] = []
    count = 0
    while (token := p.peek(count)).kind in ("number", "name") and token.text.isalnum():
        parts += [Number(Fraction(int(c)), c) if c.isdecimal() else Name(c) for c in token.text]
        count += 1
    if not token.at(",", "}") or not any(isinstance(part, Number) for part in parts):
        start = p.peek().start
        return _apart(p.expression(), start)
    p.position += count
    return parts if len(parts) == 1 else [Product(tuple(parts), True)]


def _apart(node: MathNode, start: int) -> list[Expr]:
    match node:
        case Product(factors, _) if all(isinstance(f, Name | Index) for f in factors):
            return [place for factor in factors for place in _apart(factor, start)]
        case MatrixProduct(left, right):
            return [*_apart(left, start), *_apart(right, start)]
        case Name(key) if key.isalpha() and (1 < len(key) < 4 or set(key) <= _LETTERS):
            return [Name(letter) for letter in key]
        case Derivative() | Differential():
            raise Unread(unread("index"), start)
    return [cast(Expr, node)]


def counted(places: tuple[Expr, ...], vocabulary: Vocabulary) -> tuple[Expr, ...]:
    """Numbers below a name count from 1, as mathematics does, unless the notes have a 0 there; in brackets from 0."""
    if vocabulary.counts_from_zero:
        return tuple(map(_as_counted, places))
    return tuple(integer(int(p.value) - 1) if isinstance(p, Number) else p for p in places)


def _as_counted(place: Expr) -> Expr:
    """A place with its numbers counted, those side by side too: nothing is to be taken off them later."""
    match place:
        case Number(value):
            return integer(int(value))
        case Product(parts, True):
            return Product(tuple(Number(part.value) if isinstance(part, Number) else part for part in parts), True)
    return place


def taken_apart(places: tuple[Expr, ...], vocabulary: Vocabulary) -> tuple[Expr, ...]:
    """Places that are one letter or digit each, as those of δ are."""
    parts = (part for place in places for part in (place.factors if isinstance(place, Product) else (place,)))
    digits = tuple(parts)
    return counted(digits, vocabulary) if digits != places else places


def is_part(node: object) -> bool:
    """Whether places are written without letters: a row or a stretch of a tensor, or one entry by its numbers."""
    return isinstance(node, Index) and all(map(_is_fixed, node.items))


def _is_fixed(item: Item) -> bool:
    if isinstance(item, Slice):
        return all(part is None or _is_fixed(part) for part in (item.start, item.stop, item.step))
    return item is None or isinstance(item.operand if isinstance(item, Negate) else item, Number)


def has_stretch(items: tuple[Item, ...]) -> bool:
    """Whether places are more than one entry."""
    return any(item is None or isinstance(item, Slice) for item in items)


def is_zeroth(place: object) -> bool:
    """Whether a place below a name was a 0, and counted from 1; side by side, one that is no digit of 10."""
    match place:
        case Product(parts, True):
            digits = (part.written if isinstance(part, Number) else "i" for part in parts)
            return re.search("(^|i)0", "".join(digit or "" for digit in digits)) is not None
    return isinstance(place, Number) and place.value < 0
