"""`backprop-derive import`: the text of a problem, its solution, and errors of one message with exit status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import backprop_derive as bd
from backprop_derive.cli.main import main

MODEL = """\
import pathlib
import torch
from torch import nn

pathlib.Path(__file__).with_suffix(".ran").touch()
torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)

    def forward(self, x):
        return torch.relu(self.fc1(x))


class Sized(Net):
    def __init__(self, size):
        super().__init__()


made = Sized(3)


def loss(x, w=2.0):
    a = torch.sigmoid(w * x)
    return (a - 1) ** 2
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "model.py"
    file.write_text(MODEL, encoding="utf-8")
    return file


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["import", *arguments])


def test_a_function_is_read_and_not_run(model: Path) -> None:
    result = call(f"{model}:loss", "--inputs", "x=1")
    assert result.output == "Given x = 1\nGiven w = 2\na = sigmoid(w * x)\nloss = (a - 1)^2\n"
    assert not model.with_suffix(".ran").exists()


def test_a_module_is_imported_where_the_file_may_be_run(model: Path) -> None:
    pytest.importorskip("torch", reason="modules of PyTorch are imported with PyTorch; it is not installed")
    arguments = ("--run", "--inputs", "x=[[1, 2]],t=[[1, 0]]", "--loss", "mse(y_hat, t)")
    result = call(f"{model}:Net", *arguments)
    assert result.exit_code == 0, result.output
    assert "y_hat = relu(fc1)" in result.output
    assert model.with_suffix(".ran").exists()
    assert len(bd.solve(result.output).gradients) == 2
    assert call(f"{model}:made", *arguments).exit_code == 0


def test_the_solution_is_written_in_a_format(model: Path, tmp_path: Path) -> None:
    assert "Backward pass" in call(f"{model}:loss", "--inputs", "x=1", "-f", "md").output
    target = tmp_path / "solution.html"
    assert call(f"{model}:loss", "--inputs", "x=1", "-o", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        (":Net", (), "--run"),
        (":nothing", (), "defines no function nothing"),
        ("", (), "(class) is not read"),
        ("", ("--run",), "--run needs the name"),
        (":loss", ("--run",), "has no module of PyTorch called loss"),
        (":Sized", ("--run",), "failed when it was run: TypeError"),
        (":loss", ("--loss", "a"), "--loss is for a module"),
        (":loss", ("--inputs", "x=y"), "--inputs x=y"),
        (":loss", ("--inputs", "x=1", "-o", "{model}"), "would be overwritten"),
    ],
)
def test_an_error_is_one_message_and_status_2(model: Path, name: str, arguments: tuple[str, ...], says: str) -> None:
    if "of PyTorch" in says or "when it was run" in says:
        pytest.importorskip("torch", reason="the file that is run imports PyTorch; it is not installed")
    result = call(f"{model}{name}", *(argument.format(model=model) for argument in arguments))
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output
    assert model.read_text(encoding="utf-8") == MODEL


def test_scripts_and_notebooks_have_options_of_their_own() -> None:
    text = ["solve", "-e", "Given x = 1; L = x^2"]
    by_hand = CliRunner().invoke(main, [*text, "-f", "numpy", "--backward", "explicit"])
    assert "dx = 2 * x" in by_hand.output
    assert '"nbformat": 4' in CliRunner().invoke(main, [*text, "-f", "ipynb"]).output
    for arguments, says in ((["--backward", "explicit"], "-f numpy"), (["--execute"], "-f ipynb")):
        refused = CliRunner().invoke(main, [*text, *arguments])
        assert refused.exit_code == 2
        assert says in refused.output
