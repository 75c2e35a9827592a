"""The words of Typst's mathematics: symbols as the characters they are, operators, and alphabets."""

from __future__ import annotations

from ..syntax.names import GREEK

SYMBOLS = {
    "dot": "⋅", "dot.op": "⋅", "dot.c": "·", "dot.o": "⊙", "times": "×", "ast": "∗", "ast.op": "∗", "div": "÷",
    "slash": "/", "plus": "+", "minus": "−", "eq": "=", "eq.not": "≠", "equiv": "≡", "approx": "≈", "tilde.eq": "≃",
    "lt": "<", "gt": ">", "lt.eq": "≤", "gt.eq": "≥", "lt.eq.slant": "⩽", "gt.eq.slant": "⩾", "arrow": "→",
    "arrow.r": "→", "arrow.l": "←", "arrow.r.long": "⟶", "arrow.r.double": "⇒", "in": "∈", "partial": "∂",
    "nabla": "∇", "gradient": "∇", "sum": "∑", "RR": "ℝ", "dots": "…", "dots.h": "…", "dots.h.c": "⋯", "dots.c": "⋯",
    "dots.v": "⋮", "dots.down": "⋱", "top": "⊤", "tack.b": "⊤", "prime": "′", "prime.double": "″", "comma": ",",
    "colon": ":", "colon.eq": "≔", "semi": ";", "bar.v": "|", "bar.v.double": "‖", "parallel": "∥", "compose": "∘",
    "paren.l": "(", "paren.r": ")", "bracket.l": "[", "bracket.r": "]", "brace.l": "{", "brace.r": "}",
    "floor.l": "⌊", "floor.r": "⌋", "therefore": "∴", "thin": " ", "med": " ", "thick": " ", "space": " ",
    "dif": "d", "infinity": "∞", "oo": "∞",
}  # fmt: skip
# As in LaTeX, a wide gap parts statements.
GAPS = frozenset(("quad", "wide"))
GREEK_WORDS = frozenset(GREEK)
OPERATORS = frozenset(
    "arccos arcsin arctan cos cosh det exp inf lg lim ln log max min mod sin sinh sup tan tanh tr".split()
)
ACCENT_WORDS = {
    "hat": "hat", "macron": "bar", "overline": "bar", "tilde": "tilde", "dot": "dot", "dot.op": "dot", "arrow": "vec",
    "arrow.r": "vec", "arrow.r.long": "vec",
}  # fmt: skip
# Accents that mean nothing here, where parentheses follow.
OTHER_ACCENTS = frozenset(("minus", "arrow.l", "compose"))
SHORTHANDS = {
    "...": "…", "-": "−", "*": "∗", "!=": "≠", ":=": "≔", "<=": "≤", ">=": "≥", "->": "→", "-->": "⟶", "<-": "←",
    "=>": "⇒", "==>": "⟹", "<=>": "⇔", "<==>": "⟺", "||": "‖", "~": " ",
}  # fmt: skip
# Commands of LaTeX for alphabets; what changes nothing but the looks has none.
ALPHABETS = {
    "bold": "mathbf", "upright": "mathrm", "bb": "mathbb", "cal": "mathcal", "sans": "mathsf", "mono": "mathtt",
}  # fmt: skip
PLAIN = frozenset("italic serif display inline script sscript limits scripts stretch".split())


def character(escape: str) -> str:
    """The character that `\\u{3c3}` stands for, or the one behind a backslash."""
    if not escape.startswith(r"\u{"):
        return escape[1]
    number = int(escape[3:-1], 16)
    is_one = number < 0x110000 and not 0xD800 <= number < 0xE000  # half of a pair is no character
    return chr(number) if is_one else "\ufffd"
