"""Models as people write them: shapes unpacked, loops, shared weights, states; each has the gradients of PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.importers.torch_module import module_problem

torch = pytest.importorskip("torch", reason="modules of PyTorch are imported with PyTorch; it is not installed")
nn, F = torch.nn, torch.nn.functional


class Tutorial(nn.Module):
    """The network of PyTorch's own tutorial, small."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(2, 3, 2)
        self.fc1 = nn.Linear(3, 4)
        self.fc2 = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        x = self.pool(F.relu(self.conv1(x)))
        x = F.relu(self.conv2(x))
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
        self.out = nn.Linear(2, 1)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = torch.tanh(
                layer(x),
            ) + x  # fmt: skip
        return self.out(x).squeeze(-1)


class Tied(nn.Module):
    """One matrix embeds the words and scores them."""

    def __init__(self) -> None:
        super().__init__()
        self.emb = nn.Embedding(5, 3)
        self.fc = nn.Linear(3, 5, bias=False)
        self.fc.weight = self.emb.weight

    def forward(self, idx: Any) -> Any:
        h = self.emb(idx).mean(dim=0)
        return F.log_softmax(self.fc(h), dim=-1)


class CausalSelfAttention(nn.Module):
    """As Karpathy writes it in nanoGPT."""

    def __init__(self) -> None:
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(4, 12), nn.Linear(4, 4)
        self.n_head, self.n_embd = 2, 4
        self.register_buffer("mask", torch.tril(torch.ones(5, 5)).view(1, 1, 5, 5))

    def forward(self, x: Any) -> Any:
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(self.n_embd, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        att = F.softmax(att, dim=-1)
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(4), nn.LayerNorm(4)
        self.attn = nn.MultiheadAttention(4, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 4))

    def forward(self, x: Any) -> Any:
        h = self.ln1(x)
        a, _ = self.attn(h, h, h)
        x = x + a
        return x + self.mlp(self.ln2(x))


class Language(nn.Module):
    """Words, positions, blocks, and a loss of its own where there are targets."""

    def __init__(self) -> None:
        super().__init__()
        self.tok, self.pos = nn.Embedding(5, 4), nn.Embedding(6, 4)
        self.blocks = nn.Sequential(Block(), nn.Identity())

    def forward(self, idx: Any, targets: Any = None) -> Any:
        _, T = idx.shape
        x = self.blocks(self.tok(idx) + self.pos(torch.arange(T)))
        logits = x @ self.tok.weight.T
        if targets is None:
            return logits
        B, T, C = logits.shape
        return F.cross_entropy(logits.view(B * T, C), targets.view(B * T))


