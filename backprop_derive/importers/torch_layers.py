"""Layers of torch.nn with weights, as steps: linear, convolution, normalisation, embedding, attention, recurrence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..syntax.expression import ONE, Call, Expr, Index, ListOf, Name, Product, Slice, TupleOf, integer
from .calls import called
from .draft import Draft
from .functions import add, expression
from .layers import PLAIN

# Gives the name of a layer's own weight or buffer, None where it has none.
Weights = Callable[[str], Name | None]
Layer = Callable[[Draft, str, Any, list[Any], Weights, dict[str, Any]], Any]


def applied(draft: Draft, path: str, module: Any, inputs: list[Any], keywords: dict[str, Any], weights: Weights) -> Any:
    """What a layer makes of its inputs. Raises ProblemError for a layer that we have not."""
    name = type(module).__name__
    if name in PLAIN:
        function, parameters = PLAIN[name]
        own = {parameter: getattr(module, parameter) for parameter in parameters if hasattr(module, parameter)}
        return called(draft, function, [*inputs, *keywords.values()], own)
    layer = _LAYERS.get(name)
    if layer is None:
        draft.refuse(f"the layer {path or name} is a {name}, which is not supported", "a layer of docs/code.md")
    return layer(draft, path, module, inputs, weights, keywords)


def _linear(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Expr:
    return _affine(inputs[0], weights("weight"), weights("bias"))


def _affine(x: Expr, weight: Expr | None, bias: Expr | None) -> Expr:
    assert weight is not None
    return Call("linear", (x, weight) if bias is None else (x, weight, bias))


def _bilinear(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Expr:
    product: Expr = called(draft, "einsum", ["ni,oij,nj->no", (inputs[0], weights("weight"), inputs[1])], {})
    bias = weights("bias")
    return product if bias is None else add(product, bias)


def _convolution(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    if module.padding_mode != "zeros":
        draft.refuse(f"{path}: padding_mode={module.padding_mode} is not supported", "zeros")
    function = type(module).__name__.lower()
    own = {name: getattr(module, name) for name in ("stride", "padding", "dilation")}
    own = {name: value if isinstance(value, str) else tuple(value) for name, value in own.items()}
    arguments = [inputs[0], weights("weight"), weights("bias")]
    return called(draft, function, arguments, {**own, "groups": module.groups})


def _layer_norm(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    own = {"weight": weights("weight"), "eps": module.eps, "normalized_shape": tuple(module.normalized_shape)}
    if type(module).__name__ == "LayerNorm":
        return called(draft, "layer_norm", inputs, {**own, "bias": weights("bias")})
    return called(draft, "rms_norm", inputs, own)


def _batch_norm(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    mean, var = (None, None) if module.training else (weights("running_mean"), weights("running_var"))
    own = {"weight": weights("weight"), "bias": weights("bias"), "eps": module.eps, "training": module.training}
    return called(draft, "batch_norm", [inputs[0], mean, var], own)


def _embedding(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    if module.max_norm is not None:
        draft.refuse(f"{path}: max_norm is not supported", "max_norm=None")
    return called(draft, "embedding", [inputs[0], weights("weight")], {})


def _dropout(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    if not module.training or module.p == 0:
        return inputs[0]
    mask = weights("mask")
    if mask is None:
        name = f"{path.replace('.', '_') or 'dropout'}_mask"
        draft.refuse(
            f"the dropout {path} draws its mask at random in training", "a mask of 0 and 1",
            f"--inputs {name}=[…], or a module in eval mode, net = Net().eval()",
        )  # fmt: skip
    return Call("dropout", (inputs[0], mask, expression(draft, module.p)))


def _prelu(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    weight: Expr | None = weights("weight")
    if module.num_parameters > 1:
        space = len(draft.shape(inputs[0])) - 2
        weight = Index(expression(draft, weight), (Slice(None, None, None), *([None] * space))) if space else weight
    return called(draft, "prelu", [inputs[0], weight], {})


# --- attention


def _attention(
    draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, keywords: dict[str, Any]
) -> tuple[Name, None]:
    """MultiheadAttention: projections, heads side by side, attention, the heads together, a projection."""
    names = ("query", "key", "value")
    query, key, value = ({**dict(zip(names, inputs, strict=False)), **keywords}[name] for name in names)
    ignored = {*names, "need_weights", "average_attn_weights"}
    for name, given in keywords.items():
        if name not in ignored and given not in (None, False):
            draft.refuse(f"{path}: {name} is not supported", f"{name}=None")
    if module.in_proj_weight is None or module.bias_k is not None or module.add_zero_attn:
        draft.refuse(f"{path}: an attention with kdim, vdim, add_bias_kv or add_zero_attn is not supported")
    if module.training and module.dropout:
        draft.refuse(f"{path}: the dropout of an attention is random in training", "model.eval()")
    width, heads = int(module.embed_dim), int(module.num_heads)
    weight, bias = weights("in_proj_weight"), weights("in_proj_bias")
    parts = []
    for number, (letter, x) in enumerate(zip("QKV", (query, key, value), strict=True)):
        rows = (Slice(integer(number * width), integer((number + 1) * width), None),)
        shift = None if bias is None else Index(bias, rows)
        assert weight is not None
        projected = draft.step(f"{letter}_{path}", _affine(x, Index(weight, rows), shift))
        parts.append(_heads(draft, letter, projected, heads, width // heads, module.batch_first))
    together = draft.step("A", Call("attention", tuple(parts)))
    joined = _joined(draft, together, width, module.batch_first)
    out = _affine(joined, weights("out_proj.weight"), weights("out_proj.bias"))
    return draft.step(path or "attended", out), None


def _heads(draft: Draft, letter: str, x: Name, heads: int, size: int, batch_first: bool) -> Name:
    """(L, E) as (heads, L, size); a batch goes before the heads."""
    *before, _ = (int(length) for length in draft.shape(x))
    split = draft.step(f"{letter}_split", Call("reshape", (x, _tuple(*before, heads, size))))
    in_batch = (0, 2, 1, 3) if batch_first else (1, 2, 0, 3)
    axes: tuple[int, ...] = (1, 0, 2) if len(before) == 1 else in_batch
    return draft.step(f"{letter}_heads", Call("transpose", (split, _tuple(*axes))))


def _joined(draft: Draft, x: Name, width: int, batch_first: bool) -> Name:
    shape = [int(length) for length in draft.shape(x)]
    axes: tuple[int, ...]
    rows: tuple[int, ...]
    if len(shape) == 3:
        axes, rows = (1, 0, 2), (shape[1],)
    elif batch_first:
        axes, rows = (0, 2, 1, 3), (shape[0], shape[2])
    else:
        axes, rows = (2, 0, 1, 3), (shape[2], shape[0])
    turned = draft.step("A_rows", Call("transpose", (x, _tuple(*axes))))
    return draft.step("A_joined", Call("reshape", (turned, _tuple(*rows, width))))


def _tuple(*numbers: int) -> TupleOf:
    return TupleOf(tuple(map(integer, numbers)))


# --- recurrence


def _cell(kind: str) -> Layer:
    def layer(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, keywords: Any) -> Any:
        x = inputs[0]
        state = inputs[1] if len(inputs) > 1 else keywords.get("hx")
        own = [weights(name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        state = _initial(draft, kind, state, (*draft.shape(x)[:-1], module.hidden_size))
        nonlinearity = getattr(module, "nonlinearity", "tanh")
        made = _step_of(draft, kind, path, x, state, own, module.hidden_size, nonlinearity)
        return made if kind == "lstm" else made[0]

    return layer


def _initial(draft: Draft, kind: str, state: Any, shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """The state before the first step: zeros where none is given."""
    if state is not None:
        return tuple(state) if isinstance(state, tuple | list) else (state,)
    zeros = _zeros([int(size) for size in shape])
    return tuple(draft.given(name, zeros) for name in (("h_0", "c_0") if kind == "lstm" else ("h_0",)))


def _zeros(shape: list[int]) -> Any:
    return 0 if not shape else [_zeros(shape[1:]) for _ in range(shape[0])]


def _step_of(
    draft: Draft, kind: str, path: str, x: Expr, state: tuple[Any, ...], own: list[Name | None], size: int, word: str
) -> tuple[Name, ...]:
    """One step over time: the new state."""
    w_ih, w_hh, b_ih, b_hh = own
    h = state[0]
    if kind == "rnn":
        z = add(_affine(x, w_ih, b_ih), _affine(h, w_hh, b_hh))
        return (draft.step("h", Call(word, (z,))),)
    rank = len(draft.shape(x))
    if kind == "lstm":
        gates = draft.step("gates", add(_affine(x, w_ih, b_ih), _affine(h, w_hh, b_hh)))
        i, f, g, o = (
            draft.step(letter, Call("tanh" if letter == "g" else "sigmoid", (_part(gates, rank, k, size),)))
            for k, letter in enumerate("ifgo")
        )
        c = draft.step("c", add(Product((f, state[1])), Product((i, g))))
        return draft.step("h", Product((o, Call("tanh", (c,))))), c
    of_x, of_h = draft.step("gates_x", _affine(x, w_ih, b_ih)), draft.step("gates_h", _affine(h, w_hh, b_hh))
    r, z = (
        draft.step(letter, Call("sigmoid", (add(_part(of_x, rank, k, size), _part(of_h, rank, k, size)),)))
        for k, letter in enumerate("rz")
    )
    inner = add(_part(of_x, rank, 2, size), Product((r, _part(of_h, rank, 2, size))))
    n = draft.step("n", Call("tanh", (inner,)))
    return (draft.step("h", add(Product((add(ONE, z, minus=True), n)), Product((z, h)))),)


def _part(x: Expr, rank: int, number: int, size: int) -> Expr:
    """One gate's columns of the last axis."""
    rows = Slice(integer(number * size), integer((number + 1) * size), None)
    return Index(x, (*([Slice(None, None, None)] * (rank - 1)), rows))


