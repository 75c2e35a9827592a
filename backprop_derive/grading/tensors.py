"""Vectors and matrices of a student's work: follow-through by the engine, credit and mistakes entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from .. import api
from ..document import Derivative, MathNode
from ..errors import BackpropError
from ..exercises.answers import Wrong
from ..languages import Said
from ..mistakes.table import mistake_called
from ..proofreading.arrays import Array, Arrays
from ..proofreading.engine import floats
from ..proofreading.entries import Misfit, shown_shape
from ..proofreading.literals import entries, literal
from ..proofreading.scope import Scope
from ..proofreading.sentences import slip
from ..proofreading.tensors import is_written
from ..proofreading.values import Key as Symbol
from ..proofreading.values import NoValue, symbol_key
from ..records import record
from ..syntax.expression import ListOf, Name
from ..syntax.written import written
from .record import Diagnosis
from .sentences import LINES

_SAME = 1e-9
_LOSS, _ADJOINT = "own_loss", "own_adjoint"
_MOST_NAMED = 6


class OwnArrays(Arrays):
    """The values that follow from those of the student's own (`own`), as the engine finds them: one step at a time."""

    def __init__(self, base: Arrays, own: Mapping[Symbol, Array]) -> None:
        super().__init__(base.scope)
        self.__dict__.update(base.__dict__)
        self.base = base
        self.own = own
        self.found: dict[Symbol, Array] = {}

    def nearby(self) -> tuple[Arrays, ...]:
        """None: a student's own values are what they are."""
        return ()

    def known(self, node: MathNode) -> Array:
        """The student's own value; else what follows from the own values before it; else the right one."""
        key = symbol_key(node, self.scope.loss)
        if key is None or not self.own:
            return self.base.known(node)
        if key in self.own:
            return self.own[key]
        if key not in self.found:
            found = self._step(key[0]) if len(key) == 1 else self._gradient(key[1]) if len(key) == 2 else None
            self.found[key] = self.base.known(node) if found is None else found
        return self.found[key]

    def _step(self, key: str) -> Array | None:
        """A step's value from its operands."""
        if key not in self.scope.steps or not self.is_concerned((name,) for name in self.scope.needed(key)):
            return None
        lines = [*self._givens(key), f"{key} = {written(self.scope.steps[key])}", f"{_LOSS} = sum({key} * {key})"]
        return floats(_solved("\n".join(lines)).value(key))

    def is_concerned(self, keys: Iterator[Symbol]) -> bool:
        return any(key in self.own for key in keys)

    def _givens(self, key: str) -> list[str]:
        return [
            f"Given {name} = {_text(self.known(Name(name)))}{self._kind(name)}" for name in self.scope.operands[key]
        ]

    def _kind(self, name: str) -> str:
        """What a given matrix is declared to be; an own value of it need not be that."""
        structure = self.scope.structure(name)
        return f" {structure}" if structure and (name,) not in self.own else ""

    def _gradient(self, key: str) -> Array | None:
        """The sum, over the steps that use a name, of what flows back through each from the student's own adjoint.

        Through one step flows the gradient of Σ adjoint ⊙ step, which the engine derives.
        """
        scope, loss = self.scope, self.scope.loss
        steps = [step for step in scope.order if key in scope.operands[step]]
        flows = [self._flow(step, key) for step in steps if step == loss or self._reaches(step)]
        return sum(flows[1:], flows[0]) if flows else None

    def _reaches(self, step: str) -> bool:
        return step in self.scope.needed(str(self.scope.loss))

    def _flow(self, step: str, key: str) -> Array:
        lines = [*self._givens(step), f"{step} = {written(self.scope.steps[step])}"]
        if step == self.scope.loss:
            return floats(_solved("\n".join(lines), step).gradient(key))
        adjoint = self.known(Derivative(Name(str(self.scope.loss)), Name(step)))
        product = f"{_ADJOINT} * {step}"
        lines += [
            f"Given {_ADJOINT} = {_text(adjoint)}",
            f"{_LOSS} = {f'sum({product})' if adjoint.shape else product}",
        ]
        return floats(_solved("\n".join(lines), _LOSS).gradient(key))


def _solved(problem: str, loss: str | None = None) -> Any:
    try:
        return api.solve(problem, loss=loss)
    except BackpropError as error:
        raise NoValue(error.found) from None


def _text(array: Array) -> str:
    return str(np.asarray(array, dtype=float).tolist())


