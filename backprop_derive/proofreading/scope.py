"""What is known where a statement stands: given values, definitions, and the derivatives that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..calculus.derive import derived_form
from ..document import Applied, Derivative, Differential, MathNode, Reals
from ..records import record
from ..syntax.expression import Expr, Index, Name, Number, Transpose, children, names_in, substitute, walk
from .literals import is_elided
from .statements import Statement

# Before an abbreviation, "…, with σ = …"; in a text, others may stand between.
_WITH = re.compile(r"\b(?:with|where)(?:\s+[^.;:]+[=≈][^;:]+,)?\s*$")
GIVING = frozenset(("given", "let", "suppose", "assume"))
_SAYS = ("=", ":=", "≈")  # relations that may say what a name is
Block = tuple[str, int]
ByEntries = tuple[tuple[str, ...], Expr]


@record
class Function:
    """A function that a text defines by a formula: f(x) = …"""

    parameters: tuple[str, ...]
    body: Expr


@dataclass
class Scope:
    """The problem of a stretch of notes: `givens` with their values, `steps` in the order in which each uses others.

    `defining` tells which statement defines a name: its first relation claims nothing. `shapes` are those declared as
    X ∈ ℝ^{n×d}; `by_entries` holds what is defined by its entries, and `asides` what is introduced by "with" and holds
    in its paragraph only.
    """

    givens: dict[str, Expr] = field(default_factory=dict)
    steps: dict[str, Expr] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    defining: dict[str, tuple[str, int]] = field(default_factory=dict)
    losses: set[str] = field(default_factory=set)
    shapes: dict[str, tuple[int | str, ...]] = field(default_factory=dict)
    symmetric: set[str] = field(default_factory=set)
    diagonal: set[str] = field(default_factory=set)
    by_entries: dict[str, dict[Block, ByEntries]] = field(default_factory=dict)
    asides: dict[tuple[Block, str], Expr] = field(default_factory=dict)
    elided: set[str] = field(default_factory=set)  # given, but not as a whole
    used: set[str] = field(default_factory=set)
    asked: str | None = None  # the loss, where it is known beforehand
    along: str | None = None  # what the tangents ẋ are by, in the sweep of forward mode that is read
    seeds: dict[str, Expr] = field(default_factory=dict)  # how what is given changes in it, where they are tensors
    is_numerator: bool = False  # whether gradients are in numerator layout
    changing: frozenset[str] = frozenset()  # the givens whose tangents are spoken of in this sweep

    def structure(self, name: str) -> str:
        """What a matrix is declared to be, as the language says it; "" for nothing."""
        return "symmetric" if name in self.symmetric else "diagonal" if name in self.diagonal else ""

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The numbers of givens and definitions as they are spelled: 0.50."""
        bodies = (*self.givens.values(), *self.steps.values())
        return frozenset(n.written for body in bodies for n in walk(body) if isinstance(n, Number) and n.written)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The steps, each after those it uses."""
        return tuple(_ordered(self.steps))

    @cached_property
    def loss(self) -> str | None:
        """What is differentiated: the step that derivatives are of and nothing else uses, or the last such step."""
        if self.asked is not None:
            return self.asked
        used = {name for expr in self.steps.values() for name in names_in(expr)}
        ends = [key for key in self.order if key not in used]
        known = [key for key in ends if all(name in self.givens for name in self.needed(key) if name not in self.steps)]
        asked = [key for key in ends if key in self.losses]
        found = asked or known or ends
        return found[-1] if found else None

    def needed(self, key: str) -> frozenset[str]:
        """All that a step is computed from, and itself."""
        seen, stack = {key}, [key]
        while stack:
            new = [name for name in self.operands.get(stack.pop(), ()) if name not in seen]
            seen.update(new)
            stack += new
        return frozenset(seen)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """All names that stand for something: what has a value or a formula, and what formulas are made of."""
        return frozenset((*self.givens, *self.steps, *(name for names in self.operands.values() for name in names)))

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each step comes in the order."""
        return {key: k for k, key in enumerate(self.order)}

    @cached_property
    def operands(self) -> dict[str, tuple[str, ...]]:
        return {key: names_in(expr) for key, expr in self.steps.items()}

    @cached_property
    def _derived(self) -> dict[tuple[str, str], Expr]:
        return {}

    def local_form(self, step: str, operand: str) -> Expr:
        """The local gradient of a step by one of its operands, derived once. Raises what deriving it raises."""
        at = (step, operand)
        if at not in self._derived:
            self._derived[at] = local_derivative(self.steps[step], operand)
        return self._derived[at]

    def is_defined(self, key: str) -> bool:
        return key in self.givens or key in self.steps

    def tangent_of(self, key: str) -> str | None:
        """What ŷ̇ is the tangent of, ŷ; None for what is no tangent."""
        base = without_dot(key)
        is_known = self.is_defined(base) or base in self.shapes or base in self.used
        return base if base != key and is_known else None


