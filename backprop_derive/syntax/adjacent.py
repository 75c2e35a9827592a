"""Operands side by side are no product here; each refusal says the reading, or the two, that was probably meant."""

from __future__ import annotations

from ..errors import ProblemError
from .cursor import Cursor
from .names import canonical
from .tokens import Token
from .words import CONSTANTS, Vocabulary

_BARS = ("|", "‖")
_CLOSING = {"(": ")", "[": "]"}
_INVERSE = {"sin": "asin", "cos": "acos", "tan": "atan"}
_SHOWN = 40  # tokens of an operand that are looked at for a hint


def side_by_side(cursor: Cursor, vocabulary: Vocabulary, first: Token) -> ProblemError:
    """The error where an operand, which began at `first`, is followed by another."""
    token, last = cursor.peek(), cursor.previous
    left, right = cursor.between(first, last), operand_text(cursor)
    if token.text in _BARS and token.kind == "op":
        return _stray_bar(cursor, left, token)
    if last.kind == "op" and last.text in _BARS and any(t.text in _BARS for t in cursor.tokens[cursor.position :]):
        bar = last.text
        return ProblemError(
            f"unexpected {cursor.spelling(token)!r} after a closing bar:"
            f" {bar}a{bar}b{bar}c{bar} can be read in two ways",
            place=cursor.place(token), expected="an operator",
            hint=f"{left}*{right}*{bar}…{bar} or {bar}…*{bar}{right}{bar}*…{bar}",
        )  # fmt: skip
    if last.kind == "number" and not cursor.spelling(token).isascii() and token.kind == "number":
        return cursor.unexpected(token, "an operator", f"{left} + {right} for the sum, {left}*{right} for the product")
    if token.kind == "text":
        return cursor.unexpected(token, "an operator; strings stand in einsum only")
    if token.kind == "name" and not _is_operand(token, vocabulary):
        hint = "where(condition, a, b)" if token.text in ("if", "else") else None
        return cursor.unexpected(token, "an operator or the end of the statement", hint)
    product = f"{left}*{right}"
    if left[:1].isupper() and token.kind == "name":
        product = f"{left} @ {right} for matrices, {product} entry by entry"
    return cursor.unexpected(token, "an operator such as *, for a product", product)


def ambiguous_division(cursor: Cursor, first: Token) -> ProblemError:
    """`1/2x`: the division may end before or after x. The position is behind the divisor that began at `first`."""
    begin = cursor.tokens.index(first)
    rest = cursor.between(cursor.tokens[begin + 1], cursor.previous)
    slash = next(k for k in range(begin - 1, -1, -1) if cursor.tokens[k].text == "/")
    above = _short_dividend(cursor, slash)
    number = cursor.spelling(first)
    return ProblemError(
        f"{above}/{cursor.between(first, cursor.previous)} is ambiguous: the division may end before or after {rest}",
        place=cursor.place(cursor.tokens[slash]), expected="parentheses, or a sign between the factors",
        hint=f"{above}/({number}*{rest}) or ({above}/{number})*{rest}",
    )  # fmt: skip


def _short_dividend(cursor: Cursor, slash: int) -> str:
    """What stands before the slash, where that is one word that nothing binds to."""
    before = cursor.tokens[slash - 1]
    bound = slash >= 2 and (cursor.tokens[slash - 2].text in ("^", "**", "*", "/", "@", ".") or before.kind == "op")
    return "…" if bound or before.kind not in ("name", "number") else cursor.spelling(before)


def ambiguous_exponent(cursor: Cursor, first: Token) -> ProblemError:
    """`x^2y`: the exponent may end before or after y. The position is behind what began at `first`."""
    rest = cursor.between(cursor.tokens[cursor.tokens.index(first) + 1], cursor.previous)
    number = cursor.spelling(first)
    return ProblemError(
        f"the exponent {number}{rest} is ambiguous: it may end before or after {rest}",
        place=cursor.place(first), expected="parentheses, or a sign between the factors",
        hint=f"(…^{number})*{rest} or …^({number}*{rest})",
    )  # fmt: skip


def bare_function(cursor: Cursor, token: Token) -> ProblemError:
    """`sin x`, `sin²(x)`: a function's name, behind which the position is, without its parentheses."""
    return ProblemError(
        f"{token.text} is a function and needs its argument in parentheses; no name {token.text} is defined",
        place=cursor.place(token), expected=f"{token.text}(…)", hint=_call_meant(cursor, token.text),
    )  # fmt: skip


def _call_meant(cursor: Cursor, function: str) -> str:
    power, ahead = "", 0
    if cursor.peek().kind == "super":
        power, ahead = cursor.peek().text, 1
    elif cursor.at("^", "**"):
        is_negative = cursor.peek(1).text == "-"
        power, ahead = "-" * is_negative + cursor.peek(1 + is_negative).text, 2 + is_negative
    is_minus = cursor.peek(ahead).text == "-"
    argument = operand_text(cursor, ahead + is_minus)
    if argument.startswith("("):
        argument = argument[1:-1]
    call = f"{function}({'-' * is_minus}{argument or 'x'})"
    if power == "-1":
        inverse = _INVERSE.get(function)
        return f"1/{call}" + (f" for the reciprocal, {inverse}({argument}) for the inverse" if inverse else "")
    return f"{call}^{power}" if power else call


def operand_text(cursor: Cursor, ahead: int = 0) -> str:
    """The text of the operand that begins `ahead` tokens further on: a word, or a call or parenthesis whole."""
    first = last = cursor.peek(ahead)
    if first.kind not in ("name", "number") and first.text not in ("(", "["):
        return ""
    if first.kind == "name" and cursor.peek(ahead + 1).text == "(":
        ahead += 1
        last = cursor.peek(ahead)
    if last.kind == "op":
        depth = 0
        for k in range(ahead, ahead + _SHOWN):
            last = cursor.peek(k)
            depth += (last.text in _CLOSING) - (last.text in _CLOSING.values())
            if depth == 0 or last.kind == "end":
                break
        if depth:
            return cursor.spelling(first) + ("…" if first.kind == "op" else "(…)")
    return cursor.between(first, last)


def _stray_bar(cursor: Cursor, left: str, token: Token) -> ProblemError:
    bar = token.text
    is_last = not any(t.text == bar for t in cursor.tokens[cursor.position + 1 :])
    if is_last:
        return ProblemError(
            f"the bar {bar} closes nothing", place=cursor.place(token), expected="an operator", hint=f"{bar}{left}{bar}"
        )
    return ProblemError(
        "a bar after an operand: it is unclear which bars open and which close",
        place=cursor.place(token), expected="an operator", hint=f"{left}*{bar}…{bar}, or abs(…) in place of bars",
    )  # fmt: skip


def _is_operand(token: Token, vocabulary: Vocabulary) -> bool:
    key = canonical(token.text)
    return vocabulary.is_taken(key) or key in CONSTANTS or vocabulary.is_function(token.text)
