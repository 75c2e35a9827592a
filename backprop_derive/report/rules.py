"""The named rule beside a local gradient; explained once, then only named."""

from __future__ import annotations

from collections.abc import Mapping

from ..derivation import RuleStatement
from ..document import Applied, Chain, Derivative, Inline, Math, MathNode, Times, Words
from ..languages.functions import function_name
from ..syntax.expression import Name
from .sentences import KIND_MEANINGS, KINDS, RULES, WORDS


def rule_note(
    rules: tuple[str, ...], statements: Mapping[str, RuleStatement], explained: set[str]
) -> tuple[Inline, ...]:
    """The rules' names, each with its general form where that was not yet given; `explained` is brought up to date."""
    content: list[Inline] = []
    for position, rule in enumerate(rules):
        content.append(Words((WORDS["comma"] if position else "") + rule_name(rule)))
        general = _general(rule, statements)
        if rule not in explained and general is not None:
            content += [Words(" "), Math(general)]
        explained.add(rule)
    return tuple(content)


def rule_name(rule: str) -> str:
    """What a rule is called."""
    kind, _, function = rule.partition(" ")
    return RULES["function"].format(function=function_name(function)) if kind == "function" else RULES[rule]


def kind_note(kinds: tuple[str, ...], explained: set[str]) -> tuple[Inline, ...]:
    """The rules of operations on tensors by name, each explained once; `explained` is brought up to date."""
    said = []
    for kind in kinds:
        said.append(KINDS[kind] if kind in explained else f"{KINDS[kind]}{WORDS['colon']}{KIND_MEANINGS[kind]}")
        explained.add(kind)
    return (Words(WORDS["semicolon"].join(said)),)


def chain_rule() -> Chain:
    """d/dx g(h(x)) = g′(h(x)) · h′(x)"""
    inner = Applied("h", (Name("x"),))
    derivative = Times((Applied("g", (inner,), 1), Applied("h", (Name("x"),), 1)))
    return Chain((Derivative(Applied("g", (inner,)), Name("x"), "d"), derivative), ("=",))


def _general(rule: str, statements: Mapping[str, RuleStatement]) -> MathNode | None:
    if rule == "chain":
        return chain_rule()
    statement = statements.get(rule)
    if statement is None:
        return None
    return Chain((Derivative(statement.expression, Name("x"), "d"), statement.derivative), ("=",))
