"""Derivatives in all their spellings, as the parser of formulas reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..document import Applied, Derivative, Differential, MathNode
from ..syntax.expression import Expr, Index, Name, Quotient
from .indices import with_places
from .sentences import unread
from .tokens import Token, Unread

if TYPE_CHECKING:
    from .parser import Parser


def fraction(p: Parser, token: Token) -> MathNode:
    if p.peek().at("{") and p.peek(1).kind == "D" and _is_over_d(p):
        p.advance()
        return _derivative_below_bar(p)
    above = p.atom()
    return Quotient(above, p.atom())  # type: ignore[arg-type]


def _is_over_d(p: Parser) -> bool:
    """Whether a sign of differentiation stands below the bar too: \\frac{dY ⊙ g}{σ} is a quotient."""
    depth = 0
    for ahead in range(len(p.tokens) - p.position):
        depth += p.peek(ahead).at("{") - p.peek(ahead).at("}")
        if depth == 0:
            return p.peek(ahead + 2).kind == "D" or p.peek(2).at("}", "^")
    return True


def _derivative_below_bar(p: Parser) -> MathNode:
    """The derivative whose numerator begins here: \\frac{∂ of}{∂ by}, or the operator \\frac{∂}{∂ by} of."""
    sign = p.advance()
    if p.peek().at("^"):
        raise Unread(unread("order"), p.peek().start)
    of: MathNode | None = None
    if not p.peek().at("}"):
        start = p.peek().start
        of = p.signed()
        if p.peek().at("+", "-"):
            raise Unread(unread("differentiated"), start)
    p.expect("}")
    p.expect("{")
    by = _below(p, sign)
    p.expect("}")
    if of is None:
        of = p.power()
    return Derivative(of, by, sign.text)


def _is_name(node: MathNode) -> bool:
    """Whether a node is a name or an entry of one."""
    return isinstance(node, Name) or (isinstance(node, Index) and isinstance(node.base, Name))


def _below(p: Parser, sign: Token) -> Expr:
    if p.peek().kind != "D":
        raise Unread(unread("below"), p.peek().start)
    p.advance()
    start = p.peek().start
    by = with_places(p, p.atom())
    if not _is_name(by):
        raise Unread(unread("by name"), start)
    return cast(Expr, by)


def derivative(p: Parser, token: Token) -> MathNode:
    """∂of/∂by on one line, the operator d/dx of, or a differential by itself: dw."""
    if p.peek().at("/"):
        p.advance()
        by = _below(p, token)
        return Derivative(p.power(), by, token.text)
    if p.peek().at("^"):
        raise Unread(unread("order"), p.peek().start)
    of = p.power()
    if p.peek().at("/") and p.peek(1).kind == "D":
        p.advance()
        by = _below(p, token)
        return Derivative(of, by, token.text, _held(p))
    if token.text == "d" and _is_name(of):
        return Differential("d", cast(Expr, of))
    raise Unread(unread("differential"), token.start)


def _held(p: Parser) -> tuple[Name, ...]:
    """The names behind a bar: what is held fixed."""
    before = p.tokens[p.position - 1]
    if p.open_bars or not p.peek().at("|") or p.peek().start != before.end:
        return ()
    p.advance()
    names = [Name(p.advance().text)]
    while p.peek().at(",") and p.peek(1).kind == "name":
        p.advance()
        names.append(Name(p.advance().text))
    return tuple(names)


def at_a_point(p: Parser) -> MathNode:
    """A derivative between an invisible fence and a bar, at whose foot stands what is held fixed."""
    inner = p.expression()
    closing = p.expect("⟩")
    if not p.peek().at("_"):
        return inner
    p.advance()
    in_braces = p.accept("{") is not None
    names = [p.advance()]
    while in_braces and p.accept(","):
        names.append(p.advance())
    if in_braces and not p.peek().at("}"):
        raise Unread(unread("point"), closing.start)
    p.accept("}")
    if not isinstance(inner, Derivative) or any(token.kind != "name" for token in names):
        raise Unread(unread("point"), closing.start)
    return Derivative(inner.of, inner.by, inner.sign, tuple(Name(token.text) for token in names))


def gradient(p: Parser) -> MathNode:
    """∇_w L"""
    p.accept("_")
    in_braces = p.accept("{") is not None
    start = p.peek().start
    by = with_places(p, p.atom())
    if in_braces:
        p.expect("}")
    of = p.atom()
    if isinstance(of, Applied) and not of.primes:  # ∇_θ J(θ)
        of = Name(of.function)
    if not _is_name(by) or not isinstance(of, Name):
        raise Unread(unread("gradient"), start)
    return Differential("nabla", cast(Expr, by), of)
