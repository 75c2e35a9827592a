"""Whether what stands between the parentheses of a call fits the operation's signature."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import ProblemError, nearest, shorten
from .cursor import Cursor
from .expression import Call, Expr
from .tokens import Token
from .words import Signature

Options = list[tuple[str, Expr]]


@dataclass(slots=True)
class Called:
    """A call being read: the operation, the word it was called by, and what it was given so far."""

    operation: Signature
    word: str
    token: Token
    arguments: list[Expr] = field(default_factory=list)
    options: Options = field(default_factory=list)

    @property
    def form(self) -> str:
        """How the call is written: `leaky_relu(x, slope=0.01)`, `max(a, b, …)`."""
        inside = "a, b, …" if self.operation.is_variadic else self.operation.signature
        return f"{self.word}({inside})"

    @property
    def known_options(self) -> list[str]:
        variants = dict.fromkeys(variant.split("=")[0] for variant in self.operation.variants)
        return [*self.operation.parameters, *self.operation.options, *variants]

    def values_of(self, option: str) -> list[str]:
        """The words that an option of fixed choices may be; [] for an argument by name."""
        pairs = (variant.split("=") for variant in self.operation.variants)
        return [value for name, value in pairs if name == option]

    def check_option(self, name: str, cursor: Cursor, token: Token) -> None:
        """Raise ProblemError for an option that the operation has not, or that stands twice."""
        if name not in self.known_options:
            raise ProblemError(
                f"{self.word} takes no option or argument called {shorten(name)}",
                place=cursor.place(token), expected=self.form, hint=nearest(name, self.known_options),
            )  # fmt: skip
        by_position = self.operation.parameters[: len(self.arguments)]
        if name in by_position or any(name == other for other, _ in self.options):
            raise ProblemError(
                f"{self.word} is given {name} twice",
                place=cursor.place(token), expected=self.form, hint=f"one of the two, {name}=… or by its position",
            )  # fmt: skip

    def check(self, cursor: Cursor) -> None:
        """Raise ProblemError where there are too many arguments, or a required one is missing."""
        operation = self.operation
        by_name = [name for name, _ in self.options]
        given = len(self.arguments) + sum(1 for name in by_name if name in operation.parameters)
        most = None if operation.is_variadic else len(operation.parameters)
        missing = [name for name in self._required_by_name() if name not in by_name]
        if given >= operation.required and not missing and (most is None or given <= most):
            return
        wanted = f"{operation.required} or more" if most is None else str(operation.required)
        if most is not None and most > operation.required:
            wanted = f"{operation.required} to {most}"
        raise ProblemError(
            f"{self.word} takes {wanted} argument{'' if wanted == '1' else 's'}, {given} given",
            place=cursor.place(self.token), expected=self.form,
            hint=f"{self.word} with {' and '.join(missing)}" if missing and given else None,
        )  # fmt: skip

    def finished(self) -> Call:
        """The call, every required argument by its position, as the operation's definition takes them."""
        by_name = dict(self.options)
        moved = self._required_by_name()
        arguments = (*self.arguments, *(by_name[name] for name in moved))
        options = tuple((name, value) for name, value in self.options if name not in moved)
        return Call(self.operation.name, arguments, options)

    def _required_by_name(self) -> tuple[str, ...]:
        return self.operation.parameters[len(self.arguments) : self.operation.required]
