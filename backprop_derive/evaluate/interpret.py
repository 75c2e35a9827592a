"""The value of an expression where its names have values. Domains are checked, kinks are noticed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..errors import DomainError
from ..ops.notation import Cases
from ..ops.record import Operation
from ..ops.table import condition, definition_of, formula, operation
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    map_children,
    names_in,
)  # fmt: skip
from ..syntax.written import written
from .number import Arithmetic
from .number import Number as Value

_HOLDS = {
    "<": lambda s: s < 0, "<=": lambda s: s <= 0, ">": lambda s: s > 0, ">=": lambda s: s >= 0,
    "==": lambda s: s == 0, "!=": lambda s: s != 0,
}  # fmt: skip


class Interpreter:
    """Evaluates expressions with one arithmetic; `kinks` collects the operations that were met at a kink or a tie."""

    def __init__(self, arithmetic: Arithmetic, is_derivative: bool = False) -> None:
        self.arithmetic = arithmetic
        # In a derivative the exponent 0 of x^(n - 1) comes from x^1, whose derivative is 1, at x = 0 too.
        self.is_derivative = is_derivative
        self.kinks: dict[str, str] = {}
        self.is_inside_definition = False

    def value(self, expr: Expr, names: Mapping[str, Value]) -> Value:
        """The value of `expr`. Raises DomainError where it has none."""
        match expr:
            case Name(key):
                return names[key]
            case Number(value):
                return value
            case Call():
                return self.call(expr, names)
            case Sum(terms, minus):
                values = [self.value(t, names) for t in terms]
                negate = self.arithmetic.negate
                return self.arithmetic.add([negate(v) if m else v for v, m in zip(values, minus, strict=True)])
            case Product(factors):
                return self.product(factors, names)
            case Quotient(a, b):
                return self.quotient(a, b, names)
            case Power(a, b):
                return self.power(a, b, names)
            case Negate(operand):
                return self.arithmetic.negate(self.value(operand, names))
            case Constant(name):
                return self.arithmetic.constant(name)
        raise DomainError(f"{written(expr)} has no scalar value")

    def product(self, factors: tuple[Expr, ...], names: Mapping[str, Value]) -> Value:
        """A product, in which 0·log 0 is 0: the limit that cross-entropy takes."""
        logarithms = [factor for factor in factors if _logarithm(factor) is not None]
        values = [self.value(factor, names) for factor in factors if factor not in logarithms]
        if logarithms and any(self.arithmetic.sign(value) == 0 for value in values):
            return self.zero_times(logarithms, names)
        return self.arithmetic.multiply([*values, *(self.value(factor, names) for factor in logarithms)])

    def zero_times(self, logarithms: list[Expr], names: Mapping[str, Value]) -> Value:
        for factor in logarithms:
            call = _logarithm(factor)
            assert call is not None
            argument = self.value(call.arguments[0], names)
            if self.arithmetic.sign(argument) != 0:
                self.check_domain(operation(call.function), call, {"x": argument})
        return Fraction(0)

    def quotient(self, a: Expr, b: Expr, names: Mapping[str, Value]) -> Value:
        below = self.value(b, names)
        if self.arithmetic.sign(below) == 0:
            raise DomainError(f"division by zero: {written(b)} is 0 in {written(Quotient(a, b))}")
        return self.arithmetic.divide(self.value(a, names), below)

    def power(self, base_expr: Expr, exponent_expr: Expr, names: Mapping[str, Value]) -> Value:
        base, exponent = self.value(base_expr, names), self.value(exponent_expr, names)
        arithmetic = self.arithmetic
        is_whole = isinstance(exponent, Fraction) and exponent.denominator == 1
        if is_whole and isinstance(exponent, Fraction) and exponent > 0:
            return arithmetic.power(base, exponent)
        is_constant = not names_in(exponent_expr) or self.is_derivative
        if is_whole and exponent == 0 and (is_constant or arithmetic.sign(base) != 0):
            return Fraction(1)
        sign = arithmetic.sign(base)
        if sign > 0 or (sign < 0 and is_whole):
            return arithmetic.power(base, exponent)
        shown = written(Power(base_expr, exponent_expr))
        if sign == 0:
            if arithmetic.sign(exponent) > 0:
                return Fraction(0)
            if arithmetic.sign(exponent) == 0:
                raise DomainError(f"0**0 has no value where the exponent is a variable: the power {shown}")
            raise DomainError(f"division by zero: 0 to a negative power in {shown}")
        raise DomainError(
            f"a negative number to a fractional power: {shown} is no real number, or a root that depends on"
            " the branch taken",
            hint=f"for an odd root write -(-x)^(1/3), for instance with {written(base_expr)} in the place of x",
        )

    # --- calls

    def call(self, call: Call, names: Mapping[str, Value]) -> Value:
        op = operation(call.function)
        if op.primitive == "where":
            test, a, b = call.arguments
            assert isinstance(test, Compare)
            sign = self.compared(test, names)
            if sign == 0 and test.relation not in ("==", "!=") and not self.is_inside_definition:
                self.kinks["where"] = written(call)  # the choice hangs by a hair
            return self.value(a if _HOLDS[test.relation](sign) else b, names)
        if op.name == "log" and isinstance(call.arguments[0], Sum):
            return self.log_of_sum(call, call.arguments[0], names)
        if op.is_variadic:
            return self.choice(op, [self.value(a, names) for a in call.arguments])
        if op.name == "xlogy":
            return self.product((call.arguments[0], Call("log", call.arguments[1:])), names)
        bound = self.bind(op, call, names)
        self.check_domain(op, call, bound)
        for text in op.kinks:
            if not self.is_inside_definition and self.arithmetic.sign(self.value(formula(text), bound)) == 0:
                self.kinks[op.name] = written(call)
        body = definition_of(call)
        if body is not None:
            return self.by_definition(body, bound)
        assert op.primitive is not None
        return self.arithmetic.apply(op.primitive, bound[op.parameters[0]])

    def by_definition(self, body: Expr, bound: Mapping[str, Value]) -> Value:
        outer, self.is_inside_definition = self.is_inside_definition, True
        value = self.value(body, bound)
        self.is_inside_definition = outer
        return value

    def compared(self, test: Compare, names: Mapping[str, Value]) -> int:
        """The sign of left - right. What a condition meets at a kink is no kink of what it decides."""
        kinks = dict(self.kinks)
        sign = self.arithmetic.compare(self.value(test.left, names), self.value(test.right, names))
        self.kinks = kinks
        return sign

    def bind(self, op: Operation, call: Call, names: Mapping[str, Value]) -> dict[str, Value]:
        bound = {name: self.value(formula(text), {}) for name, text in op.defaults.items()}
        for name, argument in zip(op.parameters, call.arguments, strict=False):
            bound[name] = self.value(argument, names)
        for name, argument in call.options:
            if name in op.parameters:
                bound[name] = self.value(argument, names)
        return bound

    def check_domain(self, op: Operation, call: Call, bound: Mapping[str, Value]) -> None:
        if op.domain is None:
            return
        for test in condition(op.domain):
            if not self.holds(test, bound):
                name = next(key for key in names_in(test) if key in bound)
                argument = bound[name]
                sign = self.arithmetic.sign(argument)
                kind = "0" if sign == 0 else "a negative number" if sign < 0 else "a number"
                raise DomainError(
                    f"{op.name} of {kind}: {written(call)} needs {op.domain}, and"
                    f" {name} is {self.arithmetic.decimal(argument):.6g}"
                )

    def chosen(self, expr: Expr, names: Mapping[str, Value]) -> Expr:
        """The expression with each distinction of cases replaced by the case that applies."""
        if isinstance(expr, Call) and expr.function == "where":
            test, a, b = expr.arguments
            assert isinstance(test, Compare)
            return self.chosen(a if self.holds(test, names) else b, names)
        if isinstance(expr, Call) and isinstance(operation(expr.function).shown, Cases):
            share = self.call(expr, names)
            assert isinstance(share, Fraction)
            return Number(share)
        return map_children(expr, lambda child: self.chosen(child, names))

    def holds(self, test: Compare, names: Mapping[str, Value]) -> bool:
        return bool(_HOLDS[test.relation](self.compared(test, names)))

    def log_of_sum(self, call: Call, total: Sum, names: Mapping[str, Value]) -> Value:
        """log(1 + u) keeps the digits of a tiny u."""
        ones = [k for k, t in enumerate(total.terms) if isinstance(t, Number) and t.value == 1 and not total.minus[k]]
        if not ones:
            return self.plain_log(call, self.value(total, names))
        values = [self.value(t, names) for t in total.terms]
        signed = [self.arithmetic.negate(v) if m else v for v, m in zip(values, total.minus, strict=True)]
        rest = self.arithmetic.add([v for k, v in enumerate(signed) if k != ones[0]])
        if not self.arithmetic.is_surely_positive(rest):
            return self.plain_log(call, self.arithmetic.add([rest, Fraction(1)]))
        return self.arithmetic.apply("log1p", rest)

    def plain_log(self, call: Call, argument: Value) -> Value:
        self.check_domain(operation("log"), call, {"x": argument})
        return self.arithmetic.apply("log", argument)

    def choice(self, op: Operation, values: list[Value]) -> Value:
        """max and min, and the share of the first argument among the rest for their derivatives."""
        is_share = op.name.startswith(("share", "first of"))
        largest = op.name.endswith("max")
        candidates = values[1:] if is_share else values
        best = candidates[0]
        for value in candidates[1:]:
            order = self.arithmetic.compare(value, best)
            if order > 0 if largest else order < 0:
                best = value
        tied = [k for k, value in enumerate(candidates) if self.arithmetic.compare(value, best) == 0]
        ties = len(tied)
        if ties > 1 and not self.is_inside_definition:
            self.kinks[op.name.removeprefix("share of ").replace("first of ", "first ")] = f"{ties} arguments"
        if not is_share:
            return best
        if op.name.startswith("first of"):
            return Fraction(int(values[0] == tied[0]))
        return Fraction(1, ties) if self.arithmetic.compare(values[0], best) == 0 else Fraction(0)


def _logarithm(factor: Expr) -> Call | None:
    """The call of a logarithm that a factor is, perhaps with a minus."""
    while isinstance(factor, Negate):
        factor = factor.operand
    return factor if isinstance(factor, Call) and factor.function in ("log", "log2", "log10") else None
