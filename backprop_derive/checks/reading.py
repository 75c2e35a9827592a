"""The PyTorch code of a lesson carried out node by node: only what `report.torch_code` writes has a meaning here.

Nothing is handed to Python to run. A name must be one of the problem's, `torch` or `F`; a function is looked up in
these two modules, or is one of a few methods of tensors.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from typing import Any

_BINARY = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul,
}  # fmt: skip
_RELATIONS = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
# What the code asks of a tensor; `linalg` is a module within torch, `values` what `max` along an axis returns.
_METHODS = frozenset(("T", "permute", "reshape", "shape", "bool", "values", "linalg", "masked_fill"))


def carried_out(code: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression of the lesson's code."""
    return _value(ast.parse(code, mode="eval").body, names)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name("float"):
            return float
        case ast.Name(name):
            return names[name]
        case ast.Attribute(ast.Name("torch" | "F" as module), name) if not name.startswith("_"):
            return getattr(names[module], name)
        case ast.Attribute(of, name) if name in _METHODS or _is_linalg(of):
            return getattr(_value(of, names), name)
        case ast.Call(function, arguments, keywords):
            options = {str(keyword.arg): _value(keyword.value, names) for keyword in keywords}
            return _value(function, names)(*(_value(argument, names) for argument in arguments), **options)
        case ast.BinOp(left, kind, right):
            return _BINARY[type(kind)](_value(left, names), _value(right, names))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, names)
        case ast.Compare(left, [relation], [right]):
            return _RELATIONS[type(relation)](_value(left, names), _value(right, names))
        case ast.List(items):
            return [_value(item, names) for item in items]
        case ast.Tuple(items):
            return tuple(_value(item, names) for item in items)
        case ast.Subscript(of, place):
            return _value(of, names)[_value(place, names)]
        case ast.Slice(start, stop, None):
            return slice(*(None if part is None else _value(part, names) for part in (start, stop)))
    raise TypeError(f"the code of a lesson holds no {type(node).__name__}")


def _is_linalg(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "linalg"
