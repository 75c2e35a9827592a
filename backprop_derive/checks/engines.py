"""The engines, each a record: what it is called, how to get it, and how it finds values and gradients.

An engine is imported only when it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy

from ..comparison import DIFFERENCE, Compared, Comparison
from ..errors import UsageError, nearest
from ..records import record
from ..solution import TensorValue, Value
from .library import of_module
from .network import Network, Solved, floats

Arrays = dict[str, Any]
Function = Callable[..., Any]


@record(slots=False)
class Found:
    """What an engine found by name. `places` are the entries of gradients that it took, of names where not all."""

    values: Arrays
    gradients: Arrays
    places: dict[str, tuple[int, ...]]
    left_out: str = ""


@record(slots=False)
class Engine:
    """`run` computes; `module` is what must be importable, `install` how to get it."""

    name: str
    called: str
    module: str
    install: str
    run: Callable[[Network], Found]

    def version(self) -> str:
        """The engine with its version. Raises UsageError where it is not installed."""
        try:
            module = import_module(self.module)
        except ImportError:
            raise UsageError(f"{self.called} is not installed", hint=self.install) from None
        version = "" if self.name == "numeric" else getattr(module, "__version__", "")
        return f"{self.called} {version.split('+')[0]}" if version else self.called


def compare(solved: Solved, name: str) -> Comparison:
    """Our numbers beside those of an engine. Raises UsageError for an unknown or missing engine, or without numbers."""
    engine = ENGINES.get(name)
    if engine is None:
        raise UsageError(f"no engine is called {name}", expected=", ".join(ENGINES), hint=nearest(name, ENGINES))
    problem = solved.problem
    if solved.first is None:
        raise UsageError("there are no numbers to check", expected="a value for every given")
    if problem.asks_jacobian:
        raise UsageError(f"{problem.spelled[problem.loss]} is a tensor: a check is about gradients of a single number")
    if problem.round_to is not None:
        raise UsageError("values that are carried rounded agree with no engine", hint="the problem without Round")
    called = engine.version()
    network = Network(solved)
    found = engine.run(network)
    ours = network.first
    rows = [_compared("value", step.key, ours.values[step.key], found.values[step.key]) for step in problem.steps]
    rows += [
        _compared("gradient", key, value, found.gradients[key], found.places.get(key))
        for key, value in ours.adjoints.items()
        if key in found.gradients
    ]
    return Comparison(name, called, tuple(rows), found.left_out)


def _compared(
    kind: str, key: str, ours: Value | TensorValue, theirs: Any, places: tuple[int, ...] | None = None
) -> Compared:
    flat = numpy.ravel(floats(ours)).tolist()
    known = flat if places is None else [flat[place] for place in places]
    other = numpy.broadcast_to(numpy.asarray(theirs, dtype=float).ravel(), (len(known),)).tolist()
    return Compared(kind, key, numpy.shape(floats(ours)), tuple(known), tuple(other), places)


# --- the engines


def _with_jax(network: Network) -> Found:
    import jax
    from jax.scipy.special import erf

    with jax.enable_x64(True):
        # Compiled as a whole; each operation by itself would be compiled for every shape.
        return _by_function(network, jax.numpy, erf, lambda loss: jax.jit(jax.grad(loss)), jax.jit)


def _with_autograd(network: Network) -> Found:
    import autograd
    import autograd.numpy as xp

    def erf(x: Any) -> Any:
        try:
            from autograd.scipy.special import erf as found
        except ImportError:
            raise UsageError("autograd has erf where SciPy is installed", hint="pip install scipy") from None
        return found(x)

    return _by_function(network, xp, erf, autograd.grad)


def _by_function(
    network: Network, xp: Any, erf: Function, grad: Callable[[Function], Function],
    compiled: Callable[[Function], Function] = lambda function: function,
) -> Found:  # fmt: skip
    """By an engine that differentiates functions of arrays."""
    library, keys = of_module(xp, erf), network.shifted
    zeros = tuple(library.array(numpy.zeros(network.shape(key))) for key in keys)

    def loss(shifts: Any) -> Any:
        return xp.sum(network.loss(library, dict(zip(keys, shifts, strict=True))))

    with numpy.errstate(all="ignore"):
        values = compiled(lambda: network.values(library, {}))()
        gradients = dict(zip(keys, grad(loss)(zeros), strict=True))
    return Found({k: numpy.asarray(v) for k, v in values.items()}, gradients, {})


def _with_torch(network: Network) -> Found:
    from .by_torch import run

    values, gradients = run(network)
    return Found(values, gradients, {})


def _with_differences(network: Network) -> Found:
    from .differences import run

    return Found(*run(network))


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("numeric", DIFFERENCE, "mpmath", "pip install mpmath", _with_differences),
        Engine("autograd", "autograd", "autograd", "pip install 'backprop-derive[autograd]'", _with_autograd),
        Engine("torch", "PyTorch", "torch", "pip install 'backprop-derive[torch]'", _with_torch),
        Engine("jax", "JAX", "jax", "pip install 'backprop-derive[jax]'", _with_jax),
    )
}
