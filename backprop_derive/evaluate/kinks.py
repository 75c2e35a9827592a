"""Where a compiled run meets a kink or a tie: conditions over arrays, beside the values that they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ..ops.table import bound_arguments, definition_of, formula, operation
from ..syntax.expression import Call, Expr, substitute
from .labelled import Labelled, Term


class Kinks:
    """The conditions of one component, by the operation that they are of; noted as the exact evaluation notes them."""

    def __init__(self, labelled: Labelled) -> None:
        self.labelled = labelled
        self.found: list[tuple[str, Term]] = []
        self.is_silent = False

    def of_call(self, call: Call, plain: Callable[[Expr], Term]) -> None:
        """The kinks of an operation, and those of its arguments before its definition takes them in."""
        if self.is_silent:
            return
        arguments = bound_arguments(call)
        if definition_of(call) is not None:
            for argument in arguments.values():
                plain(argument)
        for text in operation(call.function).kinks:
            with self.silent():
                value = plain(substitute(formula(text), arguments))
            self.note(call.function, self.labelled.each("==", value, self.labelled.number(0.0)))

    def note(self, operation: str, condition: Term) -> None:
        if not self.is_silent:
            self.found.append((operation, condition))

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Within, nothing is noted: what a definition or a condition meets is no kink of its own."""
        outer, self.is_silent = self.is_silent, True
        yield
        self.is_silent = outer

    @contextmanager
    def only_where(self, masks: Sequence[Term]) -> Iterator[None]:
        """What is noted within holds only where the masks do, which may grow until the end of the block."""
        first = len(self.found)
        yield
        for k in range(first, len(self.found)):
            operation, condition = self.found[k]
            for mask in masks:
                condition = self.labelled.each("and", condition, mask)
            self.found[k] = (operation, condition)

    def registers(self) -> list[tuple[str, int]]:
        """For each operation the register of whether its condition holds anywhere."""
        program = self.labelled.program
        return [(name, program.apply("any", (condition.register,), ())) for name, condition in self.found]
