"""Every operation and its derivative by every argument: what PyTorch has at the same point, kinks and ties included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.ops.table import LANGUAGE_OPERATIONS
from backprop_derive.ops.tensors import TENSORS

torch = pytest.importorskip("torch", reason="PyTorch confirms our gradients; it is not installed")
F = torch.nn.functional

Points = list[tuple[float, ...]]
ANY = [-30.0, -3.0, -1.0, -0.25, 0.5, 1.0, 2.5, 30.0]
POSITIVE = [1e-8, 0.25, 1.0, 3.0, 1e6]
INSIDE = [-0.99, -0.5, 0.0, 0.25, 0.999]
NEAR = [-2.0, -0.25, 0.5, 1.5]


def one(values: list[float]) -> Points:
    return [(value,) for value in values]


def pairs(left: list[float], right: list[float]) -> Points:
    return [(a, b) for a in left for b in right]


def hinge(score: Any, target: Any) -> Any:
    return torch.maximum(torch.zeros_like(score), 1 - target * score)


def amax(*values: Any) -> Any:
    return torch.amax(torch.stack(values), 0)


def amin(*values: Any) -> Any:
    return torch.amin(torch.stack(values), 0)


THREE: Points = [(1.0, 2.0, 3.0), (3.0, 1.0, 2.0), (2.0, 2.0, 1.0), (2.0, 1.0, 2.0), (2.0, 2.0, 2.0), (1.0, 1.0, 2.0)]

# The operation as the problem writes it in a, b and c; PyTorch's own; the points.
CASES: dict[str, tuple[str, Callable[..., Any], Points]] = {
    "exp": ("exp(a)", torch.exp, one(ANY)),
    "log": ("log(a)", torch.log, one(POSITIVE)),
    "log2": ("log2(a)", torch.log2, one(POSITIVE)),
    "log10": ("log10(a)", torch.log10, one(POSITIVE)),
    "sqrt": ("sqrt(a)", torch.sqrt, one(POSITIVE)),
    "abs": ("abs(a)", torch.abs, one([*ANY, 0.0])),
    "norm": ("norm(a)", torch.linalg.vector_norm, one([*ANY, 0.0])),
    "sin": ("sin(a)", torch.sin, one(ANY)),
    "cos": ("cos(a)", torch.cos, one(ANY)),
    "tan": ("tan(a)", torch.tan, one(ANY)),
    "asin": ("asin(a)", torch.asin, one(INSIDE)),
    "acos": ("acos(a)", torch.acos, one(INSIDE)),
    "atan": ("atan(a)", torch.atan, one(ANY)),
    "sinh": ("sinh(a)", torch.sinh, one(ANY)),
    "cosh": ("cosh(a)", torch.cosh, one(ANY)),
    "tanh": ("tanh(a)", torch.tanh, one(NEAR)),
    "erf": ("erf(a)", torch.erf, one(NEAR)),
    "sign": ("sign(a)", torch.sign, one([*ANY, 0.0])),
    "floor": ("floor(a)", torch.floor, one([*ANY, 0.0])),
    "sigmoid": ("sigmoid(a)", torch.sigmoid, one(NEAR)),
    "relu": ("relu(a)", F.relu, one([*ANY, 0.0])),
    "leaky_relu": ("leaky_relu(a)", F.leaky_relu, one([*ANY, 0.0])),
    "leaky_relu with a slope": ("leaky_relu(a, slope=0.2)", lambda a: F.leaky_relu(a, 0.2), one([*ANY, 0.0])),
    "elu": ("elu(a)", F.elu, one([*ANY, 0.0])),
    "elu with an alpha": ("elu(a, alpha=2)", lambda a: F.elu(a, 2.0), one([*ANY, 0.0])),
    "selu": ("selu(a)", F.selu, one([*ANY, 0.0])),
    "gelu": ("gelu(a)", F.gelu, one(NEAR)),
    "gelu by tanh": ("gelu(a, approximate=tanh)", lambda a: F.gelu(a, approximate="tanh"), one(NEAR)),
    "silu": ("silu(a)", F.silu, one(NEAR)),
    "softplus": ("softplus(a)", lambda a: F.softplus(a, threshold=1e9), one([*ANY, 0.0])),
    "hardtanh": ("hardtanh(a)", F.hardtanh, one(ANY)),
    "where": ("where(a > 0, a^2, 3a)", lambda a: torch.where(a > 0, a**2, 3 * a), one([*ANY, 0.0])),
    "max": ("max(a, b, c)", amax, THREE),
    "min": ("min(a, b, c)", amin, THREE),
    "maximum": ("maximum(a, b)", torch.maximum, pairs(NEAR, NEAR)),
    "minimum": ("minimum(a, b)", torch.minimum, pairs(NEAR, NEAR)),
    "clip": ("clip(a, -1, 2)", lambda a: torch.clamp(a, -1.0, 2.0), one([-3.0, -1.0, 0.5, 2.0, 3.0])),
    "clip by its ends": (
        "clip(a, b, c)", torch.clamp, [(0.0, -1.0, 1.0), (-2.0, -1.0, 1.0), (3.0, -1.0, 1.0)],
    ),
    "mse": ("mse(a, b)", F.mse_loss, pairs(NEAR, NEAR)),
    "mae": ("mae(a, b)", F.l1_loss, pairs(NEAR, NEAR)),
    "huber": ("huber(a, b)", F.huber_loss, pairs([-2.0, -0.25, 0.5, 1.5, 2.5], NEAR)),
    "huber with a delta": ("huber(a, b, delta=2)", lambda a, b: F.huber_loss(a, b, delta=2.0), pairs([2.5, 4.0], NEAR)),
    "bce": ("bce(a, b)", F.binary_cross_entropy, pairs([0.01, 0.5, 0.75], [0.0, 0.25, 1.0])),
    "bce_with_logits": ("bce_with_logits(a, b)", F.binary_cross_entropy_with_logits, pairs(NEAR, [0.0, 0.25, 1.0])),
    "hinge": ("hinge(a, b)", hinge, pairs([*NEAR, 1.0], [-1.0, 1.0])),
    "kl_div": ("kl_div(a, b)", lambda p, q: F.kl_div(torch.log(q), p, reduction="sum"), pairs([0.25, 0.5], [0.3, 1.0])),
}  # fmt: skip


def test_no_operation_is_left_out() -> None:
    assert {op.name for op in LANGUAGE_OPERATIONS if op not in TENSORS} == {case.split(" ")[0] for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradients_are_those_of_pytorch(case: str) -> None:
    expression, function, points = CASES[case]
    for point in points:
        names = "abc"[: len(point)]
        given = ", ".join(f"{name} = {value!r}" for name, value in zip(names, point, strict=True))
        solution = bd.solve(f"Given {given}\ny = {expression}")
        tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in point]
        output = function(*tensors)
        # bce's gradient by its target and the like: PyTorch leaves out what does not depend
        gradients = torch.autograd.grad(output, tensors, allow_unused=True) if output.requires_grad else [None]
        theirs = [0.0 if g is None else float(g) for g in gradients]
        assert float(solution.loss) == pytest.approx(float(output.detach()), rel=1e-12, abs=1e-300), point
        ours = [float(solution.gradient(name)) for name in names]
        assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-15), point