def without_dot(key: str) -> str:
    """The key of what a tangent is of: net_h1 for net_dot_h1, x' for x_dot', dot for dot_dot."""
    if "_dot" not in key:
        return key
    stem = key.rstrip("'")
    base, *rest = stem.split("_")
    return "_".join([base, *(part for part in rest if part != "dot")]) + key[len(stem) :]


def _ordered(steps: Mapping[str, Expr]) -> Iterator[str]:
    """Depth first, without recursion; the steps of a cycle are left out."""
    done: set[str] = set()
    open_now: set[str] = set()
    for first in steps:
        stack = [(first, iter(names_in(steps[first])))]
        while stack:
            key, rest = stack[-1]
            if key in done:
                stack.pop()
                continue
            open_now.add(key)
            following = next((n for n in rest if n in steps and n not in done and n not in open_now), None)
            if following is not None:
                stack.append((following, iter(names_in(steps[following]))))
                continue
            stack.pop()
            open_now.discard(key)
            done.add(key)
            yield key


def local_derivative(expr: Expr, key: str) -> Expr:
    """The derivative of an expression by one of its names, the others held fixed, as the engine derives it."""
    names = names_in(expr)
    shape = substitute(expr, {name: Name(f"#{k}") for k, name in enumerate(names)})
    form = derived_form(shape, names.index(key))
    if form is None:
        raise ArithmeticError("a division by zero")
    return substitute(form.derivative, {f"#{k}": Name(name) for k, name in enumerate(names)})


# --- reading the definitions


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
        found += [scope] * len(members)
    return found


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


def is_closed(node: MathNode | None) -> bool:
    """Whether a tree is an expression of numbers only."""
    return isinstance(node, Expr) and not any(isinstance(n, Name) or is_symbol(n) for n in walk(node))


def is_symbol(node: MathNode) -> bool:
    return isinstance(node, Derivative | Differential | Applied)


def is_plain(node: MathNode | None) -> bool:
    """Whether a tree holds no derivative and no function of its own."""
    return isinstance(node, Expr) and not any(map(is_symbol, walk(node)))


def extended(scope: Scope, statements: list[Statement]) -> Scope:
    """The scope with what statements define besides: names that it does not have."""
    found = replace(
        scope, givens=dict(scope.givens), steps=dict(scope.steps), functions=dict(scope.functions),
        defining=dict(scope.defining), losses=set(scope.losses), used=set(scope.used), shapes=dict(scope.shapes),
        symmetric=set(scope.symmetric), diagonal=set(scope.diagonal), asides=dict(scope.asides),
        elided=set(scope.elided),
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
    for key in [key for key in scope.steps if key not in scope.order]:
        scope.steps.pop(key)
        scope.defining.pop(key)


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
        is_derived = stem in formulas or not isinstance(body, Expr) or not is_plain(body)
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
    if not isinstance(head, Name) or scope.is_defined(head.key) or not is_plain(body):
        return
    assert isinstance(body, Expr)
    used = names_in(body)
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
