"""Parts that recur in a long formula get a letter of their own, said below it: with C = X − 1/4 colsum(X)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

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


def abbreviated(component: Component, taken: Sequence[str], names: Mapping[str, str] | None = None) -> Abbreviated:
    """The formula with a letter for each part that stands in it more than once, whatever its indices are called.

    A formula in matrix notation has no indices, and neither have its letters. `taken` are names that have a meaning,
    and `names` the problem's names for those of the formula.
    """
    body = component.body
    meanings: list[tuple[str, Component]] = []
    free = (letter for letter in _LETTERS if letter not in taken)
    if size(body) < _LONG:
        return Abbreviated(body, ())
    while parts := _recurring([body, *(c.body for _, c in meanings)]):
        used = (*taken, *(name for name, _ in meanings))
        usual = [(name, part) for part in parts if (name := _usual(part, meanings, names or {})) and name not in used]
        letter, part = usual[0] if usual else (next(free, None), parts[0])
        if letter is None:
            break
        at, pattern = free_indices(part), pattern_of(part)
        body = _named(body, pattern, letter)
        named = [(name, Component(c.at, _named(c.body, pattern, letter))) for name, c in meanings]
        first_user = next((k for k, (_, c) in enumerate(named) if _count(c.body, letter)), len(named))
        meanings = [*named[:first_user], (letter, Component(at, part)), *named[first_user:]]
    return _without_single(body, meanings)


def _usual(part: Expr, meanings: Sequence[tuple[str, Component]], names: Mapping[str, str]) -> str | None:
    """What books call a part: σ is the root that a normalisation divides by, and x̂ the normalised x."""
    match part:
        case Call("sqrt", (inner,)) if any(isinstance(n, Call) and n.function in ("mean", "var") for n in walk(inner)):
            return "sigma"
        case Quotient(above, Name("sigma")) if any(name == "sigma" for name, _ in meanings):
            found = [names[node.key] for node in walk(above) if isinstance(node, Name) and node.key in names]
            return f"{found[0]}_hat" if len(set(found)) == 1 and "_" not in found[0] else None
    return None


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


def _recurring(bodies: Sequence[Expr]) -> list[Expr]:
    """The parts worth a letter that stand in the formulas at least twice, the smallest first."""
    counts: Counter[Expr] = Counter()
    first: dict[Expr, Expr] = {}
    for body in bodies:
        for part in _parts(body):
            pattern = pattern_of(part)
            counts[pattern] += 1
            first.setdefault(pattern, part)
    found = [pattern for pattern, count in counts.items() if count > 1]
    return [first[pattern] for pattern in sorted(found, key=size)]


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
