"""Our expressions to SymPy's, and SymPy's answer back into the author's own order."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, total_ordering

import sympy

from ..syntax.expression import (
    ONE,
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
    integer,
)  # fmt: skip
from . import light
from .choice import Choice, choice, condition_key
from .implicit import OfMatrix, call_of_matrix, of_matrix
from .opaque import Opaque, call_of, call_parts, opaque
from .powers import WholePower, power

Written = dict[sympy.Basic, Expr]
_FUNCTIONS = {
    getattr(sympy, name): name
    for name in ("log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "erf", "floor")
}
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E}


def to_sympy(expr: Expr, names: Mapping[str, sympy.Symbol], written: Written | None = None) -> sympy.Expr:
    """The SymPy expression of ours; `written` collects, for each compound part, how the author wrote it."""
    result = _build(expr, names, written)
    if written is not None and not isinstance(expr, Number | Name | Constant) and not result.is_Atom:
        written.setdefault(result, expr)
    return result


def constant(expr: Expr) -> sympy.Expr:
    """The SymPy constant of a closed form, in SymPy's own functions."""
    return to_sympy(expr, {}).replace(
        lambda part: isinstance(part, Opaque), lambda part: getattr(sympy, part.operation_name)(*part.args)
    )


def _build(expr: Expr, names: Mapping[str, sympy.Symbol], written: Written | None) -> sympy.Basic:
    def inner(part: Expr) -> sympy.Expr:
        return to_sympy(part, names, written)

    if (parts := of_matrix(expr)) is not None:
        function, matrix, at = parts
        return function(names[matrix], *map(inner, at))
    match expr:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(key):
            return names[key]
        case Constant(name):
            return _CONSTANTS[name]
        case Negate(operand):
            return -inner(operand)
        case Sum(terms, minus):
            return sympy.Add(*(-inner(t) if m else inner(t) for t, m in zip(terms, minus, strict=True)))
        case Product(factors):
            return sympy.Mul(*map(inner, factors))
        case Quotient(a, b):
            return inner(a) / inner(b)
        case Power(a, b):
            return power(inner(a), inner(b))
        case Index(Name(key), places):
            assert all(isinstance(place, Expr) for place in places)
            return names[key][tuple(inner(place) for place in places)]  # type: ignore[arg-type]
        case Over(index, size, body):
            last = (sympy.Integer(size) if isinstance(size, int) else inner(Name(size))) - 1
            return light.Sum(inner(body), (inner(Name(index)), sympy.S.Zero, last))
        case Delta(a, b):
            return light.KroneckerDelta(inner(a), inner(b))
        case Inside(place, size):
            return InsideOf(inner(place), sympy.Integer(size) if isinstance(size, int) else inner(Name(size)))
        case Call("where", (Compare(relation, left, right) as condition, a, b)):
            sides = inner(left), inner(right)
            if written is not None:
                written.setdefault(condition_key(relation, *sides), condition)
            return choice(relation)(*sides, inner(a), inner(b))
        case Call():
            cls, arguments = call_parts(expr)
            return cls(*map(inner, arguments))
    raise TypeError(f"no scalar expression: {type(expr).__name__}")


def from_sympy(expr: sympy.Basic, written: Written) -> Expr:
    """A SymPy expression as ours. Parts that the author wrote stand as written; the rest is put in a steady order.

    Names are `#k` symbols, numbered in the author's order, and that number is what terms and factors are sorted by.
    """
    if not written:
        return _translated(expr)
    return written[expr] if expr in written else _by_kind(expr, written)


@lru_cache(maxsize=4096)
def _translated(expr: sympy.Basic) -> Expr:
    """Where nothing was written by the author, parts that recur are translated once."""
    return _by_kind(expr, {})


