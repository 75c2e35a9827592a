"""Functions and methods of PyTorch as a forward calls them: each has the gradient of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.importers.torch_module import module_problem

torch = pytest.importorskip("torch", reason="modules of PyTorch are imported with PyTorch; it is not installed")
nn, F = torch.nn, torch.nn.functional

LABELS = torch.tensor([2, 0])
TARGETS = torch.tensor([[0.0, 1, 1], [1, 0, 0]]).double()
FORMS: dict[str, Callable[[Any], Any]] = {
    "F.relu": F.relu, "x.relu": lambda x: x.relu(), "torch.sigmoid": torch.sigmoid, "x.tanh": lambda x: x.tanh(),
    "F.leaky_relu": lambda x: F.leaky_relu(x, 0.2), "F.elu": F.elu, "F.celu": F.celu, "F.selu": F.selu,
    "F.gelu": F.gelu, "F.gelu by tanh": lambda x: F.gelu(x, approximate="tanh"), "F.silu": F.silu, "F.mish": F.mish,
    "F.softplus": F.softplus, "F.softsign": F.softsign, "F.tanhshrink": F.tanhshrink, "F.logsigmoid": F.logsigmoid,
    "F.hardtanh": F.hardtanh, "F.hardsigmoid": F.hardsigmoid, "F.hardswish": F.hardswish, "F.relu6": F.relu6,
    "F.softshrink": F.softshrink, "F.hardshrink": F.hardshrink, "F.threshold": lambda x: F.threshold(x, 0.1, 0.2),
    "F.glu": lambda x: F.glu(x[:, :2]), "F.prelu": lambda x: F.prelu(x, torch.tensor([0.3]).double()),
    "F.softmax": lambda x: F.softmax(x, dim=0)[0], "x.softmax": lambda x: x.softmax(-1)[:, 1],
    "F.log_softmax": lambda x: F.log_softmax(x, dim=-1)[:, 0], "F.softmin": lambda x: F.softmin(x, dim=1)[0],
    "F.linear": lambda x: F.linear(x, TARGETS), "F.layer_norm": lambda x: F.layer_norm(x, (3,))[:, 0],
    "F.rms_norm": lambda x: F.rms_norm(x, (3,), eps=1e-5)[:, 0], "F.dropout": lambda x: F.dropout(x, training=False),
    "F.batch_norm": lambda x: F.batch_norm(x, None, None, training=True)[0],
    "F.max_pool1d": lambda x: F.max_pool1d(x[None], 2), "F.avg_pool1d": lambda x: F.avg_pool1d(x[None], 2, 1),
    "F.max_pool2d": lambda x: F.max_pool2d(x[None, None], 2), "F.avg_pool2d": lambda x: F.avg_pool2d(x[None, None], 2),
    "F.conv1d": lambda x: F.conv1d(x[None], TARGETS[None, :, :2]),
    "F.conv2d": lambda x: F.conv2d(x[None, None], TARGETS[None, None, :, :2]),
    "F.embedding": lambda x: F.embedding(torch.tensor([1, 0, 1]), x) ** 2,
    "F.mse_loss": lambda x: F.mse_loss(x, TARGETS), "F.l1_loss": lambda x: F.l1_loss(x, TARGETS, reduction="sum"),
    "F.huber_loss": lambda x: F.huber_loss(x, TARGETS, delta=0.5),
    "F.smooth_l1_loss": lambda x: F.smooth_l1_loss(x, TARGETS),
    "F.cross_entropy": lambda x: F.cross_entropy(x, LABELS), "F.nll_loss": lambda x: F.nll_loss(x, LABELS),
    "F.cross_entropy of probabilities": lambda x: F.cross_entropy(x, TARGETS / TARGETS.sum(1, keepdim=True)),
    "F.binary_cross_entropy": lambda x: F.binary_cross_entropy(torch.sigmoid(x), TARGETS),
    "F.binary_cross_entropy_with_logits": lambda x: F.binary_cross_entropy_with_logits(x, TARGETS),
    "F.kl_div": lambda x: F.kl_div(F.log_softmax(x, -1), TARGETS / 2 + 0.1, reduction="batchmean"),
    "F.soft_margin_loss": lambda x: F.soft_margin_loss(x, 2 * TARGETS - 1),
    "F.hinge_embedding_loss": lambda x: F.hinge_embedding_loss(x, 2 * TARGETS - 1),
    "F.poisson_nll_loss": lambda x: F.poisson_nll_loss(x, TARGETS),
    "F.scaled_dot_product_attention": lambda x: F.scaled_dot_product_attention(x, x, x),
    "exp and log": lambda x: torch.log(torch.exp(x) + x.square()), "x.abs().sqrt()": lambda x: x.abs().sqrt(),
    "sin, cos": lambda x: torch.sin(x) * x.cos(), "tan, atan": lambda x: torch.tan(x) + x.atan(), "erf": torch.erf,
    "sinh, cosh": lambda x: x.sinh() / x.cosh(), "expm1, log1p": lambda x: torch.log1p(torch.expm1(x) ** 2),
    "pow": lambda x: x.pow(3) + torch.pow(x, 2) + 2**x, "reciprocal, rsqrt": lambda x: x.reciprocal() + x.abs().rsqrt(),
    "clamp": lambda x: x.clamp(-0.5, 0.5) * 2, "clamp from below": lambda x: torch.clamp(x, min=0.1),
    "where": lambda x: torch.where(x > 0, x, 0.5 * x), "maximum": lambda x: torch.maximum(x, TARGETS - 0.5),
    "a mask of a comparison": lambda x: (x > 0) * x**2, "neg": lambda x: -x + x.neg() * 2, "1 - x": lambda x: 1 - x / 2,
    "x / y": lambda x: 2 / (x * x + 1), "x @ y": lambda x: x @ x.T,
    "torch.matmul": lambda x: torch.matmul(x, TARGETS.t()),
    "torch.mm": lambda x: torch.mm(x, TARGETS.T), "torch.bmm": lambda x: torch.bmm(x[None], TARGETS.T[None]),
    "torch.dot": lambda x: torch.dot(x[0], x[1]), "torch.outer": lambda x: torch.outer(x[0], x[1]),
    "torch.einsum": lambda x: torch.einsum("ij,kj->ik", x, TARGETS), "det": lambda x: torch.det(x @ x.T),
    "torch.linalg.inv": lambda x: torch.linalg.inv(x @ x.T), "trace": lambda x: torch.trace(x @ x.T),
    "sum": lambda x: x.sum(0) ** 2, "mean": lambda x: x.mean(dim=1, keepdim=True) * x, "var": lambda x: x.var(dim=0),
    "std": lambda x: torch.std(x, dim=1, unbiased=False), "prod": lambda x: x.prod(), "norm": lambda x: x.norm(),
    "norm of rows": lambda x: torch.linalg.vector_norm(x, dim=1), "logsumexp": lambda x: torch.logsumexp(x, dim=-1),
    "max": lambda x: x.max() ** 2, "max of rows": lambda x: x.max(dim=1)[0] ** 2,
    "amin": lambda x: x.amin(dim=0), "reshape": lambda x: x.reshape(3, 2)[0] ** 2,
    "view": lambda x: x.view(-1)[1:3] ** 2,
    "flatten": lambda x: x.flatten()[2] ** 2, "transpose": lambda x: x.transpose(0, 1)[1] ** 2,
    "permute": lambda x: x[None].permute(2, 0, 1)[0] ** 2, "squeeze": lambda x: x.unsqueeze(0).squeeze(0)[0] ** 2,
    "cat": lambda x: torch.cat([x, x**2], dim=1)[:, 2:4], "stack": lambda x: torch.stack([x, x**2])[1, 0],
    "chunk": lambda x: x.chunk(3, dim=1)[1] ** 2, "split": lambda x: x.split(2, dim=1)[0] ** 2,
    "...": lambda x: x[..., 1] ** 2, "negative index": lambda x: x[:, -1] ** 2, "None": lambda x: x[:, None] ** 2,
    "masked_fill": lambda x: torch.softmax(x.masked_fill(TARGETS == 1, float("-inf")), dim=-1)[0] ** 2,
    "iadd": lambda x: in_place(x * 2),
}  # fmt: skip


def in_place(y: Any) -> Any:
    y += 1
    y *= 3
    return y**2


class Form(nn.Module):
    def __init__(self, form: Callable[[Any], Any]) -> None:
        super().__init__()
        self.form = form

    def forward(self, x: Any) -> Any:
        return self.form(x)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_has_the_gradient_of_pytorch(name: str) -> None:
    x = torch.tensor([[0.31, -0.72, 1.13], [-0.24, 0.95, 0.46]]).double().requires_grad_()
    FORMS[name](x).sum().backward()
    imported = module_problem(Form(FORMS[name]), (x,))
    ours = numpy.array(bd.solve(imported.text).gradient(imported.inputs["x"]), dtype=float)
    numpy.testing.assert_allclose(ours, x.grad, rtol=1e-7, atol=1e-9)
