"""Vectors and matrices as notes write them, evaluated at the values of the notes; the engine solves their problem."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, reduce
from typing import Any

import numpy as np

from ..document import Applied, Derivative, Differential, MathNode
from ..syntax.expression import (
    ZERO,
    Call,
    Compare,
    Constant,
    Delta,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    map_children,
    names_in,
    walk,
)  # fmt: skip
from .engine import Engine, called
from .entries import Entries, Misfit, is_by_entries
from .indices import entry_of
from .literals import literal, may_be_rounded
from .nearby import SEEDS
from .operations import fitting, matrix_product, part_of, power_of, stacked
from .parts import symbols_in
from .places import is_part
from .scope import OF_SUM, Scope, without_dot
from .sentences import because
from .tangents import any_seed, tangent
from .values import NoValue, Point, symbol_key
from .whole import RELATIONS, WHOLE, applied

Array = Any


# In so many ways the decimals of a formula are moved by half a unit of their last place.
_TRIALS = 20
_EXACT = 12  # decimals in which a written number is the value of something


def tensor_names(scope: Scope) -> frozenset[str]:
    """The names of a scope that stand for vectors and matrices, or are computed from some."""
    found = {key for key, value in scope.givens.items() if isinstance(value, ListOf)}
    found |= {key for key, shape in scope.shapes.items() if shape} | scope.by_entries.keys()
    for key in scope.order:
        if found.intersection(scope.operands[key]) or any(isinstance(n, ListOf) for n in walk(scope.steps[key])):
            found.add(key)
    for key, body in scope.named.items():
        if not found.isdisjoint(symbols_in(body)):
            found.add(key)
    return frozenset(found)


class Arrays:
    """The values of one scope with tensors, and of its gradients, as arrays of floats; near the notes' with a seed.

    `block` is the paragraph that is read, whose own definitions come first.
    """

    def __init__(self, scope: Scope, seed: int | None = None, base: Arrays | None = None) -> None:
        self.scope = scope
        self.seed = seed
        self.engine: Engine = Engine(scope, self.value, seed, base.engine if base is not None else None)
        self.block: tuple[str, int] = ("", 0)
        self.has_powers_of_entries = False
        self._open: set[str] = set()
        self.point = Point(scope)  # which writes out functions
        self._sweeps: dict[tuple[tuple[tuple[str, Expr], ...], frozenset[str]], dict[str, Any]] = {}

    def nearby(self) -> tuple[Arrays, ...]:
        """The same at further points."""
        return tuple(Arrays(self.scope, seed, self) for seed in SEEDS)

    @property
    def is_moved(self) -> bool:
        """Whether a value here is another than in the notes."""
        known = self.scope.givens
        return any(
            not np.array_equal(value, self.value(known[name]))
            for name, value in self.engine.givens.items()
            if name in known
        )

    @cached_property
    def names(self) -> frozenset[str]:
        return tensor_names(self.scope)

    def concerns(self, *sides: MathNode) -> bool:
        """Whether a claim is about tensors."""
        return any(_is_tensor(node, self.names) for node in sides)

    def values(self, a: MathNode, b: MathNode) -> tuple[Array, Array]:
        """The values of both sides of a claim. Raises NoValue where one is not known, Misfit for shapes."""
        if is_by_entries(a) or is_by_entries(b):
            found = self.entries().values(self.point.expanded(a), self.point.expanded(b))
            return found[0], found[1]
        return self.value(a), self.value(b)

    def entries(self) -> Entries:
        return Entries(self.value, lambda key: self.scope.is_defined(key) or key in self.engine.letters)

    def value(self, node: MathNode) -> Array:
        """The value of a formula. Raises NoValue where it is not known, Misfit where shapes do not fit."""
        if is_by_entries(node):
            return self.entries().values(self.point.expanded(node))[0]
        match node:
            case Number(value):
                return np.float64(value)
            case Constant(name):
                return np.float64({"pi": np.pi, "e": np.e}[name])
            case ListOf(items):
                return stacked([self.value(item) for item in items])
            case Name() | Derivative() | Differential():
                return self.known(node)
            case Negate(operand):
                return -self.value(operand)
            case Transpose(operand):
                return self.value(operand).T
            case Sum(terms, minus):
                signed = [(-1 if m else 1) * self.value(t) for t, m in zip(terms, minus, strict=True)]
                return reduce(fitting("sum", np.add), signed)
            case Product(factors):
                return reduce(fitting("product", np.multiply), map(self.value, factors))
            case MatrixProduct(left, right) if is_filling(left) or is_filling(right):
                return self._filled(left, right)
            case MatrixProduct(left, right):
                a, b = self.value(left), self.value(right)
                is_row = b.ndim == 1 or (b.ndim == 2 and len(b) == 1 < len(np.atleast_1d(a)))
                is_outer = isinstance(right, Transpose) and a.ndim == 1 and is_row
                return np.outer(a, b) if is_outer else matrix_product(a, b)
            case Index(base, items) if is_part(node):
                return part_of(self.value(base), items)
            case Quotient(above, below):
                return fitting("quotient", np.divide)(self.value(above), self.value(below))
            case Power(base, exponent):
                return power_of(self.value(base), self.value(exponent), exponent, self.has_powers_of_entries)
            case Call("where", (Compare(relation, x, y), a, b)):
                test = fitting("comparison", RELATIONS[relation])(self.value(x), self.value(y))
                return np.where(test, self.value(a), self.value(b))
            case Call("ones", ()):  # 𝟏 + v: of the length that fits
                return np.float64(1)
            case Call(function, arguments, ()) if function in WHOLE:
                return applied(function, [self.value(a) for a in arguments])
            case Call():
                return called(node, self.value, self.engine.axes)
            case Applied(function) if function in self.scope.functions:
                return self.value(self.point.expanded(node))
            case Applied(_, (argument,)):
                return self._entry_by_entry(node, self.value(argument))
        raise NoValue(because("tensor formula"))

    def _entry_by_entry(self, node: Applied, argument: Array) -> Array:
        """σ′ or a function of the notes, at each entry of its argument."""
        entry = Index(Name("#t"), (Name("k"),))
        formula = self.point.expanded(replace(node, arguments=(entry,)))
        entries = Entries(lambda _: np.ravel(argument), lambda _: False)
        return np.reshape(entries.values(Sum((formula, Product((ZERO, entry))), (False, False)))[0], np.shape(argument))

    @cached_property
    def exact(self) -> frozenset[float]:
        """The entries of all givens and steps, without their signs: a decimal that is one of them is not rounded."""
        return self.exact_of(only_scalars=False)

    def exact_of(self, only_scalars: bool) -> frozenset[float]:
        """The entries of all givens and steps, or of the single numbers among them, without their signs."""
        found: set[float] = set()
        for name in (*self.scope.givens, *self.scope.steps):
            try:
                entries = np.ravel(self.value(Name(name)))
            except (NoValue, Misfit):
                continue
            if len(entries) == 1 or not only_scalars:
                found.update(round(abs(float(entry)), _EXACT) for entry in entries if np.isfinite(entry))
        return frozenset(found)

    def spread(self, node: MathNode) -> Array:
        """How far the value of a formula may be off because the decimals written in it are rounded.

        Of a few decimals what each can change adds up. Many are moved together at random, twenty times, and three
        times the root mean square of that is allowed.
        """
        if not isinstance(node, Expr):
            return 0.0
        is_of_names = any(isinstance(n, Name | Derivative | Differential) for n in walk(node))
        rounded = [
            n for n in walk(node)
            if isinstance(n, Number) and self.may_be_rounded(n) and (not is_of_names or self.is_found(n))
        ]  # fmt: skip
        if not rounded:
            return 0.0
        value = self.value(node)

        def change(moves: Mapping[int, Number]) -> Array:
            return np.abs(self.value(_changed(node, moves)) - value)

        if len(rounded) <= _TRIALS:
            return sum(change({id(n): _moved(n, 1)}) for n in rounded)
        signs = np.random.default_rng(len(rounded)).choice((-1, 1), (_TRIALS, len(rounded)))
        trials = [
            change({id(n): _moved(n, sign) for n, sign in zip(rounded, row, strict=True)}) for row in signs.tolist()
        ]
        return 3 * np.sqrt(np.mean(np.square(trials), axis=0))

    def is_found(self, number: Number) -> bool:
        """Whether a decimal may stand for something that is computed; beside names others are what is meant, 0.1."""
        half = literal(number).half  # type: ignore[union-attr]
        return bool(np.any(np.abs(self._computed - abs(float(number.value))) <= 1.01 * float(half)))

    @cached_property
    def _computed(self) -> Array:
        """The entries of all steps and gradients, without their signs."""
        found = [np.zeros(0)]
        names = [Name(key) for key in (*self.engine.needed, *self.scope.steps)]
        nodes: list[MathNode] = [*names, *(Differential("d", name) for name in names)]
        for node in nodes:
            with suppress(NoValue, Misfit):
                found.append(np.abs(np.ravel(self.value(node))))
        return np.concatenate(found)

    def may_be_rounded(self, number: Number) -> bool:
        is_given = round(abs(float(number.value)), _EXACT) in self.exact
        return may_be_rounded(number, self.scope.spelled, is_given=is_given)

    def _filled(self, left: Expr, right: Expr) -> Array:
        """A product with a vector of ones of no given length: a v 𝟏ᵀ that other sizes stretch, or a sum 𝟏ᵀ A."""
        if is_filling(right):
            a = self.value(left)
            return a[..., None] if isinstance(right, Transpose) and a.ndim == 1 else a.sum(-1, keepdims=a.ndim > 1)
        b = self.value(right)
        return b.sum(0) if isinstance(left, Transpose) else np.atleast_2d(b)

    def known(self, node: MathNode) -> Array:
        """The value of a name or of a derivative, as the engine finds it."""
        base, places = entry_of(node)
        if places:
            return self.entries().values(node)[0]
        match base:
            case Name(key):
                return self._named(key)
            case Derivative(Applied(function, _, 0), Name() as by, sign) if function in self.scope.steps:  # ∂J(θ)/∂θ
                return self.known(Derivative(Name(function), by, sign))
            case Derivative(Name(of), Name(by), _, (Name(step),)) if of == self.scope.loss:
                return self.engine.through(step, by)
            case Differential(_, Name(by), None) if OF_SUM in self.scope.conventions and by in self.scope.steps:
                return self.engine.gradient(by) * self.value(Name(str(self.scope.examples)))
        symbol = symbol_key(base, self.scope.loss)
        if symbol is None:
            raise NoValue(because("tensor derivative"))
        return self.engine.gradient(symbol[1]) if len(symbol) == 2 else self.engine.jacobian(symbol[2], symbol[1])

    def _named(self, key: str) -> Array:
        """A given or a step; else what the notes define on the side, in this paragraph or by entries."""
        scope = self.scope
        if "_dot" in key and (base := scope.tangent_of(key)) is not None:
            return self._tangent(base)
        aside: MathNode | None = scope.asides.get((self.block, key))
        definition = scope.by_entries.get(key)
        if aside is None and definition is None and key not in self.engine.needed:
            aside = scope.steps.get(key) or (None if key in scope.givens else scope.named.get(key))
        if key in self._open or (aside is None and definition is None):
            if key in scope.givens and key not in self.engine.givens:
                return self.value(scope.givens[key])
            return self.engine.value(key)
        self._open.add(key)
        try:
            if aside is not None:
                return self.value(aside)
            assert definition is not None
            letters, body = definition.get(self.block) or next(iter(definition.values()))
            return self._by_entries(letters, body)
        finally:
            self._open.discard(key)

    def _tangent(self, base: str) -> Array:
        """How a name changes along the seeds of the sweep that is read; where none is written, along any."""
        sweep = tuple(self.scope.seeds.items())
        seeds = {key: self.value(seed) for key, seed in sweep}
        if not sweep and len(self.scope.changing) != 1:
            raise NoValue(because("name", name=base))
        seeds = seeds or {key: any_seed(self.value(Name(key))) for key in self.scope.changing}
        known = self._sweeps.setdefault((sweep, self.scope.changing), {})
        return tangent(self.engine, self.scope, base, seeds, known)

    def _by_entries(self, letters: tuple[str, ...], body: Expr) -> Array:
        entries = self.entries()
        (found,) = entries.values(self.point.expanded(body))
        if set(letters) != set(entries.sizes) or len(letters) != len(entries.sizes):
            raise NoValue(because("untold"))
        return np.transpose(found, [list(entries.sizes).index(letter) for letter in letters])


def _moved(number: Number, sign: int) -> Number:
    shown = literal(number)
    assert shown is not None
    return Number(number.value + int(sign) * shown.half)


def _changed(node: Expr, moves: Mapping[int, Number]) -> Expr:
    """The formula with some of its numbers replaced, each found by its identity."""
    return moves[id(node)] if id(node) in moves else map_children(node, lambda child: _changed(child, moves))


def is_filling(node: MathNode) -> bool:
    """Whether a factor is 𝟏 or 𝟏ᵀ of whatever length fits."""
    return (node.operand if isinstance(node, Transpose) else node) == Call("ones", ())


def _is_tensor(node: MathNode, names: frozenset[str]) -> bool:
    match node:
        case Derivative(of, by):
            return _is_tensor(of, names) or _is_tensor(by, names)
        case Differential():
            return bool(names)
        case Applied(_, arguments):
            return any(_is_tensor(argument, names) for argument in arguments)
    if not isinstance(node, Expr):
        return False
    return (
        any(isinstance(n, ListOf | Transpose | MatrixProduct | Index | Over | Delta) for n in walk(node))
        or any(_is_tensor(n, names) for n in walk(node) if isinstance(n, Applied | Derivative | Differential))
        or not names.isdisjoint(map(without_dot, names_in(node)))
    )
