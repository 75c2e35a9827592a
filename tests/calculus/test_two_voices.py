"""Matrix notation and entries say the same: proved by the normal form, checked with exact numbers, never too eager."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from math import prod

import pytest

from backprop_derive.calculus.adjoint import Symbols, is_proved
from backprop_derive.calculus.expand import set_apart
from backprop_derive.calculus.tensors import derive_tensors, with_matrices
from backprop_derive.derivation import INCOMING, OUTPUT, Flow
from backprop_derive.evaluate.entries import Entries, EntryInterpreter
from backprop_derive.evaluate.number import Arithmetic
from backprop_derive.evaluate.tensors import as_names
from backprop_derive.graph import build_graph
from backprop_derive.indexed.component import Components
from backprop_derive.indexed.shape import Shape, shape_of
from backprop_derive.language.reader import read_problem
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.symbolic.implicit import without_cofactors
from backprop_derive.symbolic.translate import to_sympy
from backprop_derive.syntax.expression import (
    Call,
    Expr,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Product,
    Sum,
    Transpose,
    children,
    integer,
    map_children,
    walk,
)
from backprop_derive.syntax.parser import deep_recursion

# No two sizes are equal but where they must be, so that a transpose that is wrong has the wrong shape; the square ones
# are where only the proof tells.
GIVENS = (
    "Given X: (3, 2), Y: (3, 2), W: (2, 4), V: (4, 2), A: (3, 3), B: (3, 3)\n"
    "Given x: (3), y: (3), g: (2), b: (2), i: (3), u: (2)"
)
STEPS = """
    A @ B | A.T @ B | A @ B.T | A.T @ B.T | A @ B @ A | X @ W | X.T @ Y | X @ W + b[0] | X @ g | x @ X | x @ A @ y
    X * Y | X / Y | X + b | X * b | (X + b) * Y | exp(X) * b | A * B | A.T * B | A * x | A * x[:, None]
    X - mean(X, axis=0) | sum(X)
    sum(X, axis=0) | sum(X, axis=1) | sum(X, axis=1, keepdims=true) | mean(X) | mean(X, axis=0) | mean(A, axis=1)
    sum(X^2) | sum(X * Y) | sum(X * Y, axis=1) | var(X) | var(X, axis=0) | std(X, axis=1) | norm(X) | norm(X, axis=0)
    logsumexp(X, axis=1) | logsumexp(x) | softmax(x) | softmax(X) | softmax(X, axis=0) | log_softmax(X) | prod(x)
    dot(x, y) | outer(x, g) | outer(x, y) * A | trace(A) | trace(A @ B) | trace(A)^2 | det(A) | log(det(A)) | inv(A)
    x @ inv(A) @ y | inv(A) @ B | inv(A).T @ B | trace(inv(A) @ B) | det(A) * trace(B) | A.T | 2 * A.T | transpose(X)
    einsum("ij,jk->ik", X, W) | einsum("ij,ij->i", X, Y) | einsum("ij,kj->ik", X, V) | einsum("i,j->ji", x, g)
    mse(X, Y) | mae(X, Y) | huber(X, Y) | bce_with_logits(X, Y) | cross_entropy(X, Y) | cross_entropy(X, i) | nll(X, i)
    linear(X, V, W[0]) | layer_norm(X, g, b) | rms_norm(X, g) | batch_norm(X, g, b) | embedding(X, i) | [x, y] | X[0]
    sigmoid(X @ u) | tanh(X @ W) | relu(A @ x + y) | (A @ x - y) @ (A @ x - y) | norm(A @ x - y)^2 | x @ A @ x
    sum((X @ W)^2, axis=0) | mean((X - Y)^2) | exp(A @ x) * y | log(1 + exp(A @ x)) | A @ (x * y) | (A @ x) * (B @ y)
