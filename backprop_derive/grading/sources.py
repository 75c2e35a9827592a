"""What a line on an item may be worked out from: the names in it, and all that it depends on."""

from __future__ import annotations

from ..derivation import Derivation
from ..proofreading.scope import Scope
from ..proofreading.values import Key as Symbol
from ..syntax.expression import names_in
from .key import Key


def direct(key: Key, scope: Scope, symbol: Symbol) -> frozenset[Symbol]:
    """What the line on an item names itself, where it is worked out from the line before."""
    if len(symbol) == 1:
        return frozenset((name,) for name in scope.operands[symbol[0]])
    if symbol[0] == "after":
        return frozenset({("∂", symbol[1])})
    steps = [symbol[2]] if len(symbol) == 3 else [s for s in scope.order if symbol[1] in scope.operands[s]]
    found: set[Symbol] = {(name,) for step in steps for name in _names_behind(key, scope, step, symbol[1])}
    if len(symbol) == 2:
        found |= {each for step in steps for each in (("∂", step), ("∂", symbol[1], step))}
    return frozenset(found)


def _names_behind(key: Key, scope: Scope, step: str, operand: str) -> tuple[str, ...]:
    """The names in a local gradient; of tensors, all that the step uses."""
    derivation = key.record.derivation
    if isinstance(derivation, Derivation):
        found = (g.shortest for g in derivation.by_step.get(step, ()) if g.operand == operand)
        return tuple(name for form in found for name in names_in(form))
    return scope.operands[step]


def feeding(key: Key, scope: Scope, symbol: Symbol) -> frozenset[Symbol]:
    """The names and gradients that an item is worked out from."""
    if len(symbol) == 1:
        return frozenset((name,) for name in scope.needed(symbol[0]) if name != symbol[0])
    values = {(name,) for name in scope.needed(key.loss)}
    if len(symbol) == 3:
        return frozenset(values)
    above: set[Symbol] = set()
    reached = {symbol[1]}
    for step in scope.order:
        if reached.intersection(scope.operands[step]):
            reached.add(step)
            above.add(("∂", step))
            above.update(("∂", operand, step) for operand in scope.operands[step] if operand in reached)
    return frozenset(values | above)
