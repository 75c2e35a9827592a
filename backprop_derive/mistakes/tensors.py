"""Mistakes in what flows back between tensors, made in the component form that was derived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..calculus.adjoint import adjoint_form
from ..calculus.tensors import structures_of
from ..derivation import INCOMING, Component, Derivation, Flow, TensorDerivation
from ..indexed.sizes import Shape, Size
from ..ops.table import is_loss
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Expr,
    Index,
    Name,
    Negate,
    Number,
    Over,
    Product,
    Quotient,
    children,
    map_children,
    names_in,
    substitute,
    walk,
)  # fmt: skip
from .record import Mistake, Places

Change = Callable[["Place"], Iterator[Expr]]


class Place:
    """A flow with the shapes of its slots and the size of every index of its component form."""

    def __init__(self, derivation: TensorDerivation, flow: Flow) -> None:
        shapes = derivation.graph.problem.shapes
        self.flow, self.body, self.at = flow, flow.component.body, flow.component.at
        self.step = derivation.graph.steps[flow.step].expression
        self.step_in_slots = substitute(self.step, {key: Name(f"#{k}") for k, key in enumerate(flow.slots)})
        self.is_loss = flow.step == derivation.graph.loss
        self.shapes: dict[str, Shape] = {f"#{k}": shapes[key] for k, key in enumerate(flow.slots)}
        self.shapes |= {INCOMING: shapes[flow.step]}
        self.structures = structures_of(flow.slots, derivation.graph.problem.structures)
        # A Jacobian is that of a step by its operand; a gradient has the axes of the operand alone.
        axes = (*(shapes[flow.step] if derivation.graph.problem.asks_jacobian else ()), *shapes[flow.operand])
        sizes: dict[str, Size] = dict(zip(self.at, axes, strict=True))
        self.sizes = sizes | {node.index: node.size for node in walk(self.body) if isinstance(node, Over)}

    def entries(self) -> Iterator[tuple[Index, str, str]]:
        """Entries of matrices at two indices of the same size, with these indices."""
        seen = set()
        for node in walk(self.body):
            match node:
                case Index(Name(key), (Name(i), Name(j))) if key in self.shapes and node not in seen:
                    seen.add(node)
                    if i != j and self.sizes.get(i) == self.sizes.get(j):
                        yield node, i, j


def _flowing(name: str, feedback: str, change: Change) -> Mistake:
    def made(derivation: Derivation | TensorDerivation) -> Places:
        if not isinstance(derivation, TensorDerivation):
            return
        for flow in derivation.flows():
            for body in change(Place(derivation, flow)):
                if body != flow.component.body:
                    wrong = replace(flow, component=Component(flow.component.at, body), matrix=None)
                    yield f"{flow.step} by {flow.operand}", with_flow(derivation, wrong)

    return Mistake(name, "backward", feedback, made)


def with_flow(derivation: TensorDerivation, flow: Flow) -> TensorDerivation:
    """The derivation with another flow along one edge."""
    flows = derivation.uses[flow.operand]
    new = tuple(flow if old.step == flow.step else old for old in flows)
    return replace(derivation, uses={**derivation.uses, flow.operand: new})


def _replaced(expr: Expr, old: Expr, new: Expr) -> Expr:
    if expr == old:
        return new
    return map_children(expr, lambda child: _replaced(child, old, new)) if children(expr) else expr


def _transpose_missing(place: Place) -> Iterator[Expr]:
    """W[j, k] in the place of W[k, j]: possible where the matrix is square."""
    for entry, i, j in place.entries():
        assert isinstance(entry.base, Name)
        if entry.base.key != INCOMING and entry.base.key in place.shapes:
            yield _replaced(place.body, entry, Index(entry.base, (Name(j), Name(i))))


def _order_turned(place: Place) -> Iterator[Expr]:
    """B·A in the place of A·B, for two square matrices."""
    if not isinstance(place.body, Over):
        return
    match place.body.body:
        case Product((Index(Name(a), at_a) as left, Index(Name(b), at_b) as right)) if (
            len(at_a) == len(at_b) == 2
            and place.shapes.get(a) == place.shapes.get(b)
            and len(set(place.sizes.values())) == 1
        ):
            yield Over(
                place.body.index, place.body.size, Product((Index(Name(b), left.items), Index(Name(a), right.items)))
            )


def _result_transposed(place: Place) -> Iterator[Expr]:
    if len(place.at) == 2 and place.sizes[place.at[0]] == place.sizes[place.at[1]]:
        i, j = place.at
        yield substitute(place.body, {i: Name(j), j: Name(i)})


def _not_summed(place: Place) -> Iterator[Expr]:
    """The first example only, where the batch is to be summed."""
    if isinstance(place.body, Over) and names_in(place.body.body).count(INCOMING) and _only_incoming(place.body.body):
        yield substitute(place.body.body, {place.body.index: ZERO})


def _only_incoming(expr: Expr) -> bool:
    return {key for key in names_in(expr) if key.startswith("#")} == {INCOMING}


def _averaged(place: Place) -> Iterator[Expr]:
    """The mean over a broadcast axis, where its adjoint is the sum."""
    if isinstance(place.body, Over) and isinstance(place.body.size, int) and _only_incoming(place.body.body):
        yield Quotient(place.body, Number(ONE.value * place.body.size))


def _mean_as_sum(place: Place) -> Iterator[Expr]:
    """The flow of the step with a sum in the place of its mean, derived as any other."""
    summed = _summed(place.step_in_slots)
    if summed != place.step_in_slots:
        sizes = tuple(place.shapes[f"#{k}"] for k in range(len(place.flow.slots)))
        index = place.flow.slots.index(place.flow.operand)
        found = adjoint_form(summed, index, sizes, place.is_loss, place.structures).adjoint
        yield substitute(found.body, dict(zip(found.at, map(Name, place.at), strict=True)))


def _summed(expr: Expr) -> Expr:
    expr = map_children(expr, _summed) if children(expr) else expr
    match expr:
        case Call("mean", arguments, options):
            return Call("sum", arguments, options)
        case Call() if is_loss(expr) and not any(name == "reduction" for name, _ in expr.options):
            return Call(expr.function, expr.arguments, (*expr.options, ("reduction", Name("sum"))))
    return expr


def _factor_lost(place: Place) -> Iterator[Expr]:
    def without(expr: Expr) -> Expr:
        if isinstance(expr, Product) and any(isinstance(f, Number) for f in expr.factors):
            rest = tuple(f for f in expr.factors if not isinstance(f, Number))
            return rest[0] if len(rest) == 1 else Product(rest)
        return map_children(expr, without) if children(expr) else expr

    yield without(place.body)


def _sign_lost(place: Place) -> Iterator[Expr]:
    match place.body:
        case Negate(operand):
            yield operand
        case Quotient(Negate(above), below):
            yield Quotient(above, below)
        case Product(factors) if any(isinstance(factor, Negate) for factor in factors):
            yield Product(tuple(f.operand if isinstance(f, Negate) else f for f in factors))


def _activation_left_out(place: Place) -> Iterator[Expr]:
    """The incoming adjoint as it is, where it is to be multiplied by the derivative of an activation."""
    match place.step:
        case Call(_, (Name(),)) if place.shapes[INCOMING] == place.shapes["#0"] and isinstance(place.body, Product):
            yield Index(Name(INCOMING), tuple(map(Name, place.at)))


def _incoming_left_out(place: Place) -> Iterator[Expr]:
    def without(expr: Expr) -> Expr:
        match expr:
            case Index(Name(key)) | Name(key) if key == INCOMING:
                return ONE
        return map_children(expr, without) if children(expr) else expr

    if INCOMING in names_in(place.body):
        yield without(place.body)


def _diagonal_only(place: Place) -> Iterator[Expr]:
    """A Jacobian that is no diagonal taken for one: softmax treated as if it worked entry by entry."""
    match place.step:
        case Call("softmax" | "log_softmax", _):
            count = len(place.at)
            rows, columns = place.flow.jacobian.at[:count], place.flow.jacobian.at[count:]
            same = {name: Name(at) for names in (rows, columns) for name, at in zip(names, place.at, strict=True)}
            yield Product(
                (Index(Name(INCOMING), tuple(map(Name, place.at))), substitute(place.flow.jacobian.body, same))
            )


TENSOR = (
    _flowing("transpose missing", "One of the factors is to be transposed; the shapes do not tell, as it is square.",
             _transpose_missing),
    _flowing("order of a product", "A product of matrices was taken in the other order.", _order_turned),
    _flowing("result transposed", "The gradient is transposed: it has the variable's own layout.", _result_transposed),
    _flowing("not summed over the batch", "What is repeated forward is summed backward; only the first was taken.",
             _not_summed),
    _flowing("averaged over the batch", "What is repeated forward is summed backward, not averaged.", _averaged),
    _flowing("mean forgotten", "The loss is a mean: its gradient is divided by the number of terms.", _mean_as_sum),
    _flowing("factor lost", "The number in front of the derivative is missing.", _factor_lost),
    _flowing("sign lost", "A minus stays in the derivative.", _sign_lost),
    _flowing("activation's derivative left out", "The incoming adjoint is multiplied by the activation's derivative.",
             _activation_left_out),
    _flowing("incoming adjoint left out", "This is the local derivative; the incoming adjoint is missing.",
             _incoming_left_out),
    _flowing("softmax entry by entry", "Every entry of a softmax depends on every score: its Jacobian is no diagonal.",
             _diagonal_only),
)  # fmt: skip
