"""Modules of torch.nn imported and derived: every gradient is PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.importers.torch_module import ImportedModule, module_problem

torch = pytest.importorskip("torch", reason="modules of PyTorch are imported with PyTorch; it is not installed")
nn, F = torch.nn, torch.nn.functional


def tensor(*shape: int) -> Any:
    """Numbers of two decimals, none of which ties with another."""
    count = int(numpy.prod(shape))
    values = (torch.randperm(4 * count)[:count].double() - 2 * count) * 0.37 / count + 0.01
    return (values * 100).round().div(100).add(torch.arange(count) * 0.001).reshape(shape)


def double(module: Any) -> Any:
    """The module with weights of few decimals, in double precision."""
    module = module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(tensor(*parameter.shape) if parameter.dim() else parameter)
    return module


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        h = torch.relu(self.fc1(x))
        return self.fc2(h)


class Cnn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.fc1 = nn.Conv2d(1, 2, 2, padding=1), nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = torch.flatten(x, 1)
        return F.log_softmax(self.fc1(x), dim=1)


class Calling(nn.Module):
    """A module with something of its own that is called loss."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x: Any) -> Any:
        loss = torch.tanh(self.fc(x))
        return loss * 2


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.fc, self.scale = nn.LayerNorm(3), nn.Linear(3, 3), nn.Parameter(torch.ones(3))

    def forward(self, x: Any) -> Any:
        return x + self.scale * F.gelu(self.fc(self.norm(x)))


class Operators(nn.Module):
    def forward(self, x: Any, w: Any) -> Any:
        a = x @ w.T
        b = (a - a.mean(dim=0, keepdim=True)) / (a.std(dim=0, keepdim=True) + 1e-3)
        c = torch.where(b > 0, b, 0.1 * b) ** 2
        d = torch.cat([c, -c], dim=1).reshape(-1, 2).transpose(0, 1)
        first, second = d.chunk(2, dim=1)
        return (first[0] * second[1] + torch.exp(-first[1])).sum() + x[:, 0].max() + x.norm()


class Attend(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Any) -> Any:
        y, _ = self.attn(x, x, x, need_weights=False)
        return y


class Masked(nn.Module):
    def forward(self, x: Any, mask: Any) -> Any:
        scores = (x @ x.T).masked_fill(mask == 0, -torch.inf)
        return torch.softmax(scores, dim=-1) @ x


