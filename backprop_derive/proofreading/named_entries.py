"""Names that are entries of a vector or a matrix: W_12 where W is a matrix and W_12 is no name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..document import MathNode
from ..syntax.expression import ListOf
from .definitions import GIVING
from .indices import is_tensor
from .scope import Scope
from .statements import Statement
from .tokens import entry_in

Tensors = frozenset[str]


def numbered_entries(
    known: frozenset[str], statements: Sequence[Statement], scopes: Mapping[int, tuple[Scope, Tensors]]
) -> frozenset[str]:
    """The `known` keys that are an entry in every problem in which they stand; `scopes` are those with their tensors.

    A name of its own wins: one that is given, that comes before its tensor or that the tensor is made of, and one of a
    vector or a matrix.
    """
    at = {statement.place: k for k, statement in enumerate(statements)}
    given = {statement.place for statement in statements if _is_given(statement)}
    tensors_of_all = frozenset().union(*(tensors for _, tensors in scopes.values()))
    entries = {key for key in known if entry_in(key, tensors_of_all)}
    names: set[str] = set()
    for scope, tensors in scopes.values():
        for key in scope.symbols:
            stem, places = entry_in(key, tensors) or ("", ())
            own, of_tensor = scope.defining.get(key), scope.defining.get(stem)
            if (
                not stem
                or own in given
                or (own is not None and of_tensor is not None and at[own] < at[of_tensor])
                or key in scope.needed(stem)
                or _is_tensor(scope, key, tensors)
                or not fits(places, axes_of(scope.givens.get(stem)))
            ):
                names.add(key)
    return frozenset(entries - names)


def _is_given(statement: Statement) -> bool:
    """Whether a statement stands in a list of givens."""
    formula = statement.formula
    before = formula.text[: statement.links[0].start] if formula.kind == "text" else ""
    words = f"{formula.lead} {before}".split(maxsplit=1)
    return bool(words) and words[0].strip("*:").lower() in GIVING


def _is_tensor(scope: Scope, key: str, tensors: Tensors) -> bool:
    body = scope.steps.get(key) or scope.givens.get(key)
    return body is not None and is_tensor(body, tensors)


def axes_of(given: MathNode | None) -> int | None:
    """How many axes a given tensor has; None for what has to be computed."""
    axes = 0
    while isinstance(given, ListOf) and given.items:
        axes, given = axes + 1, given.items[0]
    return axes or None


def fits(places: tuple[str, ...], axes: int | None) -> bool:
    """Whether an index can tell the place of an entry: each number of 1, 2 is a place, or each digit of 12."""
    return axes is None or len(places) == axes or (len(places) == 1 and len(places[0]) == axes)
