"""Whether the values of a matrix are of the structure that was declared of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from ..errors import ProblemError, UsageError
from ..indexed.component import Components
from ..indexed.shape import shape_of
from ..problem import Given, Problem
from ..syntax.expression import ZERO, Expr, ListOf, integer
from ..syntax.written import written
from .interpret import Interpreter
from .number import Arithmetic

# A caller's arrays come out of floating-point arithmetic: A[i, j] and A[j, i] may differ in the last digits.
_ROUNDING = 1e-9


def check_structures(problem: Problem, arithmetic: Arithmetic) -> None:
    """Raise ProblemError, naming the entries, where a given's values are not what was declared."""
    for given in problem.givens:
        if given.structure and given.value is not None:
            _check(given, int(problem.shapes[given.key][0]), arithmetic)


def _check(given: Given, size: int, arithmetic: Arithmetic) -> None:
    interpreter, value = Interpreter(arithmetic), given.value
    assert value is not None
    for i, j in _places(given.structure, size):
        found, other = _entry(value, i, j), _entry(value, j, i) if given.structure == "symmetric" else ZERO
        if found == other or not arithmetic.compare(interpreter.value(found, {}), interpreter.value(other, {})):
            continue
        name, here, there = given.written, f"[{i}, {j}]", f"[{j}, {i}]"
        is_pair = given.structure == "symmetric"
        raise ProblemError(
            f"{name} is declared {given.structure}, and {name}{here} is {written(found)}"
            + (f" where {name}{there} is {written(other)}" if is_pair else ""),
            place=given.place, expected=f"{name}{here} = " + (f"{name}{there}" if is_pair else "0, off the diagonal"),
            hint=f"the values corrected, or {name} without the word {given.structure}",
        )  # fmt: skip


def _entry(value: Expr, i: int, j: int) -> Expr:
    match value:
        case ListOf(rows) if isinstance(row := rows[i], ListOf):
            return row.items[j]
    return Components({}, lambda expr: shape_of(expr, {})).entry(value, (integer(i), integer(j)))


def _places(structure: str, size: int) -> Iterator[tuple[int, int]]:
    """The places that a structure says something of."""
    for i in range(size):
        for j in range(i + 1 if structure == "symmetric" else 0, size):
            if i != j:
                yield i, j


def check_array(name: str, structure: str, array: numpy.ndarray) -> None:
    """Raise UsageError where an array of a caller is not what was declared, but for rounding."""
    like = array.T if structure == "symmetric" else numpy.diag(numpy.diag(array))
    off = numpy.abs(array - like)
    if off.size and off.max() > _ROUNDING * numpy.abs(array).max():
        i, j = (int(k) for k in numpy.unravel_index(off.argmax(), off.shape))
        what = f"{name}[{j}, {i}] is {array[j, i]}" if structure == "symmetric" else "it is off the diagonal"
        raise UsageError(
            f"{name} is declared {structure}, and {name}[{i}, {j}] is {array[i, j]} where {what}",
            expected=f"a {structure} matrix",
        )
