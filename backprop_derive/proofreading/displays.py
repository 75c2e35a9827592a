"""Lines of a display within a formula, `\\begin{aligned} a &= b \\\\ &= c \\end{aligned}`: statements as any others."""

from __future__ import annotations

from collections.abc import Sequence

from .tokens import Token

_LINES = frozenset(
    "align aligned alignat alignedat equation eqnarray flalign gather gathered multline multlined split".split()
)
_WITH_ARGUMENT = frozenset(("alignat", "alignedat", "array"))
_CLAIMS = frozenset(("=", "≈", ":=", "<-"))


def without_displays(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without what only sets lines below each other; a brace around all of them goes with it."""
    if not any(token.kind == "begin" for token in tokens):
        return list(tokens)
    dropped: set[int] = set()
    open_ones: list[int] = []
    claims: set[int] = set()
    for k, token in enumerate(tokens):
        if token.kind == "begin":
            open_ones.append(k)
        elif token.kind == "rel" and token.text in _CLAIMS and open_ones:
            claims.add(open_ones[-1])
        elif token.kind == "end" and open_ones:
            begin = open_ones.pop()
            name = tokens[begin].text
            if name in _LINES or name == "array":
                dropped |= set(_argument(tokens, begin))
            if name in _LINES or (name == "array" and begin in claims):
                dropped |= {k, begin, *_brace(tokens, begin, k)}
    return [token for k, token in enumerate(tokens) if k not in dropped]


def _argument(tokens: Sequence[Token], begin: int) -> range:
    """The columns of an array, the number of those of alignedat, or where lines stand, [t]."""
    opened = tokens[begin + 1] if begin + 1 < len(tokens) else None
    closing = "}" if tokens[begin].text in _WITH_ARGUMENT else "]"
    if opened is None or not opened.at({"}": "{", "]": "["}[closing]):
        return range(0)
    stop = begin + 2
    while stop < len(tokens) and not tokens[stop].at(closing):
        stop += 1
    return range(begin + 1, stop + 1) if closing == "}" or stop == begin + 3 else range(0)


def _brace(tokens: Sequence[Token], begin: int, end: int) -> tuple[int, ...]:
    """The brace before a system of equations, and what closes it."""
    if begin == 0 or not tokens[begin - 1].at("⦃"):
        return ()
    is_closed = end + 1 < len(tokens) and tokens[end + 1].at("⦄", "⟩")
    return (begin - 1, end + 1) if is_closed else (begin - 1,)
