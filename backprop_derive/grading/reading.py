"""A student's text into statements about the key's names, whatever letters the student took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from ..document import Applied, Derivative, Differential, MathNode
from ..errors import LimitError, UsageError, shorten
from ..languages import Count, Said
from ..languages.sentences import LIMITS
from ..limits import Limits
from ..printers.text import text
from ..proofreading.formula import Formula
from ..proofreading.formulas import formulas_of
from ..proofreading.indices import is_tensor
from ..proofreading.named_entries import fits
from ..proofreading.parts import symbols_in
from ..proofreading.rules import nodes_of
from ..proofreading.scope import is_plain
from ..proofreading.statements import Link, Statement
from ..proofreading.tokens import Vocabulary, entry_in
from ..proofreading.values import symbol_key
from ..records import record
from ..syntax.expression import Expr, Name, map_children, names_in
from ..syntax.source import Source
from .key import Key
from .sentences import LINES
from .tensors import as_vector

# What a loss is called where its name in the problem is another one.
_LOSSES = ("L", "loss", "J", "E", "C", "cost", "Loss", "l", "ell")
_MOST_STATEMENTS = 5_000
_MOST_COMPARED = 400  # formulas of names of a student's own with those of steps
_LONGEST_ANSWER = 2_000  # characters
_HEAD = "0 = "
_AFTER = ("_new", "_next", "_after", "_neu", "'")


@record
class Reading:
    """What a text states, in the key's names; whether the student has taken other letters."""

    statements: list[Statement]
    has_own_letters: bool = False


def has_own_letters(statements: list[Statement], renamed_ones: list[Statement]) -> bool:
    """Whether names look otherwise in the key's names: e for s, but not x_1 for x1."""
    pairs = zip(statements, renamed_ones, strict=True)
    return any(_shown_names(old) != _shown_names(new) for old, new in pairs)


def _shown_names(statement: Statement) -> list[str]:
    nodes = [link.node for link in statement.links if link.node is not None]
    return [_shown(key) for node in nodes for key in _all_names(node)]


@lru_cache(maxsize=4096)
def _shown(key: str) -> str:
    return text(Name(key))


def statements_in(written: str, name: str, key: Key, limits: Limits) -> Reading:
    """Everything that a text states, in the key's names. Raises LimitError, ProblemError."""
    formulas = list(formulas_of(written, name, limits))
    read = _read(formulas, key)
    if len(read) > _MOST_STATEMENTS:
        raise LimitError(Said(LIMITS, "claims", {"count": Count(len(read)), "most": Count(_MOST_STATEMENTS)}))
    if not any(len(statement.links) > 1 for statement in read):
        read = _bare_answer(written, name, key) or read
    found = _with_names_of_key(read, key)
    return Reading(_parted(found, key), has_own_letters(read, found))


def _read(formulas: list[Formula], key: Key) -> list[Statement]:
    found = key.readings.vocabulary(formulas, key.vocabulary.names)
    vocabulary = replace(found, tensors=key.vocabulary.tensors)
    read = list(key.readings.statements(formulas, vocabulary))
    while vocabulary.tensors and (own := _own_tensors(read, key) - vocabulary.tensors):
        vocabulary = replace(vocabulary, tensors=vocabulary.tensors | own)
        read = list(key.readings.statements(formulas, vocabulary))
    entries = _entries(read, key) if not key.is_scalar else frozenset()
    if not entries:
        return read
    return list(key.readings.statements(formulas, replace(vocabulary, names=vocabulary.names - entries)))


def _own_tensors(statements: list[Statement], key: Key) -> frozenset[str]:
    """The student's own names for what is computed from vectors and matrices: side by side they are multiplied so."""
    tensors, found = set(key.vocabulary.tensors), set[str]()
    for statement in statements:
        head, body = statement.links[0].node, statement.links[1].node if len(statement.links) > 1 else None
        is_own = isinstance(head, Name) and head.key not in key.vocabulary.names
        if is_own and body is not None and is_tensor(body, frozenset(tensors | found)):
            found.add(head.key)  # type: ignore[union-attr]
    return frozenset(found)


def _entries(statements: list[Statement], key: Key) -> frozenset[str]:
    """The names that a text seems to define and that are entries of the key's vectors and matrices: Z_12 = 7."""
    found, tensors = set(), key.vocabulary.tensors
    for statement in statements:
        head = statement.links[0].node
        if not isinstance(head, Name) or head.key in key.vocabulary.names:
            continue
        stem, places = entry_in(head.key, tensors) or ("", ())
        array = key.array((key.spellings.get(stem, stem),)) if stem else None
        body = statement.links[1].node if len(statement.links) > 1 else None
        if array is not None and fits(places, array.ndim) and (body is None or not is_tensor(body, tensors)):
            found.add(head.key)
    return frozenset(found)