def _by_kind(expr: sympy.Basic, written: Written) -> Expr:
    if expr.is_Number:
        return _number(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Symbol:
        return Name(expr.name)
    if expr == sympy.pi or expr == sympy.E:
        return Constant("pi" if expr == sympy.pi else "e")
    if expr.is_Add or expr.is_Mul:
        opposite = written.get(-expr) if written else None
        if opposite is not None and not isinstance(opposite, Negate):
            return Negate(opposite)
        return _factored_sum(expr, written) if expr.is_Add else _product(expr, written)
    if isinstance(expr, WholePower):
        return Power(*(from_sympy(a, written) for a in expr.args))
    if isinstance(expr, sympy.Indexed):
        return Index(Name(expr.base.name), tuple(from_sympy(place, written) for place in expr.indices))
    if isinstance(expr, sympy.Sum):
        return _over(expr, written)
    if isinstance(expr, sympy.KroneckerDelta):
        return Delta(*(from_sympy(place, written) for place in expr.args))
    if isinstance(expr, InsideOf):
        place, size = expr.args
        return Inside(from_sympy(place, written), size_of(size))
    if isinstance(expr, OfMatrix):
        call, places = call_of_matrix(expr), tuple(from_sympy(a, written) for a in expr.args[1:])
        return Index(call, places) if places else call
    if isinstance(expr, Opaque):
        return call_of(type(expr), tuple(from_sympy(a, written) for a in expr.args))
    if isinstance(expr, sympy.exp):
        return Power(Constant("e"), from_sympy(expr.args[0], written))
    if expr.is_Pow:
        return _power(expr, written)
    if isinstance(expr, Choice):
        return _cases(expr, written)
    if isinstance(expr, sympy.Function) and (name := _FUNCTIONS.get(type(expr))) is not None:
        return Call(name, tuple(from_sympy(a, written) for a in expr.args))
    raise TypeError(f"SymPy answered with {type(expr).__name__}")


def _over(expr: sympy.Sum, written: Written) -> Expr:
    body = from_sympy(expr.function, written)
    for index, _, last in expr.limits:
        body = Over(index.name, size_of(last + 1), body)
    return body


def size_of(size: sympy.Expr) -> int | str:
    """A size as shapes have it: a number or a letter."""
    return int(size) if size.is_Integer else str(size.name)


class InsideOf(light.Applied):
    """1 where 0 ≤ place < size, else 0; it depends on indices only, so every derivative of it is 0."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


def _number(value: Fraction) -> Expr:
    return Negate(Number(-value)) if value < 0 else Number(value)


@total_ordering
class _Text:
    """An expression's text, written only where it is needed to break a tie."""

    def __init__(self, expr: sympy.Basic) -> None:
        self.expr = expr

    def __eq__(self, other: object) -> bool:
        # Hashes are remembered; to compare two long sums that differ deep inside is work.
        return isinstance(other, _Text) and hash(self.expr) == hash(other.expr) and bool(self.expr == other.expr)

    def __lt__(self, other: _Text) -> bool:
        return _text(self.expr) < _text(other.expr)

    def __hash__(self) -> int:
        return hash(self.expr)


@lru_cache(maxsize=4096)
def _text(expr: sympy.Basic) -> str:
    return str(expr)


def _rank(expr: sympy.Basic) -> tuple[int, int, _Text]:
    """Names before functions before sums, each by the first name in them; the text breaks ties, so order is steady."""
    base = expr.base if expr.is_Pow else expr
    kind = 0 if base.is_Symbol else 2 if base.is_Add else 3 if isinstance(base, Choice) else 1
    return kind, min(_slots(expr), default=-1), _Text(expr)


def _factored_sum(expr: sympy.Add, written: Written) -> Expr:
    """A common number before the parenthesis, as by hand: SymPy multiplies 2(p - y) out."""
    content, _ = expr.primitive()
    if content == 1:
        return _sum(expr, written)
    is_common = content.q == 1 or (_is_polynomial(expr) and not any(term.is_number for term in expr.args))
    return _product(expr, written) if is_common else _sum(expr, written)


def _is_polynomial(expr: sympy.Expr) -> bool:
    """In names and entries; SymPy's own question looks into every sum."""
    if expr.is_Add or expr.is_Mul:
        return all(map(_is_polynomial, expr.args))
    if expr.is_Pow and expr.exp.is_Integer and expr.exp.is_nonnegative:
        return _is_polynomial(expr.base)
    return bool(expr.is_Symbol or expr.is_Indexed or not expr.free_symbols)


def _sum(expr: sympy.Add, written: Written) -> Expr:
    terms = sorted(expr.args, key=lambda t: (t.is_number, min(_slots(t), default=0), _rank(t)))
    signs = [_is_negative(t) for t in terms]
    lead = next((k for k, negative in enumerate(signs) if not negative), 0)
    order = [lead, *(k for k in range(len(terms)) if k != lead)]
    parts = []
    for position, k in enumerate(order):
        minus = signs[k] and position > 0
        parts.append((from_sympy(-terms[k] if minus else terms[k], written), minus))
    return Sum(tuple(part for part, _ in parts), tuple(minus for _, minus in parts))


@lru_cache(maxsize=4096)
def _slots(expr: sympy.Basic) -> tuple[int, ...]:
    return tuple(int(s.name[1:]) for s in expr.free_symbols if s.is_Symbol and s.name[1:].isdigit())


def _is_negative(term: sympy.Expr) -> bool:
    coefficient, _ = term.as_coeff_Mul()
    return bool(coefficient.is_negative)


def _product(expr: sympy.Mul, written: Written) -> Expr:
    if expr.is_Add:
        content, rest = expr.primitive()
        return _scaled(content, [rest], [], written)
    coefficient, rest = expr.as_coeff_Mul()
    if coefficient.is_negative:
        return Negate(from_sympy(-expr, written))
    upper, lower = [], []
    for factor in sympy.Mul.make_args(rest):
        if factor.is_Add and (content := factor.primitive()[0]).q == 1:
            coefficient, factor = coefficient * content, factor / content
        base, exponent = (factor.base, factor.exp) if factor.is_Pow else (factor, sympy.Integer(1))
        if factor.is_Pow and exponent.is_number and exponent.is_negative:
            lower.append(base**-exponent)
        elif factor != 1:
            upper.append(factor)
    return _scaled(coefficient, upper, lower, written)


def _scaled(coefficient: sympy.Rational, upper: list[sympy.Expr], lower: list[sympy.Expr], written: Written) -> Expr:
    above = _factors(int(coefficient.p), upper, written)
    if not lower and coefficient.q == 1:
        return above
    if isinstance(above, Negate):
        return Negate(Quotient(above.operand, _factors(int(coefficient.q), lower, written)))
    return Quotient(above, _factors(int(coefficient.q), lower, written))


def _factors(number: int, factors: list[sympy.Expr], written: Written) -> Expr:
    whole = sympy.Mul(*factors)
    if len(factors) > 1 and whole in written:
        parts = [written[whole]]
    else:
        parts = [from_sympy(f, written) for f in sorted(factors, key=_rank)]
        if sum(isinstance(part, Negate) for part in parts) == 1:
            return Negate(
                _factors(
                    number,
                    [
                        -f if isinstance(p, Negate) else f
                        for f, p in zip(sorted(factors, key=_rank), parts, strict=True)
                    ],
                    written,
                )
            )
    if number != 1 or not parts:
        # A bare number before a name or a parenthesis is juxtaposed: 2s, 2(x - y).
        if not parts:
            return integer(number)
        first = parts[0]
        if isinstance(first, Product | Quotient | Negate | Number):
            parts = [integer(number), *parts]
        else:
            parts[0] = Product((integer(number), first), implicit=True)
    return parts[0] if len(parts) == 1 else Product(tuple(parts))


def _power(expr: sympy.Pow, written: Written) -> Expr:
    base, exponent = expr.base, expr.exp
    if exponent.is_number and exponent.is_negative:
        return Quotient(ONE, from_sympy(base**-exponent, written))
    if exponent == sympy.Rational(1, 2):
        return from_sympy(opaque("sqrt")(base), written)
    return Power(from_sympy(base, written), from_sympy(exponent, written))


def _cases(expr: Choice, written: Written) -> Expr:
    left, right, a, b = expr.args
    condition = written.get(condition_key(expr.relation, left, right))
    if condition is None:
        condition = Compare(expr.relation, from_sympy(left, written), from_sympy(right, written))
    return Call("where", (condition, from_sympy(a, written), from_sympy(b, written)))
