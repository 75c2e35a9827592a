"""How PyTorch spells the operations it has; the others are written out by their definitions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TorchName:
    """A call template with one slot an argument, and the name of the node autograd records."""

    call: str
    grad_fn: str


TORCH = {
    "exp": TorchName("torch.exp({})", "Exp"),
    "log": TorchName("torch.log({})", "Log"),
    "log2": TorchName("torch.log2({})", "Log2"),
    "log10": TorchName("torch.log10({})", "Log10"),
    "sqrt": TorchName("torch.sqrt({})", "Sqrt"),
    "abs": TorchName("torch.abs({})", "Abs"),
    "norm": TorchName("torch.abs({})", "Abs"),
    "sin": TorchName("torch.sin({})", "Sin"),
    "cos": TorchName("torch.cos({})", "Cos"),
    "tan": TorchName("torch.tan({})", "Tan"),
    "asin": TorchName("torch.asin({})", "Asin"),
    "acos": TorchName("torch.acos({})", "Acos"),
    "atan": TorchName("torch.atan({})", "Atan"),
    "sinh": TorchName("torch.sinh({})", "Sinh"),
    "cosh": TorchName("torch.cosh({})", "Cosh"),
    "tanh": TorchName("torch.tanh({})", "Tanh"),
    "erf": TorchName("torch.erf({})", "Erf"),
    "sign": TorchName("torch.sign({})", "Sign"),
    "floor": TorchName("torch.floor({})", "Floor"),
    "sigmoid": TorchName("torch.sigmoid({})", "Sigmoid"),
    "relu": TorchName("torch.relu({})", "Relu"),
    "where": TorchName("torch.where({}, {}, {})", "Where"),
    "maximum": TorchName("torch.maximum({}, {})", "Maximum"),
    "minimum": TorchName("torch.minimum({}, {})", "Minimum"),
    "xlogy": TorchName("torch.xlogy({}, {})", "Xlogy"),
}
