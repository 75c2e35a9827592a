"""Second derivatives in a Find line: d2(loss)/dw2, ∂²L/∂w∂b, the Hessian of loss with respect to w and b."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ProblemError
from ..syntax.names import canonical
from ..syntax.tokens import Token

if TYPE_CHECKING:
    from .questions import NameReader

_EXAMPLE = "d2(loss)/dw2, or d2(loss)/dw db"
Pairs = tuple[tuple[str, str], ...]


def order_of(reader: NameReader) -> int:
    """The order of the derivative whose numerator comes next: 2 for d2(loss), d²loss, d^2 loss, ∂²L; the sign stays.

    Raises ProblemError for an order that is not derived.
    """
    head = reader.peek()
    digits = ""
    if head.kind == "name" and head.text[:1] == "d":
        digits = head.text[1:2] if head.text[1:2].isdigit() else ""
    if head.text in ("d", "∂"):
        digits = _exponent_at(reader, 1)[0]
    if digits in ("", "1"):
        return 1
    if digits != "2":
        raise ProblemError(
            f"Find asks for a derivative of order {digits}", place=reader.place(head),
            expected="first or second derivatives", hint=_EXAMPLE,
        )  # fmt: skip
    return 2


def second_quotient(reader: NameReader) -> tuple[str, tuple[str, str]]:
    """What is differentiated, and the two names that it is differentiated by."""
    loss = _above(reader)
    if reader.accept("/") is None:
        raise reader.error(reader.peek(), "'/' and what to differentiate by twice")
    first = reader.peek()
    by = _below(reader)
    if len(by) != 2:
        count = "one name once" if len(by) == 1 else f"{len(by)} names"
        raise ProblemError(
            f"a second derivative is by two names, or by one of them twice, and this one is by {count}",
            place=reader.place(first), expected="two differentials", hint=_EXAMPLE,
        )  # fmt: skip
    return loss, (by[0], by[1])


def pairs_of(names: list[str]) -> Pairs:
    """Every pair of some names once: the upper triangle of the Hessian."""
    return tuple((a, b) for k, a in enumerate(names) for b in names[k:])


def _above(reader: NameReader) -> str:
    head = reader.advance()
    if head.text in ("d", "∂"):
        reader.position += _exponent_at(reader, 0)[1]
    elif len(head.text) > 2:
        return reader.name(head, offset=2)
    return reader.bracketed_name()


def _below(reader: NameReader) -> list[str]:
    """The differentials below the line, one after the other or in parentheses."""
    opened = reader.accept("(")
    found: list[str] = []
    while True:
        found += _differentials(reader, is_alone=not found)
        reader.accept("*")
        token = reader.peek()
        if not (token.text == "∂" or (token.kind == "name" and token.text.startswith("d"))):
            break
    if opened is not None and reader.accept(")") is None:
        raise reader.error(reader.peek(), "')' after the differentials")
    return found


def _differentials(reader: NameReader, is_alone: bool) -> list[str]:
    head = reader.peek()
    if not (head.text == "∂" or (head.kind == "name" and head.text.startswith("d"))):
        raise reader.error(head, "a differential such as dw")
    if head.text in ("d", "∂"):
        reader.advance()
        if reader.at("("):
            named = [reader.bracketed_name()]
            return named * 2 if _accept_two(reader) else _repeated(reader, named)
        offset, head = 0, reader.peek()
    else:
        offset = 1
    if head.kind != "name":
        raise reader.error(head, "a name that the problem defines")
    spelling = head.text[offset:]
    if canonical(spelling) in reader.spelled and not (is_alone and _is_square(reader, spelling)):
        return _repeated(reader, _name_of(reader, head, offset))
    found = _run_together(reader, spelling) if offset else None
    if found is None and spelling.endswith("2") and canonical(spelling[:-1]) in reader.spelled:
        found = [canonical(spelling[:-1])] * 2
    if found is None:
        return _repeated(reader, _name_of(reader, head, offset))
    reader.advance()
    return found


def _accept_two(reader: NameReader) -> bool:
    """The 2 of d(w)2."""
    is_two = reader.peek().kind == "number" and reader.peek().text == "2"
    reader.position += is_two
    return is_two


def _name_of(reader: NameReader, head: Token, offset: int) -> list[str]:
    """The name, with its hat where no exponent is meant."""
    reader.advance()
    if canonical(head.text[offset:]) in reader.spelled and _exponent_at(reader, 0)[0]:
        return [canonical(head.text[offset:])]
    return [reader.name(head, offset)]


def _is_square(reader: NameReader, spelling: str) -> bool:
    """Whether `w2`, the first differential below the line, must be w twice: no second one follows."""
    if not (spelling.endswith("2") and canonical(spelling[:-1]) in reader.spelled):
        return False
    following = reader.peek(1)
    is_other = following.text in ("∂", "*", "^", "**") or following.kind in ("super", "name")
    return not (is_other and following.text != "and")


def _run_together(reader: NameReader, spelling: str) -> list[str] | None:
    """`wdb` of dwdb: two names with a d between them."""
    for k in range(1, len(spelling) - 1):
        left, right = canonical(spelling[:k]), canonical(spelling[k + 1 :])
        if spelling[k] == "d" and left in reader.spelled and right in reader.spelled:
            return [left, right]
    return None


def _repeated(reader: NameReader, names: list[str]) -> list[str]:
    """The name as often as the exponent says that may follow."""
    digits, length = _exponent_at(reader, 0)
    reader.position += length
    return names * int(digits) if digits else names


def _exponent_at(reader: NameReader, ahead: int) -> tuple[str, int]:
    """The digits of an exponent that comes next, `²` or `^2`, and how many tokens it takes; none is `""`."""
    sign, number = reader.peek(ahead), reader.peek(ahead + 1)
    if sign.kind == "super" and sign.text.isdigit():
        return sign.text[:3], 1
    if sign.kind == "op" and sign.text in ("^", "**") and number.kind == "number" and number.text.isdigit():
        return number.text[:3], 2
    return "", 0