def _recurrent(kind: str) -> Layer:
    def layer(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, keywords: Any) -> Any:
        if module.bidirectional or getattr(module, "proj_size", 0) or (module.training and module.dropout):
            draft.refuse(f"{path}: bidirectional, proj_size and dropout are not supported")
        x = inputs[0]
        begins = inputs[1] if len(inputs) > 1 else keywords.get("hx")
        if begins is not None and not isinstance(begins, tuple | list):
            begins = (begins,)
        shape = [int(size) for size in draft.shape(x)]
        axis = 1 if module.batch_first and len(shape) == 3 else 0
        steps: list[Expr] = [Index(x, (*([Slice(None, None, None)] * axis), integer(t))) for t in range(shape[axis])]
        batch = [size for k, size in enumerate(shape[:-1]) if k != axis]
        word = getattr(module, "nonlinearity", "tanh")
        last = []
        for level in range(module.num_layers):
            own = [weights(f"{name}_l{level}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            own_state = None if begins is None else tuple(Index(part, (integer(level),)) for part in begins)
            state = _initial(draft, kind, own_state, (*batch, module.hidden_size))
            states = []
            for step in steps:
                state = _step_of(draft, kind, path, step, state, own, module.hidden_size, word)
                states.append(state[0])
            steps = list(states)
            last.append(state)
        options = (("axis", integer(axis)),) if axis else ()
        output = draft.step(path or "output", Call("stack", (ListOf(tuple(steps)),), options))
        ends = tuple(Call("stack", (ListOf(tuple(state[k] for state in last)),)) for k in range(len(last[0])))
        return output, ends if kind == "lstm" else ends[0]

    return layer


def _identity(draft: Draft, path: str, module: Any, inputs: list[Any], weights: Weights, _: Any) -> Any:
    return inputs[0]


_LAYERS: dict[str, Layer] = {
    "Linear": _linear, "NonDynamicallyQuantizableLinear": _linear, "Bilinear": _bilinear,
    "Conv1d": _convolution, "Conv2d": _convolution,
    "LayerNorm": _layer_norm, "RMSNorm": _layer_norm, "BatchNorm1d": _batch_norm, "BatchNorm2d": _batch_norm,
    "Embedding": _embedding, "PReLU": _prelu, "Identity": _identity,
    "Dropout": _dropout, "Dropout1d": _dropout, "Dropout2d": _dropout,
    "MultiheadAttention": _attention,
    "RNNCell": _cell("rnn"), "LSTMCell": _cell("lstm"), "GRUCell": _cell("gru"),
    "RNN": _recurrent("rnn"), "LSTM": _recurrent("lstm"), "GRU": _recurrent("gru"),
}  # fmt: skip
