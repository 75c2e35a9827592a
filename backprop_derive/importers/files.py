"""A file of code into a problem, by its kind: a notebook, notes with cells, a script, a function in it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ProblemError
from .notebook import notebook_source, page_source
from .python_source import function_problem, parsed, script_problem

_PICKLED = {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"}
_PAGES = {".md", ".markdown", ".txt", ".qmd", ".rst"}


def file_problem(text: str, path: str, name: str | None, inputs: Mapping[str, Any]) -> str:
    """The problem that a file's text holds; nothing in it is executed. `name` is a function in it, if any.

    Raises ProblemError for what cannot be read, with its place; a class only tells its weights once it is run.
    """
    suffix = Path(path).suffix.lower()
    source = text
    if suffix in _PICKLED:
        raise ProblemError(
            f"{path} is a file of pickled weights: reading one runs what it holds, and so it is not read",
            expected="the code that makes the module, a .py file",
        )
    if suffix == ".ipynb":
        source = notebook_source(text, path)
    elif suffix in _PAGES:
        found = page_source(text)
        if found is None:
            raise ProblemError(f"{path} holds no code", expected="cells after In [1]:, or ```python fences")
        source = found
    if name is None:
        return script_problem(source, path, inputs)
    if any(isinstance(node, ast.ClassDef) and node.name == name for node in parsed(source, path).body):
        raise ProblemError(
            f"{name} is a class: its weights are there only once {path} is run",
            expected="a file that you would run yourself", hint=f"--run, which runs {path} and makes {name}()",
        )  # fmt: skip
    return function_problem(source, name, name=path, inputs=inputs)
