"""What one operation is: its names, its signature, its definition. Its derivative is derived, never written."""

from __future__ import annotations

from dataclasses import field

from ..records import record
from .notation import Function, Notation


@record
class Operation:
    """One operation of the language.

    `signature` names the arguments, optional ones with their default: `x, slope=0.01`; `*x` takes two or more.
    `definition` is a formula in the arguments, in the problem language; an operation without one is a primitive of
    analysis, and `primitive` says by which name SymPy and mpmath know it. `domain` is the condition on the arguments
    under which a value exists. `kinks` are expressions whose zeros are points where the derivative is a convention,
    and `convention` says which one is taken there. `textbook` maps an argument to the usual form of the derivative by
    it, in the arguments and the output `y`: a hint for display that the tests prove equal to the derived one.
    `compact` maps an argument of an operation on tensors to the usual form of what flows back to it, in the arguments
    and the incoming gradient `G`: a hint for display that is shown only where it is proved for the shapes at hand.
    `zero_gradient` marks functions that are constant between their jumps. `variants` are definitions that an option
    chooses, `options` those that go by name only, and `held` arguments that get no gradient, as masks.
    """

    name: str
    signature: str
    definition: str | None = None
    primitive: str | None = None
    aliases: tuple[str, ...] = ()
    notation: Notation | None = None
    domain: str | None = None
    kinks: tuple[str, ...] = ()
    convention: str = ""
    textbook: dict[str, str] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    compact: dict[str, str] = field(default_factory=dict)
    zero_gradient: bool = False
    describes: str = ""
    source: str = ""

    @property
    def shown(self) -> Notation:
        """The notation, by default the name set upright as a function."""
        return self.notation or Function(self.name)

    @property
    def is_variadic(self) -> bool:
        return self.signature.startswith("*")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the arguments in order; a variadic operation has none of its own."""
        return () if self.is_variadic else tuple(part.split("=")[0].strip() for part in self.signature.split(","))

    @property
    def defaults(self) -> dict[str, str]:
        """Optional arguments with the text of their default."""
        pairs = (part.split("=") for part in self.signature.split(",") if "=" in part)
        return {name.strip(): value.strip() for name, value in pairs}

    @property
    def required(self) -> int:
        """How many arguments must be given."""
        if self.is_variadic:
            return 1 if self.options else 2
        return len(self.parameters) - len(self.defaults)
