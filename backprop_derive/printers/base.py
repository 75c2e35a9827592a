"""One walk over every mathematical node; where parentheses stand is decided here, once for all notations.

A printer implements `primitives` (a fraction, a power, a fence …) and nothing else. A node that no rule prints is an
error, not a blank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar

from ..document import (
    Applied,
    Blank,
    Chain,
    Derivative,
    Differential,
    Entry,
    Listing,
    MathNode,
    Minus,
    Plus,
    Times,
)  # fmt: skip
from ..languages import spoken
from ..languages.functions import function_name
from ..ops.notation import Cases, Exponential, Fenced, Function, GreekFunction, Root
from ..ops.table import operation
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Compare,
    Constant,
    Expr,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Rounded,
    Sum,
    Text,
    Transpose,
    names_in,
    size,
    walk,
)  # fmt: skip
from ..syntax.names import Symbol, symbol
from ..syntax.precedence import Precedence as P
from .numbers import NUMBER_METHODS
from .orders import ORDER_METHODS
from .primitives import Primitives, Printed
from .sentences import WORDS
from .tensors import TENSOR_METHODS

# An exponential of something longer is set as exp(…), which stays legible.
_LONGEST_EXPONENT = 4
_MOST_KEPT = 4096


class Printer(Primitives):
    """The walk; a notation is one with the primitives."""

    def show(self, node: MathNode, outer: P = P.RELATION) -> str:
        """The node, in parentheses where its place asks for something tighter."""
        if type(node) is Name:  # every other node is one, and it never needs parentheses
            return self._name(node, outer)[0]
        text, own = self.printed(node, outer)
        return self.parentheses(text) if own < outer else text

    def printed(self, node: MathNode, outer: P = P.RELATION) -> Printed:
        """The node and how tightly it binds."""
        method = self._METHODS.get(type(node))
        if method is None:
            raise TypeError(f"no notation for {type(node).__name__}")
        return method(self, node, outer)

    def _constant(self, node: Constant, outer: P) -> Printed:
        return (self.greek("pi") if node.name == "pi" else self.symbol(Symbol("e"))), P.ATOM

    def _name(self, node: Name, outer: P) -> Printed:
        # mypy takes the hash of instances for that of the class.
        return _shown_name(type(self), node.key, node.key in self.literal_names, spoken()), P.ATOM  # type: ignore[arg-type]

    def _negate(self, node: Negate, outer: P) -> Printed:
        return self.MINUS + self.show(node.operand, P.PRODUCT), P.NEGATION

    def _sum(self, node: Sum, outer: P) -> Printed:
        return self._joined_sum(node.terms, node.minus)

    def _joined_sum(self, terms: Sequence[MathNode], minus: Sequence[bool]) -> Printed:
        text = self.show(terms[0], P.NEGATION)
        for term, is_minus in zip(terms[1:], minus[1:], strict=True):
            text += f" {self.relation('-' if is_minus else '+')} {self.show(term, P.PRODUCT)}"
        return text, P.SUM

    def _product(self, node: Product, outer: P) -> Printed:
        if node.implicit and len(node.factors) == 2:
            left, right = node.factors
            shown = self.show(right, P.POWER)
            if not _begins_like_a_number(right):
                return self.juxtaposed(self.show(left, P.ATOM), shown), P.JUXTAPOSITION
        return self._joined_product(node.factors, outer, P.JUXTAPOSITION)

    def _joined_product(self, factors: Sequence[MathNode], outer: P, inner: P) -> Printed:
        """A leading minus needs no parentheses at the beginning of a line, and gets them anywhere else."""
        first, own = self.printed(factors[0], P.PRODUCT)
        is_negative = own == P.NEGATION
        if own < P.PRODUCT and (not is_negative or outer > P.NEGATION):
            first, is_negative = self.parentheses(first), False
        elif (isinstance(factors[0], Product) and not factors[0].implicit and inner == P.JUXTAPOSITION) or isinstance(
            factors[0], Over
        ):
            first = self.parentheses(first)
        rest = (self.show(factor, inner) for factor in factors[1:])
        return f" {self.DOT} ".join([first, *rest]), P.NEGATION if is_negative else P.PRODUCT

    def _quotient(self, node: Quotient, outer: P) -> Printed:
        if self.stacks:
            inner = self.deeper()
            return self.fraction(inner.show(node.numerator), inner.show(node.denominator)), P.ATOM
        # (1/2)/4, since 1/2/4 would have to be read twice.
        place = P.POWER if isinstance(node.numerator, Number) else P.PRODUCT
        return self.slash(self.show(node.numerator, place), self.show(node.denominator, P.POWER)), P.PRODUCT

    def _power(self, node: Power, outer: P) -> Printed:
        # A fraction in an exponent stands on one line.
        exponent = self.deeper(self.DEEPEST_STACK).show(node.exponent)
        if _is_function_squared(node):
            assert isinstance(node.base, Call)
            head, arguments = self._function_parts(node.base)
            return self.power_of_function(head, exponent, arguments), P.POWER
        base, own = self.printed(node.base, P.ATOM)
        if own < P.ATOM or (self.stacks and is_stacked(node.base)):
            base = self.parentheses(base)
        return self.power(base, exponent), P.POWER

    def _compare(self, node: Compare, outer: P) -> Printed:
        return f"{self.show(node.left)} {self.relation(node.relation)} {self.show(node.right)}", P.RELATION

    def _text(self, node: Text, outer: P) -> Printed:
        return self.words(node.value), P.ATOM

    # --- calls, by the shape of their notation

    def _call(self, node: Call, outer: P) -> Printed:
        if node.function.startswith("first of "):
            return self.cases(self.deeper()._first_rows(node)), self.CASES
        if node.function.startswith("share of "):
            return self.cases(self.deeper()._share_rows(node)), self.CASES
        if node.function == "xlogy":
            x, p = node.arguments
            return self.printed(Product((x, Call("log", (p,)))), outer)
        if node.function == "ones":
            return self.ones(", ".join(map(self.show, node.arguments))), P.ATOM
        first = node.arguments[0]
        if node.function == "identity":
            return self.identity(self.show(first)), P.ATOM
        if node.function == "outer":
            return self.printed(MatrixProduct(first, Transpose(node.arguments[1])), outer)
        if node.function == "inv":
            return self.printed(Power(first, Negate(ONE)), outer)
        match operation(node.function).shown:
            case Cases():
                return self.cases(self.deeper()._case_rows(node)), self.CASES
            case Root():
                return self.root(self.show(first)), P.ATOM
            case Fenced(left, right) if len(node.arguments) == 1 and not node.options:
                return self.fence(left, self.show(first), right), P.ATOM
            case Exponential() if self.has_power(first):
                exponent = self.deeper(self.DEEPEST_STACK).show(first)
                return self.power(self.symbol(Symbol("e")), exponent), P.POWER
        head, arguments = self._function_parts(node)
        return self.application(head, arguments), P.ATOM

    def has_power(self, exponent: Expr) -> bool:
        """Whether an exponential is set as e^x: not beside a name e."""
        is_short = size(exponent) <= _LONGEST_EXPONENT and not _holds_cases(exponent)
        return is_short and "e" not in self.literal_names

    def _function_parts(self, node: Call) -> tuple[str, str]:
        """A function's name, and its arguments."""
        match operation(node.function).shown:
            case GreekFunction(letter):
                head = self.greek(letter)
            case Function(name, subscript):
                head = self.function(name if subscript else function_name(name), subscript)
            case _:
                head = self.function(node.function, "")
        is_list = node.function in ("concat", "stack")
        inside = [self._row(argument) if is_list else self.show(argument) for argument in node.arguments]
        inside += [f"{self.words(name)} = {self._option(value)}" for name, value in node.options]
        return head, self.joined(inside)

    def _row(self, argument: Expr) -> str:
        """Tensors in a row, as concat takes them, are no matrix."""
        if isinstance(argument, ListOf):
            return self.brackets(self.joined([*map(self.show, argument.items)]))
        return self.show(argument)

    def _option(self, value: Expr) -> str:
        return self.words(value.key) if isinstance(value, Name) and len(value.key) > 1 else self.show(value)

    def _case_rows(self, node: Call) -> list[tuple[str, str]]:
        """where(c, a, where(d, b, e)) as rows: a if c, b if d, e otherwise."""
        rows = []
        rest: Expr = node
        while isinstance(rest, Call) and rest.function == "where":
            condition, value, rest = rest.arguments
            rows.append((self.show(value), self.condition(self.show(condition))))
        return [*rows, (self.show(rest), self.words(WORDS["otherwise"]))]

    def _first_rows(self, node: Call) -> list[tuple[str, str]]:
        """1 for the entry that is chosen, the first of those that tie."""
        position, *entries = node.arguments
        assert isinstance(position, Number)
        best = Call(node.function.removeprefix("first of "), tuple(entries))
        chosen = self.show(Compare("==", entries[int(position.value)], best)) + self.words(WORDS["first"])
        return [(self.show(ONE), self.condition(chosen)), (self.show(ZERO), self.words(WORDS["otherwise"]))]

    def _share_rows(self, node: Call) -> list[tuple[str, str]]:
        """How much of the derivative an argument of max or min gets."""
        name = node.function.removeprefix("share of ")
        chosen, *arguments = node.arguments
        others = list(arguments)
        others.remove(chosen)
        rival: Expr = others[0] if len(others) == 1 else Call(name, tuple(others))
        taken = {key for argument in arguments for key in names_in(argument)}
        count = Name(next(letter for letter in ("k", "n", "m", "count_of_ties") if letter not in taken))
        ahead = Compare(">" if name == "max" else "<", chosen, rival)
        tied = self.show(Number(Fraction(1, 2))) if len(others) == 1 else self.show(Quotient(ONE, count))
        tie = self.show(Compare("==", chosen, rival))
        if len(others) > 1:
            before, after = WORDS.pieces("equal")
            tie += self.words(before) + self.show(count) + self.words(after)
        return [
            (self.show(ONE), self.condition(self.show(ahead))),
            (tied, self.condition(tie)),
            (self.show(ZERO), self.words(WORDS["otherwise"])),
        ]

    # --- what documents add

    def _derivative(self, node: Derivative, outer: P) -> Printed:
        key = node, self.sizes()
        if (kept := self.kept.get(key)) is None:
            if len(self.kept) >= _MOST_KEPT:
                self.kept.clear()
            kept = self.kept[key] = self._set_derivative(node)
        return kept

    def _set_derivative(self, node: Derivative) -> Printed:
        is_word = self.is_word(node.of)
        below = self.sign_of(node.sign, self.show(node.by), self.is_word(node.by))
        if self.stacks and _is_tall(node.of):
            above = self.sign_of(node.sign, "", False).strip()
            return self.operator(above, below, self.parentheses(self.show(node.of))), P.PRODUCT
        inner = self.deeper()
        needs_fence = not isinstance(node.of, Name | Power | Call | Number | Constant | Applied | Entry)
        of = inner.parentheses(inner.show(node.of)) if needs_fence else inner.show(node.of)
        held = self.listing([self.show(name) for name in node.held]) if node.held else ""
        above = self.sign_of(node.sign, of, is_word)
        return self.derivative(above, below, held), P.ATOM if self.stacks else P.PRODUCT

    def is_word(self, node: MathNode) -> bool:
        """Whether a node is a name that is set as a word."""
        return isinstance(node, Name) and symbol(node.key, literal=node.key in self.literal_names).is_word

    def _differential(self, node: Differential, outer: P) -> Printed:
        of = None if node.of is None else self.show(node.of, P.ATOM)
        return self.differential(node.sign, self.show(node.by, P.ATOM), of), P.JUXTAPOSITION

    def _chain(self, node: Chain, outer: P) -> Printed:
        text = self.show(node.links[0], P.SUM)
        for relation, link in zip(node.relations, node.links[1:], strict=True):
            text += f" {self.relation(relation)} {self.show_link(link)}"
        return text, P.RELATION

    def show_link(self, link: MathNode) -> str:
        """A side of a relation; cases need no parentheses there."""
        return self.show(link)

    def _times(self, node: Times, outer: P) -> Printed:
        return self._joined_product(node.factors, outer, P.PRODUCT)

    def _plus(self, node: Plus, outer: P) -> Printed:
        return self._joined_sum(node.terms, (False,) * len(node.terms))

    def _minus(self, node: Minus, outer: P) -> Printed:
        return self._joined_sum((node.left, node.right), (False, True))

    def _listing(self, node: Listing, outer: P) -> Printed:
        return self.listing([self.show(item) for item in node.items]), P.RELATION

    def _applied(self, node: Applied, outer: P) -> Printed:
        head = self.symbol(Symbol(node.function, primes=node.primes))
        return self.application(head, self.joined([*map(self.show, node.arguments)])), P.ATOM

    def _blank(self, node: Blank, outer: P) -> Printed:
        return self.blank(node.width, node.height), P.ATOM

    _METHODS: ClassVar[dict[type, Callable[..., Printed]]] = {
        Constant: _constant, Name: _name, Negate: _negate, Sum: _sum, Product: _product, Quotient: _quotient,
        Power: _power, Compare: _compare, Text: _text, Call: _call, Derivative: _derivative, Chain: _chain,
        Differential: _differential, Times: _times, Plus: _plus, Minus: _minus, Listing: _listing, Applied: _applied,
        Blank: _blank, **NUMBER_METHODS, **TENSOR_METHODS, **ORDER_METHODS,
    }  # fmt: skip


