"""Activation functions, each the formula of its paper or textbook, with PyTorch's convention where it has a kink."""

from __future__ import annotations

from .notation import Function, GreekFunction
from .record import Operation

_SELU_SCALE = "1.0507009873554804934193349852946"
_SELU_ALPHA = "1.6732632423543772848170429916717"
_AT_ZERO = "its derivative at 0 is taken to be {}, as PyTorch does"

ACTIVATIONS = (
    Operation("sigmoid", "x", "1 / (1 + exp(-x))", aliases=("σ",), notation=GreekFunction("sigma"),
              textbook={"x": "y * (1 - y)"}, describes="the logistic sigmoid",
              source="Goodfellow, Bengio, Courville 2016, §3.10"),
    Operation("relu", "x", "where(x > 0, x, 0)", notation=Function("ReLU"), kinks=("x",),
              convention=_AT_ZERO.format("0"), describes="the rectifier max(0, x)",
              source="Goodfellow, Bengio, Courville 2016, §6.3.1"),
    Operation("leaky_relu", "x, slope=0.01", "where(x > 0, x, slope * x)", notation=Function("LeakyReLU"),
              kinks=("where(slope == 1, 1, x)",), convention=_AT_ZERO.format("the slope"),
              source="Maas, Hannun, Ng 2013"),
    Operation("elu", "x, alpha=1", "where(x > 0, x, alpha * (exp(x) - 1))", notation=Function("ELU"),
              kinks=("where(alpha == 1, 1, x)",), convention=_AT_ZERO.format("the limit from the left"),
              source="Clevert, Unterthiner, Hochreiter 2016, eq. 14"),
    Operation("selu", "x", f"{_SELU_SCALE} * where(x > 0, x, {_SELU_ALPHA} * (exp(x) - 1))", notation=Function("SELU"),
              kinks=("x",), convention=_AT_ZERO.format("the limit from the left"),
              source="Klambauer et al. 2017, eq. 2"),
    Operation("gelu", "x", "x/2 * (1 + erf(x / sqrt(2)))", notation=Function("GELU"),
              textbook={"x": "(1 + erf(x / sqrt(2))) / 2 + x * exp(-x^2 / 2) / sqrt(2 * pi)"},
              variants={"approximate=tanh": "x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3)))",
                        "approximate=none": "x/2 * (1 + erf(x / sqrt(2)))"},
              source="Hendrycks, Gimpel 2016, §2"),
    Operation("silu", "x", "x / (1 + exp(-x))", aliases=("swish",), notation=Function("SiLU"),
              textbook={"x": "y + sigmoid(x) * (1 - y)"},
              source="Elfwing, Uchibe, Doya 2018, eq. 3"),
    Operation("softplus", "x", "log(1 + exp(x))", textbook={"x": "sigmoid(x)"},
              source="Goodfellow, Bengio, Courville 2016, §3.10"),
    Operation("hardtanh", "x", "where(x <= -1, -1, where(x >= 1, 1, x))", kinks=("x + 1", "x - 1"),
              convention="its derivative at -1 and at 1 is taken to be 0, as PyTorch does",
              source="Collobert 2004"),
)  # fmt: skip
