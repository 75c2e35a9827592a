"""Mistakes in composing what is right by itself: along a path, over paths, at the ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..derivation import Composition, Derivation, DerivedForm, LocalGradient, TensorDerivation
from ..syntax.expression import ONE, Call, Name, Product
from .record import Mistake, Places, with_local

_ONE = DerivedForm(ONE, None, ())


def _on_scalars(work: Callable[[Derivation], Places]) -> Callable[[Derivation | TensorDerivation], Places]:
    def made(derivation: Derivation | TensorDerivation) -> Places:
        if isinstance(derivation, Derivation):
            yield from work(derivation)

    return made


def _composed(composition: Composition, fits: Callable[[Derivation, str], bool]) -> Callable[[Derivation], Places]:
    def made(derivation: Derivation) -> Places:
        for key in derivation.adjoint_order():
            if fits(derivation, key):
                yield key, replace(derivation, slips={**derivation.slips, key: composition})

    return made


def _has_incoming(derivation: Derivation, key: str) -> bool:
    """Whether an adjoint other than the loss's own comes in."""
    return all(use.step != derivation.graph.loss for use in derivation.uses[key])


def _has_paths(derivation: Derivation, key: str) -> bool:
    return len(derivation.uses[key]) > 1


def _path_dropped(derivation: Derivation) -> Places:
    for key in derivation.adjoint_order():
        uses = derivation.uses[key]
        for dropped in uses if len(uses) > 1 else ():
            left = tuple(use for use in uses if use is not dropped)
            yield f"{key} through {dropped.step}", replace(derivation, uses={**derivation.uses, key: left})


def _stopped_early(derivation: Derivation) -> Places:
    """The adjoint of the step before is taken for the gradient of what was asked for."""
    graph = derivation.graph
    for key in graph.wanted:
        uses = derivation.uses.get(key, ())
        if len(uses) == 1 and uses[0].step != graph.loss and uses[0].shortest != ONE:
            yield key, with_local(derivation, replace(uses[0], form=_ONE))


def _activation_left_out(derivation: Derivation) -> Places:
    """The adjoint behind an activation is taken for that before it."""
    graph = derivation.graph
    for step, gradients in derivation.by_step.items():
        match graph.steps[step].expression:
            case Call(_, (Name(operand),)) if step != graph.loss and operand not in graph.wanted:
                gradient = next(g for g in gradients if g.operand == operand)
                if gradient.shortest != ONE:
                    yield f"{step} by {operand}", with_local(derivation, replace(gradient, form=_ONE))


def _loss_left_out(derivation: Derivation) -> Places:
    """The backward pass begins with 1 at what feeds the loss."""
    for gradient in _of_loss(derivation):
        if gradient.shortest != ONE:
            yield gradient.operand, with_local(derivation, replace(gradient, form=_ONE))


def _times_loss(derivation: Derivation) -> Places:
    """The backward pass begins with the loss's value in the place of 1."""
    for gradient in _of_loss(derivation):
        times = Product((Name("#y"), gradient.form.derivative))
        wrong = replace(gradient.form, derivative=times, in_output=times)
        yield gradient.operand, with_local(derivation, replace(gradient, form=wrong))


def _of_loss(derivation: Derivation) -> tuple[LocalGradient, ...]:
    return derivation.by_step.get(derivation.graph.loss, ())


def _mistake(name: str, feedback: str, work: Callable[[Derivation], Places]) -> Mistake:
    return Mistake(name, "backward", feedback, _on_scalars(work))


CHAIN = (
    _mistake(
        "added along a path", "Along a path the chain rule multiplies: adjoint times local gradient.",
        _composed(Composition(along="plus"), _has_incoming),
    ),
    _mistake(
        "multiplied over paths", "Over several paths the chain rule adds.",
        _composed(Composition(over="times"), _has_paths),
    ),
    _mistake("a path dropped", "The name reaches the loss by several paths; one is missing.", _path_dropped),
    _mistake(
        "incoming adjoint left out", "This is the local gradient; multiply it by the incoming adjoint.",
        _composed(Composition(along="local"), _has_incoming),
    ),
    _mistake("stopped a node early", "This is the adjoint of the step before; one local gradient is missing.",
             _stopped_early),
    _mistake("activation's derivative left out",
             "The incoming adjoint is multiplied by the activation's derivative.", _activation_left_out),
    _mistake("loss not differentiated", "The loss itself must be differentiated first.", _loss_left_out),
    _mistake("begun with the loss", "The backward pass begins with d(loss)/d(loss) = 1, not with the loss's value.",
             _times_loss),
)  # fmt: skip
