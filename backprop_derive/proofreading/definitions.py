"""What notes define: the problem of each stretch of them, found by what stands on the left of its statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from ..document import Applied, Derivative, Differential, MathNode, Reals
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    Name,
    Number,
    Quotient,
    Transpose,
    children,
    map_children,
    names_in,
    walk,
)
from .literals import is_elided
from .parts import nodes
from .ranks import with_vectors
from .scope import Block, Function, Scope, is_closed, is_plain, without_dot
from .statements import Statement
from .without_indices import has_letters, without_indices

# Before an abbreviation, "…, with σ = …"; in a text, others may stand between.
_WITH = re.compile(r"\b(?:with|where)(?:\s+[^.;:]+[=≈][^;:]+,)?\s*$")
GIVING = frozenset(("given", "let", "suppose", "assume"))
_SAYS = ("=", ":=", "≈")  # relations that may say what a name is


def scopes_of(statements: list[Statement]) -> list[Scope]:
    """The scope of each statement.

    A new one begins where, after steps, a list of givens gives a name a value again or is the first of its chapter:
    with that list, or with the chapter.
    """
    groups: list[list[Statement]] = [[]]
    given: set[str] = set()
    blocks: dict[tuple[str, int], set[str]] = {}
    for statement in statements:
        blocks.setdefault(statement.block, set()).update(_given(statement))
    has_steps, chapter = False, 0
    for statement in statements:
        keys = blocks[statement.block]
        is_first = bool(keys) and (not groups[-1] or groups[-1][-1].block != statement.block)
        if is_first and has_steps and (keys & given or (given and statement.formula.chapter != chapter)):
            groups.append(_moved(groups[-1], statement, blocks))
            given, has_steps = set(), False
        if keys:
            given |= keys
            chapter = statement.formula.chapter
        has_steps = has_steps or (not keys and isinstance(statement.links[0].node, Name))
        groups[-1].append(statement)
    found: list[Scope] = []
    for members in groups:
        scope = Scope()
        _define(scope, members)
        found += [with_vectors(scope)] * len(members)
    return found


def redefinitions(statements: list[Statement], scopes: list[Scope]) -> Iterator[tuple[int, int, Scope]]:
    """Where a name may get another formula, as y does in each part of an exercise: from where to where, and the scope.

    A formula of the same names and functions is another way to write the first one, or a wrong one.
    """
    starts = [k for k, (told, scope) in enumerate(zip(statements, scopes, strict=True)) if _redefines(told, scope)]
    for start in starts:
        head = statements[start].links[0].node
        others = (k for k in starts if k > start and statements[k].links[0].node == head)
        ends = (k for k in range(start, len(scopes)) if scopes[k] is not scopes[start])
        stop = min(next(others, len(scopes)), next(ends, len(scopes)))
        yield start, stop, _anew(scopes[start], statements[start:stop])


def _redefines(statement: Statement, scope: Scope) -> bool:
    head = statement.links[0].node
    if len(statement.links) < 2 or statement.relations[0] not in _SAYS or not isinstance(head, Name):
        return False
    body, step = statement.links[1].node, scope.steps.get(head.key)
    if step is None or scope.defining.get(head.key) == statement.place or not is_plain(body):
        return False
    assert isinstance(body, Expr)
    is_formula = bool(names_in(body)) and head.key not in names_in(body)
    return is_formula and (set(names_in(body)), _functions(body)) != (set(names_in(step)), _functions(step))


def _functions(body: Expr) -> set[str]:
    return {n.function for n in walk(body) if isinstance(n, Call)}


def _anew(before: Scope, statements: list[Statement]) -> Scope:
    """The scope of some statements by themselves, with what they need of the one before."""
    found = Scope()
    _define(found, statements)
    steps, givens = dict(found.steps), dict(found.givens)
    stack = [name for body in steps.values() for name in names_in(body)]
    while stack:
        key = stack.pop()
        if key in steps or key in givens:
            continue
        if key in before.givens:
            givens[key] = before.givens[key]
        elif key in before.steps:
            steps[key] = before.steps[key]
            stack += names_in(steps[key])
    functions = before.functions | found.functions
    shapes, conventions = before.shapes | found.shapes, before.conventions
    return replace(found, steps=steps, givens=givens, functions=functions, shapes=shapes, conventions=conventions)


def _moved(before: list[Statement], first: Statement, blocks: Mapping[tuple[str, int], set[str]]) -> list[Statement]:
    """What stands in the chapter of a new list of givens ahead of it, taken from the scope before."""
    start = len(before)
    while start and before[start - 1].formula.chapter == first.formula.chapter and not blocks[before[start - 1].block]:
        start -= 1
    if start == 0 or before[start - 1].formula.chapter == first.formula.chapter:
        return []
    moved = before[start:]
    del before[start:]
    return moved


def _given(statement: Statement) -> tuple[str, ...]:
    """The name that a line of givens gives a value."""
    is_given = statement.formula.lead.split(" ")[0] in GIVING
    head = statement.links[0].node
    if not is_given or not isinstance(head, Name) or len(statement.links) < 2:
        return ()
    return (head.key,) if is_closed(statement.links[1].node) else ()


def extended(scope: Scope, statements: list[Statement]) -> Scope:
    """The scope with what statements define besides: names that it does not have."""
    found = replace(
        scope, givens=dict(scope.givens), steps=dict(scope.steps), functions=dict(scope.functions),
        defining=dict(scope.defining), losses=set(scope.losses), used=set(scope.used), shapes=dict(scope.shapes),
        symmetric=set(scope.symmetric), diagonal=set(scope.diagonal), asides=dict(scope.asides),
        elided=set(scope.elided), named=dict(scope.named),
        by_entries={key: dict(blocks) for key, blocks in scope.by_entries.items()},
    )  # fmt: skip
    _define(found, statements)
    found.symmetric -= scope.symbols - scope.symmetric  # what is known keeps its kind, whatever is claimed of it
    return found


def _define(scope: Scope, statements: list[Statement]) -> None:
    heads = {statement.block: statement.links[0].node for statement in reversed(statements)}
    beside = frozenset(block for block, head in heads.items() if isinstance(head, Derivative | Differential))
    keys = {head.key for s in statements if isinstance(head := s.links[0].node, Name)}
    derivatives = frozenset(_primed(statements)) | {
        key for key in keys if without_dot(key) != key and without_dot(key) in keys
    }
    for only_formulas in (True, False):
        for statement in statements:
            head = statement.links[0].node
            if not isinstance(head, Name) or head.key not in derivatives:
                _define_by(scope, statement, only_formulas, beside)
    for statement in statements:
        for link in statement.links:
            if link.node is not None:
                scope.losses.update(_differentiated(link.node))
    _define_functions_of_givens(scope)
    _define_wholes(scope)
    scope.examples = next((m for s in statements for m in _examples(scope, s)), scope.examples)
    for key in [key for key in scope.steps if key not in scope.order]:
        scope.steps.pop(key)
        scope.defining.pop(key, None)  # what is told by entries, or as a function, has another entry there


def _primed(statements: list[Statement]) -> Iterator[str]:
    """The names with primes that are derivatives: σ′ = σ(1 − σ), f′ where f has a formula; not x′ beside a given x."""
    heads = [(s.links[0].node, s.links[1].node) for s in statements if s.relations and s.relations[0] in _SAYS]
    known = [(head.key, body) for head, body in heads if isinstance(head, Name)]
    if not any("'" in key for key, _ in known):
        return
    formulas = {key for key, body in known if is_plain(body) and not is_closed(body)}
    values = {key for key, body in known if is_closed(body)} - formulas
    for key, body in known:
        stem = key.rstrip("'")
        is_derived = stem in formulas or not isinstance(body, Expr) or (stem not in values and not is_plain(body))
        if stem != key and (is_derived or (stem not in values and stem in names_in(body))):  # type: ignore[arg-type]
            yield key


def _define_by(scope: Scope, statement: Statement, only_formulas: bool, beside: frozenset[Block]) -> None:
    """Take what a statement defines; in the paragraphs `beside` a derivative, abbreviations hold there only."""
    if len(statement.links) < 2:
        return
    head, body = statement.links[0].node, statement.links[1].node
    if statement.relations[0] == "∈" and isinstance(head, Name) and isinstance(body, Reals):
        scope.shapes.setdefault(head.key, body.shape)
    if statement.relations[0] not in _SAYS:
        return
    if isinstance(head, Name) and is_elided(body):
        _define_in_part(scope, head.key, statement)
        return
    if isinstance(head, Index) and isinstance(head.base, Name) and isinstance(body, Expr):
        _define_entries(scope, head, body, statement)
        return
    if isinstance(head, Name) and isinstance(body, Transpose) and body.operand == head:
        scope.symmetric.add(head.key)
    if isinstance(head, Name) and is_plain(body) and statement.block in beside and _WITH.search(statement.lead):
        scope.asides.setdefault((statement.block, head.key), body)  # type: ignore[arg-type]
        return
    if isinstance(head, Applied) and isinstance(body, Expr | Applied):
        if only_formulas == is_plain(body):  # a formula says more than f(x) = g(h(x))
            _define_function(scope, head, body, statement)
        return
    if not isinstance(head, Name) or scope.is_named(head.key) or body is None:
        return
    used = names_in(body) if isinstance(body, Expr) else ()
    if not isinstance(body, Expr) or not is_plain(body):
        if not only_formulas and head.key not in used and isinstance(body, Expr | Derivative | Applied):
            scope.named[head.key] = body
            scope.defining[head.key] = statement.place
        return
    if used and head.key not in used and not _closes_cycle(scope, head.key, used):
        scope.steps[head.key] = body
        scope.used.update(used)
        scope.defining[head.key] = statement.place
    elif not used and not only_formulas:
        scope.givens[head.key] = body
        scope.defining[head.key] = statement.place


def _define_in_part(scope: Scope, key: str, statement: Statement) -> None:
    """X = [[1, 2, …], …] ∈ ℝ^{12×9}: a shape, and values that nobody knows."""
    reals = [link.node for link in statement.links if isinstance(link.node, Reals)]
    if not scope.is_defined(key) and reals:
        scope.shapes.setdefault(key, reals[0].shape)
        scope.elided.add(key)
        scope.defining.setdefault(key, statement.place)


def _define_entries(scope: Scope, head: Index, body: Expr, statement: Statement) -> None:
    """C_{ij} = …, for a C that nothing else defines."""
    assert isinstance(head.base, Name)
    key, letters = head.base.key, tuple(place.key for place in head.items if isinstance(place, Name))
    is_known = scope.is_defined(key) or key in scope.shapes or scope.tangent_of(key) is not None
    if is_known or len(set(letters)) != len(head.items):
        return
    scope.by_entries.setdefault(key, {}).setdefault(statement.block, (letters, body))


def _examples(scope: Scope, statement: Statement) -> Iterator[str]:
    """m, where the rule for a parameter divides by it what is not divided for a step: dW = 1/m dZ Aᵀ."""
    if len(statement.links) < 2 or statement.relations[0] not in _SAYS:
        return
    head, body = statement.links[0].node, statement.links[1].node
    if isinstance(head, Differential) and isinstance(head.by, Name) and isinstance(body, Expr):
        parts = [*nodes(body)]
        by = {n.by.key for n in parts if isinstance(n, Differential) and isinstance(n.by, Name)}
        if head.by.key not in scope.steps and not by.isdisjoint(scope.steps):
            below = (n.denominator.key for n in parts if isinstance(n, Quotient) and isinstance(n.denominator, Name))
            yield from (key for key in below if _is_count(scope.givens.get(key)))


def _is_count(value: Expr | None) -> bool:
    return isinstance(value, Number) and value.value.denominator == 1


def _define_functions_of_givens(scope: Scope) -> None:
    """J(θ) = …, where θ has a value, is a step that may be spoken of as J, and so is what is made of it."""
    known: set[str] = set()

    def named(node: MathNode) -> MathNode:
        match node:
            case Applied(function, arguments, 0) if function in known:
                if arguments == tuple(map(Name, scope.functions[function].parameters)):
                    return Name(function)
        return map_children(node, named) if isinstance(node, Expr) else node  # type: ignore[arg-type]

    told: list[tuple[str, MathNode, tuple[str, ...]]] = [(k, f.body, f.parameters) for k, f in scope.functions.items()]
    for key, body, parameters in [*told, *((key, body, ()) for key, body in scope.named.items())]:
        is_of_givens = all(scope.is_defined(name) or name in scope.shapes for name in parameters)
        step = cast(Expr, named(body))
        if not is_of_givens or scope.is_defined(key) or not is_plain(step) or _closes_cycle(scope, key, names_in(step)):
            continue
        known.add(key)
        scope.named.pop(key, None)
        scope.steps[key] = step
        scope.used.update(names_in(step))


def _define_wholes(scope: Scope) -> None:
    """Steps that are told by entries, as steps of whole tensors: what is derived are these."""
    told = [body for definitions in scope.by_entries.values() for _, body in definitions.values()]
    indexed = {n.base for body in (*scope.steps.values(), *told) for n in walk(body) if isinstance(n, Index)}

    def length(key: str, axis: int) -> int | str | None:
        known = scope.length(key, axis)
        return 0 if known is None and (key in scope.by_entries or Name(key) in indexed) else known

    for key, body in [*scope.steps.items()]:
        if has_letters(body):
            scope.steps[key] = without_indices(body, (), length) or body
    for key, definitions in scope.by_entries.items():
        letters, body = next(iter(definitions.values()))
        whole = without_indices(body, letters, length) if len({*definitions.values()}) == 1 else None
        used = names_in(whole) if whole is not None else ()
        if whole is None or key in used or key in scope.steps or _closes_cycle(scope, key, used):
            continue
        if scope.givens.pop(key, None) is not None:  # a value that is found, as everywhere where there is a formula
            scope.defining.pop(key)
        if is_plain(whole):
            scope.steps[key] = whole
            scope.used.update(used)
        else:
            scope.named.setdefault(key, whole)


def _define_function(scope: Scope, head: Applied, body: MathNode, statement: Statement) -> None:
    names = tuple(a.key for a in head.arguments if isinstance(a, Name))
    if head.primes or head.function in scope.functions or len(names) != len(head.arguments):
        return
    if any(isinstance(n, Derivative | Differential) for n in _nodes(body)):
        return
    scope.functions[head.function] = Function(names, body)  # type: ignore[arg-type]
    scope.defining[f"{head.function}()"] = statement.place


def _nodes(node: MathNode) -> Iterator[MathNode]:
    yield from walk(node) if isinstance(node, Expr) else (node,)


def _closes_cycle(scope: Scope, key: str, used: tuple[str, ...]) -> bool:
    """Whether a step in terms of `used` would depend on itself."""
    if key not in scope.used:
        return False
    seen, stack = set(used), list(used)
    while stack and key not in seen:
        step = scope.steps.get(stack.pop())
        new = [name for name in names_in(step) if name not in seen] if step is not None else []
        seen.update(new)
        stack += new
    return key in seen


def _differentiated(node: MathNode) -> Iterator[str]:
    """The names that a tree holds derivatives of."""
    if isinstance(node, Derivative | Differential):
        if isinstance(node.of, Name):
            yield node.of.key
    elif isinstance(node, Expr):
        for child in children(node):
            yield from _differentiated(child)
