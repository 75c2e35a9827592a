"""Functions, scripts and notebooks read without running them: the problem that they hold, or what is not supported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.importers.files import file_problem
from backprop_derive.importers.notebook import notebook_source, page_source
from backprop_derive.importers.python_source import function_problem, script_problem
from tests.conftest import CHECKOUT

CELLS = [
    "import torch",
    "x = torch.tensor(1.0)\ny = torch.tensor(2.0)\nw = torch.tensor(1.0, requires_grad=True)",
    "y_hat = w*x\nloss = (y_hat - y) ** 2\nprint(loss)",
    "loss.backward()\nprint(w.grad)",
]
PROBLEM = """\
Given x = 1
Given y = 2
Given w = 1
y_hat = w * x
loss = (y_hat - y)^2
Find d(loss)/d(w)
"""
NOTES = "".join(f"In [{n}]:\n{cell}\n\n" for n, cell in enumerate(CELLS, 1)).replace(
    "print(loss)\n", "print(loss)\n\ntensor(1., grad_fn=<PowBackward0>)\n"
)
k, TABLE = 3, [1, 2]  # what functions below take from around them


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, *code], "nbformat": 4})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.ipynb", notebook(*CELLS)),
        ("notes.ipynb", notebook("%matplotlib inline\n" + CELLS[0], "%%bash\nls | wc", *CELLS[1:])),
        ("notes.txt", "Prose.\n\n" + NOTES),
        ("notes.md", "Prose\n\n```python\n" + "\n".join(CELLS) + "\n```\n\n```\ntensor(-2.)\n```\n"),
        ("notes.py", "\n".join(CELLS)),
    ],
)
def test_the_cells_of_the_notes_are_the_problem_of_the_notes(name: str, text: str) -> None:
    found = file_problem(text, name, None, {})
    assert found == PROBLEM
    solution = bd.solve(found)
    assert solution.gradients == {"w": -2}
    assert solution.loss == 1


def test_what_is_imported_comes_out_as_the_lesson() -> None:
    lesson = bd.solve(file_problem(notebook(*CELLS), "notes.ipynb", None, {})).to_markdown(layout="lesson")
    assert "loss = (y_hat - y) ** 2" in lesson
    assert "tensor(-2.)" in lesson


def test_our_own_notebooks_are_read_back() -> None:
    text = "Given X = [[1, 0.5], [-1, 2]], y = [0, 1], W = [[0.2, -0.4], [0.5, 0.3]]\n"
    text += "L = cross_entropy(X @ W, y)\nFind dL/dW"
    solution = bd.solve(text)
    again = bd.solve(file_problem(solution.to_notebook(), "own.ipynb", None, {}))
    assert again.gradient("W").tolist() == solution.gradient("W").tolist()
    assert list(again.gradients) == ["W"]


@pytest.mark.parametrize("example", ["two-two-two", "logistic-neuron", "mlp-batch", "attention-head", "batch-norm"])
def test_our_own_scripts_are_read_back(example: str) -> None:
    solution = bd.solve((CHECKOUT / "examples" / f"{example}.txt").read_text(encoding="utf-8"))
    again = bd.solve(script_problem(solution.to_program("torch")))
    assert float(again.loss) == pytest.approx(float(solution.loss))
    for name, gradient in solution.gradients.items():
        assert again.gradient(name) == pytest.approx(gradient)


def test_a_function_gives_a_step_for_each_assignment() -> None:
    source = """
import torch.nn.functional as F
HALF = 0.5

def activated(z, slope):
    return F.leaky_relu(z, negative_slope=slope)

def net(x, W, b, y):
    '''A layer.'''
    x = x @ W.T + b
    x = activated(x, 0.1)
    p = F.softmax(x, dim=-1)
    for t in range(2):
        p = p * p
    return ((p - y) ** 2).mean() + HALF * (W ** 2).sum()
