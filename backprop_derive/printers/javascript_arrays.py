"""What a program does with arrays, in JavaScript: views are tables of places, made once from shapes that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

Shape = tuple[int, ...]
Argument = tuple[str, Shape]  # the name of a register, and its shape
_OF_ONE, _OF_TWO, _OF_THREE = 1, 2, 3

# `at` lists the places start + Σ index·step, row by row; `to` tells for each entry which result it goes to.
ARRAYS = """\
const at = (shape, steps, start) => shape.reduce(
  (places, n, k) => places.flatMap(place => Array.from({ length: n }, (_, i) => place + i * steps[k])), [start]);
const filled = (n, make) => {
  const out = new Float64Array(n);
  for (let k = 0; k < n; k += 1) out[k] = make(k);
  return out;
};
const pick = (a, places) => filled(places.length, k => a[places[k]]);
const every = (n, x) => new Float64Array(n).fill(x);
const each1 = (f, n, a) => {
  const out = new Float64Array(n);
  for (let k = 0; k < n; k += 1) out[k] = f(a[k]);
  return out;
};
const each2 = (f, n, a, b) => {
  const out = new Float64Array(n);
  for (let k = 0; k < n; k += 1) out[k] = f(a[k], b[k]);
  return out;
};
const each3 = (f, n, a, b, c) => filled(n, k => f(a[k], b[k], c[k]));
const eachOf = (f, n, ...all) => filled(n, k => f(...all.map(a => a[k])));
const sum = (n, a, to) => { const out = new Float64Array(n); a.forEach((x, k) => { out[to[k]] += x; }); return out; };
const largest = (n, a, to) => {
  const out = every(n, -Infinity);
  a.forEach((x, k) => { out[to[k]] = Math.max(out[to[k]], x); });
  return out;
};
const top = (n, scale, mantissa, to) =>
  largest(n, scale.map((x, k) => mantissa[k] !== 0 ? x : -Infinity), to).map(x => Number.isFinite(x) ? x : 0);
const matmul = (batches, n, inner, m, a, b) => {
  const out = new Float64Array(batches * n * m);
  for (let t = 0; t < batches; t += 1) for (let i = 0; i < n; i += 1) for (let k = 0; k < inner; k += 1) {
    const x = a[(t * n + i) * inner + k], row = (t * inner + k) * m, to = (t * n + i) * m;
    for (let j = 0; j < m; j += 1) out[to + j] += x * b[row + j];
  }
  return out;
};
const gather = (n, rest, steps, a, ...places) =>
  filled(n * rest, k => a[places.reduce((place, p, axis) => place + p[Math.floor(k / rest)] * steps[axis], k % rest)]);
const rows = size => x => Number.isInteger(x) && x >= 0 && x < size ? x : NaN;
const clip = size => x => Math.min(Math.max(x, 0), size - 1);
const inside = size => x => x >= 0 && x < size;
const whole = () => Math.trunc;
const eliminated = (n, a) => {
  const rows = Array.from({ length: n }, (_, i) =>
    [...a.slice(i * n, i * n + n), ...Array.from({ length: n }, (_, j) => Number(i === j))]);
  let det = 1;
  for (let k = 0; k < n; k += 1) {
    let best = k;
    for (let i = k + 1; i < n; i += 1) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    if (best !== k) { [rows[k], rows[best]] = [rows[best], rows[k]]; det = -det; }
    const pivot = rows[k][k];
    det *= pivot;
    if (pivot === 0) return { det: 0, inverse: every(n * n, NaN) };
    rows[k] = rows[k].map(x => x / pivot);
    for (let i = 0; i < n; i += 1) {
      const factor = rows[i][k];
      if (i !== k && factor !== 0) rows[i] = rows[i].map((x, j) => x - factor * rows[k][j]);
    }
  }
  return { det, inverse: Float64Array.from(rows.flatMap(row => row.slice(n))) };
};
const det = (n, a) => eliminated(n, a).det;
const inv = (n, a) => eliminated(n, a).inverse;
const cofactor = (n, a) => filled(n * n, place => {
  const i = Math.floor(place / n), j = place % n;
  return ((i + j) % 2 ? -1 : 1) * det(n - 1, a.filter((_, k) => Math.floor(k / n) !== i && k % n !== j));
});
"""
_SIZED = frozenset(("rows", "clip", "inside", "whole"))
_OF_MATRICES = frozenset(("det", "inv", "cofactor"))


class Views:
    """Tables of places, each made once before a program runs."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def table(self, shape: Shape, steps: Sequence[int], start: int = 0) -> str:
        """The name of a table."""
        text = f"at([{_list(shape)}], [{_list(steps)}], {start})"
        return self._names.setdefault(text, f"p{len(self._names)}")

    def tables(self) -> list[str]:
        return [f"const {name} = {text};" for text, name in self._names.items()]

    def picked(self, name: str, shape: Shape, steps: Sequence[int], start: int = 0) -> str:
        """An array of this shape whose entries are those of another at strided places; one entry is a number."""
        return f"pick({name}, {self.table(shape, steps, start)})" if shape else f"{name}[{start}]"

    def spread(self, argument: Argument, shape: Shape) -> str:
        """An argument repeated along the axes that it lacks."""
        name, own = argument
        if not own:
            return f"every({prod(shape)}, {name})"
        if prod(own) == prod(shape):
            return name
        axes = (*(0,) * (len(shape) - len(own)), *steps_of(own))
        sizes = (*(1,) * (len(shape) - len(own)), *own)
        return self.picked(name, shape, [0 if size == 1 else step for size, step in zip(sizes, axes, strict=True)])


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def steps_of(shape: Shape) -> tuple[int, ...]:
    """How far apart neighbours along each axis stand, row by row."""
    return tuple(prod(shape[k + 1 :]) for k in range(len(shape)))


