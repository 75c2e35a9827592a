"""One formula as MathML that is well-formed XML, for documents of other kinds than our pages."""

from __future__ import annotations

from ..document import MathNode
from .html import _converter, _SourcePrinter, whole_numbers

NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def mathml(node: MathNode, literal_names: frozenset[str] = frozenset()) -> str:
    """The formula as an element `math` without a namespace; every character is itself or a number."""
    source = _SourcePrinter(literal_names).show(node)
    converted: str = _converter().convert_with_local_state(source, displaystyle=False)
    return whole_numbers(converted).replace("&ApplyFunction;", "&#x2061;")
