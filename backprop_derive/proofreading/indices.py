"""Formulas by entries, as the parser reads them: W_{ij}, Σ_k, δ_{ij}, conditions in brackets, ℝ^{n×d}."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ..document import Derivative, Differential, MathNode, Reals
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Compare,
    Delta,
    Expr,
    Index,
    ListOf,
    Name,
    Number,
    Over,
    Product,
    Transpose,
    children,
    integer,
)  # fmt: skip
from .places import below, bracketed, has_stretch, taken_apart
from .sentences import unread
from .structures import COMPARED
from .tokens import MADE, Token, Unread

if TYPE_CHECKING:
    from .parser import Parser


def is_tensor(node: MathNode, tensors: frozenset[str]) -> bool:
    """Whether a factor is a vector or a matrix, so that the next one is multiplied as one; an entry is a number."""
    match node:
        case Derivative(of, by):
            return is_tensor(of, tensors) or is_tensor(by, tensors)
        case Differential(_, by):
            return is_tensor(by, tensors)
        case ListOf() | Transpose():
            return True
        case Name(key):
            return key in tensors
        case Index(_, items):
            return has_stretch(items)
        case Over() | Delta():
            return False
        case Call(function) if function in MADE:
            return True
    return any(is_tensor(child, tensors) for child in children(cast(Expr, node)))


def with_places(p: Parser, base: MathNode) -> MathNode:
    """What was read, and the entry of it where places follow: W_{ij}, (P^{-1})_{ij}, W[i, j]."""
    while is_tensor(base, p.vocabulary.tensors):
        before = p.tokens[p.position - 1]
        if p.peek().at("_"):
            p.advance()
            base = Index(cast(Expr, base), below(p))
        elif p.peek().at("[") and p.peek().start == before.end:
            base = Index(cast(Expr, base), bracketed(p))
        else:
            break
    return base


def summation(p: Parser, token: Token) -> Over:
    """Σ_k, Σ_{k,l}, Σ_{0 ≤ k < 3} or \\sum_{i=1}^{n} of the rest of the product."""
    if not p.vocabulary.tensors:
        raise Unread(unread("sum"), token.start)
    p.accept("_")
    opened = p.accept("{", "(")
    letters = [_index(p)]
    first = 0
    while opened is not None and p.accept(","):
        letters.append(_index(p))
    if opened is not None and p.peek().kind == "rel" and p.peek().text == "=":
        p.advance()
        first = int(p.number(p.advance()).value)
    if opened is not None:
        p.expect("}" if opened.text == "{" else ")")
    if p.peek().at("^"):
        letters[-1] = letters[-1][0], _upper(p, first)
    found = cast(Expr, p.term())
    for letter, size in reversed(letters):
        found = Over(letter, size, found)
    return cast(Over, found)


def _index(p: Parser) -> tuple[str, int | str]:
    """The letter of a sum with how many values it has, 0 where what is summed tells that: k, 0 ≤ k < 3, 1 ≤ k ≤ n."""
    if p.peek(1).kind != "rel" or p.peek(1).text not in ("<", "<="):
        return _letter(p), 0
    first = int(p.number(p.advance()).value) + (p.advance().text == "<")
    letter, sign = _letter(p), p.advance()
    last = p.advance()
    if sign.text not in ("<", "<="):
        raise Unread(unread("bounds"), sign.start)
    if last.kind == "name" and first == (sign.text == "<="):
        return letter, last.text
    return letter, int(p.number(last).value) - first + (sign.text == "<=")


def _letter(p: Parser) -> str:
    token = p.advance()
    if token.kind != "name" or len(token.text) > 2:
        raise Unread(unread("sum letter"), token.start)
    return token.text


def _upper(p: Parser, first: int) -> int | str:
    """How many values the index has by the bounds of a sum."""
    start = p.advance().start
    opened = p.accept("{")
    last = p.expression() if opened is not None else p.atom()
    if opened is not None:
        p.expect("}")
    match last:
        case Number(value) if value.denominator == 1:
            return int(value) - first + 1
        case Name(key) if first == 1:
            return key
    raise Unread(unread("bounds"), start)


def delta(p: Parser, token: Token) -> MathNode:
    """δ_{ij} or δ[i, j], Kronecker's; δ_{Z_{ij}}, an entry of what is called δ_Z; δ_i, one of the notes' vector δ."""
    if p.accept("["):
        places = [p.expression()]
        while p.accept(","):
            places.append(p.expression())
        p.expect("]")
        found = tuple(cast(Expr, place) for place in places)
    else:
        p.expect("_")
        found = below(p)
        found = found if len(found) == 2 else taken_apart(found, p.vocabulary)  # δ_{2l} has two places, δ_{k,2l} too
    if len(found) == 1 and is_tensor(_base(found[0]), p.vocabulary.tensors):
        return Differential("delta", found[0])
    if len(found) == 1 and "delta" in p.vocabulary.tensors:
        return Index(Name("delta"), found)
    if len(found) != 2:
        raise Unread(unread("delta"), token.start)
    return Delta(*found)


def identity(p: Parser, key: str) -> MathNode:
    """I_n or I[n], the identity matrix; by itself a name."""
    size = key.partition("_")[2]
    if size:
        return Call("identity", _sized(size))
    if not (p.peek().at("[") and p.peek().start == p.tokens[p.position - 1].end):
        return Name(key)
    p.advance()
    found = p.expression()
    p.expect("]")
    return Call("identity", (cast(Expr, found),))


def ones(key: str) -> Call:
    """𝟏_n, a vector of ones; by itself one of the length that fits."""
    size = key.partition("_")[2]
    return Call("ones", _sized(size) if size else ())


def _sized(size: str) -> tuple[Expr]:
    return (integer(int(size)) if size.isdigit() else Name(size),)


def _base(node: Expr) -> Expr:
    return node.base if isinstance(node, Index) else node


def indicator(p: Parser, token: Token) -> MathNode:
    """𝟙[z > 0], 𝟙(z > 0), 𝟙{z > 0} or 𝟙 with the condition below it: 1 where it holds and 0 elsewhere."""
    p.accept("_")
    opened = p.accept("[", "(", "{", "⦃")
    if opened is None:
        raise Unread(unread("here", found=repr(token.text)), token.start)
    left = p.expression()
    if p.peek().kind != "rel":
        raise Unread(unread("condition"), p.peek().start)
    found = condition(p, left)
    p.expect({"[": "]", "(": ")", "{": "}", "⦃": "⦄"}[opened.text])
    return found


def condition(p: Parser, left: MathNode) -> MathNode:
    """[a < b] or [a ≤ b < c] behind its first side: 1 where it holds and 0 elsewhere."""
    factors: list[Expr] = []
    while p.peek().kind == "rel":
        sign = p.advance()
        if sign.text not in COMPARED:
            raise Unread(unread("comparison"), sign.start)
        right = p.expression()
        test = Compare(COMPARED[sign.text], cast(Expr, left), cast(Expr, right))
        factors.append(Call("where", (test, ONE, ZERO)))
        left = right
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def reals(p: Parser, token: Token) -> Reals:
    """ℝ, ℝ^n or ℝ^{n×d}."""
    if p.accept("^") is None:
        return Reals(())
    opened = p.accept("{", "(")
    node = p.expression() if opened is not None else p.atom()
    if opened is not None:
        p.expect("}" if opened.text == "{" else ")")
    return Reals(tuple(_size(part, token) for part in (node.factors if isinstance(node, Product) else (node,))))


def _size(node: MathNode, token: Token) -> int | str:
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Name(key):
            return key
    raise Unread(unread("size"), token.start)


def entry_of(node: MathNode) -> tuple[MathNode, tuple[Expr, ...]]:
    """What an entry is of, and its places: of ∂Z_{kl}/∂W_{ij} the Jacobian, and k, l, i, j."""
    match node:
        case Index(base, items):
            return base, tuple(cast(Expr, item) for item in items)
        case Derivative(of, by):
            above, below = entry_of(of), entry_of(by)
            return replace(node, of=above[0], by=cast(Expr, below[0])), (*above[1], *below[1])
        case Differential(_, by):
            name, places = entry_of(by)
            return replace(node, by=cast(Expr, name)), places
    return node, ()