def fixed(name: str) -> bool:
    """Whether an instruction on numbers needs what is fixed in it."""
    return name in _SIZED or name in _VIEWS


def of_array(value: Any, number: Callable[[float], str]) -> str:
    """A constant array."""
    flat = [number(x) for x in value.ravel().tolist()]
    return f"every({len(flat)}, {flat[0]})" if len(set(flat)) == 1 else f"Float64Array.of({', '.join(flat)})"


def entries(function: str, shape: Shape, arguments: Sequence[Argument], views: Views) -> str:
    """A function of numbers, entry by entry."""
    parts = ", ".join(views.spread(argument, shape) for argument in arguments)
    each = {_OF_ONE: "each1", _OF_TWO: "each2", _OF_THREE: "each3"}.get(len(arguments), "eachOf")
    return f"{each}({function}, {prod(shape)}, {parts})"


def primitive(name: str, shape: Shape, static: Any, arguments: Sequence[Argument], views: Views) -> str | None:
    """What an instruction does with whole arrays; None of one that goes entry by entry."""
    if name in _VIEWS:
        return _VIEWS[name](shape, static, arguments[0], views)
    if name in _SIZED:
        called, (register, _) = f"{name}({static if name != 'whole' else ''})", arguments[0]
        return entries(called, shape, arguments, views) if shape else f"{called}({register})"
    if name in _OF_MATRICES:
        register, (n, _) = arguments[0]
        return f"{name}({n}, {register})"
    match name:
        case "sum" | "max" | "top":
            return _reduced({"max": "largest"}.get(name, name), shape, static, arguments, views)
        case "matmul":
            (a, left), (b, right) = arguments
            return f"matmul({prod(left[:-2])}, {left[-2]}, {left[-1]}, {right[-1]}, {a}, {b})"
        case "gather":
            return _gathered(shape, arguments, views)
    return None


def _reduced(name: str, shape: Shape, axes: Sequence[int], arguments: Sequence[Argument], views: Views) -> str:
    full = _broadcast([own for _, own in arguments])
    inner = iter(steps_of(shape))
    table = views.table(full, [0 if axis in axes else next(inner) for axis in range(len(full))])
    parts = ", ".join(views.spread(argument, full) for argument in arguments)
    return f"{name}({prod(shape)}, {parts}, {table})" + ("" if shape else "[0]")


def _gathered(shape: Shape, arguments: Sequence[Argument], views: Views) -> str:
    (name, own), *places = arguments
    rest = own[len(places) :]
    out = shape[: len(shape) - len(rest)]
    parts = ", ".join(views.spread(place, out) if out else f"[{place[0]}]" for place in places)
    found = f"gather({prod(out)}, {prod(rest)}, [{_list(steps_of(own)[: len(places)])}], {name}, {parts})"
    return found if shape else f"{found}[0]"


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    rank = max(map(len, shapes))
    padded = [(*(1,) * (rank - len(shape)), *shape) for shape in shapes]
    return tuple(max(sizes) for sizes in zip(*padded, strict=True))


# --- views

_View = Callable[[Shape, Any, Argument, Views], str]


def _transposed(shape: Shape, places: Sequence[int], argument: Argument, views: Views) -> str:
    name, own = argument
    steps = steps_of(own)
    return views.picked(name, shape, [steps[place] for place in places])


def _same(shape: Shape, static: Any, argument: Argument, views: Views) -> str:
    """The same entries in the same order: a reshape, an axis of one more."""
    name, own = argument
    if bool(own) == bool(shape):
        return name
    return f"{name}[0]" if own else f"every(1, {name})"


def _spread(shape: Shape, static: Any, argument: Argument, views: Views) -> str:
    return views.spread(argument, shape)


def _item(shape: Shape, places: Sequence[int | None], argument: Argument, views: Views) -> str:
    name, own = argument
    steps = steps_of(own)
    start = sum(place * step for place, step in zip(places, steps, strict=True) if place is not None)
    kept = [step for place, step in zip(places, steps, strict=True) if place is None]
    return views.picked(name, shape, kept, start)


_VIEWS: dict[str, _View] = {
    "transpose": _transposed, "new axes": _same, "reshape": _same, "spread": _spread, "item": _item,
}  # fmt: skip
