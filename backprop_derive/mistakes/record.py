"""What a mistake is: how it changes a derivation, and the feedback that it earns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..derivation import Derivation, DerivedForm, LocalGradient, TensorDerivation
from ..records import record
from ..syntax.expression import Expr, Name, substitute

Places = Iterator[tuple[str, Derivation | TensorDerivation]]


@record
class Mistake:
    """A mistake by its name.

    `made` gives, for every place of a derivation where the mistake can be made, the name or edge that it concerns
    (`s`, `w`, `s by y_hat`) and the derivation with the mistake in it; everything after it follows from that.
    `feedback` tells the person who made it. `stage` is where it is made: `forward`, `local`, `backward` or `update`.
    """

    name: str
    stage: str
    feedback: str
    made: Callable[[Derivation | TensorDerivation], Places]


@record
class Placed:
    """A mistake and where it is made, as in `Made`."""

    mistake: Mistake
    at: str


@record
class Made:
    """A mistake made at one place of one derivation, by a name of the problem."""

    mistake: Mistake
    at: str
    derivation: Derivation | TensorDerivation


def changed_local(name: str, feedback: str, change: Callable[[LocalGradient, Expr], DerivedForm | None]) -> Mistake:
    """A mistake in one local gradient: `change` gives the wrong form, from the gradient and its step in slots."""

    def made(derivation: Derivation | TensorDerivation) -> Places:
        if not isinstance(derivation, Derivation):
            return
        for gradient in derivation.local_gradients():
            wrong = change(gradient, step_in_slots(derivation, gradient))
            if wrong is not None and wrong.derivative != gradient.form.derivative:
                at = f"{gradient.step} by {gradient.operand}"
                yield at, with_local(derivation, replace(gradient, form=wrong))

    return Mistake(name, "local", feedback, made)


def step_in_slots(derivation: Derivation, gradient: LocalGradient) -> Expr:
    """The step's expression in the slots that its local gradients are written in."""
    slots = {key: Name(f"#{k}") for k, key in enumerate(gradient.slots)}
    return substitute(derivation.graph.steps[gradient.step].expression, slots)


def with_local(derivation: Derivation, gradient: LocalGradient) -> Derivation:
    """The derivation with another gradient for one edge."""

    def put(old: LocalGradient) -> LocalGradient:
        return gradient if (old.step, old.operand) == (gradient.step, gradient.operand) else old

    by_step = {**derivation.by_step, gradient.step: tuple(map(put, derivation.by_step[gradient.step]))}
    uses = {**derivation.uses, gradient.operand: tuple(map(put, derivation.uses[gradient.operand]))}
    return replace(derivation, by_step=by_step, uses=uses)