def _bare_answer(written: str, name: str, key: Key) -> list[Statement]:
    """A text without any claim is the answer to the first gradient asked for, if it is one formula."""
    graph = key.record.derivation.graph
    stripped = written.strip().strip("$").strip()
    if not stripped or "\n" in stripped or len(stripped) > _LONGEST_ANSWER or stripped[0] in "=≈":
        return []  # a sign at its beginning says that something is missing
    return answer_statements(Derivative(Name(graph.loss), Name(graph.wanted[0])), stripped, name, key, "$" in written)


def answer_statements(head: MathNode, answer: str, name: str, key: Key, is_latex: bool) -> list[Statement]:
    """An answer without a head as what it claims of `head`; none where it is no formula at all."""
    vocabulary = Vocabulary(key.vocabulary.names, frozenset(), key.vocabulary.tensors)
    kind = "latex" if is_latex else "text"
    claim = Formula(Source(name, _HEAD + answer), kind, 0, len(_HEAD + answer))
    read = list(key.readings.statements([claim], vocabulary))
    if len(read) != 1 or read[0].links[0].node is None:
        return []
    first, *rest = (_moved(link) for link in read[0].links)
    formula = Formula(Source(name, answer), kind, 0, len(answer))
    return [replace(read[0], formula=formula, links=(replace(first, node=head), *rest))]


def cell_statements(head: str, cell: str, key: Key, limits: Limits) -> list[Statement]:
    """An answer below the head of its column, `d(loss)/dw`. Raises UsageError for a head that means nothing here."""
    limits.check("text", len(cell), Said(LIMITS, "answer", {"head": head}))
    asked, relation = _head_of_column(head, key)
    read = answer_statements(asked, cell.strip().strip("$"), head, key, "$" in cell or "\\" in cell)
    if read and not cell.strip().startswith(("=", "≈")):
        return _in_names_of_key([replace(s, relations=(relation, *s.relations[1:])) for s in read], key)
    source = Source(head, cell)
    formula = Formula(source, "text", 0, len(cell))
    unread = Link(None, 0, len(cell), Said(LINES, "no formula"))
    return [Statement(formula, (Link(asked, 0, 0), unread), (relation,))]


def _head_of_column(head: str, key: Key) -> tuple[MathNode, str]:
    """What a column asks for, and how it is stated: `=`, or `<-` of an update. Raises UsageError."""
    for item in key.items:
        if item.title == head:
            return item.head, "<-" if item.kind == "after" else "="
    read = _in_names_of_key(_read(list(formulas_of(f"{head} = 0", head, key.limits)), key), key)
    found = read[0].links[0].node if len(read) == 1 else None
    symbol = symbol_key(found, key.loss) if found is not None else None
    if found is None or symbol is None or not key.scope.symbols.issuperset(set(symbol) - {"∂"}):
        titles = ", ".join(item.title for item in key.items)
        raise UsageError(f"the column {shorten(head)} asks for nothing in this problem", expected=titles)
    return found, read[0].relations[0]


def _moved(link: Link) -> Link:
    """A link behind a head that the student has not written, where it stands without that."""
    places = {part: max(0, start - len(_HEAD)) for part, start in link.places.items()}
    return replace(link, start=max(0, link.start - len(_HEAD)), end=max(0, link.end - len(_HEAD)), places=places)


# --- the student's own letters


def _in_names_of_key(statements: list[Statement], key: Key) -> list[Statement]:
    return _parted(_with_names_of_key(statements, key), key)


def _parted(statements: list[Statement], key: Key) -> list[Statement]:
    """What is said of a tensor's value and of its shape, apart."""
    if key.is_scalar:
        return statements
    return [_with_vectors(part, key) for statement in statements for part in _without_shape(statement)]


