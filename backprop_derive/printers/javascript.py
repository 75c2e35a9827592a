"""A program as one JavaScript function of registers, as `evaluate.straight` makes one of Python.

Its text holds names of registers, numbers and the primitives below, and nothing that a user wrote. A number is a
number; an array is a flat `Float64Array`, row by row, whose shape is known here and never there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from ..records import record
from .javascript_arrays import ARRAYS, Shape, Views, entries, fixed, of_array, primitive

_INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
    "==": "===", "!=": "!==", "and": "&&",
}  # fmt: skip
_MATH = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "sin": "sin", "cos": "cos",
    "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "floor": "floor", "abs": "abs", "sign": "sign", "power": "pow", "maximum": "max", "minimum": "min",
}  # fmt: skip
# What JavaScript lacks. The error function is its series without cancellation (Abramowitz, Stegun 1964, 7.1.6).
RUNTIME = """\
const sigmoid = x => { const s = Math.exp(-Math.abs(x)); return (x >= 0 ? 1 : s) / (1 + s); };
const softplus = x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const erf = x => {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
};
const square = x => x * x;
const negative = x => -x;
const floor_divide = (a, b) => Math.floor(a / b);
const remainder = (a, b) => a - b * Math.floor(a / b);
const where = (condition, a, b) => condition ? a : b;
const times_infinite = (factor, infinite) => factor === 0 ? 0 : factor * infinite;
const finite = x => Number.isFinite(x) ? x : NaN;
const as_number = x => Number(x);
const not = x => !x;
const any = x => Boolean(x);
const shares = (largest, value, ...all) => value === largest ? 1 / all.filter(x => x === largest).length : 0;
const ties = (best, ...all) => all.filter(x => x === best).length > 1;
const first_place = (best, ...all) => all.indexOf(best) < 0 ? all.length : all.indexOf(best);
"""
_OWN = frozenset(line.split()[1] for line in RUNTIME.splitlines() if line.startswith("const "))


@record
class Line:
    """An instruction as it is printed: its name, the registers of its arguments, what is fixed in it, and the shape of
    what it gives."""

    name: str
    arguments: tuple[int, ...]
    shape: Shape = ()
    static: Any = ()


def runtime(lines: Sequence[Line]) -> str:
    """The primitives that a program needs."""
    return RUNTIME + ARRAYS if any(line.shape for line in lines) else RUNTIME


def function(constants: Sequence[Any], inputs: Sequence[Shape], lines: Sequence[Line], outputs: Sequence[int]) -> str:
    """`given => […]`: the outputs from the inputs; registers are constants, inputs, then results in order.

    It needs what `runtime` gives. Raises UsageError for an instruction that JavaScript has no primitive for.
    """
    first, made = len(constants), len(constants) + len(inputs)
    shapes = [*map(_shape, constants), *inputs, *(line.shape for line in lines)]
    kept = [f"const r{k} = {of_array(value, number)};" for k, value in enumerate(constants) if shapes[k]]
    body = [f"const r{k} = {number(value)};" for k, value in enumerate(constants) if not shapes[k]]
    if inputs:
        body.append(f"const [{', '.join(f'r{k}' for k in range(first, made))}] = given;")
    views = Views()
    for k, line in enumerate(lines, made):
        body.append(f"const r{k} = {_result(line, [(f'r{a}', shapes[a]) for a in line.arguments], views)};")
    results = ", ".join(f"r{k}" for k in outputs)
    run = f"given => {{ {' '.join(body)} return [{results}]; }}"
    kept += views.tables()
    return f"(() => {{ {' '.join(kept)} return {run}; }})()" if kept else run


def _shape(value: Any) -> Shape:
    return tuple(getattr(value, "shape", ()))


def _result(line: Line, arguments: Sequence[tuple[str, Shape]], views: Views) -> str:
    if not line.shape and not any(shape for _, shape in arguments) and not fixed(line.name):
        return _of_numbers(line.name, [name for name, _ in arguments])
    found = primitive(line.name, line.shape, line.static, arguments, views)
    if found is not None:
        return found
    return entries(_function(line.name), line.shape, arguments, views)


def _of_numbers(name: str, parts: Sequence[str]) -> str:
    if name in _INFIX:
        return f"{parts[0]} {_INFIX[name]} {parts[1]}"
    return f"{_function(name)}({', '.join(parts)})"


def _function(name: str) -> str:
    """The function of numbers that an instruction stands for."""
    if name in _INFIX:
        return f"(a, b) => a {_INFIX[name]} b"
    called = f"Math.{_MATH[name]}" if name in _MATH else name if name in _OWN else None
    if called is None:
        raise UsageError(f"{name} is an operation on arrays", expected="a problem of numbers")
    return called


def number(value: float) -> str:
    """A number as JavaScript writes it, to its last bit."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    return repr(value).removesuffix(".0") if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"
