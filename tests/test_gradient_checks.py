"""Every operation of the table, on tensors of random shapes: its gradient is the difference quotient of its own value.

An operation is called as its signature says, with each of its variants and axes; `SPELLED` has those whose arguments
must fit each other. No other library is asked, and no derivative is written down here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backprop_derive as bd
from backprop_derive.ops.record import Operation
from backprop_derive.ops.table import LANGUAGE_OPERATIONS, is_loss, is_pointwise
from backprop_derive.syntax.expression import Call, Name

Shape = tuple[int, ...]
FEW = settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
STEP = 1e-5
HELD = ("m", "t")  # masks and labels, which have no gradient

# A call, and the axes of its arguments by letters; equal letters are equal sizes, a digit is a size of its own.
Spelled = dict[str, list[tuple[str, dict[str, str]]]]
ATTENTION = {"q": "nd", "k": "md", "v": "me"}
LOGITS = {"x": "nk", "t": "n"}
ONE_HOT = {"x": "nk", "y": "nk"}
NORMED = {"x": "nc", "g": "c", "b": "c"}
SPELLED: Spelled = {
    "where": [("where(x > y, x * y, y)", {"x": "nm", "y": "m"}), ("where(x < 0, x^2, 3*x)", {"x": "nmk"})],
    "clip": [("clip(x, -1/2, 1/2)", {"x": "nm"}), ("clip(x, y - 1, y + 1)", {"x": "nm", "y": "n1"})],
    "kl_div": [(f"kl_div(x^2 + 1/4, y^2 + 1/2{r})", {"x": "nm", "y": "m"}) for r in ("", ", reduction=mean")],
    "var": [("var(x, axis=0, unbiased=true)", {"x": "2m"}), ("var(x, unbiased=true)", {"x": "3n"})],
    "std": [("std(x, axis=-1, keepdims=true, unbiased=true)", {"x": "n3"})],
    "dot": [("dot(x, y)", {"x": "n", "y": "n"}), ("dot(x, x)", {"x": "n"})],
    "outer": [("outer(x, y)", {"x": "n", "y": "m"}), ("outer(x, x)", {"x": "n"})],
    "trace": [("trace(x)", {"x": "nn"}), ("trace(x @ y)", {"x": "nm", "y": "mn"})],
    "det": [("det(x)", {"x": "nn"}), ("det(x @ x.T)", {"x": "23"})],
    "inv": [("inv(x)", {"x": "nn"}), ("inv(x @ x.T) @ y", {"x": "23", "y": "2"})],
    "einsum": [
        ('einsum("ij,jk->ik", x, y)', {"x": "nm", "y": "mk"}), ('einsum("ij,kj->ki", x, y)', {"x": "nm", "y": "km"}),
        ('einsum("ii,i->", x, y)', {"x": "nn", "y": "n"}), ('einsum("bij->jb", x)', {"x": "bnm"}),
        ('einsum("i,ij,j->", x, y, z)', {"x": "n", "y": "nm", "z": "m"}), ('einsum("ij,ij->i", x, x)', {"x": "nm"}),
        ('einsum("bij,bjk->bik", x, y)', {"x": "bnm", "y": "bmk"}), ('einsum("ii->i", x)', {"x": "nn"}),
    ],
    "transpose": [("transpose(x)", {"x": "nmk"}), ("transpose(x, (1, 2, 0))", {"x": "nmk"}),
                  ("transpose(x, (1, 0)) * y", {"x": "nm", "y": "n"})],
    "reshape": [("reshape(x, (-1,))", {"x": "nmk"}), ("reshape(x, (2, -1))", {"x": "6"}),
                ("reshape(x, (2, 3, 2))", {"x": "34"}), ("reshape(x, (4, 3)) @ y", {"x": "26", "y": "3"})],
    "concat": [("concat([x, y])", {"x": "nm", "y": "km"}), ("concat([x, y, x * 2], axis=1)", {"x": "nm", "y": "nk"}),
               ("concat([x, y], axis=-1)", {"x": "bnm", "y": "bnk"})],
    "stack": [("stack([x, y])", {"x": "nm", "y": "nm"}), ("stack([x, y, x * y], axis=1)", {"x": "nm", "y": "nm"}),
              ("stack([x, y], axis=-1)", {"x": "n", "y": "n"})],
    "embedding": [("embedding(x, t)", {"x": "3m", "t": "n"}), ("embedding(x, [[0, 1], [1, 0]])", {"x": "2m"}),
                  ("embedding(x, t)", {"x": "3m", "t": "nk"}), ("embedding(x, 1)", {"x": "2m"})],
    "cross_entropy": [
        *((f"cross_entropy(x, t{r})", LOGITS) for r in ("", ", reduction=sum")),
        *((f"cross_entropy(x, y{r})", ONE_HOT) for r in ("", ", reduction=sum")),
        ("cross_entropy(x, [1, 0])", {"x": "23"}), ("cross_entropy(x, t)", {"x": "k", "t": ""}),
        ("cross_entropy(x, t)", {"x": "bnk", "t": "bn"}), ("cross_entropy(x, softmax(y))", {"x": "k", "y": "k"}),
    ],
    "nll": [
        *((f"nll(x, t{r})", LOGITS) for r in ("", ", reduction=sum")),
        *((f"nll(x, y{r})", ONE_HOT) for r in ("", ", reduction=sum")), ("nll(log_softmax(x), [1, 0])", {"x": "23"}),
    ],
    "linear": [("linear(x, w)", {"x": "nk", "w": "mk"}), ("linear(x, w, b)", {"x": "abk", "w": "mk", "b": "m"}),
               ("linear(x, w, b)", {"x": "k", "w": "mk", "b": "m"})],
    "layer_norm": [("layer_norm(x, g, b)", NORMED), ("layer_norm(x, g, b, eps=1/10)", {"x": "anc", "g": "c", "b": "c"}),
                   ("layer_norm(x, 2, 1)", {"x": "c"})],
    "rms_norm": [("rms_norm(x, g)", {"x": "nc", "g": "c"}), ("rms_norm(x, g, eps=1/10)", {"x": "anc", "g": "c"})],
    "batch_norm": [("batch_norm(x, g, b)", NORMED), ("batch_norm(x, g, b, eps=1/10)", {"x": "2c2", "g": "c", "b": "c"}),
                   ("batch_norm(x, g, b)", {"x": "2c12", "g": "c", "b": "c"})],
    "conv1d": [
        ("conv1d(x, w)", {"x": "4", "w": "2"}), ("conv1d(x, w, b)", {"x": "c4", "w": "oc2", "b": "o"}),
        ("conv1d(x, w, b, stride=2, padding=1)", {"x": "bc5", "w": "oc3", "b": "o"}),
    ],
    "conv2d": [
        ("conv2d(x, w)", {"x": "34", "w": "22"}), ("conv2d(x, w, b)", {"x": "c33", "w": "oc22", "b": "o"}),
        ("conv2d(x, w, stride=(1, 2), padding=(1, 0))", {"x": "1c34", "w": "2c22"}),
    ],
    **{
        f"{kind}_pool{space}d": [
            (f"{kind}_pool{space}d(x, {call})", {"x": axes})
            for call, axes in {1: [("2", "n5"), ("2, stride=1", "bn4")],
                               2: [("2", "n34"), ("(1, 2), stride=(2, 1)", "1n33")]}[space]
        ]
        for kind in ("max", "avg") for space in (1, 2)
    },
    "dropout": [("dropout(x, m, 1/4)", {"x": "nm", "m": "nm"}), ("dropout(x, m, 1/2)", {"x": "nmk", "m": "k"})],
    "softmax": [("softmax(x, mask=m)", {"x": "nk", "m": "nk"}),
                ("softmax(x * 2, axis=0, mask=m)", {"x": "nk", "m": "n1"})],
    "attention": [
        ("attention(q, k, v)", ATTENTION), ("attention(q, k, v)", {"q": "bnd", "k": "bmd", "v": "bme"}),
        ("attention(q, k, v, m)", {**ATTENTION, "m": "nm"}), ("attention(x, x, x)", {"x": "nd"}),
    ],
}  # fmt: skip
# What is no operation of the table.
CONSTRUCTS: Spelled = {
    "sums": [("x + y - 2*x", {"x": "nm", "y": "m"}), ("x - y", {"x": "1m", "y": "nk1"}), ("-x", {"x": "nm"})],
    "products": [("x * y * x", {"x": "nm", "y": "n1"}), ("x / (y^2 + 1)", {"x": "m", "y": "nm"}),
                 ("3*x*y", {"x": "n", "y": ""})],
    "powers": [("x^3", {"x": "nm"}), ("(x^2 + 1)^(1/3)", {"x": "nm"}),
               ("(x^2 + 1)^y", {"x": "nm", "y": "m"}), ("2^x", {"x": "n"})],
    "matrix products": [
        ("x @ y", {"x": "nk", "y": "km"}), ("x @ y", {"x": "nk", "y": "k"}), ("x @ y", {"x": "k", "y": "km"}),
        ("x @ y", {"x": "k", "y": "k"}), ("x @ y", {"x": "bnk", "y": "km"}), ("x @ y", {"x": "bnk", "y": "bkm"}),
        ("x @ y", {"x": "nk", "y": "bkm"}), ("x @ y", {"x": "ank", "y": "1kc"}), ("x.T @ x", {"x": "nm"}),
        ("x @ y @ x", {"x": "nn", "y": "nn"}),
    ],
    "transposes": [("x.T", {"x": "nm"}), ("x.T * x", {"x": "nn"}), ("x.T", {"x": "nmk"})],
    "places": [
        ("x[1, 0]", {"x": "2m"}), ("x[-1]", {"x": "nm"}), ("x[:, None] * y", {"x": "n", "y": "m"}),
        ("x[0:2, ::2]", {"x": "33"}), ("x[::-1]", {"x": "nm"}), ("x[1:, 0] * x[:-1, 1]", {"x": "32"}),
        ("x[:, -1, :]", {"x": "nmk"}),
    ],
    "lists": [("[x, 2*y]", {"x": "nm", "y": "nm"}), ("[[x, y], [y, x * y]]", {"x": "", "y": ""}),
              ("[x[0], 1]", {"x": "n"})],
    "bars": [("|x|", {"x": "nm"}), ("||x||", {"x": "nm"})],
}  # fmt: skip


@st.composite
def sized(draw: Any, axes: dict[str, str]) -> dict[str, Shape]:
    """Shapes by the letters of their axes."""
    sizes = {letter: draw(st.integers(2, 3)) for letter in sorted(set("".join(axes.values()))) if letter.isalpha()}
    return {name: tuple(sizes.get(letter) or int(letter) for letter in kind) for name, kind in axes.items()}


@st.composite
def broadcast(draw: Any, names: tuple[str, ...]) -> dict[str, Shape]:
    """Shapes that broadcast, each with missing axes and axes of size 1; a scalar among them."""
    full = tuple(draw(st.integers(1, 3)) for _ in range(draw(st.integers(1, 3))))
    shapes = {}
    for name in names:
        shape = tuple(draw(st.sampled_from((1, n, n))) for n in full)
        shapes[name] = shape[draw(st.integers(0, len(shape))) :]
    return shapes


Check = tuple[str, st.SearchStrategy[dict[str, Shape]]]


def checks_of(op: Operation) -> Iterator[Check]:
    """How an operation is called: as it is spelled out, else by its signature."""
    if op.name in SPELLED:
        yield from ((call, sized(axes)) for call, axes in SPELLED[op.name])
    reduces = "axis" in (*op.parameters, *op.options) and (op.is_variadic or "x" in op.parameters)
    if reduces:
        yield from ((call, sized({"x": axes})) for call, axes in _along_axes(op))
    if op.name in SPELLED or (reduces and not op.is_variadic):
        return
    tensors = op.parameters[: op.required] if not op.is_variadic else ("x", "y", "z")
    yield f"{op.name}({', '.join(tensors)})", broadcast(tensors)
    for variant in op.variants:
        yield f"{op.name}({', '.join(tensors)}, {variant})", broadcast(tensors)
    if op.defaults:  # optional arguments are numbers that have a gradient as well
        yield f"{op.name}({', '.join(op.parameters)})", broadcast(op.parameters)


def _along_axes(op: Operation) -> Iterator[tuple[str, str]]:
    may_be_all = op.defaults.get("axis") != "-1"
    yield f"{op.name}(x)", "nm"
    yield f"{op.name}(x, axis=0)", "nm"
    yield f"{op.name}(x, axis=-1)", "nmk"
    yield f"{op.name}(x, axis=1)", "nmk"
    if may_be_all:
        yield f"{op.name}(x, axis=(0, -1))", "nmk"
        yield f"{op.name}(x, axis=1, keepdims=true)", "nm"
        yield f"{op.name}(x, keepdims=true)", "nm"
        yield f"{op.name}(x, axis=(1, 2), keepdims=true)", "nmk"


CHECKS = {
    **{f"{op.name}: {call}, {k}": (op, call, shapes) for op in LANGUAGE_OPERATIONS
       for k, (call, shapes) in enumerate(checks_of(op))},
    **{f"{name}: {call}, {k}": (None, call, sized(axes)) for name, calls in CONSTRUCTS.items()
       for k, (call, axes) in enumerate(calls)},
}  # fmt: skip


def values_of(shapes: dict[str, Shape], op: Operation | None) -> dict[str, Any]:
    """Numbers of three decimals, no two alike, within the operation's domain; masks and labels are whole."""
    found = {}
    for name, shape in shapes.items():
        random = numpy.random.default_rng(zlib.crc32(f"{name}{shape}".encode()))
        if name == "m":
            found[name] = (numpy.arange(int(numpy.prod(shape))).reshape(shape) % 3 != 1) * 1.0
        elif name == "t":
            found[name] = random.integers(0, 2, shape)
        else:
            low, high = (200, 800) if op is not None and op.domain is not None and op.name != "clip" else (-1500, 1500)
            chosen = random.choice(numpy.arange(low, high, 17), size=shape, replace=False)
            found[name] = (chosen + zlib.crc32(name.encode()) % 16) / 1000  # no two within a step of each other
    return found


