"""Arrays whose axes have labels, the indices of a component formula: aligned, multiplied and summed by label."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy

from ..records import record
from .functions import rows, top
from .program import Program

_COMMUTATIVE = frozenset(("add", "multiply", "maximum", "minimum", "==", "!=", "and"))


@record
class Term:
    """The array in a register; its axes run over the indices `labels`."""

    register: int
    labels: tuple[str, ...] = ()


class Labelled:
    """Operations on terms, written into a program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def shape(self, term: Term) -> tuple[int, ...]:
        return self.program.shapes[term.register]

    def sizes(self, *terms: Term) -> dict[str, int]:
        return {label: n for t in terms for label, n in zip(t.labels, self.shape(t), strict=True)}

    def number(self, value: float) -> Term:
        return Term(self.program.constant(value))

    def range(self, label: str, size: int) -> Term:
        """0, 1, … along one axis."""
        return Term(self.program.apply("range", (), (size,), lambda: numpy.arange(size), size), (label,))

    # --- each entry by itself

    def each(self, name: str, *terms: Term) -> Term:
        """An element-wise operation, its operands aligned by label."""
        if name in _COMMUTATIVE and terms[0].register > terms[1].register:
            terms = (terms[1], terms[0])
        if not any(term.labels for term in terms):  # numbers, of which long problems have many
            return Term(self.program.apply(name, [term.register for term in terms], ()))
        labels: list[str] = []
        for term in sorted(terms, key=lambda t: -len(t.labels)):
            labels += [label for label in term.labels if label not in labels]
        sizes = self.sizes(*terms)
        registers = [self.aligned(term, labels) for term in terms]
        return Term(self.program.apply(name, registers, tuple(sizes[k] for k in labels)), tuple(labels))

    def aligned(self, term: Term, labels: Sequence[str]) -> int:
        """A view of the term that broadcasts against arrays with these axes."""
        order = [label for label in labels if label in term.labels]
        places = tuple(term.labels.index(label) for label in order)
        register = term.register
        sizes = self.sizes(term)
        if places != tuple(range(len(places))):
            register = self.transposed(register, places)
        first = labels.index(order[0]) if order else len(labels)
        index = tuple(slice(None) if label in order else None for label in labels[first:])
        if None not in index:
            return register
        shape = tuple(sizes.get(label, 1) for label in labels[first:])
        static = tuple(part is None for part in index)
        return self.program.apply("new axes", (register,), shape, lambda x: x[index], static)

    def transposed(self, register: int, places: tuple[int, ...]) -> int:
        shape = self.program.shapes[register]
        return self.program.apply(
            "transpose", (register,), tuple(shape[k] for k in places), lambda x: x.transpose(places), places
        )

    def spread(self, term: Term, labels: Sequence[str], shape: tuple[int, ...]) -> int:
        """The array with exactly these axes, repeated along those that the term does not have."""
        register = self.aligned(term, labels)
        if self.program.shapes[register] == shape:
            return register
        return self.program.apply("spread", (register,), shape, lambda x: numpy.broadcast_to(x, shape), shape)

    def total(self, terms: Sequence[Term]) -> Term:
        """The sum, the small ones first."""
        ordered = sorted(terms, key=lambda t: math.prod(self.shape(t)))
        result = ordered[0]
        for term in ordered[1:]:
            result = self.each("add", result, term)
        return result

    def product(self, terms: Sequence[Term]) -> Term:
        ordered = sorted(terms, key=lambda t: math.prod(self.shape(t)))
        result = ordered[0] if ordered else self.number(1.0)
        for term in ordered[1:]:
            result = self.each("multiply", result, term)
        return result

    # --- entries picked

    def picked(self, register: int, places: Sequence[str | int | Term]) -> Term:
        """The entries at places, one an axis: a label (the whole axis), a number, or indices that were computed."""
        numbers = tuple(place if isinstance(place, int) else slice(None) for place in places)
        if any(isinstance(place, int) for place in places):
            sizes = self.program.shapes[register]
            kept = [n for n, place in zip(sizes, places, strict=True) if not isinstance(place, int)]
            static = tuple(place if isinstance(place, int) else None for place in places)
            register = self.program.apply("item", (register,), tuple(kept), lambda x: x[numbers], static)
        rest = [place for place in places if not isinstance(place, int)]
        if all(isinstance(place, str) for place in rest) and len(set(rest)) == len(rest):
            return Term(register, tuple(place for place in rest if isinstance(place, str)))
        return self._gathered(register, rest)

    def _gathered(self, register: int, places: Sequence[str | Term]) -> Term:
        shape = self.program.shapes[register]
        used = [label for place in places if isinstance(place, Term) for label in place.labels]
        names = [place for place in places if isinstance(place, str)]
        whole = [k for k, p in enumerate(places) if isinstance(p, str) and p not in used and names.count(p) == 1]
        chosen = [k for k in range(len(places)) if k not in whole]
        terms = []
        for k in chosen:
            place = places[k]
            terms.append(self.range(place, shape[k]) if isinstance(place, str) else place)
        labels = list(dict.fromkeys(label for term in terms for label in term.labels))
        sizes = self.sizes(*terms)
        order = (*chosen, *whole)
        if order != tuple(range(len(order))):
            register = self.transposed(register, order)
        arguments = (register, *(self.aligned(term, labels) for term in terms))
        out = (*(sizes[label] for label in labels), *(shape[k] for k in whole))
        found = self.program.apply("gather", arguments, out, lambda x, *at: x[at])
        return Term(found, (*labels, *(str(places[k]) for k in whole)))

    def rows(self, term: Term, size: int) -> Term:
        """Data as indices into an axis, checked."""
        register = self.program.apply("rows", (term.register,), self.shape(term), lambda x: rows(x, size), size)
        return Term(register, term.labels)

    def whole(self, term: Term) -> Term:
        """Data as whole numbers, which a bound may still leave out."""
        register = self.program.apply(
            "whole", (term.register,), self.shape(term), lambda x: numpy.asarray(x).astype(int)
        )
        return Term(register, term.labels)

    def clipped(self, term: Term, size: int) -> Term:
        """Indices moved into an axis; a mask covers what was outside."""
        shape = self.shape(term)
        register = self.program.apply("clip", (term.register,), shape, lambda x: numpy.clip(x, 0, size - 1), size)
        return Term(register, term.labels)

    # --- sums

    def summed(self, term: Term, over: Collection[str]) -> Term:
        axes = tuple(k for k, label in enumerate(term.labels) if label in over)
        if not axes:
            return term
        kept = tuple(label for label in term.labels if label not in over)
        sizes = self.sizes(term)
        shape = tuple(sizes[label] for label in kept)
        register = self.program.apply("sum", (term.register,), shape, lambda x: x.sum(axis=axes), axes)
        return Term(register, kept)

    def largest(self, scale: Term, mantissa: Term | None, over: Collection[str]) -> Term:
        """The largest scale along some axes, of terms whose mantissa is not 0."""
        both = [scale] if mantissa is None else [scale, mantissa]
        labels = tuple(dict.fromkeys(label for term in both for label in term.labels))
        axes = tuple(k for k, label in enumerate(labels) if label in over)
        sizes = self.sizes(*both)
        kept = tuple(label for label in labels if label not in over)
        shape = tuple(sizes[label] for label in kept)
        if mantissa is None:
            register = self.program.apply("max", (scale.register,), shape, lambda x: x.max(axis=axes), axes)
        else:
            arguments = [self.aligned(term, labels) for term in both]
            register = self.program.apply("top", arguments, shape, lambda s, m: top(s, m, axes), axes)
        return Term(register, kept)

    def contracted(self, factors: Sequence[Term], over: Collection[str]) -> Term:
        """Σ over labels of a product, two factors at a time, those first that leave the least."""
        terms = list(factors)
        if not over:
            return self.product(terms)
        while True:
            terms = self._alone(terms, over)
            if len(terms) == 1:
                return self.summed(terms[0], over)
            terms = self._merged(terms) if len(terms) > 2 else terms
            if len(terms) == 1:
                continue
            i, j = self._cheapest(terms, over)
            rest = [t for k, t in enumerate(terms) if k not in (i, j)]
            summed = {label for label in over if not any(label in t.labels for t in rest)}
            terms = [*rest, self._pair(terms[i], terms[j], summed)]

    def _alone(self, terms: list[Term], over: Collection[str]) -> list[Term]:
        """Sums that concern one factor only are taken within it."""
        counts = [label for t in terms for label in t.labels]
        return [self.summed(t, {k for k in t.labels if k in over and counts.count(k) == 1}) for t in terms]

    def _merged(self, terms: list[Term]) -> list[Term]:
        """Factors with the same labels, and single numbers, multiplied."""
        groups: dict[frozenset[str], list[Term]] = {}
        for term in terms:
            groups.setdefault(frozenset(term.labels), []).append(term)
        return [self.product(group) for group in groups.values()]

    def _cheapest(self, terms: list[Term], over: Collection[str]) -> tuple[int, int]:
        def left(pair: tuple[int, int]) -> tuple[int, int]:
            i, j = pair
            rest = {label for k, t in enumerate(terms) if k not in pair for label in t.labels}
            sizes = self.sizes(terms[i], terms[j])
            kept = [n for label, n in sizes.items() if label not in over or label in rest]
            return math.prod(kept), math.prod(sizes.values())

        pairs = [(i, j) for i in range(len(terms)) for j in range(i + 1, len(terms))]
        return min(pairs, key=left)

    def _pair(self, a: Term, b: Term, over: Collection[str]) -> Term:
        """Σ a·b as a product of matrices, batched where a label stays that both have."""
        if a.register > b.register:
            a, b = b, a
        shared = [label for label in a.labels if label in b.labels]
        inner = [label for label in shared if label in over]
        if not inner:
            return self.summed(self.each("multiply", a, b), over)
        batch = [label for label in shared if label not in over]
        rows_, columns = ([k for k in t.labels if k not in shared] for t in (a, b))
        sizes = self.sizes(a, b)
        out = (*batch, *rows_, *columns)
        shape = tuple(sizes[label] for label in out)
        left = self._matrix(a, batch, rows_, inner)
        right = self._matrix(b, batch, inner, columns)
        batches = tuple(sizes[label] for label in batch)
        product = (*batches, math.prod(sizes[k] for k in rows_), math.prod(sizes[k] for k in columns))
        register = self.program.apply("matmul", (left, right), product, numpy.matmul)
        return Term(self._reshaped(register, shape), out)

    def _matrix(self, term: Term, batch: list[str], rows_: list[str], columns: list[str]) -> int:
        places = tuple(term.labels.index(label) for label in (*batch, *rows_, *columns))
        register = term.register
        if places != tuple(range(len(places))):
            register = self.transposed(register, places)
        sizes = self.sizes(term)
        shape = (*(sizes[k] for k in batch), math.prod(sizes[k] for k in rows_), math.prod(sizes[k] for k in columns))
        return self._reshaped(register, shape)

    def _reshaped(self, register: int, shape: tuple[int, ...]) -> int:
        if self.program.shapes[register] == shape:
            return register
        return self.program.apply("reshape", (register,), shape, lambda x: x.reshape(shape), shape)