def _with_names_of_key(statements: list[Statement], key: Key) -> list[Statement]:
    updates = {f"{name}{ending}": name for name in key.scope.givens for ending in _AFTER}
    renames = dict(key.spellings)
    known = set(key.scope.symbols)
    heads = {renames.get(h.key, h.key) for s in statements if isinstance(h := s.links[0].node, Name)}
    free = [step for step in key.scope.steps if step not in heads] if key.is_scalar else []
    left = _MOST_COMPARED
    for statement in statements:
        head = statement.links[0].node
        if not free or left < 0 or not isinstance(head, Name) or len(statement.links) < 2:
            continue
        if head.key in known or head.key in renames:
            continue
        left -= len(free)
        same = _same_step(statement.links[1].node, key, renames, free)
        if same is not None:
            renames[head.key] = same
            free.remove(same)
    loss = _called_loss(statements, known | set(renames))
    if loss is not None and key.loss not in heads:
        renames.setdefault(loss, key.loss)
    changed = [_renamed_statement(s, renames) for s in statements] if renames else statements
    return [_as_update(s, updates) for s in changed]


def _same_step(body: MathNode | None, key: Key, renames: Mapping[str, str], free: list[str]) -> str | None:
    """The step whose formula this is, of those that the student does not speak of by their own names."""
    if body is None or not is_plain(body):
        return None
    formula = renamed(body, renames)
    if not names_in(formula):  # type: ignore[arg-type]
        return None
    return next((step for step in free if key.comparer.same_formula(Name(step), formula)), None)


def _called_loss(statements: list[Statement], known: set[str]) -> str | None:
    """The name of the loss where the student differentiates something that nobody defines, such as L."""
    for statement in statements:
        for link in statement.links:
            for node in nodes_of(link.node) if link.node is not None else ():
                of = node.of if isinstance(node, Derivative | Differential) else None
                if isinstance(of, Name) and of.key in _LOSSES and of.key not in known:
                    return of.key
        head = statement.links[0].node
        if isinstance(head, Name) and head.key in _LOSSES and head.key not in known:
            return head.key
    return None


def renamed(node: MathNode, names: Mapping[str, str]) -> MathNode:
    """The tree with other names."""
    match node:
        case Name(key):
            return Name(names[key]) if key in names else node
        case Derivative(of, by, sign, held):
            return Derivative(renamed(of, names), renamed(by, names), sign, held)  # type: ignore[arg-type]
        case Differential(sign, by, of):
            other = None if of is None else renamed(of, names)
            return Differential(sign, renamed(by, names), other)  # type: ignore[arg-type]
        case Applied(function, arguments, primes):
            return Applied(function, tuple(renamed(a, names) for a in arguments), primes)
    return map_children(node, lambda child: renamed(child, names)) if isinstance(node, Expr) else node  # type: ignore


def _renamed_statement(statement: Statement, names: Mapping[str, str]) -> Statement:
    nodes = (link.node for link in statement.links if link.node is not None)
    if all(names.keys().isdisjoint(_all_names(node)) for node in nodes):
        return statement
    return replace(statement, links=tuple(_renamed_links(statement.links, names)))


def _all_names(node: MathNode) -> Iterator[str]:
    """The names of a formula, and what its differentials are of."""
    yield from symbols_in(node)
    for part in nodes_of(node):
        if isinstance(part, Differential) and part.of is not None:
            yield from symbols_in(part.of)


def _renamed_links(links: tuple[Link, ...], names: Mapping[str, str]) -> Iterator[Link]:
    for link in links:
        if link.node is None:
            yield link
            continue
        node = renamed(link.node, names)
        yield link if node == link.node else replace(link, node=node)


def _without_shape(statement: Statement) -> Iterator[Statement]:
    """What a statement says of a value, and the shape that stands behind it, apart: Z = [[1, …], …] ∈ ℝ^{4×5}."""
    links, relations = statement.links, statement.relations
    if len(links) < 3 or relations[-1] != "∈":
        yield statement
        return
    yield replace(statement, links=links[:-1], relations=relations[:-1])
    yield replace(statement, links=(links[0], links[-1]), relations=relations[-1:])


def _with_vectors(statement: Statement, key: Key) -> Statement:
    """A column written for a vector as that vector."""
    head = statement.links[0].node
    right = key.array(symbol_key(head, key.loss) or ()) if head is not None else None
    if right is None or right.ndim != 1:
        return statement
    links = (link if link.node is None else replace(link, node=as_vector(link.node)) for link in statement.links)
    return replace(statement, links=tuple(links))


def _as_update(statement: Statement, updates: Mapping[str, str]) -> Statement:
    """`w_new = …` as the update of w."""
    head = statement.links[0].node
    if not isinstance(head, Name) or head.key not in updates or len(statement.links) < 2:
        return statement
    first = replace(statement.links[0], node=Name(updates[head.key]))
    return replace(statement, links=(first, *statement.links[1:]), relations=("<-", *statement.relations[1:]))