Make = Callable[[], tuple[Any, tuple[Any, ...]]]
LAYERS: dict[str, Make] = {
    "Linear": lambda: (nn.Linear(3, 2), (tensor(2, 3),)),
    "Linear without bias": lambda: (nn.Linear(3, 2, bias=False), (tensor(3),)),
    "Bilinear": lambda: (nn.Bilinear(2, 3, 2), (tensor(2, 2), tensor(2, 3))),
    "Conv1d": lambda: (nn.Conv1d(2, 2, 2, stride=2), (tensor(1, 2, 4),)),
    "Conv2d": lambda: (nn.Conv2d(1, 2, 2, padding=1), (tensor(1, 1, 3, 3),)),
    "LayerNorm": lambda: (nn.LayerNorm(3), (tensor(2, 3),)),
    "RMSNorm": lambda: (nn.RMSNorm(3, eps=1e-5), (tensor(2, 3),)),
    "BatchNorm1d": lambda: (nn.BatchNorm1d(2), (tensor(3, 2),)),
    "BatchNorm1d in eval": lambda: (nn.BatchNorm1d(2).eval(), (tensor(3, 2),)),
    "BatchNorm2d": lambda: (nn.BatchNorm2d(2), (tensor(2, 2, 2, 2),)),
    "BatchNorm2d in eval": lambda: (nn.BatchNorm2d(2).eval(), (tensor(1, 2, 2, 2),)),
    "Embedding": lambda: (nn.Embedding(4, 2), (torch.tensor([0, 2, 2]),)),
    "Dropout in eval": lambda: (nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).eval(), (tensor(2, 2),)),
    "Identity": lambda: (nn.Identity(), (tensor(3),)),
    "PReLU": lambda: (nn.PReLU(), (tensor(4),)),
    "MaxPool1d": lambda: (nn.MaxPool1d(2), (tensor(1, 1, 4),)),
    "MaxPool2d": lambda: (nn.MaxPool2d(2), (tensor(1, 1, 4, 4),)),
    "AvgPool1d": lambda: (nn.AvgPool1d(2), (tensor(1, 1, 4),)),
    "AvgPool2d": lambda: (nn.AvgPool2d(2, stride=1), (tensor(1, 1, 3, 3),)),
    "AdaptiveAvgPool2d": lambda: (nn.AdaptiveAvgPool2d(1), (tensor(1, 2, 2, 2),)),
    "Flatten": lambda: (nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), (tensor(2, 2, 2),)),
    "RNNCell": lambda: (nn.RNNCell(2, 3), (tensor(2, 2), tensor(2, 3))),
    "LSTMCell": lambda: (nn.LSTMCell(2, 2), (tensor(1, 2), (tensor(1, 2), tensor(1, 2)))),
    "GRUCell": lambda: (nn.GRUCell(2, 2), (tensor(1, 2), tensor(1, 2))),
    "RNN": lambda: (nn.RNN(2, 2, batch_first=True), (tensor(1, 3, 2),)),
    "LSTM": lambda: (nn.LSTM(2, 2), (tensor(2, 1, 2),)),
    "GRU": lambda: (nn.GRU(2, 2), (tensor(2, 1, 2),)),
    "MultiheadAttention": lambda: (nn.MultiheadAttention(4, 2), (tensor(3, 4), tensor(2, 4), tensor(2, 4))),
    "MultiheadAttention in a batch": lambda: (Attend(), (tensor(2, 2, 4),)),
    "an MLP": lambda: (Mlp(), (tensor(2, 3),)),
    "a CNN": lambda: (Cnn(), (tensor(1, 1, 3, 3),)),
    "a residual block": lambda: (Residual(), (tensor(2, 3),)),
    "a masked softmax": lambda: (Masked(), (tensor(2, 3), torch.tensor([[1, 0], [1, 1]]))),
    "operators": lambda: (Operators(), (tensor(3, 2), tensor(2, 2))),
}
ACTIVATIONS = [
    nn.ReLU(), nn.LeakyReLU(0.2),
    nn.ELU(0.5), nn.CELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(),
    nn.Sigmoid(), nn.Tanh(), nn.Softplus(), nn.Softsign(), nn.Tanhshrink(), nn.LogSigmoid(), nn.Hardtanh(),
    nn.Hardsigmoid(), nn.Hardswish(), nn.Hardshrink(), nn.Softshrink(), nn.ReLU6(), nn.Threshold(0.1, 0.2),
    nn.Softmax(dim=-1), nn.Softmax(dim=0), nn.LogSoftmax(dim=1), nn.Softmin(dim=1), nn.GLU(),
]  # fmt: skip
PROBABILITIES = torch.tensor([[0.2, 0.8, 0], [1, 0, 0]]).double()
LOSSES: list[tuple[Any, Callable[[], tuple[Any, Any]]]] = [
    (nn.MSELoss(), lambda: (tensor(2, 3), tensor(2, 3))),
    (nn.MSELoss(reduction="sum"), lambda: (tensor(2, 3), tensor(2, 3))),
    (nn.L1Loss(), lambda: (tensor(4), tensor(4))),
    (nn.HuberLoss(delta=0.3), lambda: (tensor(4), tensor(4))),
    (nn.SmoothL1Loss(beta=0.5), lambda: (tensor(4), tensor(4))),
    (nn.BCELoss(), lambda: (torch.tensor([0.2, 0.7, 0.5]).double(), torch.tensor([0.0, 1, 1]).double())),
    (nn.BCEWithLogitsLoss(), lambda: (tensor(3), torch.tensor([0.0, 1, 1]).double())),
    (nn.CrossEntropyLoss(), lambda: (tensor(2, 3), torch.tensor([2, 0]))),
    (nn.CrossEntropyLoss(reduction="sum"), lambda: (tensor(2, 3), PROBABILITIES)),
    (nn.NLLLoss(), lambda: (tensor(2, 3), torch.tensor([1, 2]))),
    (nn.KLDivLoss(reduction="batchmean"), lambda: (tensor(2, 3) - 1, torch.tensor([[0.2, 0.3, 0.5]] * 2).double())),
    (nn.SoftMarginLoss(), lambda: (tensor(3), torch.tensor([1.0, -1, 1]).double())),
    (nn.HingeEmbeddingLoss(), lambda: (tensor(3), torch.tensor([1.0, -1, 1]).double())),
]


