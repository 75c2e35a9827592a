"""A statement read once more where its first reading does not hold: as a general rule, or with d for differentiation.

The letters of a general rule, d(f + g)/dx = f′ + g′, stand for any functions, whatever the problem calls f or x. Where
d is a name of the problem, `dd/da` is a derivative nevertheless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from ..document import Applied, Derivative, MathNode
from ..syntax.expression import Name
from .definitions import extended
from .formula import Formula
from .parts import symbols_in
from .readings import Readings
from .rules import nodes_of
from .scope import Scope
from .statements import Statement
from .tokens import Vocabulary

_DOT = re.compile(r"\\cdot(?![A-Za-z])|[·⋅∙]")


class Again:
    """The further readings of the statements of some formulas."""

    def __init__(self, formulas: Sequence[Formula], readings: Readings, vocabulary: Vocabulary) -> None:
        self.formulas, self.readings, self.vocabulary = formulas, readings, vocabulary
        self.letters = Vocabulary(frozenset(), vocabulary.functions)  # nothing stands for anything yet

    @cached_property
    def rules(self) -> Scope:
        """The functions of general rules, f(x) = g(h(x)), and nothing else."""
        statements = self.readings.statements(self.formulas, self.letters)
        return extended(Scope(), [s for s in statements if _is_composition(s)])

    def as_rule(self, statement: Statement) -> Statement | None:
        """The statement in letters that stand for anything, if it is a general rule."""
        told = self._read(statement, self.letters)
        return told if told is not None and is_rule(told) else None

    def with_sign(self, statement: Statement) -> Statement | None:
        """The statement with d for the sign of differentiation, where d is a name."""
        if self.vocabulary.may_differentiate:
            return None
        return self._read(statement, self.vocabulary.with_sign())

    def with_dots(self, statement: Statement) -> Statement | None:
        """The statement with dots that multiply vectors and matrices entry by entry."""
        if not self.vocabulary.tensors or _DOT.search(statement.formula.text) is None:
            return None
        return self._read(statement, self.vocabulary.with_dots())

    def _read(self, statement: Statement, vocabulary: Vocabulary) -> Statement | None:
        """What stands at the same place by another vocabulary, of which the statement may be a part."""
        for told in self.readings.statements((statement.formula,), vocabulary):
            ends = told.span(told.links[-1])[1]
            if told.start <= statement.start < ends and all(link.node is not None for link in told.links):
                return told
        return None


def is_rule(statement: Statement) -> bool:
    """Whether a statement is about functions, or differentiates a formula of letters by one of them."""
    nodes = [node for link in statement.links if link.node is not None for node in nodes_of(link.node)]
    letters = {key.rstrip("'") for link in statement.links if link.node is not None for key in symbols_in(link.node)}
    return all(len(key) == 1 for key in letters) and any(map(_is_of_functions, nodes))


def _is_composition(statement: Statement) -> bool:
    """Whether a function is said to be others one within the other: f(x) = g(h(x))."""
    return len(statement.links) > 1 and all(isinstance(link.node, Applied) for link in statement.links[:2])


def _is_of_functions(node: MathNode) -> bool:
    match node:
        case Applied():
            return True
        case Name(key):
            return key.endswith("'")
        case Derivative(of, _, "d"):
            return not isinstance(of, Name)
    return False


def further(again: Again, statement: Statement) -> Iterator[tuple[Statement, Scope | None]]:
    """What else a statement may say, and the scope in which it does; None for its own."""
    if (told := again.as_rule(statement)) is not None:
        yield told, again.rules
    if (told := again.with_sign(statement)) is not None and told.links != statement.links:
        yield told, None
    if (told := again.with_dots(statement)) is not None and told.links != statement.links:
        yield told, None
