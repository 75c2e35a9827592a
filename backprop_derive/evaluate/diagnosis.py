"""Why a compiled run gave a number that does not exist: the first such entry, evaluated exactly to learn the reason."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy

from ..derivation import INCOMING, OUTPUT, Derivation, Flow, LocalGradient, TensorDerivation
from ..errors import BackpropError, DomainError
from ..limits import DEFAULT_LIMITS
from ..syntax.expression import Expr, Name, integer, substitute
from ..syntax.parser import deep_recursion
from .compiled import Registers
from .entries import Entries, EntryInterpreter
from .number import Arithmetic

_BITS = 256
Form = tuple[tuple[str, ...], Expr]


class _Floats(Entries):
    """A float array as the entries that the exact evaluation reads, each made exact when it is read."""

    def __init__(self, array: Any) -> None:
        object.__setattr__(self, "shape", array.shape)
        object.__setattr__(self, "numbers", array.ravel())

    def at(self, places: Any) -> Fraction:
        return Fraction(float(super().at(places)))  # type: ignore[arg-type]


def reason(
    derivation: Derivation | TensorDerivation, made: Registers, arrays: Mapping[str, Any], letters: Mapping[str, int]
) -> DomainError:
    """The error of the first step, or else of the first adjoint from the loss back, that has no finite value."""
    outputs = {**made.values, **{f"d{key}": r for key, r in made.adjoints.items()}}
    found = made.program.runner(outputs)(arrays)
    sizes = {letter: Fraction(size) for letter, size in letters.items()}
    for key, step in derivation.graph.steps.items():
        if not numpy.isfinite(found[key]).all():
            at, body = _form_of_step(derivation, key)
            text = _explained(at, body, found[key], {**sizes, **found}, False)
            text = text or "the value is beyond the range of double precision"
            return DomainError(f"{text} (in {step.written})", place=step.expression_place)
    for key in derivation.adjoint_order():
        if not numpy.isfinite(found[f"d{key}"]).all():
            return _of_derivative(derivation, key, found, sizes)
    return DomainError("a gradient is beyond the range of double precision")


def _form_of_step(derivation: Derivation | TensorDerivation, key: str) -> Form:
    if isinstance(derivation, TensorDerivation):
        component = derivation.components[key]
        return component.at, component.body
    return (), derivation.graph.steps[key].expression


def _form_of_edge(use: Flow | LocalGradient) -> Form:
    """What flows back along an edge, in names."""
    if isinstance(use, LocalGradient):
        return (), use.shortest
    slots = {f"#{k}": Name(name) for k, name in enumerate(use.slots)}
    names = {**slots, OUTPUT: Name(use.step), INCOMING: Name(f"d{use.step}")}
    return use.component.at, substitute(use.component.body, names)


def _of_derivative(
    derivation: Derivation | TensorDerivation, key: str, found: Mapping[str, Any], sizes: Mapping[str, Any]
) -> DomainError:
    spelled = derivation.graph.problem.spelled
    for use in derivation.uses.get(key, ()):
        step = derivation.graph.steps[use.step]
        at, body = _form_of_edge(use)
        text = _explained(at, body, found[f"d{key}"], {**sizes, **found}, True)
        if text is not None:
            return DomainError(
                f"the derivative of {step.written} by {spelled[key]} does not exist here: {text}",
                place=step.expression_place, hint="ask for the gradient at another point",
            )  # fmt: skip
    loss = spelled[derivation.graph.loss]
    return DomainError(f"d({loss})/d({spelled[key]}) is beyond the range of double precision")


def _explained(
    at: tuple[str, ...], body: Expr, value: Any, arrays: Mapping[str, Any], is_derivative: bool
) -> str | None:
    """What the exact evaluation says of the first entry that is not finite; None where it finds a value."""
    names: dict[str, Any] = {
        key: _Floats(array) if getattr(array, "shape", ()) else Fraction(float(array))
        for key, array in arrays.items()
        if numpy.isfinite(array).all()
    }
    places = numpy.argwhere(~numpy.isfinite(value))[0]
    entry = substitute(body, {index: integer(int(k)) for index, k in zip(at, places, strict=True)})
    interpreter = EntryInterpreter(Arithmetic(_BITS, DEFAULT_LIMITS, last_resort=True), is_derivative)
    try:
        with deep_recursion():
            interpreter.value(entry, names)
    except BackpropError as error:
        return error.found
    except KeyError:
        pass  # it depends on what has no finite value itself
    return None