"""
EXPRESSIONS = [part.strip() for line in STEPS.strip().splitlines() for part in line.split(" | ")]


def flows(expression: str) -> list[tuple[Flow, dict[str, Shape]]]:
    """The flows of F = expression that have matrix notation, and the shapes of their slots."""
    names = {node.key for node in walk(read_problem(f"{GIVENS}\nF = {expression}\nL = sum(F)").steps[0].expression)
             if isinstance(node, Name)} - {"none", "true", "i"}  # fmt: skip
    text = f"{GIVENS}\nF = {expression}\nL = sum(F^2)\nFind {', '.join(f'dL/d{name}' for name in sorted(names))}"
    graph = build_graph(set_apart(read_problem(text))[0])
    shapes = graph.problem.shapes
    return [
        (
            flow,
            {
                **{f"#{k}": shapes[key] for k, key in enumerate(flow.slots)},
                INCOMING: shapes[flow.step],
                OUTPUT: shapes[flow.step],
            },
        )
        for flow in with_matrices(derive_tensors(graph)).flows()
        if flow.matrix is not None and flow.step != "L"
    ]


def sizes_of(flow: Flow, shapes: dict[str, Shape]) -> Shape:
    return shapes[f"#{flow.slots.index(flow.operand)}"]


def proves(claim: Expr, flow: Flow, shapes: dict[str, Shape]) -> bool:
    symbols = Symbols(shapes)
    at = flow.component.at
    for index, size in zip(at, sizes_of(flow, shapes), strict=True):
        symbols[index] = integer_zero() if size == 1 else symbols[index]
    entries = to_sympy(flow.component.body, symbols)
    return any(
        is_proved(claim, wanted, at, sizes_of(flow, shapes), symbols)
        for wanted in (entries, without_cofactors(entries))
    )


def integer_zero() -> object:
    return to_sympy(integer(0), {})


def values(shapes: dict[str, Shape], seed: int, labels: frozenset[str]) -> dict[str, Entries]:
    """Random fractions above 0, so that logarithms and roots exist; class labels are 0 and 1."""
    source = random.Random(seed)
    found = {}
    for key, shape in shapes.items():
        drawn = source.sample(range(1, 40), prod(shape))
        numbers = [Fraction(number % 2) if key in labels else Fraction(number, 16) for number in drawn]
        found[key] = Entries(shape, tuple(numbers))
    return found


def evaluated(body: Expr, at: tuple[str, ...], shape: Shape, names: dict[str, Entries]) -> list[float]:
    arithmetic = Arithmetic(900, DEFAULT_LIMITS)
    found = EntryInterpreter(arithmetic).entries(body, at, shape, as_names(names))
    return [float(arithmetic.decimal(number)) for number in found.numbers]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_voices_have_the_same_numbers(expression: str) -> None:
    with deep_recursion():
        for flow, shapes in flows(expression):
            assert flow.matrix is not None
            assert proves(flow.matrix, flow, shapes)
            shape = sizes_of(flow, shapes)
            at = tuple(f"@t{k}" for k in range(len(shape)))
            components = Components(shapes, lambda expr, known=shapes: shape_of(expr, known))
            entry = components.aligned(flow.matrix, tuple(map(Name, at)))
            labels = frozenset(f"#{k}" for k, key in enumerate(flow.slots) if key == "i")
            names = values(shapes, 7, labels)
            assert evaluated(entry, at, shape, names) == pytest.approx(
                evaluated(flow.component.body, flow.component.at, shape, names), rel=1e-12, abs=1e-15
            )


# --- what is wrong is refused


def mutants(expr: Expr) -> Iterator[Expr]:
    """The expression with one thing wrong: a transpose, a term, a sign, an axis, a factor, the order of a product."""
    match expr:
        case Transpose(operand):
            yield operand
        case Name() | MatrixProduct() | Call("inv"):
            yield Transpose(expr)
        case Sum((first, *rest), (_, *signs)):
            yield first
            yield Sum((first, *rest), (False, *(not sign for sign in signs)))
        case Number(value) if value:
            yield Number(value + 1)
        case Call("sum" | "softmax" | "mean", arguments, (("axis", _), *more)):
            for axis in (0, 1, -1):
                changed = Call(expr.function, arguments, (("axis", integer(axis)), *more))
                if changed != expr:
                    yield changed
    if isinstance(expr, MatrixProduct):
        yield MatrixProduct(expr.right, expr.left)
    if isinstance(expr, Product) and len(expr.factors) > 1:
        yield expr.factors[0]
    for position, child in enumerate(children(expr)):
        for mutant in mutants(child):
            yield with_child(expr, position, mutant)
    yield Negate(expr)


def with_child(expr: Expr, position: int, new: Expr) -> Expr:
    count = iter(range(len(children(expr)) + 1))
    return map_children(expr, lambda child: new if next(count) == position else child)


@pytest.mark.parametrize("expression", [e for e in EXPRESSIONS if "norm(" not in e or e.startswith("norm")])
def test_a_form_with_one_thing_wrong_is_not_proved(expression: str) -> None:
    with deep_recursion():
        for flow, shapes in flows(expression):
            shape = sizes_of(flow, shapes)
            at = tuple(f"@t{k}" for k in range(len(shape)))
            components = Components(shapes, lambda expr, known=shapes: shape_of(expr, known))
            labels = frozenset(f"#{k}" for k, key in enumerate(flow.slots) if key == "i")
            names = values(shapes, 11, labels)
            assert flow.matrix is not None
            right = evaluated(flow.component.body, flow.component.at, shape, names)
            for mutant in list(mutants(flow.matrix))[:12]:
                try:
                    claimed = proves(mutant, flow, shapes)
                except (ValueError, TypeError, KeyError, IndexError, AssertionError):
                    continue  # no tensor at all
                if claimed:  # then it is not wrong: a symmetric matrix transposed
                    entry = components.aligned(mutant, tuple(map(Name, at)))
                    assert evaluated(entry, at, shape, names) == pytest.approx(right, rel=1e-12, abs=1e-15)
