"""What kind of operation a step is in one operand, read off its component formula; each kind has one rule."""

from __future__ import annotations

from ..syntax.expression import (
    Call,
    Compare,
    Delta,
    Expr,
    Index,
    Inside,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    walk,
)  # fmt: skip

# Functions of a whole matrix that an equation defines, and choices between entries.
_IMPLICIT = frozenset(("det", "inv", "cofactor"))
_CHOICES = frozenset(("max", "min", "first max", "first min"))


def kinds_of(at: tuple[str, ...], body: Expr, key: str) -> tuple[str, ...]:
    """The kinds, each once, of the step whose entry at the indices `at` is `body`, as an operation on the name `key`.

    `element-wise`, `broadcasting`, `contraction`, `normalising`, `index map`, `selection`, `implicit`; `number` where
    the step has no axis, nor the operand.
    """
    terms = body.terms if isinstance(body, Sum) else (body,)
    found = dict.fromkeys(kind for term in terms if _holds(term, key) for kind in _kinds(at, _unsigned(term), key))
    return ("normalising",) if "normalising" in found else tuple(found)


def _kinds(at: tuple[str, ...], body: Expr, key: str) -> list[str]:
    calls = [node for node in walk(body) if isinstance(node, Call) and _holds(node, key)]
    entries, every_sum = _entries(body, key), _sums(body, key)
    sums = [total for total in every_sum if not any(isinstance(node, Delta) for node in walk(total.body))]
    found = ["implicit"] if any(call.function in _IMPLICIT for call in calls) else []
    if any(call.function in _CHOICES and len(_entries(call, key)) > 1 for call in calls):
        return [*found, "selection"]
    if sums:
        if _is_normalising(body, sums, key):
            return [*found, "normalising"]
        found.append("contraction")
    summed = frozenset(node.index for node in sums)
    if _places(body) or any(_is_mapped(entry, at, summed) for entry in entries):
        found.append("index map")
    is_within = any(not _is_linear(node, key) for node in walk(body) if not (sums and isinstance(node, Product)))
    if (is_within and (at or entries)) or not found:
        found.append("element-wise" if at or entries else "number")
    is_repeated = at and not sums and found[0] != "implicit" and all(len(e.items) < len(at) for e in entries)
    return [*found, "broadcasting"] if is_repeated and "index map" not in found else found


def _holds(expr: Expr, key: str) -> bool:
    return any(node == Name(key) for node in walk(expr))


def _places(expr: Expr) -> bool:
    """Whether a formula says by δ or by bounds which entry is meant, as reshaping and joining do."""
    return any(isinstance(node, Delta | Inside) for node in walk(expr))


def _unsigned(term: Expr) -> Expr:
    return term.operand if isinstance(term, Negate) else term


def _entries(expr: Expr, key: str) -> list[Index]:
    nodes = (node for node in walk(expr) if isinstance(node, Index) and node.base == Name(key))
    return list(dict.fromkeys(nodes))


def _sums(body: Expr, key: str) -> list[Over]:
    """The sums over an index of the tensor."""
    sums = (node for node in walk(body) if isinstance(node, Over))
    return [node for node in sums if any(Name(node.index) in walk(entry) for entry in _entries(node.body, key))]


def _is_linear(node: Expr, key: str) -> bool:
    """Whether a node does to the tensor nothing but add it up and scale it."""
    match node:
        case Call(_, arguments) if node.function not in _IMPLICIT:
            return not any(_holds(argument, key) for argument in arguments)
        case Power(base, exponent):
            return not _holds(base, key) and not _holds(exponent, key)
        case Quotient(_, below):
            return not _holds(below, key)
        case Product(factors):
            return sum(_holds(factor, key) for factor in factors) < 2
        case Compare():
            return False
    return True


def _is_normalising(body: Expr, sums: list[Over], key: str) -> bool:
    """Whether an entry meets a sum over entries, or a function is taken of a sum of functions of them."""
    for node in walk(body):
        if _is_linear(node, key) or (isinstance(node, Product) and not _sums(node, key)):
            continue
        below = [total for part in children(node) for total in _sums(part, key)]
        if any(not _is_linear(inner, key) for total in below for inner in walk(total.body)):
            return True
        alone = [part for part in children(node) if _holds(part, key) and not _sums(part, key)]
        if below and alone:
            return True
    return False


def _is_mapped(entry: Index, at: tuple[str, ...], summed: frozenset[str]) -> bool:
    """Whether an entry's places are others than the step's axes in their order and summed indices."""
    names = [place.key for place in entry.items if isinstance(place, Name)]
    numbers = [place for place in entry.items if isinstance(place, Number)]
    if len(names) + len(numbers) < len(entry.items) or any(number.value for number in numbers):
        return True  # an affine place, or one that a table names
    if numbers and len(entry.items) > len(at):
        return True  # one row of a matrix; a place 0 is else an axis of size 1, repeated
    if summed & set(names):
        return False  # a product's axes stand where the product says
    return names != [index for index in at if index in names]
