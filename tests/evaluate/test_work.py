"""How much exact work a problem is, by its sizes."""

from __future__ import annotations

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.derivation import TensorDerivation
from backprop_derive.evaluate.work import is_large


@pytest.mark.parametrize("step", ["det(A)", "A @ inv(A)", "log(det(A))", "inv(A) @ b"])
def test_a_large_matrix_that_is_inverted_is_much_work(step: str) -> None:
    def is_large_of(n: int) -> bool:
        problem = f"Given A: (n, n), b: (n), n = {n}\nL = sum({step})"
        derivation = bd.derive(problem, wrt="A").derivation
        assert isinstance(derivation, TensorDerivation)
        return is_large(derivation)

    assert not is_large_of(3)
    assert is_large_of(60)


def test_the_inverse_of_a_large_matrix_is_computed_in_double_precision() -> None:
    a = numpy.random.default_rng(0).integers(-9, 9, (60, 60)) / 10 + 3 * numpy.eye(60)
    solution = bd.solve("Given A: (60, 60)\nL = sum(inv(A) * inv(A)) + log(det(A @ A.T))", given={"A": a.tolist()})
    assert "Large tensors are computed in double precision." in solution.remarks
    inverse = numpy.linalg.inv(a)
    assert float(solution.loss) == pytest.approx((inverse**2).sum() + 2 * numpy.linalg.slogdet(a)[1])
    expected = -2 * inverse.T @ inverse @ inverse.T + 2 * inverse.T
    assert solution.gradient("A") == pytest.approx(expected)


def test_a_parameter_that_the_loss_does_not_use_stays_where_it_is() -> None:
    for values in ("w = [1, 1], b = [5, 6]", "w = 1, b = 5"):
        text = f"Given x = 2, {values}\nL = sum(w*x)\nLearning rate: 0.1\nParameters: w, b\nUpdates: 2"
        solution = bd.solve(text.replace("sum(w*x)", "w*x") if "[" not in values else text)
        before, after = solution.value("b"), solution.record.updates[1].values["b"]
        numbers = [entry.exact for entry in getattr(after, "entries", (after,))]
        assert numbers == numpy.ravel(before).tolist()
