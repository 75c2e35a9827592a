"""Vectors and matrices as notes write them, evaluated at the values of the notes; the engine solves their problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, reduce
from typing import Any

import numpy as np

from .. import api
from ..document import Derivative, Differential, MathNode
from ..errors import BackpropError
from ..syntax.expression import (
    Call,
    Expr,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    names_in,
    walk,
)  # fmt: skip
from ..syntax.written import written
from .scope import Scope
from .values import NoValue, symbol_key

Array = Any


class Misfit(Exception):
    """Two shapes that do not fit together, and in which product or sum."""


def tensor_names(scope: Scope) -> frozenset[str]:
    """The names of a scope that stand for vectors and matrices, or are computed from some."""
    found = {key for key, value in scope.givens.items() if isinstance(value, ListOf)}
    for key in scope.order:
        if found.intersection(scope.operands[key]) or any(isinstance(n, ListOf) for n in walk(scope.steps[key])):
            found.add(key)
    return frozenset(found)


class Arrays:
    """The values of one scope with tensors, and of its gradients, as arrays of floats."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def names(self) -> frozenset[str]:
        return tensor_names(self.scope)

    def concerns(self, *sides: MathNode) -> bool:
        """Whether a claim is about tensors."""
        return any(_is_tensor(node, self.names) for node in sides)

    @cached_property
    def solution(self) -> Any:
        """The problem of the notes solved; None where the language does not take it."""
        scope = self.scope
        needed = scope.needed(scope.loss) if scope.loss is not None else frozenset()
        names = [name for name in sorted(needed) if name not in scope.steps]
        if not needed or any(name not in scope.givens for name in names):
            return None
        givens = (f"Given {name} = {written(scope.givens[name])}" for name in names)
        steps = (f"{key} = {written(scope.steps[key])}" for key in scope.order if key in needed)
        try:
            return api.solve("\n".join([*givens, *steps]), loss=scope.loss)
        except BackpropError:
            return None

    def value(self, node: MathNode) -> Array:
        """The value of a formula. Raises NoValue where it is not known, Misfit where shapes do not fit."""
        match node:
            case Number(value):
                return np.float64(value)
            case ListOf(items):
                return _stacked([self.value(item) for item in items])
            case Name() | Derivative() | Differential():
                return self.known(node)
            case Negate(operand):
                return -self.value(operand)
            case Transpose(operand):
                return self.value(operand).T
            case Sum(terms, minus):
                signed = [(-1 if m else 1) * self.value(t) for t, m in zip(terms, minus, strict=True)]
                return reduce(_fitting("sum", np.add), signed)
            case Product(factors):
                return reduce(_fitting("product", np.multiply), map(self.value, factors))
            case MatrixProduct(left, right):
                a, b = self.value(left), self.value(right)
                is_outer = isinstance(right, Transpose) and a.ndim == b.ndim == 1
                return np.outer(a, b) if is_outer else _matrix_product(a, b)
            case Quotient(above, below):
                return _fitting("quotient", np.divide)(self.value(above), self.value(below))
            case Power(base, exponent):
                return _power(self.value(base), self.value(exponent))
            case Call(function, arguments) if function in _FUNCTIONS and len(arguments) == 1:
                return _FUNCTIONS[function](self.value(arguments[0]))
        raise NoValue("this formula of vectors and matrices is not judged")

    def known(self, node: MathNode) -> Array:
        """The value of a name, or the gradient by one, as the engine finds it."""
        key = symbol_key(node, self.scope.loss)
        if key is not None and len(key) == 1 and key[0] in self.scope.givens:
            return self.value(self.scope.givens[key[0]])
        if self.solution is None or key is None or len(key) > 2:
            raise NoValue("this derivative of tensors is not judged")
        try:
            found = self.solution.value(key[0]) if len(key) == 1 else self.solution.gradient(key[1])
        except BackpropError as error:
            raise NoValue(error.found) from None
        return np.asarray(found, dtype=float)


def _stacked(items: list[Array]) -> Array:
    if len({item.shape for item in items}) != 1:
        raise Misfit("the rows are of different lengths")
    return np.array(items, dtype=float)


def _fitting(what: str, combine: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    def combined(a: Array, b: Array) -> Array:
        try:
            return combine(a, b)
        except ValueError:
            raise Misfit(f"the shapes {shown_shape(a)} and {shown_shape(b)} do not fit in a {what}") from None

    return combined


def _matrix_product(a: Array, b: Array) -> Array:
    """The matrix product; beside a number, a multiple."""
    if not a.shape or not b.shape:
        return a * b
    return _fitting("matrix product", np.matmul)(a, b)


def _power(base: Array, exponent: Array) -> Array:
    """A power; of a matrix only the inverse, since any other may be meant entry by entry or not."""
    if base.ndim < 2:
        return np.power(base, exponent)
    if exponent != -1 or base.shape[0] != base.shape[-1]:
        raise NoValue("the power of a matrix has two readings")
    try:
        return np.linalg.inv(base)
    except np.linalg.LinAlgError:
        raise NoValue("the matrix has no inverse") from None


def shown_shape(array: Array) -> str:
    """(2, 3) as 2×3."""
    return "×".join(map(str, array.shape)) or "1"


def _is_tensor(node: MathNode, names: frozenset[str]) -> bool:
    match node:
        case Derivative(of, by):
            return _is_tensor(of, names) or _is_tensor(by, names)
        case Differential(_, by):
            return _is_tensor(by, names)
    if not isinstance(node, Expr):
        return False
    return (
        any(isinstance(n, ListOf | Transpose | MatrixProduct) for n in walk(node))
        or any(_is_tensor(n, names) if isinstance(n, Derivative | Differential) else False for n in walk(node))
        or not names.isdisjoint(names_in(node))
    )


def entries(node: MathNode) -> Iterator[MathNode]:
    """The entries of a written vector or matrix, row by row."""
    if isinstance(node, ListOf):
        for item in node.items:
            yield from entries(item)
    else:
        yield node


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "exp": np.exp,
    "sqrt": np.sqrt, "abs": np.abs, "softmax": _softmax, "sum": np.sum, "mean": np.mean,
    "norm": lambda z: np.sqrt(np.sum(z * z)),
}  # fmt: skip