"""
    values = {"x": [[1, 2]], "W": [[1, 0.5], [2, -1]], "b": [0, 1], "y": [[1, 0]]}
    assert function_problem(source, "net", inputs=values).splitlines()[4:] == [
        "Given HALF = 0.5",
        "x_2 = x @ W.T + b",
        "x_3 = leaky_relu(x_2, slope=0.1)",
        "p = softmax(x_3)",
        "p_2 = p * p",
        "p_3 = p_2 * p_2",
        "loss = mean((p_3 - y)^2) + HALF * sum(W^2)",
    ]


def test_a_lambda_and_a_function_are_solved_and_never_called() -> None:
    def never(x: float, w: float) -> float:
        y = x * w
        return y**2

    called = bd.solve(lambda x, w: (w * x - k) ** 2, given={"x": 1, "w": 1}, wrt="w")
    assert called.gradient("w") == -4
    assert bd.solve(never, given={"x": 2, "w": 3}).gradient("w") == 24
    assert bd.derive(never).problem.has_values is False


def test_numpy_and_torch_each_have_their_own_variance() -> None:
    head = "import torch\nimport numpy as np\nx = torch.tensor([1., 2., 4.])\n"
    assert script_problem(head + "v = np.var(x)").endswith("v = var(x)\n")
    assert script_problem(head + "v = torch.var(x)").endswith("v = var(x, unbiased=true)\n")
    assert script_problem(head + "v = x.var(correction=0)").endswith("v = var(x)\n")


def test_a_layer_without_weights_is_made_first_and_called_later() -> None:
    source = "from torch import nn\nimport torch\nz = torch.tensor([1., 2.])\nt = torch.tensor([0., 1.])\n"
    source += "criterion = nn.HuberLoss(delta=0.5)\nloss = criterion(nn.ReLU()(z), t)\n"
    assert script_problem(source).splitlines()[-1] == "loss = huber(relu(z), t, delta=0.5)"


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("def f(x):\n    if x > 0:\n        x = x\n    return x", 2, "(if) is not read"),
        ("def f(x):\n    while x:\n        x = x - 1\n    return x", 2, "(while) is not read"),
        ("def f(x):\n    y = x.cumsum(0)\n    return y", 2, "cumsum is not supported"),
        ("def f(x):\n    return open(x)", 2, "open is not supported"),
        ("def f(x):\n    return __import__('os').system('x')", 2, "__import__ is not supported"),
        ("def f(x):\n    return x.__class__", 2, ".__class__ is not read"),
        ("def f(x):\n    return [y for y in x]", 2, "(ListComp) is not read"),
        ("def f(x):\n    y = unknown + x\n    return y", 2, "unknown is not defined above"),
        ("def f(x):\n    x[0] = 1\n    return x", 2, "an assignment to a part"),
        ("def f(x):\n    return x.detach() * x", 2, "detach stops the gradient"),
        ("def f(x):\n    return F.dropout(x, 0.5)", 2, "at random"),
        ("def f(x):\n    return nn.Linear(2, 3)(x)", 2, "weights that are drawn at random"),
        ("def f(x):\n    return f(x)", 2, "nested too deeply"),
        ("def f(x):\n    return torch.sum(x, 1, 2, 3, 4, 5)", 2, "arguments"),
        ("def f(x):\n    return x.transpose(0, 1)", 2, "axis 0 of a tensor of 0 axes"),
        ("def f(x):\n    x = [x, x][2]\n    return x", 2, "an index of this kind"),
        ("def f(x):\n    return x.reshape('a')", 2, "sizes that are not numbers"),
        ("def f(x):\n    return lambda y: y", 2, "the result is no tensor"),
        ("def f(x:\n", 1, "this is no Python"),
    ],
)
def test_what_is_not_supported_is_named_with_its_line(source: str, line: int, says: str) -> None:
    with pytest.raises(bd.ProblemError) as caught:
        function_problem(source, "f", name="model.py")
    assert says in str(caught.value)
    assert f"model.py:{line}:" in str(caught.value)


def test_a_function_without_a_source_is_refused_with_a_remedy() -> None:
    with pytest.raises(bd.UsageError, match="source of this function is not to be had"):
        bd.solve(eval("lambda x: x"))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cells": 3}', "\x00", '{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(bd.ProblemError):
        script_problem(notebook_source(text, "x.ipynb"), "x.ipynb")


def test_a_page_without_code_has_none() -> None:
    assert page_source("Only prose, and `code` in a line.") is None


def test_reading_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    source = f"import torch\nopen({str(mark)!r}, 'w')\nx = torch.tensor(1.0)\ny = x * x\n"
    assert bd.solve(script_problem(source)).gradients == {"x": 2}
    assert not mark.exists()


def test_an_argument_that_is_used_several_times_is_a_step() -> None:
    source = "def silu(z):\n    return z / (1 + torch.exp(-z))\n\ndef f(x, w):\n    return silu(silu(x * w))\n"
    assert function_problem(source, "f").splitlines()[2:] == [
        "z = x * w",
        "z_2 = z/(1 + exp(-z))",
        "loss = z_2/(1 + exp(-z_2))",
    ]


def test_what_does_not_fit_a_function_is_told_where_it_is_called() -> None:
    source = "import numpy as np\ndef f(z):\n    return np.exp(z)\n"
    source += "x = np.array([1, 2])\nW = np.eye(3)\ny = f(np.dot(W, x))\n"
    with pytest.raises(bd.ProblemError, match=r"script\.py:6:") as caught:
        script_problem(source, "script.py")
    assert "do not fit for @" in str(caught.value)


def test_numbers_of_linspace_are_all_of_them_or_none() -> None:
    code = "import torch\nx = torch.linspace(0, 1, {})\nw = torch.tensor(2.0, requires_grad=True)\n"
    code += "(x*w).sum().backward()\n"
    assert "Given x = [0, 0.25, 0.5, 0.75, 1]\n" in script_problem(code.format(5))
    with pytest.raises(bd.ProblemError, match="linspace"):
        script_problem(code.format(200_000))


def test_numpy_s_dot_of_matrices_is_their_product() -> None:
    head = "import numpy as np\nX = np.array([[1, 2]])\nw = np.full((2, 1), 0.5)\nv = np.arange(3)\n"
    assert script_problem(head + "y = np.dot(X, w)").endswith("y = X @ w\n")
    assert script_problem(head + "y = np.dot(v, v)").endswith("Given v = [0, 1, 2]\ny = dot(v, v)\n")


def test_a_class_given_as_a_whole_number_is_a_place() -> None:
    source = "def f(z, y):\n    p = np.exp(z) / np.exp(z).sum()\n    return -np.log(p[y])\n"
    text = function_problem(source, "f", inputs={"z": [1, 2, 3], "y": 2})
    assert text.endswith("loss = -log(p[2])\n")
    assert bd.solve(text).gradient("z").astype(float) == pytest.approx([0.0900306, 0.2447285, -0.3347592])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["import os", "os.system('touch ran')\nimport torch\nx = torch.tensor(2.0)\ny = x * x"], None),
        (["x = __import__('os').system('touch ran')"], "__import__ is not supported"),
        (["x = open('ran', 'w')"], "open is not supported"),
        (["x = " + "(" * 5000 + "1" + ")" * 5000], "no Python"),
        (["x = torch.tensor(1.0)\ny = " + "-" * 20_000 + "x"], "nested too deeply"),
        (["x = torch.tensor(1.0)\nfor i in range(1000):\n  for j in range(1000):\n    x = x + 1"], "turns in all"),
    ],
)
def test_a_hostile_notebook_runs_nothing_and_takes_no_time(
    cells: list[str], says: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if says is None:
        assert bd.solve(file_problem(notebook(*cells), "evil.ipynb", None, {})).gradients == {"x": 4}
    else:
        with pytest.raises(bd.ProblemError, match=says):
            file_problem(notebook(*cells), "evil.ipynb", None, {})
    assert not list(tmp_path.iterdir())


def test_functions_of_functions_do_not_grow_without_bounds() -> None:
    source = "import torch\nx = torch.tensor(1.0)\nf = lambda a: a * a\ny = " + "f(" * 15 + "x" + ")" * 15
    assert script_problem(source).count("\n") == 16
    assert bd.solve(script_problem(source)).gradients == {"x": 2**15}


def test_the_cells_of_the_notes_give_the_lesson_with_the_same_cells() -> None:
    """What the notes print comes out as they print it, and the derivation is that of the lesson's own example."""
    lesson = bd.solve(file_problem("Prose.\n\n" + NOTES, "notes.txt", None, {})).to_markdown(layout="lesson")
    for cell in (CELLS[1], CELLS[2].replace("w*x", "w * x"), CELLS[3]):
        assert cell in lesson
    assert "tensor(1., grad_fn=<PowBackward0>)" in lesson
    own = [CELLS[0], CELLS[1], "y_hat = x * w\ns = y_hat - y\nloss = s**2", CELLS[3]]
    example = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
    again = bd.solve(file_problem(notebook(*own), "lesson.ipynb", None, {}))
    assert again.to_markdown(layout="lesson") == bd.solve(example).to_markdown(layout="lesson")
