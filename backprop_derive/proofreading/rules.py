"""General rules of differentiation as notes state them: letters for functions, primes for their derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import Applied, Derivative, MathNode
from ..syntax.expression import Expr, Name, map_children, walk
from .scope import Scope
from .statements import Statement


def general(statement: Statement, scope: Scope) -> Statement:
    """The statement with f and f′ read as functions of x where it states a rule: d(f + g)/dx = f′ + g′."""
    nodes = [n for link in statement.links if link.node is not None for n in nodes_of(link.node)]
    primed = (n.key for n in nodes if isinstance(n, Name) and n.key.endswith("'") and not scope.is_defined(n.key))
    letters = {key.rstrip("'") for key in primed if scope.tangent_of(key) is None}
    if not letters:
        return statement
    by = next((n.by for n in nodes if isinstance(n, Derivative)), Name("x"))

    def applied(node: MathNode) -> MathNode:
        match node:
            case Name(key) if key.rstrip("'") in letters:
                return Applied(key.rstrip("'"), (by,), len(key) - len(key.rstrip("'")))
            case Derivative(of, variable, sign, held):
                return Derivative(applied(of), variable, sign, held)
            case Applied(function, arguments, primes):
                return Applied(function, tuple(map(applied, arguments)), primes)
        return map_children(node, applied) if isinstance(node, Expr) else node  # type: ignore[arg-type]

    links = tuple(link if link.node is None else replace(link, node=applied(link.node)) for link in statement.links)
    return replace(statement, links=links)


def nodes_of(node: MathNode) -> Iterator[MathNode]:
    """Every part of a formula, what stands in its derivatives and functions too."""
    parts: Iterator[MathNode] = iter(walk(node)) if isinstance(node, Expr) else iter((node,))
    for part in parts:
        yield part
        if isinstance(part, Derivative):
            yield from nodes_of(part.of)
        elif isinstance(part, Applied):
            for argument in part.arguments:
                yield from nodes_of(argument)
