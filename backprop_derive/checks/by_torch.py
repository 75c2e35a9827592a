"""PyTorch, by the very code that the lesson prints: its own functions, its own autograd, in double precision.

That code is written by `report.torch_code` from a parsed problem, and carried out by `checks.reading`.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from ..report.torch_code import Writer, python_names
from ..report.torch_tensors import MADE_OF, TensorWriter, label_names
from ..solution import TensorSolution
from .network import Network, floats
from .reading import carried_out


def run(network: Network) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of the steps and gradients."""
    import torch
    from torch.nn import functional

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _run(network, torch, functional)
    finally:
        torch.set_default_dtype(before)


def _run(network: Network, torch: Any, functional: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    problem = network.record.problem
    names = python_names(problem, ("F",))
    is_tensors = isinstance(network.record, TensorSolution)
    writer = TensorWriter(names, problem.shapes) if is_tensors else Writer(names)
    labels = label_names(problem) if is_tensors else set()
    # PyTorch imports parts of itself only when they are needed, from within the frame that calls it.
    scope: dict[str, Any] = {
        "__builtins__": {"__import__": __import__},
        "torch": torch,
        "F": functional,
        "float": float,
    }
    leaves: dict[str, Any] = {}
    for given in problem.givens:
        value = torch.tensor(network.given(given.key))
        is_label = given.key in labels
        leaf = value.long() if is_label else value.requires_grad_(given.key in network.shifted)
        leaves[given.key] = scope[names[given.key]] = leaf
        if given.structure and given.key in network.shifted:
            size = problem.shapes[given.key][0]
            code = MADE_OF[given.structure].format(leaf=names[given.key], size=size)
            scope[names[given.key]] = carried_out(code, scope)
    for step in problem.steps:
        made = carried_out(writer.tensor(step.expression), scope)
        # A tensor of its own, even where a step only names another one.
        leaves[step.key] = scope[names[step.key]] = made = made.clone() if made.requires_grad else made
        if made.requires_grad:
            made.retain_grad()
    loss = leaves[problem.loss]
    if loss.requires_grad:
        loss.backward()
    values = {step.key: leaves[step.key].detach().numpy() for step in problem.steps}
    gradients = {}
    for key in network.shifted:
        gradient = leaves[key].grad if leaves[key].requires_grad else None
        shape = numpy.shape(floats(network.first.values[key]))
        gradients[key] = numpy.zeros(shape) if gradient is None else gradient.numpy()
    return values, gradients
