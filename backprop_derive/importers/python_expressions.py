"""Expressions of Python code as expressions of the problem language, or as plain data of the code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..errors import shorten
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    MatrixProduct,
    Name,
    Negate,
    Power,
    Quotient,
    Slice,
    Transpose,
    integer,
)  # fmt: skip
from .calls import called
from .draft import LONGEST_INTEGER, number
from .functions import add, expression, multiply
from .layers import criterion

if TYPE_CHECKING:
    from .python_source import Reader

_RELATIONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_PLAIN = (bool, int, float, str, tuple, list, type(None))
# What makes a tensor of numbers.
MAKERS = {"tensor", "array", "as_tensor", "asarray", "Parameter", "Variable"}
_CONSTANTS = {"pi": Constant("pi"), "e": Constant("e"), "inf": Constant("inf")}


def is_expression(value: Any) -> bool:
    """Whether a value is an expression of the problem, not plain data of the code."""
    return value is not None and not isinstance(value, (*_PLAIN, ast.AST)) and not callable(value)


def as_tensor(reader: Reader, value: Any, node: ast.AST) -> Expr:
    """A value as an expression."""
    reader.draft.line = getattr(node, "lineno", reader.draft.line)
    return expression(reader.draft, value)


def value(reader: Reader, node: ast.expr) -> Any:
    """What an expression is."""
    reader.draft.line = node.lineno
    match node:
        case ast.Constant(found):
            return found
        case ast.Name():
            return reader.lookup(node)
        case ast.BinOp(left, operator, right):
            return _binary(reader, node, reader.value(left), operator, reader.value(right))
        case ast.UnaryOp(ast.USub(), operand):
            found = reader.value(operand)
            return -found if isinstance(found, int | float) else Negate(as_tensor(reader, found, node))
        case ast.UnaryOp(ast.UAdd(), operand):
            return reader.value(operand)
        case ast.Compare(left, [operator], [right]) if type(operator) in _RELATIONS:
            sides = [as_tensor(reader, reader.value(side), node) for side in (left, right)]
            return Compare(_RELATIONS[type(operator)], sides[0], sides[1])
        case ast.Tuple(elements) | ast.List(elements):
            values = [reader.value(element) for element in elements]
            return tuple(values) if isinstance(node, ast.Tuple) else values
        case ast.Subscript(base, items):
            return _subscript(reader, node, reader.value(base), items)
        case ast.Attribute():
            return _attribute(reader, node)
        case ast.Call():
            return _call(reader, node)
        case ast.Lambda():
            return node
    what = type(node).__name__
    return reader.refuse(node, f"an expression of this kind ({what}) is not read", "operators, calls, indices, numbers")


def _binary(reader: Reader, node: ast.BinOp, a: Any, operator: ast.operator, b: Any) -> Any:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return _folded(reader, node, a, operator, b)
    left, right = (as_tensor(reader, _as_mask(side), node) for side in (a, b))
    match operator:
        case ast.Add():
            return add(left, right)
        case ast.Sub():
            return add(left, right, minus=True)
        case ast.Mult():
            return multiply(left, right)
        case ast.Div():
            return Quotient(left, right)
        case ast.Pow():
            return Power(left, right)
        case ast.MatMult():
            return MatrixProduct(left, right)
    return reader.refuse(node, f"the operator {type(operator).__name__} is not read", "+ - * / ** @")


def _as_mask(side: Any) -> Any:
    """A comparison as 1 and 0."""
    return Call("where", (side, integer(1), integer(0))) if isinstance(side, Compare) else side


def _folded(reader: Reader, node: ast.BinOp, a: float, operator: ast.operator, b: float) -> Any:
    """Numbers of the code stay numbers where they are whole; a fraction is written out."""
    if any(isinstance(side, int) and side.bit_length() > LONGEST_INTEGER for side in (a, b)):
        reader.refuse(node, "a whole number of more than a thousand digits", "smaller numbers")
    match operator:
        case ast.Add():
            return a + b if isinstance(a, int) and isinstance(b, int) else add(number(a), number(b))
        case ast.Sub():
            return a - b if isinstance(a, int) and isinstance(b, int) else add(number(a), number(b), minus=True)
        case ast.Mult():
            return a * b if isinstance(a, int) and isinstance(b, int) else multiply(number(a), number(b))
        case ast.Div():
            return Quotient(number(a), number(b))
        case ast.Pow():
            return Power(number(a), number(b))
        case ast.FloorDiv() if isinstance(a, int) and isinstance(b, int) and b:
            return a // b
        case ast.Mod() if isinstance(a, int) and isinstance(b, int) and b:
            return a % b
    return reader.refuse(node, f"the operator {type(operator).__name__} is not read", "+ - * / **")


def _subscript(reader: Reader, node: ast.Subscript, base: Any, items: ast.expr) -> Any:
    parts = items.elts if isinstance(items, ast.Tuple) else [items]
    found = [_item(reader, part) for part in parts]
    return taken(reader, node, base, found)


def taken(reader: Reader, node: ast.AST, base: Any, items: list[Any]) -> Any:
    """base[items]: of plain data an entry, of a tensor an index."""
    if isinstance(base, tuple | list):
        if len(items) == 1 and isinstance(items[0], int) and -len(base) <= items[0] < len(base):
            return base[items[0]]
        return reader.refuse(node, "an index of this kind into a tuple")
    if any(item is Ellipsis for item in items):
        rank = len(reader.draft.shape(base))
        place = next(k for k, item in enumerate(items) if item is Ellipsis)
        others = sum(item is not None for item in items) - 1
        items = [*items[:place], *([Slice(None, None, None)] * (rank - others)), *items[place + 1 :]]
    # A whole number that is given may say a place, as the class y in p[y]; the place is then its value.
    whole = reader.draft.whole
    items = [integer(whole[i.key]) if isinstance(i, Name) and i.key in whole else i for i in items]
    shown = tuple(i if i is None or isinstance(i, Slice) else expression(reader.draft, i) for i in items)
    return Index(as_tensor(reader, base, node), shown)


def _item(reader: Reader, node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        ends = [None if end is None else as_tensor(reader, reader.value(end), node) for end in (node.lower, node.upper)]
        if node.step is not None:
            reader.refuse(node, "a slice with a step is not read", "start:stop")
        return Slice(ends[0], ends[1], None)
    return reader.value(node)


def _spelling(node: ast.Attribute) -> str:
    try:
        return shorten(ast.unparse(node))
    except RecursionError:
        return f"….{node.attr}"


def _attribute(reader: Reader, node: ast.Attribute) -> Any:
    if _is_module(reader, node.value):
        if node.attr in _CONSTANTS:
            return _CONSTANTS[node.attr]
        return reader.refuse(node, f"{_spelling(node)} is not read", "a function that is called, or pi")
    base = reader.value(node.value)
    match node.attr:
        case "T" | "mT":
            return Transpose(as_tensor(reader, base, node))
        case "shape":
            return tuple(reader.draft.shape(as_tensor(reader, base, node)))
        case "ndim":
            return len(reader.draft.shape(as_tensor(reader, base, node)))
        case "values" if isinstance(base, tuple):
            return base[0]
        case "data":
            return base
        case "grad":
            return reader.refuse(node, "the gradient before loss.backward()", "loss.backward() above it")
    return reader.refuse(node, f".{node.attr} is not read", ".T, .shape")


def _is_module(reader: Reader, node: ast.expr) -> bool:
    """Whether a dotted name is a module: `torch`, `torch.nn.functional`."""
    match node:
        case ast.Name(name):
            return name in reader.modules and name not in reader.names
        case ast.Attribute(inner):
            return _is_module(reader, inner)
    return False


def _call(reader: Reader, node: ast.Call) -> Any:
    function = node.func
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
        return reader.refuse(node, "a call with * or ** is not read", "the arguments written out")
    match function:
        case ast.Name(name) if name in reader.names and isinstance(reader.names[name], ast.Lambda):
            return reader.call_own(node, reader.names[name])
        case ast.Name(name) if name in reader.functions:
            return reader.call_own(node, reader.functions[name])
        case ast.Name(name) if callable(reader.names.get(name)):
            return reader.names[name](reader.draft, [reader.value(a) for a in node.args])
    if (made := reader.made(node)) is not None:
        return reader.draft.given("c", made[0], wanted=made[1])
    arguments = [reader.value(argument) for argument in node.args]
    keywords = {str(keyword.arg): reader.value(keyword.value) for keyword in node.keywords}
    reader.draft.line = node.lineno
    match function:
        case ast.Name("len") if len(arguments) == 1:
            return reader.draft.shape(arguments[0])[0]
        case ast.Name("abs" | "max" | "min" | "sum" | "pow" as name) if name not in reader.imported:
            return _builtin(reader, name, arguments)
        case ast.Name("float" | "int"):
            return arguments[0]
        case ast.Name(name):
            return named(reader, node, reader.imported.get(name, name), arguments, keywords)
        case ast.Attribute(receiver, name) if _is_module(reader, receiver):
            if name in ("var", "std") and isinstance(receiver, ast.Name) and receiver.id in ("np", "numpy", "jnp"):
                keywords.setdefault("ddof", 0)
            return named(reader, node, name, arguments, keywords)
        case ast.Attribute(receiver, name):
            return named(reader, node, name, [reader.value(receiver), *arguments], keywords)
    if callable(inner := reader.value(function)):  # nn.MSELoss()(y_hat, y)
        return inner(reader.draft, arguments)
    return reader.refuse(node, "a call of this kind is not read", "a function by its name")


def named(reader: Reader, node: ast.AST, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """A call by the function's own name: a loss or an activation that is made first, or an operation."""
    reader.draft.line = getattr(node, "lineno", reader.draft.line)
    if (made := criterion(reader.draft, name, arguments, keywords)) is not None:
        return made
    if name in MAKERS and arguments and not keywords:
        return arguments[0]  # of an expression: torch.tensor(float(2))
    if name not in ("where", "masked_fill"):
        arguments = [_as_mask(argument) for argument in arguments]
    return called(reader.draft, name, arguments, keywords)


def _builtin(reader: Reader, name: str, arguments: list[Any]) -> Any:
    if name in ("max", "min") and len(arguments) > 1:
        return Call(name, tuple(expression(reader.draft, argument) for argument in arguments))
    return called(reader.draft, name, arguments, {})
