"""Formulas with numbers in their places, as a calculation by hand writes them: a mask as 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context
from fractions import Fraction

from ..document import MathNode
from ..indexed.shape import Shape
from ..ops.table import holds_choice
from ..records import record
from ..solution import TensorValue, Value
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Compare,
    Expr,
    ListOf,
    Name,
    Number,
    children,
    integer,
    map_children,
    names_in,
    size,
    walk,
)  # fmt: skip
from .matrices import Setter, is_mask, is_whole, nested, shown_value
from .numbers import Style

# A formula of more operations, or whose matrices have more entries, is not filled with numbers.
_LONGEST, _MOST_ENTRIES = 10, 24
# In these, matrices are put as a calculation by hand would; of any other function the value is simply given.
_BY_HAND = frozenset("sum mean trace dot outer transpose onehot ones softmax".split())
_TESTS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": Fraction.__lt__, "<=": Fraction.__le__, ">": Fraction.__gt__, ">=": Fraction.__ge__,
    "==": Fraction.__eq__, "!=": Fraction.__ne__,
}  # fmt: skip


@record(slots=False)
class Filler:
    """Puts values in the places of names; the names' shapes are `shapes`."""

    values: Mapping[str, TensorValue]
    shapes: Mapping[str, Shape]
    style: Style
    derived: bool = False

    def fill(self, expr: Expr) -> Expr | None:
        """The formula in numbers, or None where nobody would write that down."""
        used = {name: self.values[name] for name in names_in(expr) if name in self.values}
        tensors = [value for value in used.values() if value.shape]
        if not used or size(expr) > _LONGEST or not all(is_whole(value) for value in tensors):
            return None
        if tensors and (self._is_one_call(expr) or sum(len(value.entries) for value in tensors) > _MOST_ENTRIES):
            return None
        known = self._known(expr)
        if any(self._is_closed_box(node) for node in walk(known)):
            return None
        shown: dict[str, MathNode] = {name: shown_value(value, self.style) for name, value in used.items()}
        return Setter(self.shapes, shown, self.derived).set(known)

    def _is_one_call(self, expr: Expr) -> bool:
        """A function of names alone has no line of its own: the values it takes stand just above."""
        return isinstance(expr, Call) and all(isinstance(a, Name | Number) for a in expr.arguments)

    def _is_closed_box(self, node: Expr) -> bool:
        if not isinstance(node, Call):
            return False
        is_tensor = any(self.shapes.get(name) for name in names_in(node)) or any(
            isinstance(part, ListOf) for part in walk(node)
        )
        return is_tensor and (holds_choice(node) or (node.function not in _BY_HAND and len(children(node)) > 1))

    def _known(self, expr: Expr) -> Expr:
        """The formula with the parts that are known by looking: masks, one-hot rows, ones, the softmax of values."""
        match expr:
            case Call("where", (Compare(relation, Name(key), Number(bound)), _, _)) if is_mask(expr):
                value = self.values.get(key)
                if value is not None and value.shape:
                    return _mask(value, relation, bound)
            case Call("onehot", (Name(key), Number(count))) if key in self.values:
                return _onehot(self.values[key], int(count))
            case Call("softmax", (Name(key),), ()) if key in self.values:
                return _softmax(self.values[key], self.style)
        return map_children(expr, self._known)


def _mask(value: TensorValue, relation: str, bound: Fraction) -> Expr:
    holds = _TESTS[relation]
    entries = [ONE if holds(entry.rational, bound) else ZERO for entry in value.entries]
    return nested(entries, value.shape)


def _onehot(labels: TensorValue, count: int) -> Expr:
    classes = [int(label.rational) for label in labels.entries]
    entries = [integer(int(k == label)) for label in classes for k in range(count)]
    return nested(entries, (*labels.shape, count))


def _softmax(logits: TensorValue, style: Style) -> Expr:
    """The rows' softmax, in the digits that are shown."""
    context, entries = Context(prec=50), []
    width = logits.shape[-1]
    for start in range(0, len(logits.entries), width):
        row = [entry.decimal for entry in logits.entries[start : start + width]]
        powers = [context.exp(context.subtract(x, max(row))) for x in row]
        total = context.add(sum(powers[1:], powers[0]), 0)
        entries += [style.shown(Value(context.divide(power, total))) for power in powers]
    return nested(entries, logits.shape)
