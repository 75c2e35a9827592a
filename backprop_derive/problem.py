"""What was asked: givens, steps and questions, in the author's own expressions and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from .errors import Place
from .indexed.sizes import Shape
from .ops.table import is_tensor_node
from .records import record
from .syntax.expression import Expr, ListOf, size, walk
from .variation import Requirement, Varied


@record
class Given:
    """A name with a value, a closed expression or a tensor of them; None where the given is a symbol only.

    `shape` is the shape that stands in the place of a value, `(n, 3)`; letters are symbolic sizes. `structure` is what
    is declared of a matrix, `symmetric` or `diagonal`; "" for nothing. `is_size` tells that nobody wrote it: it is a
    letter of a shape, which a step uses as the number that it is.
    """

    key: str
    written: str
    value: Expr | None
    place: Place = field(compare=False)
    shape: Shape | None = None
    structure: str = ""
    is_size: bool = False


@record
class Step:
    """One node of the graph: `name = expression`. `label` is the author's numbering, `1.` or `(a)`, if any.

    `expression_place` is where the right side begins, for messages about its value.
    """

    key: str
    written: str
    expression: Expr
    place: Place = field(compare=False)
    expression_place: Place = field(compare=False)
    label: str = field(default="", compare=False)


@record
class Prose:
    """A line of text in its place; `parts` are plain text and expressions that stood between dollars.

    `goes_on` tells that the line continues the paragraph of the line before it.
    """

    parts: tuple[str | Claim, ...]
    goes_on: bool = False


@record
class Claim:
    """An expression inside prose, or an equation `left = right`."""

    left: Expr
    right: Expr | None = None


@record
class Problem:
    """A problem as read. `statements` holds prose, givens and steps in the author's order.

    `wanted` are the keys whose gradient is needed; `asked` tells whether a Find line (or a caller) named them.
    `second` are the pairs of keys by which a second derivative is asked for. `unasked` are the wanted keys that are no
    answer themselves: a second derivative or an update needs them.
    `round_to` is the number of decimals to carry, None for exact work. `shapes` holds the shape of every name, () for a
    scalar; `has_tensors` tells that a vector, a matrix or a higher tensor stands anywhere. `varied` and `required` are
    what makes it an exercise; where an operation varies, the steps are written with one of its choices.
    """

    title: str
    statements: tuple[Prose | Given | Step, ...]
    loss: str
    wanted: tuple[str, ...]
    asked: bool
    parameters: tuple[str, ...] = ()
    learning_rate: Expr | None = None
    updates: int = 0
    round_to: int | None = None
    source: str = field(default="", compare=False)
    shapes: dict[str, Shape] = field(default_factory=dict, compare=False)
    has_tensors: bool = field(default=False, compare=False)
    second: tuple[tuple[str, str], ...] = ()
    unasked: tuple[str, ...] = ()
    varied: tuple[Varied, ...] = ()
    required: tuple[Requirement, ...] = ()

    @property
    def givens(self) -> tuple[Given, ...]:
        return tuple(s for s in self.statements if isinstance(s, Given))

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(s for s in self.statements if isinstance(s, Step))

    @property
    def gradients(self) -> tuple[str, ...]:
        """The names whose gradient is itself an answer."""
        return tuple(key for key in self.wanted if key not in self.unasked)

    @property
    def spelled(self) -> dict[str, str]:
        """Each key with the spelling the author defined it by."""
        return {s.key: s.written for s in self.statements if not isinstance(s, Prose)}

    @property
    def structures(self) -> dict[str, str]:
        """What is declared of each matrix, of those where anything is."""
        return {given.key: given.structure for given in self.givens if given.structure}

    @property
    def asks_jacobian(self) -> bool:
        """Whether a tensor is differentiated, so that its derivatives are Jacobians."""
        return bool(self.shapes.get(self.loss))

    @property
    def has_values(self) -> bool:
        """Whether every given has a value, so that there are numbers."""
        return all(given.value is not None for given in self.givens)

    @property
    def without_value(self) -> tuple[Given, ...]:
        """The givens that a caller may give values; a size comes with the tensor whose it is."""
        return tuple(given for given in self.givens if given.value is None and not given.is_size)

    def large_steps(self, limit: int) -> tuple[str, ...]:
        """The steps with more operations than the limit, which are too much for one derivative on one line."""
        return tuple(step.key for step in self.steps if size(step.expression) > limit)

    @property
    def updated(self) -> tuple[str, ...]:
        """What an update moves: the parameters, else what Find names, else every given."""
        return self.parameters or self.wanted


def has_tensors(statements: Sequence[Prose | Given | Step]) -> bool:
    """Whether a vector, a matrix or a higher tensor stands anywhere."""
    for statement in statements:
        if isinstance(statement, Given):
            if statement.shape or statement.structure or isinstance(statement.value, ListOf):
                return True
        elif isinstance(statement, Step) and any(is_tensor_node(node) for node in walk(statement.expression)):
            return True
    return False
