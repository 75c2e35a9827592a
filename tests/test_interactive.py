"""In a notebook: the %%backprop cell, and a module's gradients next to `.grad`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.interactive import backprop

CELL = "Given x = 1, y = 2, w = 1\ny^ = x*w\nloss = (y^ - y)^2\nFind d(loss)/dw"


def shell() -> Any:
    return SimpleNamespace(user_ns={})


def test_a_cell_is_a_problem_and_shows_its_solution() -> None:
    own = shell()
    found = backprop(own, "solution detail=full layout=lesson", CELL)
    assert found is own.user_ns["solution"]
    assert found is not None
    assert found.gradients == {"w": -2}
    assert "Four concepts" in found._repr_markdown_()


def test_a_cell_may_be_symbolic() -> None:
    found = backprop(shell(), "symbolic", CELL)
    assert found is not None
    assert found.record.first is None


@pytest.mark.parametrize(
    ("line", "cell", "says"),
    [
        ("", "Given x = 1\nL = x +", "error: "),
        ("detail=wild", CELL, "detail wild is unknown"),
        ("a b", CELL, "a name, symbolic, or options"),
        ('"', CELL, "No closing quotation"),
    ],
)
def test_an_error_in_a_cell_is_one_message(line: str, cell: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert backprop(shell(), line, cell) is None
    printed = capsys.readouterr().out
    assert says in printed
    assert "Traceback" not in printed


def test_the_magic_is_registered_by_load_ext() -> None:
    testing = pytest.importorskip("IPython.testing.globalipapp", reason="magics are IPython's; it is not installed")
    ip = testing.start_ipython() or testing.get_ipython()
    ip.run_line_magic("load_ext", "backprop_derive")
    ip.run_cell_magic("backprop", "kept", CELL)
    assert ip.user_ns["kept"].gradients == {"w": -2}


class TestBesideGrad:
    """A module's derivation beside what PyTorch computes."""

    torch = pytest.importorskip("torch", reason="`.grad` is PyTorch's; it is not installed")

    def net(self) -> Any:
        self.torch.manual_seed(0)
        nn = self.torch.nn
        return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))

    def test_the_gradients_of_the_output_are_asked_of_pytorch(self) -> None:
        net = self.net()
        found: Any = bd.derive(net, {"input": [[1.0, 2.0]]})
        assert set(found.differences) == {"0.weight", "0.bias", "2.weight", "2.bias"}
        assert max(found.differences.values()) < 1e-6
        assert "| `0.weight` (W_0) |" in found._repr_markdown_()
        assert "not equal" not in found.comparison()
        assert all(parameter.grad is None for parameter in net.parameters())

    def test_a_grad_that_is_there_is_compared_with(self) -> None:
        net = self.net()
        x, y = self.torch.tensor([[1.0, 2.0], [0.5, -1.0]]), self.torch.tensor([[1.0], [0.0]])
        self.torch.nn.functional.mse_loss(net(x), y).backward()
        found: Any = bd.derive(net, {"input": x, "y": y}, loss="mse(y_hat, y)")
        assert max(found.differences.values()) < 1e-6
        net[0].weight.grad += 1
        wrong: Any = bd.derive(net, {"input": x, "y": y}, loss="mse(y_hat, y)")
        assert wrong.differences["0.weight"] == pytest.approx(1, rel=1e-5)
        assert "**not equal**" in wrong.comparison()

    def test_buffers_stay_as_they_were(self) -> None:
        nn = self.torch.nn
        net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
        found: Any = bd.derive(net, ([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]],))
        assert net[0].running_mean.tolist() == [0, 0]
        assert max(found.differences.values()) < 1e-5

    def test_whole_numbers_are_floats_where_a_module_takes_floats(self) -> None:
        nn = self.torch.nn
        for module, inputs in (
            (self.net(), {"input": [[1, 2]]}), (nn.Sequential(nn.Embedding(3, 2), nn.Linear(2, 1)), {"input": [0, 2]})
        ):  # fmt: skip
            found: Any = bd.derive(module, inputs)
            assert len(found.differences) == len(list(module.parameters()))
            assert max(found.differences.values()) < 1e-6

    def test_shared_weights_have_the_gradient_of_both_uses(self) -> None:
        nn = self.torch.nn
        net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
        net[2].weight = net[0].weight
        found: Any = bd.derive(net, {"input": [[1.0, 2.0]]})
        assert set(found.differences) == {"0.weight", "0.bias", "2.bias"}
        assert max(found.differences.values()) < 1e-6

    def test_an_input_that_nobody_takes_is_told(self) -> None:
        with pytest.raises(bd.UsageError, match="Sequential takes no input nope"):
            bd.derive(self.net(), {"input": [[1, 2]], "nope": 1})

    def test_a_module_is_solved_at_its_inputs(self) -> None:
        net = self.net()
        assert float(bd.solve(net, given={"input": [[1.0, 2.0]]}).loss) == pytest.approx(
            net(self.torch.tensor([[1.0, 2.0]])).item(), rel=1e-6
        )


IN_A_NOTEBOOK = (
    "%load_ext backprop_derive",
    "%%backprop kept detail=full\n" + CELL,
    "kept.gradients",
    "%%backprop\nGiven x = 1\nL = x +",
    """\
import torch
from torch import nn
import backprop_derive as bd

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)

    def forward(self, x):
        h = torch.tanh(self.fc1(x))
        return h.sum()

net = Net()
x = torch.tensor([[1.0, 2.0]])
net(x).backward()
bd.derive(net, (x,))""",
)


def test_a_notebook_shows_solutions_and_a_module_next_to_its_grad() -> None:
    for module in ("nbclient", "nbformat", "ipykernel", "torch"):
        pytest.importorskip(module, reason=f"the notebook is executed with {module}; it is not installed")
    import nbformat
    from nbclient import NotebookClient

    notebook: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in IN_A_NOTEBOOK])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    _, solved, gradients, wrong, module = ([dict(output) for output in cell.outputs] for cell in notebook.cells)
    assert "## Backward pass" in solved[0]["data"]["text/markdown"]
    assert gradients[0]["data"]["text/plain"] == "{'w': -2}"
    assert "error: problem:2:8: unexpected end" in wrong[0]["text"]
    shown = module[0]["data"]["text/markdown"]
    assert "h = \\tanh(\\text{fc}_1)" in shown
    assert "## Next to `.grad`" in shown
    assert "| `fc1.weight` (W_1) |" in shown
    assert "not equal" not in shown
