"""Component formulas into a program: each part becomes an array whose axes are the indices that stand in it.

Exponentials are kept apart from what they multiply where they are divided or their logarithm is taken: a value is
mantissa·exp(scale), so that softmax, logsumexp and their derivatives neither overflow nor vanish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import e, nan, pi

from ..ops.table import expanded, operation
from ..records import record
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Delta,
    Expr,
    Index,
    Inside,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
)  # fmt: skip
from .indices import Indices, Solved
from .kinks import Kinks
from .labelled import Labelled, Term
from .patterns import (
    Factors,
    bears_exponential,
    beside_one,
    exponential_less_one,
    factors_of,
    is_logarithm,
    logistic_power,
    may_fail,
    under_sums,
)  # fmt: skip
from .program import Program

_AS_ONE = frozenset(("sigmoid", "softplus", "abs", "sign"))  # stable, or shorter, as one operation


@record
class Scaled:
    """mantissa·exp(scale); `is_raw` while nothing was divided by, so that the scale may be beyond a float's range."""

    mantissa: Term
    scale: Term | None = None
    is_raw: bool = False


class Lowering:
    """Writes component formulas into a program. `tensors` holds the register of every name."""

    def __init__(self, program: Program, tensors: Mapping[str, int], letters: Mapping[str, int]) -> None:
        self.labelled = Labelled(program)
        self.program = program
        self.tensors = tensors
        self.letters = letters
        self.indices = Indices(self.labelled, self.plain, tensors, letters)
        self.is_guarded = False
        self.kinks = Kinks(self.labelled)

    def component(self, body: Expr, at: Sequence[str], shape: tuple[int, ...]) -> int:
        """The register of the tensor whose entry at the indices `at` is `body`."""
        self.indices.sizes.update(zip(at, shape, strict=True))
        return self.labelled.spread(self.plain(body), at, shape)

    # --- values

    def plain(self, expr: Expr) -> Term:
        """The value itself."""
        return self.collapsed(self.scaled(expr, False))

    def collapsed(self, value: Scaled) -> Term:
        if value.scale is None:
            return value.mantissa
        exponential = self.labelled.each("exp", value.scale)
        return (
            exponential if value.mantissa == self.one else self.labelled.each("multiply", value.mantissa, exponential)
        )

    @property
    def one(self) -> Term:
        return self.labelled.number(1.0)

    def scaled(self, expr: Expr, keep: bool) -> Scaled:
        """The value; exponentials stay apart from it where `keep` says so, or where they are divided by."""
        match expr:
            case Number(value):
                return Scaled(self.labelled.number(float(value)))
            case Constant(name):
                return Scaled(self.labelled.number(pi if name == "pi" else e))
            case Name(key):
                return Scaled(self.name(key))
            case Index():
                return Scaled(self.indices.entry(expr))
            case Sum():
                return self.sum(expr, keep)
            case Product() | Quotient() | Over() | Negate() | Delta() | Inside():
                return self.product(expr, keep)
            case Power(base, exponent):
                return self.power(base, exponent, keep)
            case Call():
                return self.call(expr, keep)
        raise TypeError(f"no entry of a tensor: {type(expr).__name__}")

    def name(self, key: str) -> Term:
        if key in self.tensors:
            return Term(self.tensors[key])
        if key in self.letters:
            return self.labelled.number(float(self.letters[key]))
        return self.indices.value(key)

    # --- sums and powers

    def sum(self, expr: Sum, keep: bool) -> Scaled:
        if not keep and (power := exponential_less_one(expr)) is not None:
            return Scaled(self.labelled.each("expm1", self.plain(power)))
        values = [self.scaled(term, keep) for term in expr.terms]
        scales = [value.scale for value in values]
        if any(value.is_raw for value in values):
            scale = self.common(scales)
            terms = [self.shifted(value, scale) for value in values]
        else:
            scale, terms = None, [self.collapsed(value) for value in values]
        return Scaled(self.signed_total(terms, expr.minus), scale, scale is not None)

    def signed_total(self, terms: Sequence[Term], minus: Sequence[bool]) -> Term:
        added = [t for t, m in zip(terms, minus, strict=True) if not m]
        taken = [t for t, m in zip(terms, minus, strict=True) if m]
        # a - b - c as a - (b + c) would round otherwise than the author's order; small arrays first is what counts.
        if not added:
            return self.labelled.each("negative", self.labelled.total(taken))
        total = self.labelled.total(added)
        for term in taken:
            total = self.labelled.each("subtract", total, term)
        return total

    def common(self, scales: Sequence[Term | None]) -> Term:
        """The largest of several scales, 0 for a value without one."""
        distinct = dict.fromkeys(self.labelled.number(0.0) if scale is None else scale for scale in scales)
        first, *rest = distinct
        for scale in rest:
            first = self.labelled.each("maximum", first, scale)
        return first

    def shifted(self, value: Scaled, scale: Term) -> Term:
        """The mantissa for another scale."""
        if value.scale == scale:
            return value.mantissa
        own = value.scale or self.labelled.number(0.0)
        shift = self.labelled.each("exp", self.labelled.each("subtract", own, scale))
        return shift if value.mantissa == self.one else self.labelled.each("multiply", value.mantissa, shift)

    def power(self, base: Expr, exponent: Expr, keep: bool) -> Scaled:
        if isinstance(exponent, Number):
            value = self.scaled(base, keep or (exponent.value < 0 and bears_exponential(base)))
            scale = value.scale
            if scale is not None:
                scale = self.labelled.each("multiply", scale, self.labelled.number(float(exponent.value)))
            is_raw = value.is_raw and exponent.value > 0
            return Scaled(self.constant_power(value.mantissa, exponent.value), scale, is_raw)
        return Scaled(self.labelled.each("power", self.plain(base), self.plain(exponent)))

    def constant_power(self, base: Term, exponent: Fraction) -> Term:
        each = self.labelled.each
        match exponent:
            case 1:
                return base
            case 2:
                return each("square", base)
            case 3:
                return each("multiply", base, each("square", base))
            case -1:
                return each("divide", self.one, base)
            case -2:
                return each("divide", self.one, each("square", base))
            case _ if exponent == Fraction(1, 2):
                return each("sqrt", base)
        return each("power", base, self.labelled.number(float(exponent)))

    # --- products and sums of products

    def product(self, expr: Expr, keep: bool) -> Scaled:
        """Σ over indices of factors over divisors; the indices that deltas determine are put in their place."""
        names, sizes, body, is_negative = under_sums(expr)
        factors = factors_of(body)
        known = [self.indices.size(size) for size in sizes]
        if len(names) and isinstance(body, Sum) and not keep and not bears_exponential(body):
            return self.sum_of_sums(names, known, body, is_negative)
        with self.indices.running(names, known):
            solved = self.indices.solved(names, factors.switches)
            with self.indices.bound(solved.values):
                result = self.summed_product(factors, solved, keep)
        if is_negative != factors.is_negative:
            return Scaled(self.labelled.each("negative", result.mantissa), result.scale, result.is_raw)
        return result

    def sum_of_sums(self, names: Sequence[str], sizes: Sequence[int], body: Sum, is_negative: bool) -> Scaled:
        """Σ (a ± b) as Σ a ± Σ b, so that no product is written out over all indices at once."""
        terms: list[Expr] = list(body.terms)
        for name, size in zip(reversed(names), reversed(sizes), strict=True):
            terms = [Over(name, size, term) for term in terms]
        total = self.signed_total([self.plain(term) for term in terms], body.minus)
        return Scaled(self.labelled.each("negative", total) if is_negative else total)

    def summed_product(self, factors: Factors, solved: Solved, keep: bool) -> Scaled:
        factors, sigmoids = self.logistic(factors)
        keep = keep or any(bears_exponential(part) for part in factors.below)
        over = set(solved.over)
        logarithms = [part for part in factors.above if is_logarithm(part)]
        masks = [mask for switch in solved.switches for mask in self.indices.masks(switch)]
        with self.kinks.only_where(masks):
            above = [self.scaled(part, keep) for part in factors.above if part not in logarithms]
            below = [self.scaled(part, keep) for part in factors.below]
        terms = [*sigmoids, *(value.mantissa for value in above if value.mantissa != self.one)]
        for part in logarithms:
            terms = self.absorbed(terms, self.plain(part))
        scale = self.exponent(above, below)
        is_raw = any(v.is_raw for v in above) and not any(v.scale is not None for v in below)
        divisors = [value.mantissa for value in below]
        outside = [d for d in divisors if not over.intersection(d.labels)]
        terms = self.divided(terms, [d for d in divisors if over.intersection(d.labels)])
        if scale is not None and (over.intersection(scale.labels) or not (keep and is_raw)):
            largest = None
            if keep and is_raw:
                mantissa = self.labelled.product([*terms, *map(self.as_number, masks)]) if terms or masks else None
                largest = self.labelled.largest(scale, mantissa, over)
            terms = self.absorbed(terms, self.shifted(Scaled(self.one, scale), largest or self.labelled.number(0.0)))
            scale = largest
        terms = self.masked(terms, masks)
        missing = [label for label in over if not any(label in t.labels for t in terms)]
        count = 1
        for label in missing:
            count *= self.indices.sizes[label]
        if count != 1:
            terms.append(self.labelled.number(float(count)))
        result = self.labelled.contracted(terms or [self.one], over)
        for divisor in outside:
            result = self.labelled.each("divide", result, divisor)
        return Scaled(result, scale, is_raw and scale is not None)

    def logistic(self, factors: Factors) -> tuple[Factors, list[Term]]:
        """exp(u)^j / (1 + exp(u))^n as σ(u)^j·σ(-u)^(n - j), where no other exponential is about."""
        above, below = list(factors.above), list(factors.below)
        found: list[Term] = []
        for part in factors.below:
            u, n = logistic_power(part)
            if u is None:
                continue
            below.remove(part)
            minus_u = u.operand if isinstance(u, Negate) else Negate(u)
            for _ in range(n):
                is_above = Call("exp", (u,)) in above
                if is_above:
                    above.remove(Call("exp", (u,)))
                found.append(self.labelled.each("sigmoid", self.plain(u if is_above else minus_u)))
        if not found or any(map(bears_exponential, (*above, *below))):
            return factors, []
        return replace(factors, above=tuple(above), below=tuple(below)), found

    def exponent(self, above: Sequence[Scaled], below: Sequence[Scaled]) -> Term | None:
        """The sum of the scales above, less those below."""
        added = [v.scale for v in above if v.scale is not None]
        taken = [v.scale for v in below if v.scale is not None]
        if not added and not taken:
            return None
        return self.signed_total([*added, *taken], [False] * len(added) + [True] * len(taken))

    def divided(self, terms: list[Term], divisors: Sequence[Term]) -> list[Term]:
        """The factors with each divisor under the first of them that has all its indices."""
        for divisor in divisors:
            fits = [k for k, t in enumerate(terms) if set(divisor.labels) <= set(t.labels)]
            if fits:
                terms[fits[0]] = self.labelled.each("divide", terms[fits[0]], divisor)
            else:
                terms.append(self.labelled.each("divide", self.one, divisor))
        return terms

    def masked(self, terms: list[Term], masks: Sequence[Term]) -> list[Term]:
        for mask in masks:
            fits = [k for k, t in enumerate(terms) if set(mask.labels) <= set(t.labels)]
            if fits:
                terms[fits[0]] = self.labelled.each("where", mask, terms[fits[0]], self.labelled.number(0.0))
            else:
                terms.append(self.as_number(mask))
        return terms

    def as_number(self, mask: Term) -> Term:
        return self.labelled.each("as_number", mask)

    def absorbed(self, terms: list[Term], infinite: Term) -> list[Term]:
        """0·log 0 is 0, and so is what a mask leaves out of a large exponential, where a factor has the indices of what
        may be infinite or the other way round."""
        for k, term in enumerate(terms):
            if term.register in self.program.constants and not term.labels:
                continue
            if set(term.labels) <= set(infinite.labels) or set(infinite.labels) <= set(term.labels):
                return [*terms[:k], *terms[k + 1 :], self.labelled.each("times_infinite", term, infinite)]
        return [*terms, infinite]

    # --- calls

    def call(self, call: Call, keep: bool) -> Scaled:
        op = operation(call.function)
        arguments = call.arguments
        if call.function == "det":
            return Scaled(Term(self.indices.of_matrix(call)))
        if op.primitive == "exp":
            power = self.plain(arguments[0])
            return Scaled(self.one, power, True) if keep else Scaled(self.labelled.each("exp", power))
        if op.primitive == "log":
            return Scaled(self.logarithm(arguments[0]))
        if op.primitive == "where":
            return Scaled(self.where(call))
        if op.primitive == "xlogy":
            return self.product(Product((arguments[0], Call("log", arguments[1:]))), keep)
        if op.is_variadic and op.primitive is not None:
            return Scaled(self.choice(call.function, op.primitive, arguments))
        self.kinks.of_call(call, self.plain)
        if call.function in _AS_ONE:
            return Scaled(self.labelled.each(call.function, self.plain(arguments[0])))
        body = expanded(call)
        if body is not None:
            with self.kinks.silent():
                return self.scaled(body, keep)
        assert op.primitive is not None, f"{call.function} has no definition"
        return Scaled(self.labelled.each(op.primitive, self.plain(arguments[0])))

    def logarithm(self, expr: Expr) -> Term:
        each = self.labelled.each
        if isinstance(expr, Sum) and (rest := beside_one(expr)) is not None:
            if isinstance(rest, Call) and rest.function == "exp":
                return each("softplus", self.plain(rest.arguments[0]))
            if not bears_exponential(rest):
                return each("log1p", self.plain(rest))
        value = self.scaled(expr, bears_exponential(expr))
        if value.scale is None:
            return each("log", value.mantissa)
        if value.mantissa == self.one:
            return value.scale
        return each("add", each("log", value.mantissa), value.scale)

    def where(self, call: Call) -> Term:
        test, a, b = call.arguments
        assert isinstance(test, Compare)
        each = self.labelled.each
        with self.kinks.silent():
            sides = [self.compared(side) for side in (test.left, test.right)]
        if test.relation not in ("==", "!="):
            self.kinks.note("where", each("==", *sides))
        holds = each(test.relation, *sides)
        outer, self.is_guarded = self.is_guarded, True
        with self.kinks.only_where([holds]):
            first = self.plain(a)
        with self.kinks.only_where([each("not", holds)]):
            second = self.plain(b)
        self.is_guarded = outer
        chosen = each("where", holds, first, second)
        for side, expr in zip(sides, (test.left, test.right), strict=True):
            if self.may_hide(expr):
                is_none = each("!=", side, side)
                chosen = each("where", is_none, self.labelled.number(nan), chosen)
        return chosen

    def compared(self, expr: Expr) -> Term:
        """A side of a comparison; nan where it has no value, or the choice would hide that."""
        value = self.plain(expr)
        return self.labelled.each("finite", value) if self.may_hide(expr) else value

    def may_hide(self, expr: Expr) -> bool:
        return not self.is_guarded and may_fail(expr)

    def choice(self, name: str, primitive: str, arguments: Sequence[Expr]) -> Term:
        """max and min, the share of each argument, and the first of those that tie."""
        each = self.labelled.each
        pick = "maximum" if primitive.endswith("max") else "minimum"
        candidates = [self.plain(a) for a in (arguments[1:] if " of " in primitive else arguments)]
        best = candidates[0]
        for candidate in candidates[1:]:
            best = each(pick, best, candidate)
        if " of " not in primitive:
            self.kinks.note(name, each("ties", best, *candidates))
            return best
        value = self.plain(arguments[0])
        if primitive.startswith("first"):
            return self.as_number(each("==", each("first_place", best, *candidates), value))
        return each("shares", best, value, *candidates)
