"""`%load_ext backprop_derive` in a notebook: a cell that begins with %%backprop is a problem, and is solved."""

from __future__ import annotations

import shlex
from typing import Any

from .api import Solution, derive, solve
from .errors import BackpropError, UsageError
from .options import with_changes


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython: registers the magic."""
    shell.register_magic_function(lambda line, cell: backprop(shell, line, cell), "cell", "backprop")


def backprop(shell: Any, line: str, cell: str) -> Solution | None:
    """`%%backprop [NAME] [symbolic] [option=value …]`: the cell's problem, solved; NAME keeps the solution.

    Options are those of `bd.Options`: `layout=lesson detail=full`. An error is one message and no traceback.
    """
    try:
        name, changes, is_symbolic = _arguments(line)
        solution = derive(cell) if is_symbolic else solve(cell)
        solution.options = with_changes(solution.options, changes)
    except BackpropError as error:
        print(f"error: {error}")
        return None
    if name is not None:
        shell.user_ns[name] = solution
    return solution


def _arguments(line: str) -> tuple[str | None, dict[str, Any], bool]:
    name: str | None = None
    changes: dict[str, Any] = {}
    is_symbolic = False
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%%backprop {line}: {error}") from None
    for word in words:
        option, equals, value = word.partition("=")
        if equals:
            changes[option] = _value(value)
        elif word == "symbolic":
            is_symbolic = True
        elif word.isidentifier() and name is None:
            name = word
        else:
            raise UsageError(f"%%backprop {word}", expected="a name, symbolic, or options as detail=full")
    return name, changes, is_symbolic


def _value(text: str) -> Any:
    if text in ("true", "True", "false", "False"):
        return text in ("true", "True")
    return int(text) if text.isascii() and text.isdigit() else text
