"""DeterminantOf and inverse: functions of a whole matrix that an equation defines.

Σ_k A[i, k]·Y[k, j] = δ_ij defines the inverse; both sides are differentiated and solved for dY. Laplace's expansion
along a row, det A = Σ_k A[r, k]·C[r, k], defines the determinant, and its cofactors do not contain the row. Both rules
hold for every size, a symbolic one too, and nothing is expanded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from ..syntax.expression import Call, Expr, Index, Name
from . import light
from .structured import StructuredBase, by_free_entry

# Named otherwise than SymPy's own classes, by whose names its printer goes.
_A, _Y, _C = (light.IndexedBase(name) for name in ("A", "Y", "C"))
_I, _J, _K, _P, _Q, _N = sympy.symbols("i j k p q n", integer=True, nonnegative=True)


class OfMatrix(light.Applied):
    """A function of a matrix, the first argument; at two places where its value is a matrix."""

    operation_name: str

    @classmethod
    def decided(cls, matrix: Any, *places: sympy.Expr) -> Any:
        """What a declared structure of the matrix makes of an entry."""
        return matrix.settled(cls, *places) if places and isinstance(matrix, StructuredBase) else None

    def _eval_derivative(self, variable: sympy.Basic) -> sympy.Expr:
        matrix = self.args[0]
        if not isinstance(variable, sympy.Indexed) or variable.base != matrix:
            return sympy.Integer(0)
        return by_free_entry(matrix, self.by_entry, *variable.indices)

    def by_entry(self, p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
        """The derivative by the entry [p, q] of the matrix."""
        raise TypeError(f"{self.operation_name} of a matrix is differentiated no further")


class DeterminantOf(OfMatrix):
    """det A"""

    operation_name = "det"

    def by_entry(self, p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
        cofactor = _determinant_by_entry().xreplace({_P: p, _Q: q})
        return cofactor.replace(lambda part: part.is_Indexed, lambda part: CofactorOf(self.args[0], *part.indices))


class InverseOf(OfMatrix):
    """An entry of A⁻¹."""

    operation_name = "inv"

    def by_entry(self, p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
        matrix, i, j = self.args
        # All at once: the places may be named as those of the rule are.
        derivative = _inverse_by_entry().xreplace({_I: i, _J: j, _P: p, _Q: q})
        return derivative.replace(lambda part: part.is_Indexed, lambda part: InverseOf(matrix, *part.indices))


class CofactorOf(OfMatrix):
    """An entry of the matrix of cofactors: ± the determinant of A without a row and a column."""

    operation_name = "cofactor"

    def by_entry(self, p: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
        return self.by_inverse()._eval_derivative(_entry(self.args[0], p, q))

    def by_inverse(self) -> sympy.Expr:
        """Cramer's rule, where A has an inverse: C[i, j] = det A·A⁻¹[j, i]."""
        matrix, i, j = self.args
        return DeterminantOf(matrix) * InverseOf(matrix, j, i)


_CLASSES: dict[str, type[OfMatrix]] = {cls.operation_name: cls for cls in (DeterminantOf, InverseOf, CofactorOf)}


def _entry(matrix: Any, i: sympy.Expr, j: sympy.Expr) -> sympy.Expr:
    return matrix.entry(i, j) if isinstance(matrix, StructuredBase) else matrix[i, j]


@lru_cache(maxsize=1)
def _inverse_by_entry() -> sympy.Expr:
    """∂Y[i, j]/∂A[p, q]: both sides of A·Y = 1 differentiated, Y·(∂A·Y) + Y·A·∂Y = 0, and Y·A = 1."""
    from .contract import contracted

    row = sympy.Dummy(integer=True)
    with_y_held = sympy.diff(light.Sum(_A[row, _K] * _Y[_K, _J], (_K, sympy.S.Zero, _N - 1)), _A[_P, _Q])
    solved = -light.Sum(_Y[_I, row] * with_y_held, (row, sympy.S.Zero, _N - 1))
    return contracted(solved, dict.fromkeys((_I, _J, _P, _Q), _N))


@lru_cache(maxsize=1)
def _determinant_by_entry() -> sympy.Expr:
    """∂det A/∂A[p, q]: Laplace's expansion along row p, whose cofactors do not contain that row."""
    from .contract import contracted

    expansion = light.Sum(_A[_P, _K] * _C[_P, _K], (_K, sympy.S.Zero, _N - 1))
    return contracted(sympy.diff(expansion, _A[_P, _Q]), dict.fromkeys((_P, _Q), _N))


def of_matrix(expr: Expr) -> tuple[type[OfMatrix], str, tuple[Expr, ...]] | None:
    """The class, the matrix and the places that a part of a component formula stands for; None for anything else."""
    match expr:
        case Call(function, (Name(key),)) if function == "det":
            return DeterminantOf, key, ()
        case Index(Call(function, (Name(key),)), places) if function in _CLASSES:
            return _CLASSES[function], key, tuple(place for place in places if isinstance(place, Expr))
    return None


def call_of_matrix(expr: OfMatrix) -> Call:
    """The call that a function of a matrix stands for, without its places."""
    return Call(expr.operation_name, (Name(expr.args[0].name),))


def without_cofactors(expr: sympy.Expr) -> sympy.Expr:
    """The expression with cofactors in terms of the inverse, which is taken to exist."""
    return expr.replace(lambda part: isinstance(part, CofactorOf), lambda part: part.by_inverse())


def divides_by_determinant(expr: sympy.Expr) -> bool:
    """Whether a value of the expression needs the inverse to exist anyway."""
    return any(isinstance(power.base, DeterminantOf) and power.exp.is_negative for power in expr.atoms(sympy.Pow))