def compare(module: Any, inputs: tuple[Any, ...]) -> ImportedModule:
    """Imports, derives, and compares with what `backward` leaves in `.grad`."""
    leaves = []

    def leaf(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(leaf, value))
        if not value.is_floating_point():
            return value
        leaves.append(value.clone().requires_grad_())
        return leaves[-1]

    own = tuple(map(leaf, inputs))
    state = {name: value.clone() for name, value in module.state_dict().items()}
    output = module(*own)
    output = output[0] if isinstance(output, tuple) else output
    output.sum().backward()
    module.load_state_dict(state)
    imported = module_problem(module, own)
    found = bd.solve(imported.text)
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None
        numpy.testing.assert_allclose(
            numpy.array(found.gradient(imported.parameters[name]), dtype=float), parameter.grad, rtol=1e-7, atol=1e-9
        )
    by_value = {id(value): value.grad for value in leaves}
    for name, key in imported.inputs.items():
        base, _, place = name.rpartition("_")
        names = list(__import__("inspect").signature(module.forward).parameters)
        value = own[names.index(name)] if name in names else own[names.index(base)][int(place)]
        if by_value.get(id(value)) is not None and key in found.derivation.graph.on_path:
            numpy.testing.assert_allclose(
                numpy.array(found.gradient(key), dtype=float), by_value[id(value)], rtol=1e-7, atol=1e-9
            )
    return imported


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_the_gradients_of_pytorch(name: str) -> None:
    torch.manual_seed(1)
    module, inputs = LAYERS[name]()
    compare(double(module), inputs)


@pytest.mark.parametrize("module", ACTIVATIONS, ids=str)
def test_an_activation_has_the_gradient_of_pytorch(module: Any) -> None:
    torch.manual_seed(2)
    compare(nn.Sequential(nn.Linear(3, 4), module).double(), (tensor(2, 3),))


@pytest.mark.parametrize(
    ("module", "make"), LOSSES, ids=lambda value: str(value) if isinstance(value, nn.Module) else ""
)
def test_a_loss_has_the_gradient_of_pytorch(module: Any, make: Callable[[], tuple[Any, Any]]) -> None:
    torch.manual_seed(3)
    prediction, target = make()
    prediction.requires_grad_()
    module(prediction, target).backward()
    imported = module_problem(module, (prediction, target))
    gradient = bd.solve(imported.text).gradient(imported.inputs["input"])
    numpy.testing.assert_allclose(numpy.array(gradient, dtype=float), prediction.grad, rtol=1e-9, atol=1e-12)


def test_names_are_kept_from_the_code() -> None:
    torch.manual_seed(0)
    text = module_problem(double(Mlp()), {"x": [[1.0, 2, 3]], "y": [[0.0, 1]]}, loss="mse(y_hat, y)").text
    assert [line.split(" = ")[0] for line in text.splitlines()[1:]] == [
        "Given x", "Given W_1", "Given b_1", "Given W_2", "Given b_2", "Given y",
        "fc1", "h", "y_hat", "loss", "Find d(loss)/d(W_1), d(loss)/d(b_1), d(loss)/d(W_2), d(loss)/d(b_2)",
    ]  # fmt: skip
    assert "fc1 = linear(x, W_1, b_1)\nh = relu(fc1)\ny_hat = linear(h, W_2, b_2)\nloss = mse(y_hat, y)" in text


def test_a_loss_is_told_from_what_the_code_calls_so() -> None:
    module = double(Calling())
    imported = module_problem(module, {"x": [1.0, 2.0], "y": [1.0]}, loss="mse(y_hat, y)")
    x, y = torch.tensor([1.0, 2.0]).double(), torch.tensor([1.0]).double()
    F.mse_loss(module(x), y).backward()
    found = bd.solve(imported.text).gradient(imported.parameters["fc.weight"])
    numpy.testing.assert_allclose(numpy.array(found, dtype=float), module.fc.weight.grad, rtol=1e-9)


def test_dropout_in_training_takes_a_given_mask() -> None:
    module = nn.Sequential(nn.Dropout(0.5))
    with pytest.raises(bd.ProblemError, match="at random"):
        module_problem(module, (tensor(2),))
    text = module_problem(module, {"input": [1.0, 2.0], "0_mask": [1, 0]}).text
    assert bd.solve(text).value("y_hat").tolist() == [2, 0]


class Unsupported(nn.Module):
    def forward(self, x: Any) -> Any:
        y = x * 2
        return torch.cumsum(y, dim=0)


class Branches(nn.Module):
    def forward(self, x: Any) -> Any:
        return x if x.sum() > 0 else -x


def test_what_is_not_supported_is_named_with_its_place() -> None:
    with pytest.raises(bd.ProblemError) as caught:
        module_problem(Unsupported(), (tensor(3),))
    assert "cumsum is not supported" in str(caught.value)
    assert "test_torch_module.py:" in str(caught.value)
    assert "return torch.cumsum(y, dim=0)" in str(caught.value)
    with pytest.raises(bd.ProblemError, match=r"torch\.where"):
        module_problem(Branches(), (tensor(3),))
    with pytest.raises(bd.ProblemError, match="Conv3d, which is not supported"):
        module_problem(nn.Sequential(nn.Conv3d(1, 1, 1)), (tensor(1, 1, 1, 1, 1),))
    with pytest.raises(bd.UsageError, match="the input x has no value"):
        module_problem(Mlp(), {})
