"""Tensors of numbers that code writes out, or that zeros, full, eye, arange and linspace make of sizes."""

from __future__ import annotations

import ast
import math
from typing import Any

_FILLS = {"zeros": 0, "ones": 1}
_MOST_ENTRIES = 100_000


def plain_numbers(node: ast.expr) -> Any:
    """Nested lists of numbers that stand in the code; None where there is anything else."""
    match node:
        case ast.Constant(value) if isinstance(value, int | float):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(value)) if isinstance(value, int | float):
            return -value
        case ast.List(elements) | ast.Tuple(elements):
            parts = [plain_numbers(element) for element in elements]
            return None if any(part is None for part in parts) else parts
    return None


def made_by_size(name: str, node: ast.Call) -> Any:
    """What `torch.zeros(2, 3)` and its like make, as nested lists; None for other calls, and for other arguments."""
    arguments = [plain_numbers(argument) for argument in node.args]
    if not arguments or any(argument is None for argument in arguments):
        return None
    match name, arguments:
        case "zeros" | "ones", [list(sizes)]:
            return _filled(sizes, _FILLS[name])
        case "zeros" | "ones", sizes:
            return _filled(sizes, _FILLS[name])
        case "full", [list() | int() as sizes, int() | float() as value]:
            return _filled(sizes if isinstance(sizes, list) else [sizes], value)
        case "eye", [int(rows)]:
            return [[int(i == j) for j in range(rows)] for i in range(rows)] if rows**2 <= _MOST_ENTRIES else None
        case "arange", [int(), *more] if len(more) < 3 and all(isinstance(end, int) for end in more):
            return _listed(range(*arguments)) if len(arguments) < 3 or arguments[2] else None
        case "linspace", [int() | float() as start, int() | float() as stop, int(count)] if 1 < count <= _MOST_ENTRIES:
            return [start + (stop - start) * k / (count - 1) for k in range(count)]
    return None


def _listed(numbers: range) -> list[int] | None:
    return list(numbers) if 0 < len(numbers) <= _MOST_ENTRIES else None


def _filled(sizes: list[Any], value: float) -> Any:
    """Nested lists of one number; None where the sizes are none, or those of a tensor too large for a problem."""
    if not all(isinstance(size, int) and size > 0 for size in sizes) or math.prod(sizes) > _MOST_ENTRIES:
        return None
    return _nested(sizes, value)


def _nested(sizes: list[int], value: float) -> Any:
    return value if not sizes else [_nested(sizes[1:], value) for _ in range(sizes[0])]