def differences(value_of: Any, values: dict[str, Any], name: str) -> Any:
    """The gradient of a function of arrays by central differences."""
    gradient = numpy.zeros(numpy.shape(values[name]))
    for place in numpy.ndindex(gradient.shape):
        shift = numpy.zeros(gradient.shape)
        shift[place] = STEP
        ahead, behind = (value_of({**values, name: values[name] + sign * shift}) for sign in (1, -1))
        gradient[place] = (ahead - behind) / (2 * STEP)
    return gradient


@pytest.mark.parametrize("name", CHECKS)
@given(data=st.data())
@FEW
def test_a_gradient_is_the_difference_quotient_of_the_value(name: str, data: Any) -> None:
    op, call, strategy = CHECKS[name]
    shapes = data.draw(strategy)
    values = values_of(shapes, op)
    wanted = [key for key in shapes if key not in HELD]
    text = f"Given {', '.join(f'{key}: {shape}' if shape else key for key, shape in shapes.items())}\nF = {call}\n"
    out = bd.read_problem(f"{text}L = sum(F)" if shapes else text).shapes["F"]
    weights = numpy.random.default_rng(len(out)).integers(1, 9, out) / 4
    text += f"L = sum(F * {weights.tolist()})" if out else "L = F * 3/4"
    text += f"\nFind {', '.join(f'dL/d{key}' for key in wanted)}"

    compiled = bd.compile(text)
    loss, rounded = compiled(values)
    solution = bd.solve(text, given={key: value.tolist() for key, value in values.items()})
    assert loss == pytest.approx(float(solution.loss), rel=1e-9, abs=1e-12)
    for key in wanted:
        exact = numpy.asarray(solution.gradient(key), float)
        scale = max(1.0, numpy.abs(exact).max(initial=0.0))
        assert exact.shape == numpy.shape(rounded[key]) == shapes[key]
        numpy.testing.assert_allclose(rounded[key], exact, rtol=1e-9, atol=1e-9 * scale)
        quotients = differences(lambda arrays: compiled(arrays)[0], values, key)
        numpy.testing.assert_allclose(exact, quotients, rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("op", LANGUAGE_OPERATIONS, ids=lambda op: op.name)
def test_every_operation_of_the_table_is_checked_with_every_option(op: Operation) -> None:
    calls = [call for checked, call, _ in CHECKS.values() if checked is op]
    assert any(f"{op.name}(" in call for call in calls)
    assert [variant for variant in op.variants if not _is_checked(op, variant, calls)] == []
    if not is_pointwise(Call(op.name, (Name("x"),))) and not is_loss(Call(op.name, ())):
        unchecked = [name for name in (*op.defaults, *op.options) if not any(_has(op, name, call) for call in calls)]
        assert unchecked == []


def _is_checked(op: Operation, variant: str, calls: list[str]) -> bool:
    is_default = variant == next(iter(op.variants))
    return is_default or any(variant in call for call in calls)


def _has(op: Operation, name: str, call: str) -> bool:
    """Whether an optional argument is given, by name or in its place."""
    place = op.parameters.index(name) if name in op.parameters else None
    inside = call.split(f"{op.name}(", 1)[-1]
    return f"{name}=" in inside or (place is not None and inside.count(",") >= place)


def test_a_new_operation_is_called_as_its_signature_says() -> None:
    cube = Operation("cube", "x, scale=2", "scale * x^3", variants={"kind=odd": "x^3"})
    assert [call for call, _ in checks_of(cube)] == ["cube(x)", "cube(x, kind=odd)", "cube(x, scale)"]
    range_of = Operation("range", "x, axis=none, keepdims=false")
    assert "range(x, axis=(0, -1))" in [call for call, _ in checks_of(range_of)]
