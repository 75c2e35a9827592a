"""All operations by name, and the parsed form of their formulas."""

from __future__ import annotations

from functools import lru_cache

from ..syntax.expression import Call, Compare, Expr, Index, ListOf, MatrixProduct, Name, Transpose, substitute, walk
from .activations import ACTIVATIONS
from .elementary import ELEMENTARY
from .losses import LOSSES
from .notation import Cases
from .record import Operation
from .selection import SELECTION, SHARES
from .tensors import COFACTOR, TENSORS

LANGUAGE_OPERATIONS: tuple[Operation, ...] = (*ELEMENTARY, *ACTIVATIONS, *SELECTION, *LOSSES, *TENSORS)

_BY_NAME = {operation.name: operation for operation in (*LANGUAGE_OPERATIONS, *SHARES, COFACTOR)}
# What users may write: every name and alias of the language's operations.
CALLABLE = {spelling: op.name for op in LANGUAGE_OPERATIONS for spelling in (op.name, *op.aliases)}
_TENSORS = frozenset((*(op.name for op in TENSORS), "onehot", "ones", "identity", "diag", "cofactor"))
_LOSSES = frozenset(op.name for op in LOSSES)


def operation(name: str) -> Operation:
    """The record of an operation by its canonical name."""
    return _BY_NAME[name]


def holds_choice(expr: Expr) -> bool:
    """Whether the expression distinguishes cases: it holds a `where`, or a share of max or min."""
    return any(isinstance(node, Call) and isinstance(operation(node.function).shown, Cases) for node in walk(expr))


@lru_cache(maxsize=1024)
def formula(text: str) -> Expr:
    """The expression that a record's text stands for; its names are the operation's arguments."""
    from ..syntax.parser import parse_formula

    return parse_formula(text, _BY_NAME)


@lru_cache(maxsize=1024)
def condition(text: str) -> tuple[Compare, ...]:
    """The comparisons that a domain's text stands for; `-1 <= x <= 1` is two."""
    from ..syntax.parser import parse_comparisons

    return parse_comparisons(text, _BY_NAME)


def bound_arguments(call: Call) -> dict[str, Expr]:
    """The arguments of a call by the operation's own names for them, defaults filled in."""
    op = operation(call.function)
    values: dict[str, Expr] = {name: formula(text) for name, text in op.defaults.items()}
    values.update(zip(op.parameters, call.arguments, strict=False))
    values.update((name, value) for name, value in call.options if name in op.parameters)
    return values


def definition_of(call: Call) -> Expr | None:
    """The operation's formula in the arguments' own names, the variant that the call's options choose; None for a
    primitive."""
    op = operation(call.function)
    for name, value in call.options:
        if isinstance(value, Name) and (text := op.variants.get(f"{name}={value.key}")):
            return formula(text)
    return formula(op.definition) if op.definition is not None else None


def expanded(call: Call) -> Expr | None:
    """The call written out by its definition, or None for a primitive."""
    body = definition_of(call)
    return None if body is None else substitute(body, bound_arguments(call))


def is_pointwise(call: Call) -> bool:
    """Whether an operation works entry by entry, so that it broadcasts."""
    if call.function in ("max", "min"):
        return len(call.arguments) > 1
    return call.function not in _TENSORS and call.function not in _LOSSES and call.function != "norm"


def is_tensor_node(expr: Expr) -> bool:
    """Whether a construct is one of vectors and matrices, whatever the shapes of its operands."""
    if isinstance(expr, Call):
        return expr.function in _TENSORS or (expr.function in ("max", "min") and len(expr.arguments) == 1)
    return isinstance(expr, ListOf | Index | Transpose | MatrixProduct)


def is_loss(call: Call) -> bool:
    """Whether an operation is a loss of one prediction and one target, averaged where they are tensors."""
    return call.function in _LOSSES
