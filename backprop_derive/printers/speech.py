"""Mathematics in words, for those who hear a page: the alternative text of every formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..document import MathNode
from ..syntax.names import GREEK_NAME, Symbol
from .base import Printer
from .sentences import HEARD, SIGNS

_POWERS = {"2": "squared", "3": "cubed"}
_FENCES = {"bar": "absolute value", "double bar": "norm", "floor left": "floor"}


def speech(node: MathNode, literal_names: frozenset[str] = frozenset()) -> str:
    """The node as a listener can follow it: "partial loss by partial w equals minus 2"."""
    return SpeechPrinter(literal_names).show(node)


def heard(key: str, **parts: str) -> str:
    """A formula of this shape as it is heard."""
    return HEARD[key].format(**parts)


class SpeechPrinter(Printer):
    """Words. A fraction of more than single words is heard from "the fraction" to "end fraction"."""

    RELATIONS: ClassVar[Mapping[str, str]] = SIGNS

    def __init__(self, literal_names: frozenset[str] = frozenset()) -> None:
        super().__init__(literal_names)
        self.DOT, self.MINUS = SIGNS["·"], HEARD["minus"]

    def symbol(self, name: Symbol) -> str:
        parts = [_letters(name.base), *(HEARD[accent] for accent in name.accents)]
        if name.subscripts:
            parts.append(heard("sub", index=" ".join(map(_letters, name.subscripts))))
        return " ".join([*parts, *[HEARD["prime"]] * name.primes])

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = heard("ten", exponent=f"{self.MINUS if exponent < 0 else ''}{abs(exponent)}")
        return heard("scientific", mantissa=mantissa, power=power) if mantissa else power

    def words(self, text: str) -> str:
        return text

    def fraction(self, above: str, below: str) -> str:
        is_short = " " not in above and " " not in below
        return heard("over" if is_short else "fraction", above=above, below=below)

    def slash(self, above: str, below: str) -> str:
        return heard("over", above=above, below=below)

    def power(self, base: str, exponent: str) -> str:
        return heard(_POWERS.get(exponent, "power"), base=base, exponent=exponent)

    def transposed(self, inner: str) -> str:
        return heard("transposed", inner=inner)

    def inverse_transposed(self, inner: str) -> str:
        return heard("inverse transposed", inner=inner)

    def root(self, inner: str) -> str:
        return heard("long root" if " " in inner else "root", inner=inner)

    def fence(self, left: str, inner: str, right: str) -> str:
        return heard(_FENCES[left], inner=heard("end of it", inner=inner) if " " in inner else inner)

    def parentheses(self, inner: str) -> str:
        # Readers skip bare parentheses, so a listener would not know where they are.
        return heard("parentheses", inner=inner)

    def function(self, name: str, subscript: str) -> str:
        return f"{name} {heard('sub', index=subscript)}" if subscript else name

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return heard("cases", rows="; ".join(f"{value} {when}" for value, when in rows))

    def operator(self, above: str, below: str, operand: str) -> str:
        return heard("operator", above=above, below=below, operand=operand)

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        return heard("d" if sign == "d" else "partial", of=of)

    def second_sign(self, sign: str, of: str, is_word: bool) -> str:
        return heard("second d" if sign == "d" else "second partial", of=of)

    def derivative(self, above: str, below: str, held: str) -> str:
        shown = heard("derivative", above=above, below=below)
        return heard("held", derivative=shown, held=held) if held else shown

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return heard("delta", by=by)
        return heard("gradient", of=of or "", by=by) if sign == "nabla" else heard("d", of=by)

    def application(self, head: str, arguments: str) -> str:
        return heard("application", head=head, arguments=self.parentheses(arguments) if " " in arguments else arguments)

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        return f"{base} {heard('sub', index=' '.join(indices))}"

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        return heard("sum", indices=HEARD["and"].join(indices), body=body)

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        comma = f"{self.separator([entry for row in rows for entry in row])} "
        return heard("matrix", rows="; ".join(comma.join(row) for row in rows))

    def vector(self, items: Sequence[str]) -> str:
        return heard("vector", items=self.joined(items))

    def ellipsis(self) -> str:
        return HEARD["and so on"]

    def blank(self, width: int, height: float) -> str:
        return HEARD["blank"]

    def matrix_product(self, left: str, right: str) -> str:
        return heard("matrix product", left=left, right=right)

    def reals(self, sizes: Sequence[str]) -> str:
        return heard("tensors", shape=HEARD["by"].join(sizes)) if sizes else HEARD["real numbers"]

    def juxtaposed(self, left: str, right: str) -> str:
        return f"{left} {right}"


def _letters(text: str) -> str:
    name = GREEK_NAME.get(text)
    return text if name is None else heard("capital", letter=name.lower()) if name[0].isupper() else name
