"""Matrix notation of Jacobians and Hessians: what stands on the diagonal only is diag(v) or the identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    MatrixProduct,
    Name,
    Negate,
    Over,
    Product,
    Quotient,
    Transpose,
    map_children,
    substitute,
    walk,
)
from .matrix import Letters, NotMatrices, added_terms, lifted, matrix_form, product_of, size_expression
from .sizes import Size
from .terms import Term, letters_in, terms_of


def diagonal_form(body: Expr, at: Letters, sizes: Mapping[str, Size]) -> Expr | None:
    """As `matrix_form`, with diag(v) for what stands on the diagonal only: δ_ij v_i."""
    if len(at) != 2 or any(sizes[index] == 1 for index in at):
        return matrix_form(body, at, sizes)
    terms = terms_of(body)
    if len(terms) == 1 and (found := _row_scaled(terms[0], at, sizes)) is not None:
        return Negate(found) if terms[0].is_negative else found
    if sizes[at[0]] != sizes[at[1]] or not any(isinstance(node, Delta) for node in walk(body)):
        found = matrix_form(body, at, sizes)
        return None if found is None else _with_diagonals(found)
    parts: list[tuple[bool, Expr]] = []
    for term in terms:
        whole = _whole(term)
        on_diagonal = Delta(Name(at[0]), Name(at[1])), Delta(Name(at[1]), Name(at[0]))
        rest = tuple(factor for factor in term.above if factor not in on_diagonal)
        is_diagonal = len(rest) < len(term.above)
        if is_diagonal:
            whole = substitute(_whole(replace(term, above=rest)), {at[1]: Name(at[0])})
        is_full = is_diagonal and letters_in(whole)
        found = _vector(whole, at[0], sizes) if is_full else matrix_form(whole, () if is_diagonal else at, sizes)
        if found is None:
            return None
        if is_full:
            found = Call("diag", (found,))
        elif is_diagonal:
            unit = Call("identity", (size_expression(sizes[at[0]]),))
            found = unit if found == ONE else Product((found, unit))
        parts.append((term.is_negative, found))
    return added_terms(parts)


def _with_diagonals(tensor: Expr) -> Expr:
    """Aᵀ diag(v) B for (Aᵀ ⊙ v) B, where v is repeated over the rows of Aᵀ."""
    match tensor:
        case MatrixProduct(Product((Transpose() as left, *weights)), right) if weights:
            return MatrixProduct(MatrixProduct(left, Call("diag", (product_of(weights),))), right)
    return map_children(tensor, _with_diagonals)


def _vector(body: Expr, index: str, sizes: Mapping[str, Size]) -> Expr | None:
    """A vector by its entries; 1 − h² keeps its 1, which broadcasting repeats."""
    found = matrix_form(body, (index,), sizes)
    if found is None or isinstance(body, Over):
        return found
    try:
        return lifted(body, (index,))
    except NotMatrices:
        return found


def _row_scaled(term: Term, at: Letters, sizes: Mapping[str, Size]) -> Expr | None:
    """diag(v) A for v_i A_ij, where A holds both indices by itself."""
    rows = tuple(factor for factor in term.above if letters_in(factor) == {at[0]})
    rest = replace(term, above=tuple(factor for factor in term.above if factor not in rows))
    matrix = _whole(rest)
    if not rows or not letters_in(matrix) >= set(at) or any(isinstance(f, Delta) for f in rest.above):
        return None
    vector, tensor = _vector(product_of(rows), at[0], sizes), matrix_form(matrix, at, sizes)
    return None if vector is None or tensor is None else MatrixProduct(Call("diag", (vector,)), tensor)


def _whole(term: Term) -> Expr:
    """The term without its sign."""
    body = product_of(term.above)
    if term.below:
        body = Quotient(body, product_of(term.below))
    for index in reversed(term.sums):
        body = Over(index, 0, body)
    return body
