"""Component formulas up to the names of their indices: where one stands in another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..syntax.expression import (
    Call,
    Expr,
    Index,
    Name,
    Number,
    Over,
    Product,
    Sum,
    map_children,
    size,
    substitute,
    walk,
)
from .terms import letters_in

_INDEX = re.compile(r"@\w+")


def in_output(body: Expr, at: Sequence[str], definition: Expr, output: str) -> Expr:
    """The formula with a step's output where its definition, with indices `at`, stands: 1 − h_i² for 1 − tanh(…)²."""
    if size(definition) < 1 or not isinstance(definition, Call):
        return body
    own = arranged(definition)
    pattern, order = pattern_of(own), free_indices(own)
    if sorted(order) != sorted(at):
        return body

    def changed(part: Expr) -> Expr:
        if isinstance(part, Call) and part.function == definition.function:
            same = arranged(part)
            if pattern_of(same) == pattern:
                found = dict(zip(order, free_indices(same), strict=True))
                places = tuple(Name(found[index]) for index in at)
                return Index(Name(output), places) if places else Name(output)
        return map_children(part, changed)

    return changed(body)


def whole_in_output(form: Expr, definition: Expr, output: str) -> Expr:
    """As `in_output`, of matrix notation: 1 − h ⊙ h for 1 − tanh(W x + b) ⊙ tanh(b + W x)."""
    own = arranged(definition)

    def changed(part: Expr) -> Expr:
        return Name(output) if type(part) is type(own) and arranged(part) == own else map_children(part, changed)

    return changed(form)


def arranged(expr: Expr) -> Expr:
    """The formula with its terms and its factors in an order of their own, whoever wrote them in which."""
    expr = map_children(expr, arranged)
    match expr:
        case Number(value):
            return Number(value)
        case Product(factors):
            return Product(tuple(sorted(factors, key=_look)))
        case Sum(terms, minus):
            parts = sorted(zip(terms, minus, strict=True), key=lambda part: (part[1], _look(part[0])))
            if not parts[0][1]:
                return Sum(tuple(term for term, _ in parts), tuple(is_minus for _, is_minus in parts))
    return expr


def _look(part: Expr) -> str:
    """What a part looks like but for the names of its indices."""
    return _INDEX.sub("@", repr(part))


def put_in(expr: Expr, key: str, at: Sequence[str], body: Expr) -> Expr:
    """The formula with a tensor's entries in their places: `body` at the indices `at`, whose sums get indices anew."""
    match expr:
        case Index(Name(found), places) if found == key:
            bound = {node.index: f"{node.index}'" for node in walk(body) if isinstance(node, Over)}
            inner = tuple(put_in(place, key, at, body) for place in places if isinstance(place, Expr))
            return substitute(renamed(body, bound), dict(zip(at, inner, strict=True)))
        case Name(found) if found == key:
            return body
    return map_children(expr, lambda part: put_in(part, key, at, body))


def free_indices(part: Expr) -> tuple[str, ...]:
    """The free indices in the order in which they appear."""
    free = letters_in(part)
    names = (node.key for node in walk(part) if isinstance(node, Name) and node.key in free)
    return tuple(dict.fromkeys(names))


def pattern_of(part: Expr) -> Expr:
    """The part with its indices called by their order, so that equal parts look equal."""
    order: dict[str, str] = {}
    for node in walk(part):
        index = node.index if isinstance(node, Over) else node.key if isinstance(node, Name) else ""
        if index.startswith("@"):
            order.setdefault(index, f"@{len(order)}")
    return renamed(part, order)


def renamed(expr: Expr, names: Mapping[str, str]) -> Expr:
    """The formula with other names for its indices, bound ones too."""
    match expr:
        case Name(key):
            return Name(names.get(key, key))
        case Over(index, count, body):
            return Over(names.get(index, index), count, renamed(body, names))
    return map_children(expr, lambda part: renamed(part, names))