class Words(nn.Module):
    """A recurrent network over the columns of its input, by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.i2h, self.h2o = nn.Linear(2 + 3, 3), nn.Linear(3, 2)

    def forward(self, x: Any) -> Any:
        h = torch.zeros(x.size(0), 3, dtype=x.dtype)
        for t in range(x.size(1)):
            combined = torch.cat((x[:, t], h), 1)
            h = torch.tanh(self.i2h(combined))
        return F.log_softmax(self.h2o(h), dim=1)


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(2, 2, num_layers=2, batch_first=True)
        self.fc = nn.Linear(2, 1)

    def forward(self, x: Any) -> Any:
        h0 = torch.full((2, x.size(0), 2), 0.5, dtype=x.dtype)
        out, _ = self.rnn(x, h0)
        return self.fc(out[:, -1, :])


class Tagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.fc = nn.LSTM(2, 2, batch_first=True), nn.Linear(2, 3)

    def forward(self, x: Any, h0: Any, c0: Any) -> Any:
        _, (h, c) = self.lstm(x, (h0, c0))
        return self.fc(h[-1]) + c.sum()


class Cells(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(2, 2)

    def forward(self, x: Any) -> Any:
        h = torch.zeros(x.shape[1], 2, dtype=x.dtype)
        c = torch.zeros_like(h)
        states = []
        for step in x:
            h, c = self.cell(step, (h, c))
            states.append(h)
        return torch.stack(states)


class Gates(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.x2h, self.h2h = nn.Linear(2, 8), nn.Linear(2, 8)

    def forward(self, x: Any, h: Any, c: Any) -> Any:
        i, f, g, o = (self.x2h(x) + self.h2h(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c)


class Variational(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enc, self.dec = nn.Linear(3, 4), nn.Linear(2, 3)

    def forward(self, x: Any, eps: Any) -> Any:
        mu, logvar = self.enc(x).chunk(2, dim=-1)
        z = mu + torch.exp(0.5 * logvar) * eps
        bce = F.binary_cross_entropy(torch.sigmoid(self.dec(z)), x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2)
        self.shortcut = nn.Sequential()

    def forward(self, x: Any) -> Any:
        out = self.bn1(self.conv1(F.relu(x * 2, inplace=True)))
        out += self.shortcut(x)
        return F.relu(out).mean(dim=(2, 3))


def floats(*shape: int) -> Any:
    return (torch.randn(*shape) * 100).round().double() / 100


MODELS: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
    "the tutorial's CNN": lambda: (Tutorial(), {"x": floats(1, 1, 6, 6)}),
    "a loop over layers": lambda: (Layers(), {"x": floats(2, 2)}),
    "shared weights": lambda: (Tied(), {"idx": torch.tensor([1, 3])}),
    "nanoGPT's attention": lambda: (CausalSelfAttention(), {"x": floats(1, 3, 4)}),
    "a block of a transformer": lambda: (Block(), {"x": floats(1, 2, 4)}),
    "a language model": lambda: (Language(), {"idx": torch.tensor([[1, 0, 4]]), "targets": torch.tensor([[0, 4, 2]])}),
    "a language model's scores": lambda: (Language(), {"idx": torch.tensor([[1, 0]])}),
    "a loop over time": lambda: (Words(), {"x": floats(1, 3, 2)}),
    "an RNN from a state": lambda: (Recurrent(), {"x": floats(2, 2, 2)}),
    "an LSTM from a state": lambda: (Tagger(), {"x": floats(1, 2, 2), "h0": floats(1, 1, 2), "c0": floats(1, 1, 2)}),
    "LSTM cells": lambda: (Cells(), {"x": floats(2, 1, 2)}),
    "gates of a chunk": lambda: (Gates(), {"x": floats(1, 2), "h": floats(1, 2), "c": floats(1, 2)}),
    "a variational autoencoder": lambda: (Variational(), {"x": floats(1, 3).sigmoid(), "eps": floats(1, 2)}),
    "a residual block": lambda: (Residual(), {"x": floats(2, 2, 2, 2)}),
    "a residual block in eval": lambda: (Residual().eval(), {"x": floats(1, 2, 2, 2)}),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_gradients_of_pytorch(name: str) -> None:
    torch.manual_seed(4)
    model, inputs = MODELS[name]()
    model = model.double()
    state = {key: value.clone() for key, value in model.state_dict().items()}
    imported = module_problem(model, inputs)
    assert all(value.equal(state[key]) for key, value in model.state_dict().items())
    found = bd.solve(imported.text)
    model(**inputs).sum().backward()
    compared = 0
    for path, parameter in model.named_parameters():
        ours = numpy.array(found.gradient(imported.parameters[path]), dtype=float)
        numpy.testing.assert_allclose(ours, parameter.grad, rtol=1e-7, atol=1e-9)
        compared += 1
    assert compared == len(list(model.parameters()))


def steps(model: Any, inputs: dict[str, Any]) -> list[str]:
    lines = module_problem(model, inputs).text.splitlines()
    return [line.split(" = ")[0] for line in lines if " = " in line and not line.startswith("Given")]


def test_steps_have_the_names_of_the_code() -> None:
    torch.manual_seed(4)
    gates = {"x": [[1, 2]], "h": [[0, 0.5]], "c": [[1, 0]]}
    assert steps(Gates(), gates)[2:7] == ["add", "i", "f", "g", "o"]
    assert steps(Words(), {"x": [[[1, 0], [0, 1]]]}) == [
        "getitem", "combined", "i2h", "h_2", "getitem_1", "combined_2", "i2h_1", "h_3", "h2o", "y_hat", "loss"
    ]  # fmt: skip
    assert [name for name in steps(Layers(), {"x": [[1, 2]]}) if name.startswith("x")] == ["x_2", "x_3", "x_4"]
    assert "Given h = [[0, 0, 0]]" in module_problem(Words(), {"x": [[[1, 0], [0, 1]]]}).text


def test_shared_weights_are_one_given() -> None:
    imported = module_problem(Tied(), {"idx": [1, 3]})
    assert imported.parameters["emb.weight"] == imported.parameters["fc.weight"]
    assert imported.text.count("Given W") == 1
    assert "Find d(loss)/d(W_emb)\n" in imported.text


class Branch(nn.Module):
    def forward(self, x: Any) -> Any:
        y = x * 2
        if y.sum() > 0:
            return y
        return -y


class While(nn.Module):
    def forward(self, x: Any) -> Any:
        while x.norm() > 1:
            x = x / 2
        return x


class Number(nn.Module):
    def forward(self, x: Any) -> Any:
        return x * float(x.sum())


class Constant(nn.Module):
    def forward(self, x: Any) -> Any:
        with torch.no_grad():
            z = x * 2
        return z * x


class Several(nn.Module):
    def forward(self, x: Any) -> Any:
        return {"logits": x * 2}


class Fails(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x: Any) -> Any:
        return self.fc(x)


@pytest.mark.parametrize(
    ("model", "says", "line"),
    [
        (Branch, "by the values of tensors", "if y.sum() > 0:"),
        (While, "by the values of tensors", "while x.norm() > 1:"),
        (Number, "takes the numbers out of a tensor", "return x * float(x.sum())"),
        (Constant, "without gradients", "z = x * 2"),
        (Several, "returns no tensor", 'return {"logits": x * 2}'),
        (Fails, "mat1 and mat2 shapes cannot be multiplied", "return self.fc(x)"),
    ],
)
def test_what_no_problem_can_say_is_named_with_its_line(model: Any, says: str, line: str) -> None:
    with pytest.raises(bd.ProblemError) as caught:
        module_problem(model(), {"x": [1.0, 2.0]})
    assert says in str(caught.value)
    assert line in str(caught.value)
    assert "test_student_models.py:" in str(caught.value)


def test_lists_of_unequal_lengths_are_no_input() -> None:
    with pytest.raises(bd.UsageError, match="the input x is no tensor"):
        module_problem(Fails(), {"x": [[1, 2, 3], [1]]})
