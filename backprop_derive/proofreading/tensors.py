"""Whether one formula of vectors and matrices is another, at the values of the notes and near them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ..document import Derivative, Differential, Ellipsis, MathNode, Reals
from ..evaluate.loose import is_close
from ..syntax.expression import Expr, Index, ListOf, Name, Number, Product, children
from .arrays import Array, Arrays
from .elided import contradiction, shown_entries
from .entries import Misfit, NoEntry, is_by_entries, shown_shape
from .indices import entry_of
from .literals import entries, is_elided, literal
from .outcome import Outcome
from .parts import nodes, symbols_in
from .scope import is_closed, is_plain
from .sentences import HERE_ONLY, because, reason_of
from .values import Key, NoValue, symbol_key

_SAME = 1e-9
_NOISE = 1e-15  # what floats of common sizes leave where the value is 0
_LOST = 2.0**-49  # of the largest entry: what doubles lose where nearly equal numbers are subtracted


class TensorComparer:
    """Compares within one scope: at the values of the notes, or at drawn ones where they give none."""

    def __init__(self, arrays: Arrays) -> None:
        self.scope = arrays.scope
        self.arrays = arrays
        self.further = arrays.nearby()
        self.points = [arrays, *self.further]
        self.told: dict[Key | None, MathNode] = {}

    def enter(self, block: tuple[str, int]) -> None:
        """Read on in this paragraph."""
        for point in self.points:
            point.block = block

    def compare(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """Whether `b` may stand behind `a` and a relation."""
        if a == b:
            return Outcome("right")
        if self.is_untold(a, b):
            return self.again(a, b)
        outcome = self.judged(a, b, relation)
        if outcome.reason != because("power"):
            return outcome
        for point in self.points:
            point.has_powers_of_entries = True
        of_entries = self.judged(a, b, relation)
        for point in self.points:
            point.has_powers_of_entries = False
        return of_entries if of_entries.is_right else outcome

    def judged(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """The same for one reading of the powers of matrices."""
        with np.errstate(all="ignore"):
            outcome = self.at_values(self.arrays, a, b, relation)
            is_told = outcome.verdict == "right" and self.further and self.is_formula(a, b)
            is_here_only = is_told and self.differ_nearby(a, b)
        return Outcome("wrong", b, None, HERE_ONLY) if is_here_only else outcome

    def is_formula(self, a: MathNode, b: MathNode) -> bool:
        """Whether both sides go on holding at other values: no number that may stand for a name, and no name gone.

        A longer formula without derivatives may be written as a shorter one, where what is gone has such a value.
        """
        if any(is_closed(side) or any(isinstance(n, ListOf) for n in nodes(side)) for side in (a, b)):
            return False
        is_entry = is_by_entries(a) or is_by_entries(b)
        numbers = (abs(n.value) for side in (a, b) for n in nodes(side) if isinstance(n, Number))
        if any(self.may_stand_for_name(number, is_entry) for number in numbers):
            return False
        return isinstance(a, Name) or not is_plain(a) or set(symbols_in(a)) <= set(symbols_in(b))

    def may_stand_for_name(self, number: Fraction, is_entry: bool) -> bool:
        """Whether a number is the value of a name, or of an entry: of every 0, 1 and 2 where entries are spoken of."""
        if float(number) in self.scalars:
            return True
        return (is_entry or number not in (0, 1, 2)) and float(number) in self.arrays.exact

    @cached_property
    def scalars(self) -> frozenset[float]:
        """The values of all names that are single numbers, without their signs."""
        return self.arrays.exact_of(only_scalars=True)

    def differ_nearby(self, a: MathNode, b: MathNode) -> bool:
        """Whether two formulas differ at every further point, and there is one where they have values."""
        found = set()
        for point in self.further:
            if point.is_moved:
                found.add(self.at_values(point, a, b, "=").verdict)
                if "right" in found:  # as nearly always, and another point would cost as much again
                    return False
        return not {"wrong", "rounded"}.isdisjoint(found)

    def shape(self, name: MathNode, reals: Reals) -> Outcome:
        """Whether a name or a formula has a shape."""
        try:
            found = np.shape(self.arrays.value(name))
        except (NoValue, Misfit) as error:
            return Outcome("unread", reason=reason_of(error))
        letters = self.arrays.engine.letters
        if any(isinstance(size, str) and size not in letters for size in reals.shape):
            return Outcome("unread", reason=because("letter"))
        claimed = tuple(letters[s] if isinstance(s, str) else s for s in reals.shape)
        if claimed == found:
            return Outcome("right")
        return Outcome("wrong", reals, None, because("shape", shape="×".join(map(str, found)) or "1"))

    def at_values(self, point: Arrays, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """Whether two formulas have one value, entry by entry."""
        try:
            left = point.value(a)
        except NoEntry as error:
            return Outcome("wrong", b, None, reason_of(error))
        except (NoValue, Misfit) as error:
            return Outcome("unread", reason=reason_of(error))
        if not np.isfinite(left).all():
            return Outcome("unread", reason=because("no value"))
        if is_written(b) or is_elided(b):
            if not isinstance(b, ListOf) and (dot := self.dot_product(point, a)) is not None:
                return self.entrywise(dot, b, relation, lambda: point.spread(a) * np.size(left))
            outcome = self.entrywise(left, b, relation, lambda: point.spread(a))
            return self.locally(point, a, b, relation) or outcome if outcome.verdict == "wrong" else outcome
        try:
            left, right = point.values(a, b)
        except Misfit as error:
            return Outcome("wrong", b, None, reason_of(error))
        except NoValue as error:
            return Outcome("unread", reason=reason_of(error))
        if not right.ndim and is_same_everywhere(a, left, right):
            return Outcome("right")
        if squeezed(left).shape != squeezed(right).shape:
            return Outcome("wrong", b, None, _other_shape(right, left))
        left, right = squeezed(left), squeezed(right)
        part = self.slip(a, b, relation) if point is self.arrays else None
        if part is not None:
            return part
        off, size = np.max(np.abs(left - right), initial=0), np.max(np.abs(left), initial=0)
        if off <= max(_SAME * size, _NOISE):
            return Outcome("right")
        slack = _slack(point, a, left) + _slack(point, b, right)
        if np.all(np.abs(left - right) <= slack + _SAME * size):
            return Outcome("rounded")
        return self.locally(point, a, b, relation) or Outcome("wrong", b, None, because("values"))

    def dot_product(self, point: Arrays, node: MathNode) -> Array | None:
        """The sum of the products, where a dot stands between two vectors and a number behind it."""
        match node:
            case Product((first, second), False):
                a, b = point.value(first), point.value(second)
                return np.dot(a, b) if a.ndim == b.ndim == 1 else None
        return None

    def locally(self, point: Arrays, a: MathNode, b: MathNode, relation: str) -> Outcome | None:
        """Right where a derivative of the loss is meant through its own step only, which writes some without a bar."""
        base, _ = entry_of(a)
        match base:
            case Derivative(Name(of), Name(by), sign, ()) if of == self.scope.loss:
                if by in self.scope.operands.get(of, ()):
                    held = Derivative(Name(of), Name(by), sign, (Name(of),))
                    outcome = self.at_values(point, held if base is a else _entry(held, a), b, relation)
                    return outcome if outcome.is_right else None
        return None

    def entrywise(self, value: Array, b: MathNode, relation: str, spread: Callable[[], Array] = lambda: 0.0) -> Outcome:
        """Whether every written entry is right to the digits given, where what it is computed from is off by a spread.

        A number behind a formula by entries is what all of them are.
        """
        if value.ndim and not isinstance(b, ListOf):
            b = ListOf((b,) * value.size)
            value = value.ravel()
        try:
            value, written = self.paired(value, b)
        except Misfit as error:
            return Outcome("wrong", b, None, reason_of(error))
        verdicts = ["right"]
        off = None
        for place, entry in written:
            right, number = value[place], literal(entry)
            assert number is not None
            exact = _fraction(right, number.value)
            accepted = number.accepts(exact, relation)
            if accepted is None:
                off = _allowed(spread(), value) if off is None else off
                is_near = abs(float(number.value) - right) <= float(number.half) + off[place]
                accepted = "rounded" if is_near else None
            if accepted is None:
                return Outcome("wrong", entry, exact)
            verdicts.append(accepted)
        return Outcome("rounded" if "rounded" in verdicts else "right")

    def paired(self, value: Array, b: MathNode) -> tuple[Array, list[tuple[tuple[int, ...], MathNode]]]:
        """The array that is written, and each written entry with its place in it. Raises Misfit for another shape."""
        if is_elided(b):
            narrow = squeezed(value)
            for array in (value, narrow) if narrow.ndim < value.ndim else (value,):
                with suppress(Misfit):
                    return array, list(shown_entries(b, array.shape))
            return value, list(shown_entries(b, value.shape))
        found = self.arrays.value(b)
        value = squeezed(value) if squeezed(value).shape == found.shape else value
        if value.shape == (1, *found.shape):  # the one row of a matrix, written as [1, 2]ᵀ is for vᵀ
            value = value[0]
        is_column = value.ndim == 1 and found.shape == (*value.shape, 1)  # a vector has neither rows nor columns
        if found.shape != value.shape and not is_column:
            raise Misfit(_other_shape(found, value))
        return value, list(zip(np.ndindex(value.shape), entries(b), strict=True))

    def is_untold(self, a: MathNode, b: MathNode) -> bool:
        """Whether the numbers of a claim come from what the notes show in part only, so that nobody can tell."""
        if not is_elided(b) and any(isinstance(n, Ellipsis) for side in (a, b) for n in nodes(side)):
            return True
        scope = self.scope
        if not scope.elided or not (is_closed(b) or any(isinstance(n, ListOf) for n in nodes(b))):
            return False
        loss = (scope.loss,) if any(isinstance(n, Derivative | Differential) for n in nodes(a)) else ()
        names = [key for key in (*symbols_in(a), *loss) if key is not None]
        return any(not scope.elided.isdisjoint(scope.needed(key)) for key in names)

    def tell(self, head: MathNode, links: Sequence[MathNode | None]) -> None:
        """Note what is written for a name or a derivative whose value cannot be told otherwise."""
        symbol = symbol_key(head, self.scope.loss)
        shown = [link for link in links if link is not None and (is_written(link) or is_elided(link))]
        if symbol is not None and shown and self.scope.elided:
            self.told.setdefault(symbol, shown[-1])

    def again(self, a: MathNode, b: MathNode) -> Outcome:
        """Whether what is written now is what was written before, where that is all that is known."""
        symbol = symbol_key(a, self.scope.loss)
        found = contradiction(self.told[symbol], b) if symbol in self.told else None
        return Outcome("given") if found is None else Outcome("wrong", found[0], found[1].value, because("before"))

    def slip(self, a: MathNode, b: MathNode, relation: str) -> Outcome | None:
        """The only written matrix in `b` that is not what stands in its place in `a`, if they are built alike."""
        if is_written(b) and isinstance(a, Name | Derivative | Differential | Expr):
            try:
                outcome = self.entrywise(self.arrays.value(a), b, "≈")
            except (NoValue, Misfit):
                return None
            return None if outcome.is_right else outcome
        if type(a) is not type(b) or not isinstance(a, Expr) or not isinstance(b, Expr):
            return None
        left, right = children(a), children(b)
        if len(left) != len(right):
            return None
        found = [self.slip(x, y, relation) for x, y in zip(left, right, strict=True)]
        wrong = [outcome for outcome in found if outcome is not None]
        return wrong[0] if len(wrong) == 1 else None


def _entry(held: Derivative, entry: MathNode) -> MathNode:
    """The entry of a derivative with something held, at the places of another entry of it."""
    return Index(held, entry_of(entry)[1])  # type: ignore[arg-type]


def squeezed(array: Array) -> Array:
    """Without a last axis of size 1: what rowsum gives is a column beside a matrix, and a vector by itself."""
    return array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array


def is_same_everywhere(head: MathNode, left: Array, right: Array) -> bool:
    """Whether every entry of a derivative is one number, which is then written for it: ∂L/∂r = n."""
    is_derivative = isinstance(entry_of(head)[0], Derivative | Differential)
    return is_derivative and bool(np.all(np.abs(left - right) <= max(_SAME * abs(right), _NOISE)))


def is_written(node: MathNode) -> bool:
    """Whether a vector, a matrix or a number is written out in numbers."""
    if isinstance(node, ListOf):
        return all(map(is_written, node.items))
    return literal(node) is not None


def _allowed(spread: Array, value: Array) -> Array:
    """How far each entry may be off; a column is compared as a vector, and a dot product by the most it can be off."""
    off = np.reshape(spread, value.shape) if np.size(spread) == value.size else np.full(value.shape, np.max(spread))
    return np.maximum(off, _LOST * np.max(np.abs(value), initial=0))


def _slack(point: Arrays, node: MathNode, value: Array) -> Array:
    """How far each entry of a side may be off because decimals in it are rounded."""
    spread = point.spread(node)
    return np.reshape(spread, value.shape) if np.size(spread) == value.size else np.max(spread)


def _fraction(value: Any, written: Fraction) -> Any:
    """The value; where it is the written number but for what doubles lose, that number."""
    found = Fraction(float(value))
    close = abs(found - written) <= Fraction(1, 10**11) * max(abs(found), abs(written), Fraction(1, 10**6))
    return written if close or is_close(found, written) else found


def _other_shape(found: Array, right: Array) -> str:
    return because("other shape", found=shown_shape(found), right=shown_shape(right))
