"""Lines of code that is at work: its text, its statements, and the names that a statement assigns."""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache


def lines_of(file: str) -> list[str]:
    """The lines of a file or of a notebook's cell."""
    return linecache.getlines(file)


def statement_line(file: str, line: int) -> int:
    """The first line of the statement that a line belongs to."""
    statement = _statements(file, tuple(lines_of(file))).get(line)
    return line if statement is None else statement.lineno


# A name, or those that a tuple is unpacked into; "" for what is no name.
Target = str | tuple["Target", ...]


def assigned_names(file: str, line: int) -> Target:
    """What the statement at a line assigns: of `h = …` "h", of `out, (h, c) = …` ("out", ("h", "c")), else ""."""
    match _statements(file, tuple(lines_of(file))).get(line):
        case ast.Assign([target]) | ast.AugAssign(target) | ast.AnnAssign(target):
            return _target(target)
    return ""


def _target(node: ast.expr) -> Target:
    match node:
        case ast.Name(name):
            return name
        case ast.Tuple(elements) | ast.List(elements):
            return tuple(map(_target, elements))
    return ""


@lru_cache(maxsize=64)
def _statements(file: str, lines: tuple[str, ...]) -> dict[int, ast.stmt]:
    """The innermost statement at each line; none where the text is no Python by itself."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[int, ast.stmt] = {}
    for node in ast.walk(tree):  # outer statements first
        if isinstance(node, ast.stmt):
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node)
    return found
