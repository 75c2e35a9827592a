"""What confirmed each line of a solution."""

from __future__ import annotations

from .records import record

# Kinds of lines: the value of a step, the local gradient of a step by an operand, the gradient of the loss by a name.
KINDS = ("value", "local", "gradient")


# Roads, as records and JSON name them; an engine is named by itself, with its version.
EVALUATION = "evaluation with 60 digits"
AT_THE_STEP = "central differences of the step, here and nearby"
IDENTITY = "symbolic identity"
SOME_ENTRIES = ", of some entries"


@record
class CertifiedLine:
    """A line of a solution and the roads that led to the same; `refuted` tells which one did not, "" for none.

    `operand` is what a local gradient is by, "" for other lines. A road that was `undecided` says nothing, and one that
    was `not_tried` was not gone.
    """

    kind: str
    key: str
    operand: str
    confirmed_by: tuple[str, ...]
    refuted: str = ""
    undecided: tuple[str, ...] = ()
    not_tried: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The line, for people: "the local gradient of s by w"."""
        if self.kind == "local":
            return f"the local gradient of {self.key} by {self.operand}"
        return f"the {self.kind} of {self.key}" if self.kind == "value" else f"the gradient by {self.key}"


@record
class Certificate:
    """The lines of a solution in its order; `engines` are those that took part, with their versions."""

    lines: tuple[CertifiedLine, ...]
    engines: tuple[str, ...]

    @property
    def refuted(self) -> tuple[CertifiedLine, ...]:
        return tuple(line for line in self.lines if line.refuted)

    @property
    def proved(self) -> tuple[CertifiedLine, ...]:
        """The local gradients whose formula is proved, not only confirmed at some values."""
        return tuple(line for line in self.lines if any(road.startswith(IDENTITY) for road in line.confirmed_by))

    @property
    def unconfirmed(self) -> tuple[CertifiedLine, ...]:
        """The lines that nothing speaks against and nothing confirmed: at a kink, beyond the stated amount of work."""
        return tuple(line for line in self.lines if not line.confirmed_by and not line.refuted)
