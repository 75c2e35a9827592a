"""Names that an expression only looks up: class labels, rows of a table, and masks that are held fixed."""

from __future__ import annotations

from ..ops.table import operation
from ..records import record
from ..syntax.expression import Call, Delta, Expr, Index, Inside, Name, Slice, children


def labels_of(body: Expr) -> frozenset[str]:
    """The names that a component formula uses only to say which entry, as class labels and rows of a table do."""
    placed: set[str] = set()
    used: set[str] = set()
    stack = [(body, False)]
    while stack:
        expr, is_place = stack.pop()
        if isinstance(expr, Name):
            (placed if is_place else used).add(expr.key)
        elif isinstance(expr, Index):
            stack.append((expr.base, is_place))
            stack += [(item, True) for item in expr.items if item is not None and not isinstance(item, Slice)]
        elif isinstance(expr, Delta | Inside):
            stack += [(part, True) for part in children(expr)]
        else:
            stack += [(part, is_place) for part in children(expr)]
    return frozenset(key for key in placed - used if not key.startswith("@"))


@record
class Held:
    """The names of an expression, and those that stand only where an operation holds them fixed (a mask)."""

    names: frozenset[str]
    only_held: frozenset[str]


def held_names(expr: Expr) -> Held:
    """Which names of an expression stand only in arguments that get no gradient."""
    held: set[str] = set()
    free: set[str] = set()
    stack = [(expr, False)]
    while stack:
        node, is_held = stack.pop()
        if isinstance(node, Name):
            (held if is_held else free).add(node.key)
        elif isinstance(node, Call):
            op = operation(node.function)
            named = [*zip(op.parameters, node.arguments, strict=False), *node.options]
            unnamed = node.arguments[len(op.parameters) :]
            stack += [(value, is_held or name in op.held) for name, value in named]
            stack += [(value, is_held) for value in unnamed]
        else:
            stack += [(part, is_held) for part in children(node)]
    return Held(frozenset(held | free), frozenset(held - free))
