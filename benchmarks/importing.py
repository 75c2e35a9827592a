"""Import of a module of PyTorch: linear in its layers."""

from __future__ import annotations

from typing import Any

from ratios import Measure, Ratio, medians, seconds

WIDTH = 8


def network(layers: int) -> Any:
    """An MLP as people write it, its layers in a loop."""
    import torch
    from torch import nn

    class Mlp(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(layers)])

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = torch.relu(layer(x))
            return x.sum()

    return Mlp()


def imported(layers: int) -> Measure:
    from backprop_derive.importers.torch_module import module_problem

    module, times = network(layers), 50 // layers
    inputs = {"x": [[0.5] * WIDTH]}
    assert module_problem(module, inputs).text.count("relu(") == layers

    def work() -> None:
        for _ in range(times):
            module_problem(module, inputs)

    return lambda: seconds(work) / times


def importing(runs: int) -> list[Ratio | str]:
    title = "import an MLP of 50 layers : of 5"
    try:
        return [Ratio(title, *medians(runs, imported(50), imported(5)), 12.0)]
    except ImportError:
        return [f"{title} (skipped: PyTorch is not installed)"]
