"""Reductions, softmax and losses of torch as expressions of the problem language."""

from __future__ import annotations

from typing import Any

from ..ops.table import formula
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Negate,
    Number,
    Quotient,
    integer,
    substitute,
)  # fmt: skip
from .draft import Draft
from .functions import Arguments, Function, expression, function, rank, require_default, sizes, whole

# --- reductions and softmax


def reduction(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        x = expression(draft, a["input"])
        options: list[tuple[str, Expr]] = []
        if a["dim"] is not None and a["dim"] != ():
            options.append(("axis", sizes(draft, a["dim"], "dim")))
        if a["keepdim"] is True:
            options.append(("keepdims", Name("true")))
        if op in ("var", "std") and (a.get("correction", 1) not in (0, False) and a.get("unbiased") is not False):
            options.append(("unbiased", Name("true")))
        if not draft.shape(x) and op in ("sum", "mean", "prod", "max", "min"):
            return x
        return Call(op, (x,), tuple(options))

    more = ", unbiased=None, correction=1" if op in ("var", "std") else ""
    return function(f"input, dim=None, keepdim=False{more}", make)


def norm_function(draft: Draft, a: Arguments) -> Any:
    if a["p"] not in (2, 2.0, "fro", None):
        draft.refuse(f"the norm of order {a['p']} is not supported", "p=2")
    return reduction("norm").make(draft, a)


def extreme(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Any:
        other = a["dim"]
        if other is None:
            return Call(op, (expression(draft, a["input"]),))
        if isinstance(other, int) and not isinstance(other, bool):
            values = reduction(op).make(draft, a)
            return (values, None)
        return Call(f"{op}imum", (expression(draft, a["input"]), expression(draft, other)))

    return function("input, dim=None, keepdim=False", make)


def softmax_function(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        x = expression(draft, a["input"])
        axis = -1 if a["dim"] is None else whole(draft, a["dim"], "dim")
        last = axis in (-1, rank(draft, x) - 1)
        inner = Negate(x) if op == "softmin" else x
        name = "softmax" if op == "softmin" else op
        options: list[tuple[str, Expr]] = [] if last else [("axis", integer(axis))]
        match inner:
            case Call("where", (hidden, _, kept)) if name == "softmax" and is_hiding(inner):
                inner = kept
                options.append(("mask", _kept(hidden)))
        return Call(name, (inner,), tuple(options))

    return function("input, dim=None, _stacklevel=3", make)


def is_hiding(value: Any) -> bool:
    """Whether a value is scores with -inf in the place of some, which only a softmax has a meaning for."""
    match value:
        case Call("where", (_, Negate(Constant("inf")), _)):
            return True
    return False


def _kept(hidden: Expr) -> Expr:
    """1 where an entry is not hidden: of `mask == 0` the mask itself."""
    match hidden:
        case Compare("==", mask, Number(value)) if value == 0:
            return mask
    return Call("where", (hidden, integer(0), integer(1)))


# --- losses


def loss_function(op: str, parameters: str = "input, target") -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        require_default(draft, a, weight=None, ignore_index=-100, label_smoothing=0.0, pos_weight=None)
        first, second = expression(draft, a["input"]), expression(draft, a["target"])
        options: list[tuple[str, Expr]] = []
        if "delta" in a and a["delta"] != 1:
            options.append(("delta", expression(draft, a["delta"])))
        if a["reduction"] == "sum":
            options.append(("reduction", Name("sum")))
        elif a["reduction"] != "mean":
            draft.refuse(f'reduction="{a["reduction"]}" is not supported', 'reduction="mean" or "sum"')
        return Call(op, (first, second), tuple(options))

    return function(f"{parameters}, reduction=mean", make)


def smooth_l1_function(draft: Draft, a: Arguments) -> Expr:
    beta = a["beta"]
    huber = loss_function("huber", "input, target, delta=1").make(draft, {**a, "delta": beta})
    return huber if beta == 1 else Quotient(huber, expression(draft, beta))


def kl_div_function(draft: Draft, a: Arguments) -> Expr:
    """Σ p (log p - log q), of log-probabilities q, as torch takes it."""
    q, p = expression(draft, a["input"]), expression(draft, a["target"])
    p = Call("exp", (p,)) if a["log_target"] else p
    call = Call("kl_div", (p, Call("exp", (q,))))
    if a["reduction"] == "batchmean":
        return Quotient(call, integer(int(draft.shape(q)[0])))
    return Call("kl_div", call.arguments, (("reduction", Name("mean")),)) if a["reduction"] == "mean" else call


def mean_of(text: str) -> Function:
    """A loss that the language has no name for, entry by entry, and its mean or sum."""

    def make(draft: Draft, a: Arguments) -> Expr:
        values = {name: expression(draft, value) for name, value in a.items() if name != "reduction"}
        body = substitute(formula(text), values)
        return Call("sum" if a["reduction"] == "sum" else "mean", (body,)) if draft.shape(body) else body

    return function("input, target, reduction=mean", make)
