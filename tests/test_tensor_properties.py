"""Every operation on tensors at random shapes: its shape is NumPy's, its value and its gradient are PyTorch's."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backprop_derive as bd
from backprop_derive.errors import ProblemError
from backprop_derive.indexed.shape import broadcast, shape_of
from backprop_derive.ops.table import LANGUAGE_OPERATIONS, is_tensor_node
from backprop_derive.syntax.expression import Call, Name, walk

torch = pytest.importorskip("torch", reason="PyTorch confirms our values and gradients; it is not installed")
F = torch.nn.functional

Shape = tuple[int, ...]
Shapes = dict[str, Shape]
FEW = settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

sizes = st.integers(1, 3)


def shapes_of(**kinds: str) -> st.SearchStrategy[Shapes]:
    """Shapes by the letters of their axes: equal letters are equal sizes."""
    letters = sorted(set("".join(kinds.values())))
    return st.tuples(*[sizes for _ in letters]).map(
        lambda found: {
            name: tuple(dict(zip(letters, found, strict=True))[letter] for letter in kind)
            for name, kind in kinds.items()
        }
    )


@st.composite
def broadcasting(draw: Any) -> Shapes:
    """Two shapes that broadcast, with missing axes and axes of size 1 on either side."""
    full = tuple(draw(sizes) for _ in range(draw(st.integers(1, 3))))
    a = tuple(draw(st.sampled_from([1, n])) for n in full)
    b = tuple(draw(st.sampled_from([1, n])) for n in full)
    return {"x": a[draw(st.integers(0, len(a))) :], "y": b[draw(st.integers(0, len(b))) :]}


Check = tuple[str, Callable[..., Any], st.SearchStrategy[Shapes]]
V, M, T = shapes_of(x="n"), shapes_of(x="nm"), shapes_of(x="nmk")
P, BATCH = shapes_of(x="nm", y="nm"), shapes_of(x="bnk", y="km")


def torch_batch_norm(x: Any, g: Any, b: Any) -> Any:
    return F.batch_norm(x, None, None, g, b, training=True, eps=1e-5)


CHECKS: dict[str, Check] = {
    "add": ("x + y", lambda x, y: x + y, broadcasting()),
    "multiply": ("x * y", lambda x, y: x * y, broadcasting()),
    "divide": ("x / (y^2 + 1)", lambda x, y: x / (y**2 + 1), broadcasting()),
    "maximum": ("maximum(x, y)", torch.maximum, broadcasting()),
    "where": ("where(x > y, x * y, y)", lambda x, y: torch.where(x > y, x * y, y), broadcasting()),
    "clip": ("clip(x, -1/2, 1/2)", lambda x: torch.clip(x, -0.5, 0.5), M),
    "tanh": ("tanh(x)", torch.tanh, T),
    "sum": ("sum(x)", torch.sum, T),
    "sum over one": ("sum(x, axis=0)", lambda x: torch.sum(x, 0), T),
    "sum over two": ("sum(x, axis=(0, -1), keepdims=true)", lambda x: torch.sum(x, (0, 2), keepdim=True), T),
    "mean": ("mean(x, axis=-1)", lambda x: torch.mean(x, -1), T),
    "var": ("var(x, axis=0)", lambda x: torch.var(x, 0, unbiased=False), M),
    "var kept": ("var(x, axis=1, keepdims=true)", lambda x: torch.var(x, 1, unbiased=False, keepdim=True), M),
    "unbiased": ("var([x, 2*x + 1], axis=0, unbiased=true)",
                 lambda x: torch.var(torch.stack([x, 2 * x + 1]), 0, unbiased=True), M),
    "std": ("std(stack([x, x^2 + 1]), axis=0)", lambda x: torch.std(torch.stack([x, x**2 + 1]), 0, unbiased=False), M),
    "prod": ("prod(x, axis=1)", lambda x: torch.prod(x, 1), M),
    "prod of all": ("prod(x)", torch.prod, V),
    "norm": ("norm(x)", torch.linalg.vector_norm, M),
    "norm over one": ("norm(x, axis=0, keepdims=true)", lambda x: torch.linalg.vector_norm(x, dim=0, keepdim=True), M),
    "logsumexp": ("logsumexp(x, axis=0)", lambda x: torch.logsumexp(x, 0), M),
    "max": ("max(x)", torch.amax, V),
    "max over one": ("max(x, axis=1)", lambda x: torch.max(x, 1)[0], M),
    "min over one": ("min(x, axis=0, keepdims=true)", lambda x: torch.min(x, 0, keepdim=True)[0], M),
    "softmax": ("softmax(x)", lambda x: torch.softmax(x, -1), T),
    "softmax over 0": ("softmax(x, axis=0)", lambda x: torch.softmax(x, 0), M),
    "log_softmax": ("log_softmax(x, axis=0)", lambda x: torch.log_softmax(x, 0), M),
    "dot": ("dot(x, y)", torch.dot, shapes_of(x="n", y="n")),
    "outer": ("outer(x, y)", torch.outer, shapes_of(x="n", y="m")),
    "trace": ("trace(x)", torch.trace, shapes_of(x="nn")),
    "det": ("det(x)", torch.linalg.det, shapes_of(x="nn")),
    "inv": ("inv(x)", torch.linalg.inv, shapes_of(x="nn")),
    "log det": ("log(det(x @ x.T + eye))", lambda x, eye: torch.logdet(x @ x.T + eye), shapes_of(x="nm", eye="nn")),
    "einsum": ('einsum("ij,kj->ki", x, y)', lambda x, y: torch.einsum("ij,kj->ki", x, y),
               shapes_of(x="nm", y="km")),
    "einsum to a scalar": ('einsum("ii,i->", x, y)',
                           lambda x, y: torch.einsum("ii,i->", x, y), shapes_of(x="nn", y="n")),
    "matrix times matrix": ("x @ y", torch.matmul, shapes_of(x="nk", y="km")),
    "matrix times vector": ("x @ y", torch.matmul, shapes_of(x="nk", y="k")),
    "vector times matrix": ("x @ y", torch.matmul, shapes_of(x="k", y="km")),
    "batch times matrix": ("x @ y", torch.matmul, BATCH),
    "batches": ("x @ y", torch.matmul, shapes_of(x="bnk", y="bkm")),
    "transpose": ("x.T * 2", lambda x: x.permute(2, 1, 0) * 2, T),
    "permute": ("transpose(x, (1, 2, 0))", lambda x: x.permute(1, 2, 0), T),
    "reshape": ("reshape(x, (-1))", lambda x: x.reshape(-1), T),
    "reshape a vector": ("reshape(x, (2, -1))", lambda x: x.reshape(2, -1), st.just({"x": (6,)})),
    "reshape a matrix": ("reshape(x, (2, 6))", lambda x: x.reshape(2, 6), st.just({"x": (3, 4)})),
    "slice": ("x[0:2, ::2]", lambda x: x[0:2, ::2], M),
    "index": ("x[-1]", lambda x: x[-1], T),
    "new axis": ("x[:, None] * y", lambda x, y: x[:, None] * y, shapes_of(x="n", y="m")),
    "concat": ("concat([x, y], axis=1)", lambda x, y: torch.cat([x, y], 1), shapes_of(x="nm", y="nk")),
    "concat along 0": ("concat([x, x * y])", lambda x, y: torch.cat([x, x * y], 0), P),
    "stack": ("stack([x, y], axis=1)", lambda x, y: torch.stack([x, y], 1), P),
    "list": ("[x, 2*y]", lambda x, y: torch.stack([x, 2 * y]), P),
    "mse": ("mse(x, y)", F.mse_loss, P),
    "mse summed": ("mse(x, y, reduction=sum)", lambda x, y: F.mse_loss(x, y, reduction="sum"), P),
    "mae": ("mae(x, y)", F.l1_loss, P),
    "huber": ("huber(x, y, delta=1/2)", lambda x, y: F.huber_loss(x, y, delta=0.5), P),
    "bce": ("bce(sigmoid(x), sigmoid(y))", lambda x, y: F.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y)), P),
    "bce_with_logits": ("bce_with_logits(x, y)", F.binary_cross_entropy_with_logits, P),
    "hinge": ("hinge(x, y)", lambda x, y: torch.clamp(1 - x * y, min=0).mean(), P),
    "kl_div": ("kl_div(softmax(x), softmax(y))",
               lambda x, y: F.kl_div(torch.log_softmax(y, -1), torch.softmax(x, -1), reduction="sum"), P),
    "cross_entropy": ("cross_entropy(x, y)", F.cross_entropy, P),
    "cross_entropy of one": ("cross_entropy(x, softmax(y))", lambda x, y: F.cross_entropy(x, torch.softmax(y, -1)),
                             shapes_of(x="n", y="n")),
    "nll": ("nll(x, y)", lambda x, y: -(x * y).sum(-1).mean(), P),
    "linear": ("linear(x, w, b)", F.linear, shapes_of(x="abk", w="mk", b="m")),
    "layer_norm": ("layer_norm(x, g, b)", lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b),
                   shapes_of(x="nm", g="m", b="m")),
    "rms_norm": ("rms_norm(x, g)", lambda x, g: F.rms_norm(x, x.shape[-1:], g, 1e-5), shapes_of(x="nmk", g="k")),
    "batch_norm": ("batch_norm(x, g, b)", torch_batch_norm, st.just({"x": (3, 2), "g": (2,), "b": (2,)})),
    "batch_norm of images": ("batch_norm(x, g, b)",
                             torch_batch_norm, st.just({"x": (2, 2, 2, 1), "g": (2,), "b": (2,)})),
    "conv1d": ("conv1d(x, w, b, stride=2, padding=1)", lambda x, w, b: F.conv1d(x, w, b, 2, 1),
               st.sampled_from([{"x": (2, 2, 4), "w": (2, 2, 3), "b": (2,)},
                                {"x": (1, 4), "w": (3, 1, 2), "b": (3,)}])),
    "conv2d": ("conv2d(x, w, stride=(1, 2), padding=(1, 0))", lambda x, w: F.conv2d(x, w, None, (1, 2), (1, 0)),
               st.sampled_from([{"x": (1, 2, 3, 4), "w": (2, 2, 2, 2)}, {"x": (1, 3, 3), "w": (1, 1, 2, 1)}])),
    "conv2d without channels": ("conv2d(x, w)", lambda x, w: F.conv2d(x[None], w[None, None])[0],
                                st.just({"x": (4, 3), "w": (2, 2)})),
    "max_pool1d": ("max_pool1d(x, 2)", lambda x: F.max_pool1d(x, 2), st.just({"x": (2, 5)})),
    "max_pool2d": ("max_pool2d(x, 2, stride=1)", lambda x: F.max_pool2d(x, 2, 1), st.just({"x": (1, 2, 3, 3)})),
    "avg_pool1d": ("avg_pool1d(x, 2)", lambda x: F.avg_pool1d(x, 2), st.just({"x": (2, 5)})),
    "avg_pool2d": ("avg_pool2d(x, (2, 1))", lambda x: F.avg_pool2d(x, (2, 1)), st.just({"x": (1, 3, 2)})),
    "embedding": ("embedding(x, [0, 1, 0])", lambda x: x[[0, 1, 0]], st.just({"x": (3, 2)})),
    "dropout": ("dropout(x, [1, 0, 1], 1/4)", lambda x: x * torch.tensor([1.0, 0, 1]) / 0.75, st.just({"x": (2, 3)})),
    "attention": ("attention(q, k, v)", F.scaled_dot_product_attention, shapes_of(q="nd", k="md", v="me")),
    "attention of a batch": ("attention(q, k, v)", F.scaled_dot_product_attention,
                             shapes_of(q="bnd", k="bmd", v="bme").filter(lambda s: s["q"][0] < 3)),
    "attention with a mask": ("attention(q, k, v, [[1, 0], [1, 1]])",
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, torch.tensor([[True, False], [True, True]])),
        st.just({"q": (2, 2), "k": (2, 2), "v": (2, 3)})),
}  # fmt: skip


def numbers(shape: Shape, salt: str) -> Any:
    """Halves and quarters, with ties in them, the same for the same name and shape."""
    random = numpy.random.default_rng(zlib.crc32(f"{salt}{shape}".encode()))
    return random.integers(-7, 8, size=shape) / 4.0 + (0.125 if salt == "x" else 0.0)


def written(array: Any) -> str:
    return str(array.tolist())


@pytest.mark.parametrize("name", CHECKS)
@given(data=st.data())
@FEW
def test_shape_value_and_gradients_are_those_of_torch(name: str, data: Any) -> None:
    expression, theirs, kinds = CHECKS[name]
    shapes = data.draw(kinds)
    values = {key: numbers(shape, key) for key, shape in shapes.items()}
    if "eye" in values:
        values["eye"] = numpy.eye(len(values["eye"]))
    if name in ("inv", "det"):
        values["x"] = values["x"] + 3 * numpy.eye(len(values["x"]))
    tensors = {key: torch.tensor(value, dtype=torch.float64, requires_grad=True) for key, value in values.items()}
    with torch.autograd.set_detect_anomaly(False):
        torch.set_default_dtype(torch.float64)
        out = theirs(*tensors.values())
        weights = numbers(tuple(out.shape), "weights")
        (out * torch.tensor(weights, dtype=torch.float64)).sum().backward()
        torch.set_default_dtype(torch.float32)
    givens = "\n".join(f"Given {key} = {written(value)}" for key, value in values.items())
    loss = f"sum(F * {written(weights)})" if out.shape else f"F * {written(weights)}"
    problem = f"{givens}\nF = {expression}\nL = {loss}\nFind {', '.join(f'dL/d{key}' for key in values)}"
    solution = bd.solve(problem)
    found = numpy.asarray(solution.value("F"), dtype=float)
    assert found.shape == tuple(out.shape)
    numpy.testing.assert_allclose(found, out.detach().numpy(), rtol=1e-9, atol=1e-12)
    for key, tensor in tensors.items():
        expected = numpy.zeros(shapes[key]) if tensor.grad is None else tensor.grad.numpy()
        ours = numpy.asarray(solution.gradient(key), dtype=float)
        assert ours.shape == shapes[key]
        numpy.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-11)


def test_every_operation_on_tensors_is_among_those_checked() -> None:
    text = " ".join(expression for expression, _, _ in CHECKS.values())
    tensors = [op.name for op in LANGUAGE_OPERATIONS if is_tensor_node(Call(op.name, (Name("x"),)))]
    assert [name for name in tensors if f"{name}(" not in text] == []


@given(st.lists(st.lists(st.integers(1, 3), max_size=3).map(tuple), min_size=2, max_size=3))
@settings(max_examples=100, deadline=None)
def test_shapes_broadcast_where_and_as_those_of_numpy_do(shapes: list[Shape]) -> None:
    try:
        expected = numpy.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ProblemError):
            broadcast(*shapes)
    else:
        assert broadcast(*shapes) == expected


ITEMS = ["0", "-1", ":", "1:", ":2", "::2", "::-1", "None", "0:0"]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_an_indexed_shape_is_that_of_numpy(shape: list[int], items: list[str]) -> None:
    python = {"None": None, "0": 0, "-1": -1, ":": slice(None), "1:": slice(1, None), ":2": slice(2),
              "::2": slice(None, None, 2), "::-1": slice(None, None, -1), "0:0": slice(0, 0)}  # fmt: skip
    try:
        expected = numpy.empty(shape)[tuple(python[item] for item in items)].shape
    except IndexError:
        expected = None
    axes = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
    try:
        expression = (
            bd.solve(f"Given x: {axes}\ny = x[{', '.join(items)}]\nL = sum(y)").record.problem.steps[0].expression
        )
    except ProblemError:
        assert expected is None or 0 in expected
    else:
        assert shape_of(expression, {"x": tuple(shape)}) == expected
        assert any(isinstance(node, Name) for node in walk(expression))


@pytest.mark.parametrize(
    ("shapes", "expression", "parts"),
    [
        ("x: (2, 3), y: (4,)", "x + y", ["(2, 3)", "(4,)", "axis -1", "3", "4"]),
        ("x: (n, d), y: (m, d)", "x * y", ["(n, d)", "(m, d)", "axis -2"]),
        ("x: (2, 3), y: (2, 3)", "x @ y", ["(2, 3)", "last axis of the left", "3", "2"]),
        ("x: (2, 3), y: (4, 3)", "concat([x, y], axis=1)", ["(2, 3)", "(4, 3)", "axis 1"]),
        ("x: (2, 3)", "trace(x)", ["(2, 3)", "square"]),
        ("x: (2, 3)", "sum(x, axis=2)", ["axis 2", "axis 0, axis 1"]),
        ("x: (2, 3), y: (3,)", "cross_entropy(x, y)", ["(2, 3)", "(3,)", "(2,)"]),
        ("x: (2, 5), y: (4, 3, 2)", "conv1d(x, y)", ["(2, 5)", "(4, 3, 2)", "2 channels", "3"]),
        ("x: (2, 3)", "reshape(x, (4, 2))", ["(2, 3)", "(4, 2)", "6"]),
        ("x: (2, 3), g: (2,)", "layer_norm(x, g, g)", ["(2, 3)", "(2,)", "(3,)"]),
    ],
)
def test_a_shape_error_shows_the_shapes_and_what_disagrees(shapes: str, expression: str, parts: list[str]) -> None:
    with pytest.raises(ProblemError) as caught:
        bd.solve(f"Given {shapes}\nL = sum({expression})")
    for part in parts:
        assert part in str(caught.value)
