"""What `import` does: code into the text of a problem, and on request its solution."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import Any

from ..errors import ProblemError, UsageError, shorten
from ..importers.callables import is_module
from ..importers.files import file_problem
from .reading import problem_text
from .run import format_for, format_of, put, read_given, read_limits, target, working


def run_import(
    source: str, inputs: tuple[str, ...], loss: str | None, execute: bool, output: str | None, format_: str | None,
    limits: tuple[str, ...],
) -> None:  # fmt: skip
    """One call of `import`. Raises BackpropError; nothing is written then."""
    bounds = read_limits(limits)
    path, name = _parts(source)
    written = target(output, path)
    values = {key: _numbers(key, text) for key, text in read_given(inputs, "--inputs").items()}
    if execute:
        if name is None:
            raise UsageError("--run needs the name of what to import", hint=f"import {path}:Net --run")
        text = _run(Path(path), name, values, loss)
    else:
        if loss is not None:
            raise UsageError("--loss is for a module, whose output is not yet a loss", hint="--run")
        _, code = problem_text(path, None, bounds)
        with working(bounds):
            text = file_problem(code, path, name, values)
    if format_ is None and written is not None and written.suffix.lower() not in (".txt", ""):
        format_ = format_of(written)
    content: str | bytes = text
    if format_ is not None:
        from .. import api

        format_ = format_for(format_, output)
        with working(bounds):
            content = api.solve(text, limits=bounds).render(format_)
    put(content, written)


def _parts(source: str) -> tuple[str, str | None]:
    """`model.py:Net` as file and name."""
    path, colon, name = source.rpartition(":")
    return (path, name) if colon and name.isidentifier() else (source, None)


def _numbers(name: str, text: str) -> Any:
    """A number, or lists of them."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not _is_numbers(value):
        raise UsageError(f"--inputs {name}={shorten(text)}", expected=f"numbers, such as {name}=[[1, 2], [3, 0.5]]")
    return value


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(_is_numbers, value))
    return isinstance(value, int | float) and math.isfinite(value)


def _run(path: Path, name: str, inputs: dict[str, Any], loss: str | None) -> str:
    """Runs the file, as its user asked, and imports the module of this name in it."""
    from ..importers.torch_module import module_problem

    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ProblemError(f"{path} does not exist, or is no Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(loaded)
        found = getattr(loaded, name, None)
        if isinstance(found, type):
            found = found()
    except (Exception, SystemExit) as error:
        raise ProblemError(
            f"{path} failed when it was run: {type(error).__name__}: {error}",
            hint=f"a module made in the file: net = {name}(…), import {path}:net --run",
        ) from None
    if found is None or not is_module(found):
        raise ProblemError(
            f"{path} has no module of PyTorch called {name}", expected="a class or an object of torch.nn"
        )
    return module_problem(found, inputs, loss).text
