"""Parts that recur in a long formula get a letter of their own, said below it: with C = X − 1/4 colsum(X)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..derivation import Component
from ..indexed.patterns import free_indices, pattern_of, put_in
from ..indexed.terms import letters_in
from ..records import record
from ..syntax.expression import Call, Expr, Index, Name, Over, Quotient, Sum, map_children, size, walk

# A formula of fewer operations is read as it stands; a part of fewer gets no letter (an index counts as one, too).
_LONG, _SHORTEST_NAMED, _SHORTEST_ENTRY = 10, 4, 5
_LETTERS = "CDEHMPRSTUVBAFK"


@record
class Abbreviated:
    """A formula, and what its new letters stand for, in the order in which they need each other."""

    body: Expr
    meanings: tuple[tuple[str, Component], ...]


def abbreviated(component: Component, taken: Sequence[str]) -> Abbreviated:
    """The formula with a letter for each part that stands in it more than once, whatever its indices are called.

    A formula in matrix notation has no indices, and neither have its letters. `taken` are names that have a meaning.
    """
    body = component.body
    meanings: list[tuple[str, Component]] = []
    free = (letter for letter in _LETTERS if letter not in taken)
    if size(body) < _LONG:
        return Abbreviated(body, ())
    while (part := _recurring([body, *(c.body for _, c in meanings)])) is not None:
        letter = next(free, None)
        if letter is None:
            break
        at, pattern = free_indices(part), pattern_of(part)
        body = _named(body, pattern, letter)
        meanings = [(name, Component(c.at, _named(c.body, pattern, letter))) for name, c in meanings]
        meanings.append((letter, Component(at, part)))
    return _without_single(body, meanings)


def _without_single(body: Expr, meanings: list[tuple[str, Component]]) -> Abbreviated:
    """A letter that is needed once only gives way to what it stands for."""
    kept: list[tuple[str, Component]] = []
    for position, (letter, meaning) in enumerate(meanings):
        users = [body, *(c.body for _, c in meanings[position + 1 :])]
        if sum(_count(user, letter) for user in users) > 1:
            kept.append((letter, meaning))
            continue
        body = put_in(body, letter, meaning.at, meaning.body)
        meanings[position + 1 :] = [
            (name, Component(c.at, put_in(c.body, letter, meaning.at, meaning.body)))
            for name, c in meanings[position + 1 :]
        ]
    return Abbreviated(body, tuple(kept))


def _count(expr: Expr, letter: str) -> int:
    return sum(node == Name(letter) for node in walk(expr))


def _recurring(bodies: Sequence[Expr]) -> Expr | None:
    """The smallest part worth a letter that stands in the formulas at least twice."""
    counts: Counter[Expr] = Counter()
    first: dict[Expr, Expr] = {}
    for body in bodies:
        for part in _parts(body):
            pattern = pattern_of(part)
            counts[pattern] += 1
            first.setdefault(pattern, part)
    found = [pattern for pattern, count in counts.items() if count > 1]
    return first[min(found, key=size)] if found else None


def _parts(body: Expr) -> Iterator[Expr]:
    """What may get a letter: values of functions, sums and differences, quotients; neither a product nor all of it."""
    for part in walk(body):
        if part is not body and isinstance(part, Call | Over | Quotient | Sum):
            least = _SHORTEST_ENTRY if letters_in(part) else _SHORTEST_NAMED
            if size(part) >= least:
                yield part


def _named(body: Expr, pattern: Expr, letter: str) -> Expr:
    if pattern_of(body) == pattern:
        places = tuple(map(Name, free_indices(body)))
        return Index(Name(letter), places) if places else Name(letter)
    return map_children(body, lambda part: _named(part, pattern, letter))
