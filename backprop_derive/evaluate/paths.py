"""The numbers of the path ledger: what the gradient gets along each listed path and along all others together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Generic

from ..derivation import Derivation, TensorDerivation
from ..ledger import Account, Contribution, Edge, Growth, Ledger, Path, PathList
from ..limits import DEFAULT_LIMITS, Limits
from ..solution import Pass, TensorPass, TensorValue, Value
from ..syntax.parser import deep_recursion
from .flowing import EntryFlowing, FloatFlowing, Flowing, ScalarFlowing, T
from .number import Arithmetic, Number
from .passes import record, with_enough_precision
from .work import is_large

# A gradient that was derived apart from its ledger has these digits in common with it, whatever both were carried with.
_NEAR = Decimal("1e-9")
_WIDE = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)


def log_sizes(first: Pass) -> dict[Edge, float]:
    """The logarithm of the size of each local gradient, by which paths are ordered; -inf for 0."""
    return {edge: _log10(value) for edge, value in first.local.items()}


def _log10(value: Value) -> float:
    number = value.decimal.copy_abs()
    if not number:
        return -math.inf
    return math.log10(float(_WIDE.scaleb(number, -number.adjusted()))) + number.adjusted()


def with_accounts(
    ledger: Ledger,
    derivation: Derivation | TensorDerivation,
    first: Pass | TensorPass,
    limits: Limits = DEFAULT_LIMITS,
) -> Ledger:
    """The ledger with its numbers in the first pass.

    That the listed paths and all others add up to the gradient is checked, twice: in the ledger's own arithmetic, and
    against the gradient of the pass. Raises AssertionError where they do not.
    """

    def work(arithmetic: Arithmetic) -> tuple[Account, ...]:
        if isinstance(derivation, Derivation):
            return _accounts(ledger, derivation, ScalarFlowing(derivation, arithmetic), arithmetic)
        if is_large(derivation):
            return _accounts(ledger, derivation, FloatFlowing(derivation, arithmetic), arithmetic)
        return _accounts(ledger, derivation, EntryFlowing(derivation, arithmetic), arithmetic)

    with deep_recursion():
        accounts = with_enough_precision(work, derivation.graph.problem, limits)
    if derivation.graph.problem.round_to is None:
        for paths, account in zip(ledger.lists, accounts, strict=True):
            _check(paths.start, account, first.adjoints[paths.start])
    return replace(ledger, accounts=accounts)


def _check(start: str, account: Account, gradient: Value | TensorValue) -> None:
    """The total is the gradient that the backward pass found."""
    found, expected = _decimals(account.total), _decimals(gradient)
    parts = [x for part in (*(c.product for c in account.listed), account.rest) for x in _decimals(part)]
    most = max((x.copy_abs() for x in (*found, *expected, *parts)), default=Decimal(0))
    bound = _WIDE.multiply(_NEAR, most)
    if any(_WIDE.subtract(x, y).copy_abs() > bound for x, y in zip(found, expected, strict=True)):
        raise _mismatch(start)


def _mismatch(start: str) -> AssertionError:
    """An error of this program, whatever the problem was."""
    return AssertionError(f"the paths of {start} do not add up to its gradient")


def _decimals(value: Value | TensorValue) -> list[Decimal]:
    entries = value.entries if isinstance(value, TensorValue) else (value,)
    return [entry.decimal for entry in entries]


def _accounts(
    ledger: Ledger, derivation: Derivation | TensorDerivation, flowing: Flowing[T], arithmetic: Arithmetic
) -> tuple[Account, ...]:
    accountant = _Accountant(derivation, flowing, arithmetic)
    accountant.pass_back()
    return tuple(accountant.account(paths) for paths in ledger.lists)


@dataclass
class _Ends(Generic[T]):
    """What comes back along an end of paths, and the longer ends that go on from there, by name."""

    value: T
    longer: dict[str, _Ends[T]] = field(default_factory=dict)


@dataclass
class _Begin:
    """A beginning of listed paths: the name it has come to, and the longer ones by the step they go on to."""

    name: str
    longer: dict[str, _Begin] = field(default_factory=dict)


class _Accountant(Generic[T]):
    """Goes along paths at one precision; an end that several paths share is gone along once."""

    def __init__(self, derivation: Derivation | TensorDerivation, flowing: Flowing[T], arithmetic: Arithmetic) -> None:
        self.graph = derivation.graph
        self.steps = {key: tuple(use.step for use in uses) for key, uses in derivation.uses.items()}
        self.flowing = flowing
        self.arithmetic = arithmetic
        self.ends: _Ends[T] = _Ends(flowing.one)
        self.adjoints: dict[str, T] = {self.graph.loss: flowing.one}

    def pass_back(self) -> None:
        """The adjoints of one backward pass, none of them rounded to be carried."""
        for key in self.graph.adjoint_order():
            if key != self.graph.loss:
                self.adjoints[key] = self.summed(
                    key, [self.flowing.through((step, key), self.adjoints[step]) for step in self.steps.get(key, ())]
                )

    def summed(self, key: str, parts: Sequence[T]) -> T:
        return self.flowing.add(parts) if parts else self.flowing.zero(key)

    def account(self, paths: PathList) -> Account:
        products = [self.product(path) for path in paths.listed]
        rest = self.flowing.zero(paths.start) if paths.is_complete else self.others(paths)
        total = self.adjoints.get(paths.start, self.flowing.zero(paths.start))
        if not self.flowing.agree(self.summed(paths.start, [*products, rest]), total):
            raise _mismatch(paths.start)
        listed = tuple(self.contribution(path, p) for path, p in zip(paths.listed, products, strict=True))
        found = Account(listed, self.flowing.record(rest), self.flowing.record(total))
        return replace(found, growth=self.growth(paths, products))

    def growth(self, paths: PathList, products: Sequence[T]) -> Growth | None:
        """How the largest product changes from the shortest to the longest path that contributes anything."""
        known = [*zip(paths.listed, products, strict=True), *((end, self.product(end)) for end in paths.ends)]
        sizes = [(path.length, self.flowing.size(product)) for path, product in known]
        sizes = [(length, size) for length, size in sizes if self.arithmetic.sign(size)]
        if not sizes:
            return None
        near, far = min(length for length, _ in sizes), max(length for length, _ in sizes)
        if near == far:
            return None
        ends = [self.largest([size for length, size in sizes if length == end]) for end in (near, far)]
        ratio = self.arithmetic.divide(ends[1], ends[0])
        per_edge = self.recorded(self.root(ratio, far - near))
        return Growth((near, far), (self.recorded(ends[0]), self.recorded(ends[1])), per_edge)

    def largest(self, sizes: Sequence[Number]) -> Number:
        """By the digits: of two that are equal in all of them it does not matter which."""
        return max(sizes, key=lambda size: self.arithmetic.decimal(size))

    # --- paths

    def product(self, path: Path) -> T:
        """What comes back along a path, as the backward pass would have it if there were no other."""
        end = self.ends
        for step, operand in path.edges():
            if operand not in end.longer:
                end.longer[operand] = _Ends(self.flowing.through((step, operand), end.value))
            end = end.longer[operand]
        return end.value

    def others(self, paths: PathList) -> T:
        """What comes back along all paths that are not listed, without a difference that would lose digits.

        At the end of a beginning, what the listed paths do not go on with comes from the whole adjoint of the step, and
        the rest from the longer beginnings.
        """
        begins = [_Begin(paths.start)]
        for path in paths.listed:
            begin = begins[0]
            for name in path.names[1:]:
                if name not in begin.longer:
                    begin.longer[name] = _Begin(name)
                    begins.append(begin.longer[name])
                begin = begin.longer[name]
        rests: dict[int, T] = {}
        for begin in reversed(begins):
            if begin.name == self.graph.loss:
                continue
            parts = []
            for step in self.steps[begin.name]:
                longer = begin.longer.get(step)
                if longer is None or step != self.graph.loss:
                    incoming = self.adjoints[step] if longer is None else rests[id(longer)]
                    parts.append(self.flowing.through((step, begin.name), incoming))
            rests[id(begin)] = self.summed(begin.name, parts)
        return rests[id(begins[0])]

    # --- sizes

    def contribution(self, path: Path, product: T) -> Contribution:
        size = self.flowing.size(product)
        per_edge = self.root(size, path.length) if path.length else Fraction(1)
        return Contribution(self.flowing.record(product), self.recorded(size), self.recorded(per_edge))

    def root(self, size: Number, degree: int) -> Number:
        """size^(1/degree), for a size that is not negative."""
        if self.arithmetic.sign(size) == 0 or degree == 1:
            return size
        base = size if isinstance(size, Fraction) else self.arithmetic.real(size)
        return self.arithmetic.power(base, Fraction(1, degree))

    def recorded(self, number: Number) -> Value:
        return record(self.arithmetic, self.arithmetic.settled(number))
