"""The path ledger: which paths lead from a name to the loss, and what the gradient gets along each."""

from __future__ import annotations

from collections.abc import Iterator

from .records import record
from .solution import TensorValue, Value

# (step, operand).
Edge = tuple[str, str]


@record
class Path:
    """A path along the steps: the names on it, from where it starts to the loss."""

    names: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many edges it has, each with one local gradient."""
        return len(self.names) - 1

    def edges(self) -> Iterator[Edge]:
        """Each edge, from the loss back: the order in which the chain rule is written."""
        for position in range(len(self.names) - 1, 0, -1):
            yield self.names[position], self.names[position - 1]


@record
class PathList:
    """The paths from one name to the loss: how many there are, exactly, and those that are listed.

    All are `listed`, the shortest first, where there are few; of too many those with the largest products, largest
    first, and without numbers the shortest. `ends` are the shortest and the longest path, of equal ones that with the
    largest product; a path with the product 0 is among them only where all have it.
    """

    start: str
    count: int
    listed: tuple[Path, ...]
    ends: tuple[Path, ...]

    @property
    def is_complete(self) -> bool:
        return self.count == len(self.listed)


@record
class Multiplications:
    """How many products of two numbers composing the local gradients takes; a product with the seed 1 is none.

    `reverse` is one pass for all wanted names, `forward` one pass for each, `by_path` each path multiplied by itself.
    """

    reverse: int
    forward: int
    by_path: int


@record
class Contribution:
    """What the gradient gets along one path: the product of its local gradients, and its size.

    `size` is the absolute value, of a tensor the Frobenius norm; `per_edge` the factor by which it changed on each
    edge, in geometric mean.
    """

    product: Value | TensorValue
    size: Value
    per_edge: Value


@record
class Growth:
    """From the shortest path that contributes anything to the longest: their lengths, the largest sizes there.

    `per_edge` is the factor on each further edge, in geometric mean.
    """

    lengths: tuple[int, int]
    sizes: tuple[Value, Value]
    per_edge: Value


@record
class Account:
    """The numbers of a `PathList`: of the listed paths in their order, of all others together, and of all.

    `total` is the gradient; that the others add up to it was checked. `growth` is None where all are equally long.
    """

    listed: tuple[Contribution, ...]
    rest: Value | TensorValue
    total: Value | TensorValue
    growth: Growth | None = None


@record
class Ledger:
    """The paths of each wanted name, in the order of asking, and their numbers where the givens have values.

    `is_by_size` tells that too many paths were ordered by their products. `multiplications` is None for tensors, whose
    local gradients are no numbers.
    """

    lists: tuple[PathList, ...]
    is_by_size: bool = False
    accounts: tuple[Account, ...] = ()
    multiplications: Multiplications | None = None
