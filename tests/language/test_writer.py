"""The text of a problem survives: read, written, and read again, it is the same problem."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem
from backprop_derive.syntax.parser import deep_recursion
from tests.conftest import CHECKOUT, corpus

LESSON = """\
Title: One neuron, $5 # and a hash
> The first line of prose,
> and the second with $y^ = x*w$ in it.

> Another paragraph.
Given x = 1, y = 1/2, w = sqrt(2)/2, θ
1. y^ = x * w
Now the residual.
(a) s = ŷ - y
- sigmoid = σ(s)·2θ
loss = |s|² + 2lr^2/(2x) - ½sigmoid
Parameters: w, θ
lr = 1/4
Updates: 2
Round: 4
Find d(loss)/dw, ∂loss/∂ŷ
"""


def survives(text: str, **options: object) -> str:
    problem = read_problem(text, **options)  # type: ignore[arg-type]
    again = written_problem(problem)
    with deep_recursion():  # comparing two deep trees goes as deep as they are
        assert read_problem(again) == problem
    assert written_problem(read_problem(again)) == again
    return again


def test_a_problem_is_written_one_statement_a_line_in_its_authors_spelling() -> None:
    assert survives(LESSON).split("\n") == [
        "Title: One neuron, $5 # and a hash",
        "> The first line of prose,",
        "> and the second with $y_hat = x * w$ in it.",
        "",
        "> Another paragraph.",
        "Given x = 1",
        "Given y = 1/2",
        "Given w = sqrt(2)/2",
        "Given θ",
        "1. y^ = x * w",
        "> Now the residual.",
        "(a) s = y_hat - y",
        "- sigmoid = σ(s) * 2theta",
        "loss = abs(s)^2 + 2 * (1/4)^2/(2x) - ½sigmoid",
        "Parameters: w, θ",
        "Learning rate: 1/4",
        "Updates: 2",
        "Round: 4",
        "Find d(loss)/d(w), d(loss)/d(y^)",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x = 3\nloss = x^2",
        "Given x = 1\na = x\nb = 2*a\nFind grad of a",
        "Given x = 1\na = x\nb = 2*a\nFind da/dx",
        "Given d = 1\nL = 2*d\nFind dL/dd",
        "Given x = 1\n>\n> a\n\n> b\n>\n> c\nloss = x",
        "Given x = 1\nFind the gradient of the loss.\nloss = x",
        "> $x$$x$ $$x$$ $5\nGiven x = 1\nloss = x",
        "> > quoted\nGiven x = 1\nloss = x",
        "Given x = 1\nlog = ln(x)\nloss = log*x",
        "Given x = 1\n1. lr = 2*x\nloss = lr*x",
        "Given e3 = 1, x1 = 2\nloss = 2 e3 + 0 x1",
        "Given y = 2, y^ = 3\nloss = y^(-1) + y^ - 1",
        "Given x = 1\nloss = gelu(x, approximate=tanh) + leaky_relu(x, slope=0.1) + clip(x, lo=0, hi=1)",
        "Given x = 1\nlr = 0\nUpdates: 0\nloss = x",
        "Given x = 1\nloss = " + "(" * 1000 + "x" + ")" * 1000,
        "Given x = 1\nloss = " + "^".join(["x"] * 999),
    ],
)
def test_a_problem_survives(text: str) -> None:
    survives(text)


@pytest.mark.parametrize(
    "options",
    [{"given": {"x": 0.5}}, {"given": {"x": "1/3"}}, {"wrt": ("w",)}, {"loss": "a"}, {"loss": "a", "wrt": ("x",)}],
)
def test_what_a_caller_has_changed_is_part_of_the_problem(options: dict[str, object]) -> None:
    survives("Given x = 1, w = 2\na = x*w\nb = a^2", **options)


def problems_of_the_corpus() -> dict[str, str]:
    found = {path.stem: path.read_text(encoding="utf-8") for path in (CHECKOUT / "examples").glob("*.txt")}
    for path in sorted((corpus() / "worked").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["level"] in ("scalar", "network"):
            found[case["id"]] = case["problem"]
    return found


@pytest.mark.parametrize("text", problems_of_the_corpus().values(), ids=problems_of_the_corpus().keys())
def test_every_worked_problem_survives(text: str) -> None:
    survives(text)


# --- random problems

NAMES = st.sampled_from(["x", "y", "w", "y^", "x_1^", "w_1", "θ", "x'", "d", "dx", "e", "pi", "sum", "the", "E2", "日"])
VALUES = st.sampled_from(["", " = 1", " = -1/3", " = 1e-3", " = sqrt(2)/2", " = ½", " = -(2 + 3)^2"])
FORMS = st.sampled_from(
    ["{0} * {1}", "2{0}", "{0} - {1}", "{0} ** 2", "|{0}|", "exp(-{0})/{1}", "max({0}, {1}, 1)", "-{0}*(-{1})",
     "½({0} + {1})",
     "where({0} <= {1}, {0}, 2)", "leaky_relu({0}, slope=0.1)", "({0})^(-({1}))", "({0})² − ({1})", "{0} / (2{1})"],
)  # fmt: skip
PROSE = st.sampled_from(["> a line", "> with $1 + 1$ and $5", ">", "", "Plain words.", "# a comment"])
LABELS = st.sampled_from(["", "1. ", "(b) ", "- "])
SETTINGS = st.sampled_from(["Title: $T$ # 1", "lr = 1/2\nUpdates: 3", "Round: 3", "Learning rate: 0.5"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    names = draw(st.lists(NAMES, min_size=2, max_size=9, unique=True))
    cut = draw(st.integers(1, len(names) - 1))
    lines = [f"Given {name}{draw(VALUES)}" for name in names[:cut]]
    for k in range(cut, len(names)):
        lines.append(draw(PROSE))
        known = st.sampled_from(names[:k])
        lines.append(f"{draw(LABELS)}{names[k]} = {draw(FORMS).format(draw(known), draw(known))}")
    lines += draw(st.lists(SETTINGS, max_size=2, unique_by=lambda line: line[0] in "lL" or line))
    if draw(st.booleans()):
        wanted = draw(st.lists(st.sampled_from(names[:cut]), min_size=1, max_size=3))
        lines.append("Find " + ", ".join(f"d({names[-1]})/d({name})" for name in wanted))
    return "\n".join(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts())
def test_a_random_problem_survives(text: str) -> None:
    survives(text)
