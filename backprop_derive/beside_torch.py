"""The derivation of a real module's gradients, next to what PyTorch left in `.grad`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from .api import Solution, solve
from .importers.torch_module import ImportedModule, module_problem
from .limits import Limits
from .options import Options

# How much a float of 32 or 64 bits may be away from our value, as a share of the largest entry.
_TOLERANCE = 1e-4
_MOST_SHOWN = 9


class ModuleSolution(Solution):
    """A solution that knows the module it came from. `differences` has the largest difference from each `.grad`."""

    def __init__(self, solution: Solution, imported: ImportedModule, gradients: dict[str, Any], limits: Limits) -> None:
        super().__init__(solution.record, solution.options, limits)
        self.imported = imported
        self.grads = gradients

    @property
    def differences(self) -> dict[str, float]:
        """By the parameter's name in the module: the largest difference of any entry from `.grad`."""
        import numpy

        found = {}
        for name, grad in self.grads.items():
            own = numpy.array(self.gradient(self.imported.parameters[name]), dtype=float)
            found[name] = float(numpy.max(numpy.abs(own - numpy.asarray(grad, dtype=float)), initial=0.0))
        return found

    def comparison(self) -> str:
        """A table in Markdown: each parameter, our gradient, PyTorch's, the difference."""
        import numpy

        differences = self.differences
        rows = ["| parameter | derived | `.grad` | largest difference |", "| --- | --- | --- | --- |"]
        for name, grad in self.grads.items():
            key = self.imported.parameters[name]
            own = numpy.array(self.gradient(key), dtype=float)
            theirs = numpy.asarray(grad, dtype=float)
            close = differences[name] <= _TOLERANCE * max(1.0, float(numpy.max(numpy.abs(theirs), initial=0.0)))
            verdict = "" if close else " — **not equal**"
            rows.append(f"| `{name}` ({key}) | {_shown(own)} | {_shown(theirs)} | {differences[name]:.1e}{verdict} |")
        return "\n".join(rows) + "\n"

    def _repr_markdown_(self) -> str:
        solution = super()._repr_markdown_()
        return f"{solution}\n## Next to `.grad`\n\n{self.comparison()}" if self.grads else solution


def _shown(array: Any) -> str:
    if array.size > _MOST_SHOWN:
        return "an array of shape " + str(array.shape).replace(",)", ")")
    import numpy

    text = numpy.array2string(array, precision=4, separator=", ", suppress_small=True)
    return "`" + " ".join(text.split()).replace("[ ", "[") + "`"


def module_solution(
    module: Any, inputs: Mapping[str, Any] | tuple[Any, ...], loss: str | None, options: Options, limits: Limits
) -> ModuleSolution:
    """The worked gradients of a module at its inputs.

    They are compared with each parameter's `.grad` where a backward pass has left one; without one, and where the
    loss is the module's own output, PyTorch is asked for the gradients, and `.grad` stays as it was.
    """
    imported = module_problem(module, inputs, loss)
    solution = solve(imported.text, options=options, limits=limits)
    named = {name: p for name, p in module.named_parameters() if name in imported.parameters and p.requires_grad}
    found = {name: p.grad.detach().cpu().numpy() for name, p in named.items() if p.grad is not None}
    if not found and loss is None and named:
        found = _asked(module, inputs, named)
    return ModuleSolution(solution, imported, found, limits)


def _asked(module: Any, inputs: Mapping[str, Any] | tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """The gradients of the module's output by PyTorch; its buffers, as the means of a batch norm, are put back.

    None where an input is none of forward's, as a mask of a dropout: PyTorch draws its own.
    """
    import torch

    names = list(inspect.signature(module.forward).parameters)
    given = dict(inputs) if isinstance(inputs, Mapping) else dict(zip(names, inputs, strict=False))
    if not set(given) <= set(names):
        return {}
    buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
    try:
        output = _output(module, given, next(iter(named.values())).dtype)
        gradients = torch.autograd.grad(output.sum(), list(named.values()), allow_unused=True)
    finally:
        with torch.no_grad():
            for name, buffer in module.named_buffers():
                buffer.copy_(buffers[name])
    return {n: g.detach().cpu().numpy() for n, g in zip(named, gradients, strict=True) if g is not None}


def _output(module: Any, given: dict[str, Any], dtype: Any) -> Any:
    """What the module makes of numbers or tensors; whole numbers are floats where it takes no whole ones."""
    import torch

    def tensor(value: Any, whole: bool) -> Any:
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, tuple) and any(isinstance(part, torch.Tensor) for part in value):
            return value
        made = torch.as_tensor(value)
        is_own = isinstance(value, torch.Tensor) and (whole or made.is_floating_point())
        return made if is_own or (whole and not made.is_floating_point()) else made.to(dtype)

    try:
        output = module(**{name: tensor(value, whole=True) for name, value in given.items()})
    except RuntimeError:
        output = module(**{name: tensor(value, whole=False) for name, value in given.items()})
    return output[0] if isinstance(output, tuple) else output