# --- credit and mistakes


@record
class Entries:
    """How a written vector or matrix compares with the right one: right entries of all, and what to say of it."""

    right: int
    count: int
    reason: str = ""
    mistakes: tuple[Diagnosis, ...] = ()

    @property
    def credit(self) -> Fraction:
        return Fraction(self.right, self.count) if self.count else Fraction(0)


def compared(node: MathNode, right: Array, known: tuple[Wrong, ...], told: Any) -> Entries | None:
    """A written tensor, entry by entry; None where it is none, or has rows of different lengths.

    `known` are wrong answers, `told` words a mistake.
    """
    if not is_written(node):
        return None
    try:
        found = Arrays(Scope()).value(node)
    except (Misfit, NoValue):
        return None
    if found.shape != right.shape:
        return _misshapen(node, found, right)
    fits = [_accepts(entry, value) for entry, value in zip(entries(node), np.ravel(right), strict=True)]
    mistakes = tuple({m.name: m for m in _mistakes(node, found, right, known, told)}.values())
    wrong = [tuple(map(int, np.unravel_index(k, right.shape))) for k, fit in enumerate(fits) if not fit]
    reason = which(wrong) if 0 < sum(fits) < len(fits) else ""
    is_whole = any(mistake.name in ("result transposed", "sign") for mistake in mistakes)
    return Entries(0 if is_whole else sum(fits), len(fits), "" if is_whole else reason, mistakes)


def as_vector(node: MathNode) -> MathNode:
    """A column, one entry a row, as the vector that it stands for; anything else as it is."""
    if isinstance(node, ListOf) and all(isinstance(row, ListOf) and len(row.items) == 1 for row in node.items):
        return ListOf(tuple(row.items[0] for row in node.items if isinstance(row, ListOf)))
    return node


def _misshapen(node: MathNode, found: Array, right: Array) -> Entries:
    shapes = Said(LINES, "shape", {"found": shown_shape(found), "right": shown_shape(right)})
    turned = found.T if found.ndim == 2 else found
    if turned.shape == right.shape and np.allclose(turned, right, rtol=1e-2):
        return Entries(0, right.size, shapes, (_transposed(),))
    if found.size == right.size and np.allclose(np.ravel(found), np.ravel(right), rtol=1e-2):
        return Entries(0, right.size, shapes, (_slip("shape only"),))
    return Entries(0, right.size, shapes, (_slip("shape"),))


def _transposed() -> Diagnosis:
    found = mistake_called("result transposed")
    return Diagnosis(found.name, found.feedback)


def _slip(key: str) -> Diagnosis:
    found = slip(key)
    return Diagnosis(found.name, found.feedback)


def _mistakes(node: MathNode, found: Array, right: Array, known: tuple[Wrong, ...], told: Any) -> Iterator[Diagnosis]:
    if found.ndim == 2 and found.shape[0] == found.shape[1] and np.allclose(found.T, right, rtol=1e-2):
        yield _transposed()
    for wrong in known:
        answer = [float(value) for value in wrong.answer]
        if all(_accepts(entry, value) for entry, value in zip(entries(node), answer, strict=True)):
            yield from map(told, wrong.made)
    if np.allclose(found, -right) and np.any(right):
        yield _slip("sign")
    for factor, key in ((2, "twice"), (0.5, "half")):
        if np.allclose(found, factor * right) and np.any(right):
            yield _slip(key)


def which(wrong: Sequence[tuple[int, ...]]) -> str:
    """Which entries are wrong, at these places counted from 0; they are told counted from 1."""
    named = [", ".join(str(i + 1) for i in place) for place in wrong[:_MOST_NAMED]]
    places: str = ", ".join(f"({place})" for place in named)
    if len(named) == 2:
        places = Said(LINES, "two", {"first": f"({named[0]})", "second": f"({named[1]})"})
    if len(wrong) > _MOST_NAMED:
        places = Said(LINES, "more", {"places": places, "count": len(wrong) - _MOST_NAMED})
    return Said(LINES, "entry" if len(wrong) == 1 else "entries", {"places": places})


def _accepts(entry: MathNode, value: Any) -> bool:
    number = literal(entry)
    if number is None:
        return False
    exact = Fraction(float(value))
    if abs(exact - number.value) <= _SAME * max(abs(exact), abs(number.value)):
        return True
    return number.accepts(exact) is not None
