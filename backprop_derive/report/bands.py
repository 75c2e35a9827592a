"""The layers of a net, as a picture frames them.

A layer begins where a parameter does more than being added: at w·x and X @ W, not at + b. How many such steps the
longest path to a step has passed is the number of its layer: a product, its bias and its activation come together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..document import PictureBand
from ..graph import Graph
from ..syntax.expression import Expr, Name, Negate, Sum, children
from ..syntax.names import symbol
from .sentences import PICTURE

_FEWEST = 2  # layers: one alone is no net with layers


def bands(graph: Graph) -> tuple[PictureBand, ...]:
    """The steps of each layer, from the first on; none where there are fewer than two layers."""
    layer, beginnings = _layers(graph)
    last = max(layer.values(), default=0)
    if last < _FEWEST:
        return ()
    outside = _outside(graph, layer, beginnings)
    members: dict[int, list[str]] = {number: [] for number in range(1, last + 1)}
    for key, number in layer.items():
        if number and key not in outside:
            members[number].append(key)
    if not all(members.values()) or 2 * sum(map(len, members.values())) < len(graph.steps) - 1:
        return ()  # a graph of which layers are the lesser part is no net
    return tuple(PictureBand(PICTURE["layer"].format(number=k), tuple(keys)) for k, keys in members.items())


def _layers(graph: Graph) -> tuple[dict[str, int], set[str]]:
    """The layer of each step, and the steps at which one begins.

    What is a parameter of several layers, as the weights of a loop are, makes none.
    """
    uses = {key: frozenset(_multiplied(step.expression)) for key, step in graph.steps.items()}
    parameters = _parameters(graph)
    while True:
        beginnings = {key for key, names in uses.items() if key != graph.loss and parameters & names}
        layer: dict[str, int] = {}
        for key, operands in graph.operands.items():
            before = max((layer.get(operand, 0) for operand in operands), default=0)
            layer[key] = before + (key in beginnings)
        homes: dict[str, set[int]] = {}
        outside = _outside(graph, layer, beginnings)  # as a penalty of the weights, which is no use of them in a layer
        for key, operands in graph.operands.items():
            if key not in outside:
                for operand in parameters.intersection(operands):
                    homes.setdefault(operand, set()).add(layer[key])
        shared = {key for key, numbers in homes.items() if len(numbers) > 1}
        if not shared:
            return layer, beginnings
        parameters -= shared


def _parameters(graph: Graph) -> set[str]:
    """The givens by which the gradient is wanted, and those of the same letter beside inputs: with W_1 also W_2.

    A letter that steps have too is that of a state, as of c_0 before c_1 = f c_0 + i g.
    """
    letters = {symbol(key).base for key in graph.wanted} - {symbol(key).base for key in graph.steps}
    found = {given.key for given in graph.problem.givens if symbol(given.key).base in letters}
    return found if len(found) < len(graph.problem.givens) else found & set(graph.wanted)


def _multiplied(expression: Expr) -> Iterator[str]:
    """The names that do more than being added."""
    stack = [(expression, True)]
    while stack:
        node, is_added = stack.pop()
        if isinstance(node, Name):
            if not is_added:
                yield node.key
            continue
        adds = isinstance(node, Sum) or (is_added and isinstance(node, Negate))
        stack += [(child, adds) for child in children(node)]


def _outside(graph: Graph, layer: Mapping[str, int], beginnings: set[str]) -> set[str]:
    """The steps of no layer: the loss and what leads to it from a target on, and what no later layer uses."""
    found, last, parameters = {graph.loss}, max(layer.values(), default=0), _parameters(graph)
    for key, operands in graph.operands.items():
        expression = graph.steps[key].expression
        is_difference = isinstance(expression, Sum) and any(expression.minus)
        givens = [operand for operand in operands if operand not in graph.steps]
        # Where all givens are wanted, as nothing is asked for, a target is one of which the output is taken away.
        has_target = key not in beginnings and any(is_difference or given not in parameters for given in givens)
        if layer[key] == last and (has_target or found.intersection(operands)):
            found.add(key)
    serves = {key: layer[key] for key in beginnings}  # the last layer that a step leads to
    for key in reversed(graph.operands):
        for operand in graph.operands[key]:
            serves[operand] = max(serves.get(operand, 0), serves.get(key, 0))
    return found | {key for key, number in layer.items() if number < last and serves.get(key, 0) <= number}
