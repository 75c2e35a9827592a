"""A local gradient proved: the limit of the step's difference quotient and the form shown are one formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import mpmath
import numpy

from ..derivation import Flow, LocalGradient
from ..errors import BackpropError
from .algebra import ONE, ZERO, Algebra, Undecided
from .jets import Jet, library, lifted
from .network import Network
from .step import Step

_MOST_ENTRIES = 6  # of one operand that a flow of tensors is proved for
_MOST_SIZE = 120  # entries of a step and of its operands, all in all
# Of all lines of a solution; some ten seconds at most.
_MOST_WORK = 200_000

# What a proof comes to. Where it fails, the two formulas differ, and not only in form.
PROVED, PROVED_IN_PART, UNDECIDED, NOT_TRIED, REFUTED = "proved", "in part", "undecided", "not tried", "refuted"


class Prover:
    """Proves the local gradients of one solution, within a budget for all of them."""

    def __init__(self, network: Network, numbers: Mapping[str, Any]) -> None:
        self.network, self.numbers = network, numbers
        self.left = _MOST_WORK

    def prove(self, link: LocalGradient | Flow) -> str:
        """Whether the form shown is the limit of the difference quotient, in the cases that apply at these values."""
        operands = self.network.record.derivation.graph.operands[link.step]
        sizes = [math.prod(self.network.shape(key)) for key in (link.step, *operands)]
        if self.left <= 0 or sum(sizes) > _MOST_SIZE:
            return NOT_TRIED
        algebra = Algebra()
        budget = algebra.left
        try:
            return self._proved(algebra, link)
        except (Undecided, BackpropError, ArithmeticError, ValueError, TypeError):
            return UNDECIDED
        finally:
            self.left -= budget - max(0, algebra.left)

    def _proved(self, algebra: Algebra, link: LocalGradient | Flow) -> str:
        values = {key: self._names(algebra, key) for key in self.network.record.derivation.graph.operands[link.step]}
        step = Step(self.network, library(algebra), values, link)
        shape = self.network.shape(link.step)
        incoming = _free(algebra, shape, ("incoming",), None) if shape else 1
        values[link.step] = step.output(values)
        claimed = numpy.ravel(step.claimed(values, incoming))
        size = math.prod(self.network.shape(link.operand))
        places = range(0, size, max(1, -(-size // _MOST_ENTRIES)))
        for place in places:
            moved = self._moved(algebra, link.operand, values[link.operand], place)
            slope = _total(algebra, incoming * step.output({**values, link.operand: moved}))
            shown = lifted(algebra, claimed[place] if len(claimed) == size else claimed[0])
            off = algebra.add(slope, algebra.negate(shown.at))
            if not algebra.is_zero(off):
                return REFUTED if algebra.is_free(off) else UNDECIDED
        return PROVED if len(places) == size else PROVED_IN_PART

    def _names(self, algebra: Algebra, key: str) -> Any:
        """The entries of a name, each a variable of its own; of a symmetric or a diagonal matrix the free ones."""
        found = _free(algebra, self.network.shape(key), (key,), self.numbers[key])
        return self.network.within(key, found)

    def _moved(self, algebra: Algebra, key: str, value: Any, place: int) -> Any:
        """The value with h added to one entry."""
        shape = self.network.shape(key)
        if not shape:
            return Jet(algebra, value.at, ONE, value.here)
        shift = numpy.full(math.prod(shape), 0, dtype=object)
        shift[place] = Jet(algebra, ZERO, ONE, mpmath.mpf(0))
        return value + self.network.within(key, shift.reshape(shape))


def _free(algebra: Algebra, shape: tuple[int, ...], label: tuple[object, ...], here: Any) -> Any:
    """A variable for each entry."""
    size = math.prod(shape)
    numbers = [mpmath.mpf(1)] * size if here is None else numpy.ravel(here).tolist()
    found = [Jet(algebra, algebra.name((*label, k)), ZERO, number) for k, number in enumerate(numbers)]
    return numpy.array(found, dtype=object).reshape(shape) if shape else found[0]


def _total(algebra: Algebra, flow: Any) -> Any:
    """The sum of what stands before h in every entry."""
    total = ZERO
    for entry in numpy.ravel(flow):
        total = algebra.add(total, lifted(algebra, entry).slope)
    return total
