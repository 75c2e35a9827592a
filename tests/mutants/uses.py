"""Where the package uses what a module makes while it is imported: a table, a bound, a default, a field of a record."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.conftest import CHECKOUT

Place = tuple[str, int]


def places_of_use(path: str, line: int) -> set[Place]:
    """The lines that use what a line makes, or what is made of it in turn; none where it is in a function's body."""
    found: set[Place] = set()
    asked = [(path, name) for name in names_made(path, line)]
    for place, name in asked:
        for use in _uses(name, place) - found:
            found.add(use)
            asked += [(use[0], more) for more in names_made(*use) if (use[0], more) not in asked]
    return found


def names_made(path: str, line: int) -> set[str]:
    """The names that a line, or what is written over several, gives to what it makes when the module is imported."""
    return {name for start, end, name in _made(path) if start <= line <= end and not name.startswith("__")}


@cache
def _made(path: str) -> tuple[tuple[int, int, str], ...]:
    """From which line to which each name is made."""
    return tuple(_within(_tree(path).body))


def _within(body: list[ast.stmt]) -> Iterator[tuple[int, int, str]]:
    for node in body:
        end = node.end_lineno or node.lineno
        match node:
            case ast.Assign(targets=targets):
                yield from ((node.lineno, end, name.id) for name in _names(targets))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield node.lineno, end, name
            case ast.FunctionDef(name=name, body=[first, *_]):
                yield node.lineno, max(node.lineno, first.lineno - 1), name
            case ast.ClassDef(name=name):
                for start, last, attribute in _within(node.body):
                    yield start, last, attribute
                    yield start, last, name


def _names(targets: list[ast.expr]) -> Iterator[ast.Name]:
    for target in targets:
        yield from (node for node in ast.walk(target) if isinstance(node, ast.Name))


@cache
def _uses(name: str, path: str) -> set[Place]:
    """Where a name is read, in its module and in those that import it, or as an attribute of anything."""
    found: set[Place] = set()
    for other in _holding(name):
        tree = _tree(other)
        is_known = other == path or any(
            alias.name == name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
        )
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=found_name, ctx=ast.Load()) if is_known and found_name == name:
                    found.add((other, node.lineno))
                case ast.Attribute(attr=attribute, ctx=ast.Load()) if attribute == name:
                    found.add((other, node.lineno))
    return found


@cache
def _holding(name: str) -> tuple[str, ...]:
    return tuple(path for path, source in _sources().items() if name in source)


@cache
def _sources() -> dict[str, str]:
    files = sorted((CHECKOUT / "backprop_derive").rglob("*.py"))
    return {str(file.relative_to(CHECKOUT)): file.read_text(encoding="utf-8") for file in files}


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(_sources()[path])
