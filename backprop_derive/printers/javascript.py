"""A program of numbers as one JavaScript function of registers, as `evaluate.straight` makes one of Python.

Its text holds names of registers, numbers and the primitives below, and nothing that a user wrote.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..errors import UsageError

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

Instruction = tuple[str, Sequence[int]]


def function(
    constants: Sequence[float], inputs: int, instructions: Sequence[Instruction], outputs: Sequence[int]
) -> str:
    """`given => […]`: the outputs from the inputs; registers are constants, inputs, then results in order.

    It needs `RUNTIME`. Raises UsageError for an instruction on arrays.
    """
    first, made = len(constants), len(constants) + inputs
    lines = [f"const r{k} = {number(value)};" for k, value in enumerate(constants)]
    if inputs:
        lines.append(f"const [{', '.join(f'r{k}' for k in range(first, made))}] = given;")
    lines += [f"const r{k} = {_result(name, arguments)};" for k, (name, arguments) in enumerate(instructions, made)]
    results = ", ".join(f"r{k}" for k in outputs)
    return f"given => {{ {' '.join(lines)} return [{results}]; }}"


def _result(name: str, arguments: Sequence[int]) -> str:
    parts = [f"r{k}" for k in arguments]
    if name in _INFIX:
        return f"{parts[0]} {_INFIX[name]} {parts[1]}"
    called = f"Math.{_MATH[name]}" if name in _MATH else name if name in _OWN else None
    if called is None:
        raise UsageError(f"{name} is an operation on arrays", expected="a problem of numbers")
    return f"{called}({', '.join(parts)})"


def number(value: float) -> str:
    """A number as JavaScript writes it, to its last bit."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    return repr(value) if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"
