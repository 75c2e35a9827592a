"""Parts that recur in a long formula get a letter of their own, said below it: with C = X − 1/4 colsum(X)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..derivation import Component
from ..indexed.matrix import letters_in
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
        at, pattern = _free_indices(part), _pattern(part)
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
        body = _replaced(body, letter, meaning)
        meanings[position + 1 :] = [
            (name, Component(c.at, _replaced(c.body, letter, meaning))) for name, c in meanings[position + 1 :]
        ]
    return Abbreviated(body, tuple(kept))


def _count(expr: Expr, letter: str) -> int:
    return sum(node == Name(letter) for node in walk(expr))


def _replaced(expr: Expr, letter: str, meaning: Component) -> Expr:
    """The formula with the meaning in the letter's place; its bound indices are free of those outside."""
    match expr:
        case Index(Name(key), places) if key == letter:
            renamed = dict(zip(meaning.at, (p.key for p in places if isinstance(p, Name)), strict=True))
            bound = {node.index: f"{node.index}'" for node in walk(meaning.body) if isinstance(node, Over)}
            return _renamed(meaning.body, {**bound, **renamed})
        case Name(key) if key == letter:
            return meaning.body
    return map_children(expr, lambda part: _replaced(part, letter, meaning))


def in_output(body: Expr, step: Component, output: str) -> Expr:
    """The formula with the step's own output where its definition stands: 1 − h_i² for 1 − tanh(…)²."""
    if size(step.body) < 1 or not isinstance(step.body, Call):
        return body
    pattern, order = _pattern(step.body), _free_indices(step.body)
    if sorted(order) != sorted(step.at):
        return body

    def changed(part: Expr) -> Expr:
        if type(part) is type(step.body) and _pattern(part) == pattern:
            found = dict(zip(order, _free_indices(part), strict=True))
            places = tuple(Name(found[index]) for index in step.at)
            return Index(Name(output), places) if places else Name(output)
        return map_children(part, changed)

    return changed(body)


def _recurring(bodies: Sequence[Expr]) -> Expr | None:
    """The smallest part worth a letter that stands in the formulas at least twice."""
    counts: Counter[Expr] = Counter()
    first: dict[Expr, Expr] = {}
    for body in bodies:
        for part in _parts(body):
            pattern = _pattern(part)
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
    if _pattern(body) == pattern:
        places = tuple(map(Name, _free_indices(body)))
        return Index(Name(letter), places) if places else Name(letter)
    return map_children(body, lambda part: _named(part, pattern, letter))


def _free_indices(part: Expr) -> tuple[str, ...]:
    """The free indices in the order in which they appear."""
    free = letters_in(part)
    names = (node.key for node in walk(part) if isinstance(node, Name) and node.key in free)
    return tuple(dict.fromkeys(names))


def _pattern(part: Expr) -> Expr:
    """The part with its indices called by their order, so that equal parts look equal."""
    order: dict[str, str] = {}
    for node in walk(part):
        index = node.index if isinstance(node, Over) else node.key if isinstance(node, Name) else ""
        if index.startswith("@"):
            order.setdefault(index, f"@{len(order)}")
    return _renamed(part, order)


def _renamed(expr: Expr, names: dict[str, str]) -> Expr:
    match expr:
        case Name(key):
            return Name(names.get(key, key))
        case Over(index, count, body):
            return Over(names.get(index, index), count, _renamed(body, names))
    return map_children(expr, lambda part: _renamed(part, names))
