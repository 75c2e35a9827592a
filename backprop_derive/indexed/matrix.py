"""From the component form to matrix notation: Σ_n X[n, p]·G[n, q] is (Xᵀ @ G)[p, q].

What is found is a candidate; whoever asks proves it equal to the component form before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import permutations

from ..records import record
from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    Index,
    Inside,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    integer,
    map_children,
    names_in,
    replace_subtree,
    substitute,
    walk,
)  # fmt: skip
from .sizes import Size
from .terms import Term, letters_in, terms_of

__all__ = ["NotMatrices", "letters_in", "matrix_form", "pointwise_form", "transposed"]

Letters = tuple[str, ...]
_ALL = Slice(None, None, None)
_MOST_ORDERED = 3
_DIAGONAL = "diagonal"  # stands in for a vector while sums are carried out; its sum is the trace


class NotMatrices(Exception):
    """The formula has no short form in matrix notation."""


@record
class _Item:
    """A tensor whose axes are these letters."""

    tensor: Expr
    letters: Letters


def matrix_form(body: Expr, at: Letters, sizes: Mapping[str, Size] | None = None) -> Expr | None:
    """The tensor whose entry at the indices `at` is `body`, in matrix notation; None where none is recognised.

    `sizes` are those of the indices.
    """
    known = sizes or {}
    axes = tuple(index for index in at if known.get(index) != 1)
    if len(axes) > 2 or (at and not axes):  # a number with new axes is no notation that anybody reads
        return None
    try:
        if _is_fraction_of_entries(body):
            tensor = lifted(body, axes)
        else:
            tensor = added_terms([(term.is_negative, _tensor(term, axes)) for term in terms_of(body)])
    except NotMatrices:
        return None
    tensor = substitute(tensor, {index: size_expression(size) for index, size in known.items()})
    if letters_in(tensor) or any(isinstance(node, Call) and node.function == _DIAGONAL for node in walk(tensor)):
        return None
    if len(axes) < len(at):
        tensor = Index(tensor, tuple(_ALL if index in axes else None for index in at))
    return tensor


def pointwise_form(body: Expr, at: Letters, alike: Collection[str]) -> Expr | None:
    """A formula whose tensors all have just these indices is one of whole tensors, entry by entry.

    `alike` are the names that have the result's shape: an entry of a larger one may have the same indices.
    """
    places = tuple(map(Name, at))
    if not at or any(isinstance(node, Over | Delta | Inside) for node in walk(body)):
        return None

    def lifted(expr: Expr) -> Expr:
        if isinstance(expr, Index) and expr.items == places and _is_alike(expr.base, alike):
            return expr.base
        return map_children(expr, lifted)

    form = lifted(body)
    has_index = any(isinstance(n, Index) or (isinstance(n, Name) and n.key.startswith("@")) for n in walk(form))
    return None if has_index else form


def _is_alike(base: Expr, alike: Collection[str]) -> bool:
    return all(name in alike for name in names_in(base))


def _is_fraction_of_entries(body: Expr) -> bool:
    """(p - y)/(p(1 - p)), entry by entry: one fraction, not a difference of two."""
    return (
        isinstance(body, Quotient)
        and isinstance(body.numerator, Sum)
        and (bool(letters_in(body.denominator)) or any(isinstance(node, Over) for node in walk(body.denominator)))
        and not any(isinstance(node, Over | Delta | Inside) for node in walk(body.numerator))
    )


def size_expression(size: Size) -> Expr:
    """A size as a number or a letter."""
    return integer(size) if isinstance(size, int) else Name(size)


def added_terms(parts: list[tuple[bool, Expr]]) -> Expr:
    """The terms with their signs, one without a minus first; equal ones are counted."""
    counts: dict[Expr, int] = {}
    for is_negative, tensor in parts:
        counts[tensor] = counts.get(tensor, 0) + (-1 if is_negative else 1)
    if any(abs(count) > 1 for count in counts.values()):
        parts = [(n < 0, t if abs(n) == 1 else Product((integer(abs(n)), t))) for t, n in counts.items() if n]
    parts.sort(key=lambda part: part[0])
    (is_negative, tensor), *rest = parts
    first = Negate(tensor) if is_negative else tensor
    return Sum((first, *(t for _, t in rest)), (False, *(minus for minus, _ in rest))) if rest else first


# --- one term


def _tensor(term: Term, at: Letters) -> Expr:
    scalars = [lifted(factor, ()) for factor in term.above if not letters_in(factor)]
    divisors = [lifted(factor, ()) for factor in term.below if not letters_in(factor)]
    items = _grouped([f for f in term.above if letters_in(f)], [f for f in term.below if letters_in(f)], at)
    tensor = _shortest(items, term.sums, at)
    for divisor in list(divisors):
        match divisor:
            # The sum of a vector's exponentials has no index left; with one of them it is a softmax.
            case Call("sum", (Call("exp", (x,)) as exponential,), ()) if exponential in walk(tensor):
                tensor = replace_subtree(tensor, exponential, Call("softmax", (x,)))
                divisors.remove(divisor)
    return scaled(tensor, scalars, divisors)


def _shortest(items: list[_Item], sums: Letters, at: Letters) -> Expr:
    """The sums carried out in the order that needs the fewest transposes."""
    found: list[Expr] = []
    for order in permutations(sums) if len(sums) <= _MOST_ORDERED else (sums,):
        try:
            left = items
            for letter in order:
                left = _summed(left, letter, at)
            found.append(_joined(left, at))
        except NotMatrices:
            continue
    if not found:
        raise NotMatrices
    return min(found, key=_cost)


def _cost(tensor: Expr) -> int:
    """The nodes, with one more for a transpose of what is no name; that a sum of rows is a column costs nothing."""
    nodes = [*walk(tensor)]
    turned = sum(isinstance(node, Transpose) and not isinstance(node.operand, Name) for node in nodes)
    return len(nodes) + turned - sum(map(_is_column_of_sums, nodes))


def _is_column_of_sums(node: Expr) -> bool:
    match node:
        case Index(Call("sum", _, options), (Slice(None, None, None), None)):
            return options == (("axis", integer(1)),)
    return False


def _grouped(above: Sequence[Expr], below: Sequence[Expr], at: Letters) -> list[_Item]:
    """One item for each set of letters: factors with the same indices are multiplied entry by entry."""
    groups: dict[frozenset[str], tuple[list[Expr], list[Expr]]] = {}
    for factor in above:
        groups.setdefault(letters_in(factor), ([], []))[0].append(factor)
    for factor in below:
        owners = [key for key in groups if letters_in(factor) <= key]
        # A sum goes below the exponential that it is the sum of, where there is one.
        owners.sort(key=lambda key: not any(isinstance(f, Call) and f.function == "exp" for f in groups[key][0]))
        owner = owners[0] if owners else letters_in(factor)
        groups.setdefault(owner, ([], []))[1].append(factor)
    items = []
    for key, (above_group, below_group) in groups.items():
        letters = _ordered(key, at)
        orders = dict.fromkeys((letters, letters[::-1]))
        found = [item for order in orders if (item := _fraction(above_group, below_group, order)) is not None]
        if not found:
            raise NotMatrices
        items.append(min(found, key=lambda item: _cost(item.tensor)))  # tanh(X W) rather than tanh(Wᵀ Xᵀ)
    return items


def _fraction(above: Sequence[Expr], below: Sequence[Expr], letters: Letters) -> _Item | None:
    """The quotient of two products with these axes, where it has a notation with them in this order."""
    try:
        tensor = product_of([lifted(factor, letters) for factor in above])
        if below:
            tensor = Quotient(tensor, product_of([lifted(factor, letters) for factor in below]))
    except NotMatrices:
        return None
    return _Item(_known(tensor), letters)


def _ordered(letters: frozenset[str], at: Letters) -> Letters:
    """Letters of the result in its order, summed ones where a matrix has them best."""
    if len(letters) > 2:
        raise NotMatrices
    return tuple(sorted(letters, key=lambda k: (at.index(k) if k in at else len(at), k)))


def product_of(factors: Sequence[Expr]) -> Expr:
    """The factors as one expression; of none, 1."""
    return ONE if not factors else factors[0] if len(factors) == 1 else Product(tuple(factors))


def _summed(items: list[_Item], letter: str, at: Letters) -> list[_Item]:
    """The items with one index summed over."""
    involved = [item for item in items if letter in item.letters]
    rest = [item for item in items if letter not in item.letters]
    vectors = [item for item in involved if item.letters == (letter,)]
    matrices = [item for item in involved if len(item.letters) == 2]
    if len(matrices) == 2 and vectors:
        first = _oriented(matrices[0], last=letter)
        weights = [vector.tensor for vector in vectors]
        scaled = _Item(product_of([first.tensor, *weights]), first.letters)
        return [*rest, _contracted(scaled, matrices[1], letter, at)]
    if len(involved) == 2:
        return [*rest, _contracted(involved[0], involved[1], letter, at)]
    if len(involved) == 1:
        return [*rest, _reduced(involved[0], letter)]
    raise NotMatrices


def _contracted(a: _Item, b: _Item, letter: str, at: Letters) -> _Item:
    outer_a, outer_b = (tuple(k for k in item.letters if k != letter) for item in (a, b))
    if outer_a and outer_a == outer_b:
        left, right = _oriented(a, last=letter), _oriented(b, last=letter)
        return _reduced(_Item(Product((left.tensor, right.tensor)), left.letters), letter)
    if (
        outer_b
        and outer_a
        and outer_b[0] in at
        and (outer_a[0] not in at or at.index(outer_b[0]) < at.index(outer_a[0]))
    ):
        return _contracted(b, a, letter, at)
    if not outer_a and outer_b:
        # A vector stands to the right of a matrix: Wᵀ g rather than g W.
        return _contracted(b, a, letter, at)
    left, right = _oriented(a, last=letter), _oriented(b, first=letter)
    return _Item(MatrixProduct(left.tensor, right.tensor), (*outer_a, *outer_b))


def _oriented(item: _Item, first: str | None = None, last: str | None = None) -> _Item:
    """The item with a letter as its first or its last axis."""
    if len(item.letters) < 2 or item.letters[0] == first or item.letters[-1] == last:
        return item
    return _Item(transposed(item.tensor), item.letters[::-1])


def transposed(tensor: Expr) -> Expr:
    """The transpose, an outermost one taken back."""
    if isinstance(tensor, Transpose):
        return tensor.operand
    return Transpose(tensor)


def _reduced(item: _Item, letter: str) -> _Item:
    if len(item.letters) == 1:
        match item.tensor:
            case Call("sum", (whole,), (("axis", _),)):
                return _Item(Call("sum", (whole,)), ())
        is_diagonal = isinstance(item.tensor, Call) and item.tensor.function == _DIAGONAL
        return _Item(Call("trace", item.tensor.arguments) if is_diagonal else Call("sum", (item.tensor,)), ())  # type: ignore[union-attr]
    axis = item.letters.index(letter)
    rest = tuple(k for k in item.letters if k != letter)
    tensor = item.tensor
    if isinstance(tensor, Transpose):
        tensor, axis = tensor.operand, 1 - axis
    return _Item(Call("sum", (tensor,), (("axis", integer(axis)),)), rest)


def _joined(items: Sequence[_Item], at: Letters) -> Expr:
    """The product of what is left, entry by entry, in the axes of the result."""
    scalars = [item.tensor for item in items if not item.letters]
    full = [_turned(item, at).tensor for item in items if len(item.letters) == len(at) and item.letters]
    partial = [item for item in items if 0 < len(item.letters) < len(at)]
    if len(partial) == 2 and not full and partial[0].letters != partial[1].letters:
        rows = next(item for item in partial if item.letters == at[:1])
        columns = next(item for item in partial if item.letters == at[1:])
        return product_of([*scalars, Call("outer", (rows.tensor, columns.tensor))])
    if at and not full:
        return product_of([*scalars, _repeated(partial, at)])
    spread = [i.tensor if i.letters == at[1:] else Index(i.tensor, (_ALL, None)) for i in partial]
    return product_of([*scalars, *full, *spread])


def _repeated(partial: Sequence[_Item], at: Letters) -> Expr:
    """What does not depend on every axis, spread out by vectors of ones."""
    ones = [Call("ones", (Name(letter),)) for letter in at]
    if not partial:
        return ones[0] if len(at) == 1 else Call("outer", tuple(ones))
    vector = product_of([item.tensor for item in partial])
    (letter,) = {item.letters for item in partial}.pop()
    return Call("outer", (vector, ones[1]) if letter == at[0] else (ones[0], vector))


def _turned(item: _Item, at: Letters) -> _Item:
    if item.letters == at:
        return item
    if item.letters == at[::-1]:
        return _Item(transposed(item.tensor), at)
    raise NotMatrices


def scaled(tensor: Expr, scalars: Sequence[Expr], divisors: Sequence[Expr]) -> Expr:
    """Scalars before the tensor, numbers first; a division by numbers of both as one fraction."""
    numbers = [s for s in scalars if isinstance(s, Number)]
    others = [s for s in scalars if not isinstance(s, Number)]
    if divisors:
        below = product_of(divisors)
        if isinstance(tensor, Sum | MatrixProduct) or numbers:
            fraction = Quotient(product_of(numbers), below)
            return product_of([fraction, *others, *([] if tensor == ONE else [tensor])])
        return Quotient(product_of([*others, tensor]), below)
    return product_of([*numbers, *others, *([] if tensor == ONE and scalars else [tensor])])


# --- entries into tensors


def lifted(expr: Expr, letters: Letters) -> Expr:
    """The tensor with these axes whose entries are `expr`; axes that do not occur are left to broadcasting."""
    if not any(isinstance(node, Name) and node.key.startswith("@") for node in walk(expr)):
        return expr
    match expr:
        case Index(base, places):
            return _lifted_entry(base, places, letters)
        case Over(index, _, body):
            return _lifted_sum(index, body, letters)
        case Delta(left, right):
            return _one_hot(left, right, letters)
        case Inside():
            raise NotMatrices
    return _known(map_children(expr, lambda part: lifted(part, letters)))


def _lifted_entry(base: Expr, places: Sequence[Expr | Slice | None], letters: Letters) -> Expr:
    names = tuple(place.key for place in places if isinstance(place, Name))
    if len(places) == 2 and names == letters * 2:
        return Call(_DIAGONAL, (base,))
    if len(set(names)) < len(names) or any(not isinstance(place, Name | Number) for place in places):
        raise NotMatrices
    tensor = base
    if len(names) < len(places):
        tensor = Index(base, tuple(_ALL if isinstance(place, Name) else place for place in places))
    if names == letters or names == letters[-1:]:
        return tensor
    if names == letters[::-1]:
        return Transpose(tensor)
    if names == letters[:1] and len(letters) == 2:
        return Index(tensor, (_ALL, None))
    raise NotMatrices


def _lifted_sum(index: str, body: Expr, letters: Letters) -> Expr:
    kept = tuple(k for k in letters if k in letters_in(body))
    if len(kept) == 1 and len(letters) == 2 and kept == letters[:1] and isinstance(body, Call):
        # A sum that a matrix is divided by keeps its axis.
        return Call("sum", (lifted(body, (*kept, index)),), (("axis", integer(1)), ("keepdims", Name("true"))))
    tensor = matrix_form(Over(index, 0, body), kept)
    if tensor is None:
        raise NotMatrices
    return Index(tensor, (_ALL, None)) if kept == letters[:1] and len(letters) == 2 else tensor


def _one_hot(left: Expr, right: Expr, letters: Letters) -> Expr:
    """δ(y[n], k) by n and k: the rows of the labels, one-hot. δ(p, q) by p and q: the identity."""
    if len(letters) == 2 and {left, right} == set(map(Name, letters)):
        return Call("identity", (right,))
    if isinstance(left, Name) and left.key.startswith("@"):
        left, right = right, left
    if not isinstance(right, Name) or right.key not in letters:
        raise NotMatrices
    rest = tuple(letter for letter in letters if letter != right.key)
    if letters_in(left) != frozenset(rest):
        raise NotMatrices
    rows = Call("onehot", (lifted(left, rest), right))
    return rows if letters[-1] == right.key else Transpose(rows)


def _known(tensor: Expr) -> Expr:
    """exp(x) over its sum is a softmax, and the root of a sum of squares is a norm."""
    match tensor:
        case Call("sqrt", (Call("sum", (Power(x, Number(value)),), ()),)) if value == 2:
            return Call("norm", (x,))
        case Call("sqrt", (Call("sum", (Product((x, y)),), ()),)) if x == y:
            return Call("norm", (x,))
    if isinstance(tensor, Quotient) and isinstance(tensor.numerator, Call) and tensor.numerator.function == "exp":
        below = tensor.denominator
        if isinstance(below, Call) and below.function == "sum" and below.arguments == (tensor.numerator,):
            axis = dict(below.options).get("axis")
            options = (("axis", integer(0)),) if axis == integer(0) else ()
            return Call("softmax", tensor.numerator.arguments, options)
    return tensor
