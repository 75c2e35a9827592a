"""What a student has found so far, from which the next lines go on: values, formulas, and which of them are wrong."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

from ..document import Derivative, Differential, MathNode
from ..errors import shorten
from ..evaluate.loose import Loose, is_close, to_decimal
from ..printers.text import text
from ..proofreading.entries import Misfit
from ..proofreading.literals import Literal, literal
from ..proofreading.scope import is_closed, is_plain
from ..proofreading.tensors import is_written
from ..proofreading.values import Key as Symbol
from ..proofreading.values import NoValue
from ..syntax.expression import Expr, Name, names_in
from .key import Key
from .line_judge import Judged
from .own import OwnComparer
from .record import Used

_LONGEST_VALUE = 60


class Found:
    """Notes what lines have found in the comparer of one work; `slips` are the own values that are wrong."""

    def __init__(self, key: Key, comparer: OwnComparer) -> None:
        self.key, self.comparer = key, comparer
        self.slips: dict[Symbol, Used] = {}

    def note(self, symbol: Symbol | None, judged: Judged, value: Any, formula: MathNode | None) -> None:
        """Note the value that a line has found, and its formula where that is wrong."""
        node = judged.statement.links[0].node
        if symbol is None or symbol[0] == "after" or not isinstance(node, Name | Derivative | Differential):
            return
        last = judged.statement.links[-1].node
        if not self.key.is_scalar:
            self.note_tensor(symbol, node, last)
            return
        found = self.result(last)
        if found is None:
            found = value
        is_wrong = judged.slip is not None
        wrong_formula = self.wrong_formula(symbol, judged) or formula
        if wrong_formula is not None:
            self.comparer.note_formula(symbol, wrong_formula)
            if found is None and len(symbol) > 1:
                found = next(iter(self.comparer.own_values(wrong_formula)), None)
        if found is None:
            return
        self.comparer.note(symbol, found)
        right = self.right_value(node)
        if right is not None and not self.is_same(found, right, last):
            self.slips[symbol] = Used(text(node), _shown(found, last))
        elif not is_wrong:
            self.slips.pop(symbol, None)

    def note_tensor(self, symbol: Symbol, node: MathNode, last: MathNode | None) -> None:
        """Note a written vector, matrix or number that is not the right one."""
        if last is None or not is_written(last):
            return
        arrays = self.key.comparer.arrays
        try:
            found, right = arrays.value(last), arrays.value(node)
        except (NoValue, Misfit):
            return
        if found.shape != right.shape:
            return
        if self.key.comparer.tensors.entrywise(right, last, "≈").is_right:
            self.slips.pop(symbol, None)
            return
        self.comparer.note_tensor(symbol, found)
        self.slips[symbol] = Used(text(node), shorten(text(last), _LONGEST_VALUE))

    def result(self, last: MathNode | None) -> Any:
        """The number that a line ends in."""
        if last is None:
            return None
        number = literal(last)
        if number is not None:
            return number.value
        if not is_closed(last):
            return None
        return self.comparer.value(last)

    def right_value(self, node: MathNode) -> Any:
        try:
            return self.key.comparer.here[0].value(node)
        except NoValue:
            return None

    def is_same(self, found: Any, right: Any, last: MathNode | None) -> bool:
        number = literal(last) if last is not None else None
        if number is not None:
            return number.accepts(right, "≈") is not None
        return is_close(found, right)

    def wrong_formula(self, symbol: Symbol, judged: Judged) -> MathNode | None:
        """The formula of names that a line puts in the place of the right one."""
        if judged.slip is None:
            return None
        for link in judged.statement.links[1:]:
            node = link.node
            if node is None or not isinstance(node, Expr) or not is_plain(node) or not names_in(node):
                continue
            if self.key.comparer.same_formula(judged.statement.links[0].node, node) is False:  # type: ignore[arg-type]
                return node
        return None


def _shown(value: Any, node: MathNode | None) -> str:
    """An own value as the student wrote it, else with a few digits."""
    if node is not None and isinstance(literal(node), Literal):
        return text(node)
    if isinstance(value, Fraction) and value.denominator < 1000:
        return str(value).replace("-", "−")
    number = float(Loose().real(value))
    is_float = isfinite(number) and bool(number) == bool(value)
    return f"{number if is_float else to_decimal(value):.4g}".replace("-", "−")
