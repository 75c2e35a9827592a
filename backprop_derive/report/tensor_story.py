"""What telling a solution with tensors needs at every turn: its shapes, its notation, how its expressions are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from ..derivation import INCOMING, OUTPUT, Flow, TensorDerivation
from ..document import Chain, Derivative, Ellipsis, Listing, MathNode, Minus, Plus, Reals, Times
from ..indexed.shape import Shape
from ..indexed.structure import simplified
from ..ledger import Ledger
from ..options import Options
from ..problem import Problem
from ..records import record
from ..solution import TensorPass, TensorSolution, TensorValue
from ..syntax.expression import Expr, ListOf, Name, names_in, walk
from .fill import Filler
from .layout import NumeratorLayout, laid_out
from .matrices import Setter, is_whole, shown_value
from .notation import Notation
from .numbers import Style, is_rounded


@record(slots=False)
class TensorStory:
    """One solution, with the choices of how it is told."""

    record: TensorSolution
    options: Options
    style: Style
    notation: Notation
    ledger: Ledger | None = None

    @property
    def problem(self) -> Problem:
        return self.record.problem

    @property
    def derivation(self) -> TensorDerivation:
        return self.record.derivation

    @property
    def setter(self) -> Setter:
        """Sets the author's own expressions."""
        return Setter(self.problem.shapes, {})

    @property
    def taken(self) -> tuple[str, ...]:
        """Letters that indices may not have: names and sizes of the problem."""
        sizes = {size for shape in self.problem.shapes.values() for size in shape if isinstance(size, str)}
        return (*self.problem.spelled, *sizes)

    def slot_shapes(self, flow: Flow) -> dict[str, Shape]:
        """The shapes of the slots of a flow's forms."""
        shapes = self.problem.shapes
        slots = {f"#{k}": shapes[key] for k, key in enumerate(flow.slots)}
        return {**slots, INCOMING: shapes[flow.step], OUTPUT: shapes[flow.step]}

    def form_shapes(self, flow: Flow) -> dict[str, Shape]:
        """As `slot_shapes`, of the names in a form as it is laid out."""
        layout = self._layout(flow)
        return self.slot_shapes(flow) if layout is None else layout.new_shapes()

    def form(self, flow: Flow, form: Expr) -> Expr:
        """A flow's form as it is laid out."""
        layout = self._layout(flow)
        if layout is None:
            return form
        declared = {f"#{k}" for k, key in enumerate(flow.slots) if key in self.problem.structures}
        return simplified(layout.of(form), declared, layout.new_shapes())

    def _layout(self, flow: Flow) -> NumeratorLayout | None:
        return NumeratorLayout(self.slot_shapes(flow), (INCOMING,)) if self.is_numerator else None

    @property
    def is_numerator(self) -> bool:
        """Whether gradients are transposed; a Jacobian has the same rows and columns in either layout."""
        return self.options.layout_convention == "numerator" and not self.problem.asks_jacobian

    def gradient_value(self, value: TensorValue) -> TensorValue:
        """A gradient as it is laid out."""
        return laid_out(value) if self.is_numerator else value

    def flow_setter(self, flow: Flow, more: Mapping[str, Shape] | None = None) -> Setter:
        """Sets a flow's forms: the problem's names for the slots, and the step's adjoint for what comes in."""
        names: dict[str, MathNode] = {f"#{k}": Name(key) for k, key in enumerate(flow.slots)}
        incoming = self.notation.adjoint(flow.step)
        shown = {**names, INCOMING: incoming, OUTPUT: Name(flow.step)}
        return Setter({**self.form_shapes(flow), **(more or {})}, shown, derived=True)

    def part(self, flow: Flow) -> MathNode:
        """∂L/∂W, with a bar where W reaches the loss by other steps too: what comes by this one.

        The bar needs a derivative, also where gradients are called otherwise: dW is all that arrives at W.
        """
        if len(self.derivation.uses[flow.operand]) > 1:
            loss, by = Name(self.derivation.graph.loss), Name(flow.operand)
            return Derivative(loss, by, self.notation.sign, (Name(flow.step),))
        return self.notation.adjoint(flow.operand)

    # --- numbers

    def filler(self, values: Mapping[str, TensorValue], shapes: Mapping[str, Shape], derived: bool = False) -> Filler:
        return Filler(values, shapes, self.style, derived)

    def flow_values(self, flow: Flow, first: TensorPass) -> dict[str, TensorValue]:
        """The values of the slots of a flow's forms."""
        values = {f"#{k}": first.values[key] for k, key in enumerate(flow.slots)}
        return {**values, INCOMING: self.gradient_value(first.adjoints[flow.step]), OUTPUT: first.values[flow.step]}

    def holds_rounded(self, expr: Expr, values: Mapping[str, TensorValue]) -> bool:
        """Whether a value that the expression names is shown rounded."""
        return any(is_rounded_node(shown_value(values[n], self.style)) for n in names_in(expr) if n in values)

    def equation(self, left: MathNode, value: TensorValue) -> Chain:
        """A name and its value; of a large tensor also the shape."""
        return self.concluded([left], [], value)

    def concluded(self, links: list[MathNode], relations: list[str], value: TensorValue) -> Chain:
        """The links with the value at their end, `≈` where anything was rounded, and a large tensor's shape."""
        result = shown_value(value, self.style)
        if result != links[-1]:
            was_rounded = "≈" in relations or any(entry.was_rounded for entry in value.entries)
            links = [*links, result]
            relations = [*relations, "≈" if was_rounded or is_rounded_node(result) else "="]
        if not is_whole(value):
            links, relations = [*links, Reals(value.shape)], [*relations, "∈"]
        return Chain(tuple(links), tuple(relations))


def is_rounded_node(node: MathNode) -> bool:
    """Whether a formula holds a rounded number."""
    match node:
        case Times(parts) | Plus(parts):
            return any(map(is_rounded_node, parts))
        case Minus(left, right):
            return is_rounded_node(left) or is_rounded_node(right)
        case Reals() | Chain() | Listing() | Ellipsis():
            return False
    return is_rounded(cast(Expr, node))


def is_written_out(node: MathNode) -> bool:
    """Whether a formula is nothing but a matrix of numbers."""
    return isinstance(node, ListOf) and not any(isinstance(part, Name) for part in walk(node))


def nodes_of(part: Any) -> Iterator[Any]:
    """Every node of blocks and of the formulas in them."""
    stack = [part]
    while stack:
        node = stack.pop()
        if isinstance(node, list | tuple):
            stack.extend(node)
        elif is_dataclass(node):
            yield node
            stack.extend(getattr(node, field.name) for field in fields(node))
