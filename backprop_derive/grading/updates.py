"""The value after an update of gradient descent: from the right gradient, or from the student's own."""

from __future__ import annotations

from typing import Any

from ..document import MathNode
from ..evaluate.loose import Loose
from ..languages import Said
from ..proofreading.literals import literal
from ..proofreading.tensors import is_written
from ..solution import Value
from ..syntax.expression import Name
from .key import Key
from .own import OwnComparer
from .sentences import LINES
from .tensors import compared


def update_verdict(key: Key, comparer: OwnComparer, name: str, node: MathNode, found: list[str]) -> tuple[str, str]:
    """The verdict on a name's value after the update, and why it is not understood. `found` are those on the links."""
    if not key.is_scalar:
        return _tensor_verdict(key, comparer, name, node, found)
    number, right = literal(node), key.value(("after", name))
    if number is None or not isinstance(right, Value):
        return "unread", Said(LINES, "no number")
    own = _own(key, comparer, name)
    for verdict, value, relation in (("right", right.rational, "="), ("follows", own, "≈")):
        if value is not None and number.accepts(value, relation):
            return ("wrong" if "wrong" in found else verdict), ""
    return "wrong", ""


def _own(key: Key, comparer: OwnComparer, name: str) -> Any:
    """The name's value after an update by the student's own gradient; None where there is no such."""
    rate = key.problem.learning_rate
    gradient = comparer.written.get(("∂", name))
    before = comparer.value(Name(name))
    if rate is None or gradient is None or before is None:
        return None
    step = Loose().multiply([comparer.here[0].value(rate), gradient])
    return Loose().add([before, Loose().negate(step)])


def _tensor_verdict(key: Key, comparer: OwnComparer, name: str, node: MathNode, found: list[str]) -> tuple[str, str]:
    right = key.array(("after", name))
    if right is None or not is_written(node):
        return "unread", Said(LINES, "not written")
    candidates = [("right", right)]
    rate, gradient = key.problem.learning_rate, comparer.tensors_written.get(("∂", name))
    if rate is not None and gradient is not None:
        arrays = key.comparer.arrays
        candidates.append(("follows", arrays.known(Name(name)) - arrays.value(rate) * gradient))
    for verdict, value in candidates:
        entries = compared(node, value, (), str)
        if entries is not None and entries.right == entries.count:
            return ("wrong" if "wrong" in found else verdict), ""
    return "wrong", ""
