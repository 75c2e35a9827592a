"""All operations by name, and the parsed form of their formulas."""

from __future__ import annotations

from functools import lru_cache

from ..syntax.expression import Call, Compare, Expr, Name, substitute, walk
from .activations import ACTIVATIONS
from .elementary import ELEMENTARY
from .losses import LOSSES
from .notation import Cases
from .record import Operation
from .selection import SELECTION, SHARES

LANGUAGE_OPERATIONS: tuple[Operation, ...] = (*ELEMENTARY, *ACTIVATIONS, *SELECTION, *LOSSES)

_BY_NAME = {operation.name: operation for operation in (*LANGUAGE_OPERATIONS, *SHARES)}
# What users may write: every name and alias of the language's operations.
CALLABLE = {spelling: op.name for op in LANGUAGE_OPERATIONS for spelling in (op.name, *op.aliases)}
# Words that are operations on vectors and higher tensors only, which this version does not derive yet.
TENSOR_ONLY = frozenset(
    "softmax log_softmax sum mean var std prod logsumexp dot outer trace det inv einsum transpose reshape concat stack"
    " cross_entropy nll linear layer_norm batch_norm rms_norm conv1d conv2d max_pool1d max_pool2d avg_pool1d avg_pool2d"
    " embedding dropout attention".split()
)


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
        if isinstance(value, Name) and (text := op.variants.get(f"{name}={value.key}")) is not None:
            return formula(text)
    return formula(op.definition) if op.definition is not None else None


def expanded(call: Call) -> Expr | None:
    """The call written out by its definition, or None for a primitive."""
    body = definition_of(call)
    return None if body is None else substitute(body, bound_arguments(call))
