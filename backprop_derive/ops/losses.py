"""Loss functions of one prediction and one target, after torch.nn.functional: (prediction or logits, target)."""

from __future__ import annotations

from dataclasses import replace

from .notation import Function
from .record import Operation

_LOSSES = (
    Operation("mse", "prediction, target", "(prediction - target)^2", notation=Function("MSE"),
              describes="the squared error", source="Goodfellow, Bengio, Courville 2016, §5.1.4"),
    Operation("mae", "prediction, target", "abs(prediction - target)", notation=Function("MAE"),
              kinks=("prediction - target",), convention="its derivative at 0 is taken to be 0, as PyTorch does",
              textbook={"prediction": "sign(prediction - target)", "target": "-sign(prediction - target)"},
              describes="the absolute error"),
    Operation("huber", "prediction, target, delta=1",
              "where(abs(prediction - target) <= delta, (prediction - target)^2 / 2,"
              " delta * (abs(prediction - target) - delta / 2))",
              notation=Function("Huber"), source="Huber 1964"),
    Operation("bce", "prediction, target", "-(xlogy(target, prediction) + xlogy(1 - target, 1 - prediction))",
              notation=Function("BCE"), domain="0 <= prediction <= 1", describes="binary cross-entropy",
              textbook={"prediction": "(prediction - target) / (prediction * (1 - prediction))"},
              source="Goodfellow, Bengio, Courville 2016, §6.2.2.2"),
    Operation("bce_with_logits", "logits, target", "softplus(logits) - target * logits",
              notation=Function("BCE", "logits"), textbook={"logits": "sigmoid(logits) - target"},
              describes="binary cross-entropy of the sigmoid of the logits",
              source="Goodfellow, Bengio, Courville 2016, §6.2.2.2"),
    Operation("hinge", "score, target", "max(0, 1 - target * score)", notation=Function("hinge"),
              kinks=("1 - target * score",),
              convention="at the margin the derivative is shared, as in max", source="Cortes, Vapnik 1995"),
    Operation("kl_div", "p, q", "p * log(p / q)", notation=Function("KL"),
              describes="one term of the Kullback–Leibler divergence", source="Kullback, Leibler 1951"),
)  # fmt: skip

# How the losses of all entries of tensors become one: as the first variant says where the call does not.
_MEAN = {"reduction=mean": "", "reduction=sum": ""}
_SUM = {"reduction=sum": "", "reduction=mean": ""}
LOSSES = tuple(replace(op, variants=_SUM if op.name == "kl_div" else _MEAN) for op in _LOSSES)