def _begins_like_a_number(expr: Expr) -> bool:
    """Whether juxtaposing a number with it would run digits together: 2·3, 2·(-1), 2·0.5x."""
    while isinstance(expr, Product | Power | Quotient):
        expr = (
            expr.factors[0] if isinstance(expr, Product) else expr.base if isinstance(expr, Power) else expr.numerator
        )
    if isinstance(expr, Negate):
        return _begins_like_a_number(expr.operand)
    return isinstance(expr, Number | Rounded)


def is_stacked(expr: MathNode) -> bool:
    return isinstance(expr, Quotient | Derivative) or (
        isinstance(expr, Number) and expr.value.denominator != 1 and expr.written is None
    )


@lru_cache(maxsize=16_384)
def _shown_name(kind: Callable[[], Printer], key: str, is_literal: bool, language: str) -> str:
    """A name as a notation sets it, which depends on nothing else; a page shows the same few names all over."""
    return kind().symbol(symbol(key, literal=is_literal))


def _holds_cases(expr: Expr) -> bool:
    return any(
        isinstance(node, Call)
        and (node.function.startswith("share of ") or isinstance(operation(node.function).shown, Cases))
        for node in walk(expr)
    )


def _is_tall(node: MathNode) -> bool:
    """Whether the numerator of a derivative would be several lines high; it then stands beside the derivative."""
    if isinstance(node, Name | Applied) or not isinstance(node, Expr):
        return False
    return _holds_cases(node) or any(is_stacked(part) for part in walk(node))


# The functions that books write as sin²(x): of one argument, with inverses that nobody writes as a power.
_SQUARED_BY_NAME = frozenset("sin cos tan sinh cosh tanh".split())


def _is_function_squared(node: Power) -> bool:
    exponent = node.exponent
    return (
        isinstance(node.base, Call)
        and node.base.function in _SQUARED_BY_NAME
        and isinstance(exponent, Number)
        and exponent.value.denominator == 1
        and exponent.value >= 2
    )
