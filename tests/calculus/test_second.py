"""Second derivatives and forward mode, compared with PyTorch, with SymPy, and with differences of first derivatives."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
import sympy

import backprop_derive as bd
from backprop_derive.errors import BackpropError, DomainError, UsageError

torch = pytest.importorskip("torch")

POINT = "Given w = 3/2, x = 3/4, y = 9/4\n"
EXPRESSIONS = [
    "(w*x - y)^2", "sigmoid(w*x)*y + exp(w*y)", "tanh(w)*x/y", "x^w + w^3 + sqrt(w*y)", "relu(w*x)*w + abs(y)*y",
    "max(w*x, y)^2", "where(w > 1, w^2*x, y*w)", "log(1 + exp(w*x)) + sin(w)*cos(x*y)", "silu(w*x) + softplus(x*y)",
    "gelu(w*x) + elu(-w) + erf(y)", "atan(w)*asin(x/4) + w*x*y", "huber(w*x, y) + clip(w, 0, 1)*x",
]  # fmt: skip
COMPOSED = "v = u*w + u^2\nloss = v*u + exp(-u/10)*v\n"


def _torch_hessian(expression: str) -> numpy.ndarray:
    functions = {
        name: getattr(torch, name)
        for name in "exp log sqrt sin cos tanh atan asin sigmoid relu abs erf where clip".split()
    }
    functional = torch.nn.functional
    functions |= {name: getattr(functional, name) for name in "gelu silu softplus elu".split()}
    functions |= {"max": torch.maximum, "huber": functional.huber_loss}

    def loss(w: object, x: object, y: object) -> object:
        names = {**functions, "w": w, "x": x, "y": y}
        names["u"] = eval(expression.replace("^", "**"), {}, names)
        names["v"] = eval("u*w + u**2", {}, names)
        return eval("v*u + exp(-u/10)*v", {}, names)

    point = tuple(torch.tensor(value, dtype=torch.float64) for value in (1.5, 0.75, 2.25))
    rows = torch.autograd.functional.hessian(loss, point)
    return numpy.array([[float(entry) for entry in row] for row in rows])


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_hessian_is_the_one_that_pytorch_finds(expression: str) -> None:
    solution = bd.solve(f"{POINT}u = {expression}\n{COMPOSED}")
    found = numpy.array(solution.hessian("w", "x", "y"), dtype=float)
    numpy.testing.assert_allclose(found, _torch_hessian(expression), rtol=1e-9)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_forward_mode_finds_the_gradients_of_the_backward_pass(expression: str) -> None:
    from backprop_derive.evaluate.forward import forward_sweeps

    solution = bd.solve(f"{POINT}u = {expression}\n{COMPOSED}", mode="forward")
    for sweep in forward_sweeps(solution.derivation):  # type: ignore[arg-type]
        assert sweep.tangents["loss"] == solution.record.first.adjoints[sweep.by]  # type: ignore[union-attr]


def test_second_derivatives_are_exact_where_mathematics_is() -> None:
    solution = bd.solve("Given x = 2, w = 1/3\ns = w*x\nloss = s^3 + w\nFind d2(loss)/dw2, d2(loss)/dw dx")
    w, x = sympy.symbols("w x")
    loss = (w * x) ** 3 + w
    at = {w: sympy.Rational(1, 3), x: 2}
    assert solution.second("w") == loss.diff(w, 2).subs(at) == 16
    assert solution.second("w", "x") == loss.diff(w, x).subs(at) == 4
    assert solution.second("x", "w") == solution.second("w", "x")
    assert isinstance(solution.second("x"), Fraction | int)


def test_the_second_derivative_is_the_change_of_the_first() -> None:
    text = "Given w = {w}, b = 1/5\nh = tanh(w*b) + w\na = σ(h*w)\nloss = a*h - log(a)"
    step = Fraction(1, 10**12)
    low, high = (bd.solve(text.format(w=Fraction(2, 7) + sign * step)).gradient("b") for sign in (-1, 1))
    middle = bd.solve(text.format(w="2/7")).second("w", "b")
    assert float(middle) == pytest.approx(float(high - low) / float(2 * step), rel=1e-3)


def test_at_a_kink_the_second_derivative_is_that_of_the_value_taken() -> None:
    solution = bd.solve("Given w = 0, x = 2\nz = w*x\nloss = relu(z) + abs(z)*w + max(z, 0)\nFind d2(loss)/dw2")
    assert solution.second("w") == 0
    assert any("the second one is that of the value taken" in remark for remark in solution.remarks)


def test_of_a_name_that_the_loss_does_not_depend_on_it_is_0() -> None:
    solution = bd.solve("Given w = 2, b = 3\nloss = w^2\nFind d2(loss)/dw db, d2(loss)/db2")
    assert (solution.second("w", "b"), solution.second("b")) == (0, 0)
    assert "∂²loss/∂w∂b = 0" in solution.to_text()


def test_a_linear_loss_has_no_second_derivatives() -> None:
    page = bd.solve("Given w = 2, b = 3\nloss = 2*w + b\nFind d2(loss)/dw2").to_text()
    assert "all second derivatives are 0" in " ".join(page.split())
    assert "∂²loss/∂w² = 0" in page


def test_where_it_does_not_exist_the_step_is_named() -> None:
    with pytest.raises(DomainError, match="the second derivative of loss by w and w does not exist here"):
        bd.solve("Given w = 0\nloss = w^(3/2)\nFind d2(loss)/dw2")


def test_a_name_that_is_not_defined_is_refused() -> None:
    solution = bd.solve("Given w = 2\nloss = w^2")
    with pytest.raises(UsageError, match="unknown name q"):
        solution.second("w", "q")
    with pytest.raises(BackpropError, match="by itself"):
        solution.second("w", "loss")
    with pytest.raises(UsageError, match="there are no numbers"):
        bd.derive("Given w\nloss = w^2").second("w")


def test_the_work_is_linear_in_the_length_of_a_chain() -> None:
    def steps(count: int) -> int:
        lines = "\n".join(f"a_{k + 1} = sigmoid(w*a_{k})" for k in range(count))
        solution = bd.derive(f"Given w, a_0\n{lines}\nloss = a_{count}^2\nFind d2(loss)/dw2")
        second = solution.record.second  # type: ignore[union-attr]
        assert second is not None
        return sum(map(len, second.derivation.by_step.values()))

    assert steps(400) - steps(200) == 4 * 200


def test_rounded_values_are_carried_forward_as_a_hand_calculation_does() -> None:
    text = "Given x = 1/3, w = 2/7\na = w*x\nb = sigmoid(a)\nloss = b^2\nRound: 3\nFind dloss/dw"
    page = bd.solve(text, mode="forward").to_text()
    assert "ȧ        = ∂a/∂w · ẇ = x · 1 = 1/3 · 1 ≈ 0.333" in page
    assert "ḃ        = ∂b/∂a · ȧ = b · (1 − b) · 0.333 = 0.524 · (1 − 0.524) · 0.333 ≈ 0.083" in page
    with pytest.raises(UsageError, match="updates with rounded values"):
        bd.solve(f"{text}\nlr = 1", mode="forward").to_text()
