"""Notation profiles: what the gradient of the loss by a name is called, and a step's local gradient."""

from __future__ import annotations

from ..derivation import Derivation, TensorDerivation
from ..document import Derivative, Differential, MathNode, SecondDerivative
from ..records import record
from ..syntax.expression import Expr, Name


@record
class Notation:
    """One profile for one derivation. The profiles are `partial`, `d`, `cs231n`, `nielsen` and `nabla`."""

    profile: str
    derivation: Derivation | TensorDerivation

    @property
    def sign(self) -> str:
        return "d" if self.profile == "d" else "partial"

    def adjoint(self, key: str) -> MathNode:
        """The gradient of the loss by a given or a step."""
        graph = self.derivation.graph
        loss, by = Name(graph.loss), Name(key)
        if self.profile == "cs231n":
            return Differential("d", by)
        if self.profile == "nabla":
            return Differential("nabla", by, loss)
        if self.profile == "nielsen" and key in graph.steps:
            return Differential("delta", by)
        return Derivative(loss, by, self.sign)

    def local(self, step: str, operand: str) -> MathNode:
        """The local gradient of a step by an operand; a bar where it must not be taken for the whole gradient."""
        return Derivative(Name(step), Name(operand), self.sign, self.held(step, operand))

    def second(self, by: str, other: str) -> MathNode:
        """The second derivative of the loss by two names."""
        return SecondDerivative(Name(self.derivation.graph.loss), (Name(by), Name(other)), self.sign)

    def local_second(self, step: str, first: str, second: str) -> MathNode:
        """The second derivative of a step by two of its operands; a bar as in `local`."""
        held = tuple(dict.fromkeys([*self.held(step, first), *self.held(step, second)]))
        kept = tuple(name for name in held if name not in (Name(first), Name(second)))
        return SecondDerivative(Name(step), (Name(first), Name(second)), self.sign, kept)

    def of_expression(self, expression: Expr, operand: str) -> MathNode:
        """The derivative of a written-out expression."""
        return Derivative(expression, Name(operand), self.sign)

    def held(self, step: str, operand: str) -> tuple[Expr, ...]:
        """What the bar names: the loss's other operands, where the operand reaches the loss by them as well."""
        graph = self.derivation.graph
        if step != graph.loss or len(self.derivation.uses[operand]) < 2:
            return ()
        return tuple(Name(k) for k in graph.operands[step] if k != operand and k in graph.on_path and k in graph.steps)
