"""One value of a solution by itself: `w` for its value, `w.grad` for the gradient, `w.grad =` for the equation."""

from __future__ import annotations

from ..document import Chain, MathNode
from ..options import Options
from ..problem import Problem
from ..solution import TensorValue, Value
from ..syntax.expression import Expr, Name
from .matrices import shown_value
from .notation import Notation
from .numbers import is_rounded, style_of


def value_node(problem: Problem, value: Value | TensorValue, options: Options) -> Expr:
    """The value as a number or a matrix, as the solution of the problem shows it."""
    style = style_of(problem, options.digits)
    return shown_value(value, style) if isinstance(value, TensorValue) else style.shown(value)


def equation(left: MathNode, value: Expr) -> Chain:
    """left = value, or left ≈ value where that is rounded."""
    return Chain((left, value), ("≈" if is_rounded(value) else "=",))


def left_side(notation: Notation, key: str, is_gradient: bool) -> MathNode:
    """What the value is called: the name, or the gradient of the loss by it."""
    return notation.adjoint(key) if is_gradient else Name(key)
