"""Compound steps split into one operation a node, as circuit diagrams in courses draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ..indexed.layers import layer_formula
from ..indexed.shape import Shape, shape_of
from ..ops.table import bound_arguments, is_tensor_node
from ..problem import Given, Problem, Prose, Step
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Text,
    Transpose,
    TupleOf,
    integer,
    map_children,
    walk,
)  # fmt: skip
from ..syntax.parser import deep_recursion


def expand(problem: Problem, only: Iterable[str] | None = None) -> Problem:
    """The problem with each step (or those in `only`) split; new steps are named by a letter the problem does not use.

    Linear in the number of operations. The steps of the author keep their names and their values. A layer of tensors is
    split into the operations of its formula.
    """
    chosen = None if only is None else set(only)
    names = _FreshNames(problem)
    statements: list[Prose | Given | Step] = []
    shapes = {given.key: problem.shapes[given.key] for given in problem.givens} if problem.has_tensors else None
    with deep_recursion():
        for statement in problem.statements:
            if isinstance(statement, Step) and (chosen is None or statement.key in chosen):
                statements += _split(statement, names, shapes)
            else:
                statements.append(statement)
            if shapes is not None and isinstance(statement, Step):
                shapes[statement.key] = problem.shapes[statement.key]
    expanded = replace(problem, statements=tuple(statements))
    return expanded if shapes is None else replace(expanded, shapes=shapes)


def set_apart(problem: Problem) -> tuple[Problem, tuple[tuple[str, str], ...]]:
    """The problem with every softmax a step of its own, of a name; and which steps were split, and for what.

    A softmax within a product, or of a compound argument, has no short derivative; by itself it has a famous one. A
    determinant and an inverse are functions of a whole matrix, so what they are taken of has a name too.
    """
    names = _FreshNames(problem)
    statements: list[Prose | Given | Step] = []
    split: list[tuple[str, str]] = []
    shapes = {given.key: problem.shapes[given.key] for given in problem.givens}
    for statement in problem.statements:
        if not isinstance(statement, Step):
            statements.append(statement)
            continue
        made: list[Step] = []

        def node(expr: Expr, step: Step = statement, made: list[Step] = made) -> Expr:
            if isinstance(expr, Name):
                return expr
            key = names.fresh()
            made.append(Step(key, key, expr, step.place, step.expression_place))
            shapes[key] = shape_of(expr, shapes)
            return Name(key)

        whole = _without_attention(statement.expression, shapes)
        last = _apart(whole, node, is_whole=True)
        shapes[statement.key] = shape_of(last, shapes)
        statements += [*made, replace(statement, expression=last)]
        split += [(statement.key, _reason(whole))] if made else []
    return replace(problem, statements=tuple(statements), shapes=shapes), tuple(split)


def _reason(expr: Expr) -> str:
    """Which function a step was split for."""
    functions = [node.function for node in walk(expr) if isinstance(node, Call)]
    return next(name for name in ("softmax", "log_softmax", "inv", "det") if name in functions).removeprefix("log_")


def _apart(expr: Expr, node: Callable[[Expr], Expr], is_whole: bool = False) -> Expr:
    if isinstance(expr, Call) and expr.function in ("det", "inv"):
        return replace(expr, arguments=(node(_apart(expr.arguments[0], node)),))
    if isinstance(expr, Call) and expr.function in ("softmax", "log_softmax"):
        argument = node(_apart(expr.arguments[0], node))
        call = replace(expr, arguments=(argument, *expr.arguments[1:]))
        return call if is_whole else node(call)
    return map_children(expr, lambda part: _apart(part, node))


def _without_attention(expr: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """attention(Q, K, V) written out, so that its scores and weights are steps."""
    expr = map_children(expr, lambda part: _without_attention(part, shapes))
    if isinstance(expr, Call) and expr.function == "attention":
        bound = bound_arguments(expr)
        q, k, v, mask = (bound[name] for name in ("Q", "K", "V", "mask"))
        width = shape_of(k, shapes)[-1]
        if len(shape_of(k, shapes)) == 2:
            root = Call("sqrt", (integer(width) if isinstance(width, int) else Name(width),))
            scores = Quotient(MatrixProduct(q, Transpose(k)), root)
            options = () if mask == Name("none") else (("mask", mask),)
            return MatrixProduct(Call("softmax", (scores,), options), v)
    return expr


class _FreshNames:
    def __init__(self, problem: Problem) -> None:
        used = {statement.key.split("_")[0] for statement in problem.statements if not isinstance(statement, Prose)}
        bases = {base.rstrip("0123456789'") for base in used}
        self.base = next(letter for letter in (*"uvqprkmnoabcdfghijlstwxyz", "node") if letter not in bases)
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"{self.base}_{self.count}"


def _split(step: Step, names: _FreshNames, shapes: dict[str, Shape] | None) -> list[Step]:
    made: list[Step] = []

    def node(expr: Expr) -> Expr:
        """The name of a new step for `expr`, or `expr` itself where it is a leaf."""
        if _is_leaf(expr):
            return expr
        key = names.fresh()
        made.append(Step(key, key, expr, step.place, step.expression_place))
        if shapes is not None:
            shapes[key] = shape_of(expr, shapes)
        return Name(key)

    whole = step.expression if shapes is None else _layers_written_out(step.expression, shapes, node)
    last = _flatten(whole, node)
    return [*made, replace(step, expression=last)]


def _layers_written_out(expr: Expr, shapes: Mapping[str, Shape], node: Callable[[Expr], Expr]) -> Expr:
    """The expression with each layer as its formula, in which what the layer is taken of stands by its name."""
    expr = map_children(expr, lambda part: _layers_written_out(part, shapes, node))
    if not isinstance(expr, Call) or layer_formula(expr, lambda part: shape_of(part, shapes)) is None:
        return expr
    named = replace(
        expr, arguments=tuple(part if _is_leaf(part) else node(_flatten(part, node)) for part in expr.arguments)
    )
    return layer_formula(named, lambda part: shape_of(part, shapes)) or expr


def _is_leaf(expr: Expr) -> bool:
    if isinstance(expr, Negate):
        return isinstance(expr.operand, Number | Constant)
    return isinstance(expr, Name | Number | Constant | Compare | TupleOf | Text)


def _leaves(options: tuple[tuple[str, Expr], ...], leaf: Callable[[Expr], Expr]) -> tuple[tuple[str, Expr], ...]:
    return tuple((name, leaf(value)) for name, value in options)


def _flatten(expr: Expr, node: object) -> Expr:
    """The expression as one operation of leaves; `node` makes a step of each operation below it."""
    assert callable(node)

    def leaf(part: Expr) -> Expr:
        if _is_leaf(part) and not isinstance(part, Compare):
            return part
        if isinstance(part, Compare):
            return Compare(part.relation, leaf(part.left), leaf(part.right))
        result: Expr = node(_flatten(part, node))
        return result

    match expr:
        case Sum(terms, minus):
            total = leaf(terms[0])
            for k in range(1, len(terms)):
                both = Sum((total, leaf(terms[k])), (False, minus[k]))
                total = both if k == len(terms) - 1 else node(both)
            return total
        case Product(factors, implicit) if len(factors) > 2 or not implicit:
            product = leaf(factors[0])
            for k in range(1, len(factors)):
                pair = Product((product, leaf(factors[k])))
                product = pair if k == len(factors) - 1 else node(pair)
            return product
        case Product() | Quotient() | Power() | Negate() | MatrixProduct() | Transpose():
            return map_children(expr, leaf)
        case Call(function, arguments, options):
            return Call(
                function, tuple(map(leaf, arguments)), options if is_tensor_node(expr) else _leaves(options, leaf)
            )
        case Index(base, items):
            return Index(leaf(base), items)
        case ListOf(items):
            return ListOf(tuple(map(leaf, items)))
    return expr
