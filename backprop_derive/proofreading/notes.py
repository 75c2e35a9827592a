"""What a text states: its statements, read again whenever more is known of its names, and the scope of each."""

from __future__ import annotations

from collections.abc import Iterator

from ..records import record
from ..syntax.expression import Name, names_in
from .arrays import tensor_names
from .definitions import scopes_of
from .entries import defined_by_entries, has_zeroth
from .formula import Formula
from .named_entries import numbered_entries
from .ranks import single_numbers, unknown
from .readings import Readings
from .scope import Scope, is_plain
from .statements import Statement, with_names, with_tensors
from .tangents import with_dot
from .tokens import Vocabulary

_MOST_ROUNDS = 4


@record
class Notes:
    """What notes state by a vocabulary, and the scope of each statement."""

    vocabulary: Vocabulary
    statements: list[Statement]
    scopes: list[Scope]


def read_notes(formulas: list[Formula], readings: Readings) -> Notes:
    """The statements of some formulas, read again whenever more is known of their names."""
    vocabulary = readings.vocabulary(formulas)
    statements = list(readings.statements(formulas, vocabulary))
    more = {key for s in statements for key in _used_names(s)} - vocabulary.names
    if more:
        vocabulary = with_names(vocabulary, more)
        statements = list(readings.statements(formulas, vocabulary))
    scopes = scopes_of(statements)
    has_tangents = any(map(_speaks_of_tangents, statements))
    tensors: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    for _ in range(_MOST_ROUNDS):  # what tensors are tells how a step is read, which may be another one
        problems = {id(scope): (scope, tensor_names(scope)) for scope in {id(s): s for s in scopes}.values()}
        numbered |= numbered_entries(vocabulary.names, statements, problems)
        found = tensors | {key for _, names in problems.values() for key in names if key not in numbered}
        found |= {with_dot(key) for key in found} if has_tangents else set()
        single = frozenset(key for scope, _ in problems.values() for key in single_numbers(scope))
        if (found, single) == (tensors, numbers):
            break
        tensors, numbers = found, single
        unsure = frozenset(key for scope, _ in problems.values() for key in unknown(scope))
        defined = frozenset(key for scope, _ in problems.values() for key in (*scope.givens, *scope.steps))
        vocabulary = with_tensors(vocabulary, tensors - numbers, defined, numbered, unsure)
        statements = list(readings.statements(formulas, vocabulary))
        scopes = scopes_of(statements)
    if not tensors:
        return Notes(vocabulary, statements, scopes)
    by_entries: set[str] = set()
    while more := {key for s in statements for key in defined_by_entries(s)} - by_entries:
        by_entries |= more
        whole = tensors - numbers | by_entries
        vocabulary = with_tensors(vocabulary, whole, defined - by_entries, numbered, unsure)
        statements = list(readings.statements(formulas, vocabulary))
    if any(map(has_zeroth, statements)):
        vocabulary = vocabulary.from_zero()
        statements = list(readings.statements(formulas, vocabulary))
    return Notes(vocabulary, statements, scopes_of(statements))


def _speaks_of_tangents(statement: Statement) -> bool:
    """Whether what a statement is about is a tangent, ẇ = …"""
    head = statement.links[0].node
    return isinstance(head, Name) and "_dot" in head.key


def _used_names(statement: Statement) -> Iterator[str]:
    """The names in what a statement defines a name by."""
    if len(statement.links) > 1 and isinstance(statement.links[0].node, Name):
        body = statement.links[1].node
        if is_plain(body):
            yield from (key for key in names_in(body) if "'" not in key and "_dot_" not in key)  # type: ignore[arg-type]
