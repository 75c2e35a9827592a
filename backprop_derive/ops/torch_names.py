"""How PyTorch spells the operations it has; the others are written out by their definitions."""

from __future__ import annotations

from ..records import record


@record
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

# Functions of tensors: the name of the call without its options, and of its node where the result is one number. What
# needs its arguments in another order or shape stands in `report.torch_tensors`.
TENSOR_TORCH = {
    "sum": TorchName("torch.sum", "Sum"),
    "mean": TorchName("torch.mean", "Mean"),
    "var": TorchName("torch.var", "Var"),
    "std": TorchName("torch.std", "Std"),
    "prod": TorchName("torch.prod", "Prod"),
    "norm": TorchName("torch.linalg.vector_norm", "LinalgVectorNorm"),
    "logsumexp": TorchName("torch.logsumexp", "Logsumexp"),
    "softmax": TorchName("torch.softmax", "Softmax"),
    "log_softmax": TorchName("torch.log_softmax", "LogSoftmax"),
    "dot": TorchName("torch.dot", "Dot"),
    "outer": TorchName("torch.outer", "Mul"),
    "trace": TorchName("torch.trace", "Trace"),
    "det": TorchName("torch.linalg.det", "LinalgDet"),
    "inv": TorchName("torch.linalg.inv", "LinalgInvEx"),
    "einsum": TorchName("torch.einsum", ""),
    "linear": TorchName("F.linear", ""),
    "mse": TorchName("F.mse_loss", "MseLoss"),
    "huber": TorchName("F.huber_loss", "HuberLoss"),
    "bce": TorchName("F.binary_cross_entropy", "BinaryCrossEntropy"),
    "bce_with_logits": TorchName("F.binary_cross_entropy_with_logits", "BinaryCrossEntropyWithLogits"),
    "cross_entropy": TorchName("F.cross_entropy", "NllLoss"),
    "nll": TorchName("F.nll_loss", "NllLoss"),
    "max_pool1d": TorchName("F.max_pool1d", ""),
    "max_pool2d": TorchName("F.max_pool2d", ""),
    "avg_pool1d": TorchName("F.avg_pool1d", ""),
    "avg_pool2d": TorchName("F.avg_pool2d", ""),
    "conv1d": TorchName("F.conv1d", ""),
    "conv2d": TorchName("F.conv2d", ""),
}
