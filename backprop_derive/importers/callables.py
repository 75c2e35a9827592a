"""What a caller hands over as an object: a function or a lambda is read from its source, a module from its graph."""

from __future__ import annotations

import inspect
import linecache
import textwrap
from collections.abc import Callable
from typing import Any

from ..errors import UsageError
from .python_source import function_problem, lambda_problem


def is_module(value: Any) -> bool:
    """Whether something is a module of PyTorch; PyTorch is not imported for the question."""
    return hasattr(value, "forward") and hasattr(value, "named_parameters")


def callable_problem(function: Callable[..., Any]) -> str:
    """The problem of a Python function, read from its source and never called; its arguments are the givens.

    Numbers that it takes from around it are givens with their values. Raises UsageError where its source is not to be
    had, ProblemError for what cannot be read.
    """
    code = getattr(function, "__code__", None)
    file = None if code is None else inspect.getsourcefile(code)
    if code is None or file is None or not linecache.getlines(file):
        raise UsageError(
            "the source of this function is not to be had: it is built in, or was typed where Python keeps no text",
            hint="the function in a file or in a notebook's cell, or the problem as text",
        )
    around = _constants(function)
    if function.__name__ == "<lambda>":
        source = "".join(linecache.getlines(file))
        parameters = code.co_varnames[: code.co_argcount]
        return lambda_problem(source, code.co_firstlineno, name=file, constants=around, parameters=parameters)
    source = textwrap.dedent(inspect.getsource(function))
    return function_problem(source, function.__name__, name=file, constants=around)


def _constants(function: Callable[..., Any]) -> dict[str, Any]:
    """The numbers, and lists of them, that a function takes from around it."""
    found = inspect.getclosurevars(function)
    return {name: value for name, value in {**found.globals, **found.nonlocals}.items() if _is_numbers(value)}


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_is_numbers, value))
    return isinstance(value, int | float) and not isinstance(value, bool)
