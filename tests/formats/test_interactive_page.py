"""The page to play with: what it computes, what it allows, and how it behaves in a real browser."""

from __future__ import annotations

import json
import math
import random
import re
import shutil
import subprocess
from base64 import b64encode
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy
import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive.cli.main import main
from backprop_derive.errors import DomainError, LimitError, UsageError
from backprop_derive.evaluate.compiled import registers
from backprop_derive.formats.html import _formula
from backprop_derive.formats.interactive import printed
from backprop_derive.formats.scene import data
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.mistakes.table import possible
from backprop_derive.playing import scene
from backprop_derive.printers.javascript import RUNTIME, Line, function, number
from backprop_derive.printers.javascript_arrays import ARRAYS
from backprop_derive.solution import TensorSolution
from backprop_derive.stages import evaluated, in_matrices
from backprop_derive.telling import picture
from tests.browser import in_browser
from tests.conftest import CHECKOUT

LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
NODE = shutil.which("node")
SCALARS = (
    "lesson",
    "diamond",
    "logistic-neuron",
    "lstm-cell",
    "relu-at-the-kink",
    "rnn-through-time",
    "two-two-one-tanh",
)
TENSORS = ("mlp-batch", "attention-head", "conv-net", "batch-norm", "rnn-in-matrices")
INVERSE = """\
Given A = [[3, 1], [0.5, 2]], S = [[2, 1], [1, 4]] symmetric, x = [1, -1], t = 0.5
B = inv(A) @ S
y = B @ x
L = sum(y**2) + t*det(S) + max(y) + logsumexp(x)
Find dL/dA, dL/dS, dL/dx, dL/dt
"""
EVERY = """\
Given x = 0.3, w = -0.7, b = 1.2
a = erf(x) + gelu(w) + silu(b) + softplus(x*w) + tanh(b)^2
c = max(x, w, b) + min(x, w) + |x - w| + where(x > w, x^2, w^3) + clip(x, -1/2, 1/2) + huber(x, b)
d = exp(-x^2) + log(1 + b^2) + sqrt(2 + w^2) + sin(x)*cos(w) + atan(b) + sinh(x)/cosh(w) + elu(w) + leaky_relu(x)
loss = (a*c - d)^2 + sigmoid(a)*log(sigmoid(c)) + (2 + x^2)^w
Find d(loss)/dx, d(loss)/dw, d(loss)/db
"""


def page(text: str = LESSON, **changes: Any) -> str:
    return bd.solve(text).to_html(interactive=True, **changes)


def script_of(html: str) -> str:
    (found,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return str(found)


# --- what it computes


def _scene(text: str) -> Any:
    told = bd.solve(text).telling()
    solved = told.solved
    return scene(in_matrices(solved) if isinstance(solved, TensorSolution) else solved, picture(told), told.options)


def _by_node(text: str, settings: list[dict[str, Any]]) -> tuple[Any, list[list[Any]], list[list[Any]]]:
    """What the page's functions give at each setting, arrays flat, NaN and infinities as None, and what is played."""
    played = _scene(text)
    (program, outputs), (wrong, _) = played.live, played.astray
    assert f"const run = {printed(program)};\nconst astray = {printed(wrong)};" in page(text)
    given = [[setting[key] for key in program.inputs] for setting in settings]
    places = [outputs.index(tuple(name.split(" "))) for name in wrong.inputs]
    source = (
        f"{RUNTIME}{ARRAYS}\nconst run = {printed(program)};\nconst astray = {printed(wrong)};\n"
        "const flat = x => typeof x === 'object' ? [...x] : Number(x);\n"
        f"const all = {json.dumps(given)}.map(run);\n"
        f"const wrong = all.map(results => astray({places}.map(k => results[k])).map(flat));\n"
        "console.log(JSON.stringify([all.map(results => results.map(flat)), wrong]));"
    )
    done = subprocess.run([str(NODE), "-"], input=source, capture_output=True, text=True, timeout=60, check=True)
    found, slips = json.loads(done.stdout)
    return played, found, slips


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.parametrize("name", [*SCALARS, "every"])
def test_values_and_gradients_are_those_of_the_engine_at_100_settings(name: str) -> None:
    text = EVERY if name == "every" else (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    solution, draw = bd.solve(text), random.Random(name)
    keys = [given.key for given in solution.problem.givens]
    settings = [{key: draw.randint(-3000, 3000) / 1024 for key in keys} for _ in range(100)]
    played, found, _ = _by_node(text, settings)
    compared = 0
    for setting, results in zip(settings, found, strict=True):
        try:
            exact = bd.solve(text, given={key: Fraction(value) for key, value in setting.items()})
        except DomainError:
            continue
        first: Any = exact.record.first
        for output, result in zip(played.live[1], results, strict=True):
            table = {"value": first.values, "adjoint": first.adjoints, "local": first.local}[output[0]]
            key = output[1] if output[0] != "local" else (output[2], output[1])
            expected = 1.0 if key == solution.problem.loss and output[0] == "adjoint" else float(table[key])
            assert result == pytest.approx(expected, rel=1e-9, abs=1e-9), (output, setting)
        compared += 1
    assert compared >= 40


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.parametrize("name", [*TENSORS, "inverse"])
def test_tensors_are_those_of_the_engine_at_100_settings(name: str) -> None:
    text = INVERSE if name == "inverse" else (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    derivation: Any = bd.solve(text).derivation
    played, draw, settings = _scene(text), random.Random(name), []
    fixed = {given["key"] for given in data(played, bd.Options())["givens"] if given["classes"]}
    for _ in range(100):
        settings.append({
            key: list(values) if key in fixed else [draw.randint(-3000, 3000) / 1024 for _ in values]
            for key, values in played.values.items()
        })  # fmt: skip
        for key in derivation.graph.problem.structures:
            drawn = numpy.reshape(settings[-1][key], played.shapes[key])
            settings[-1][key] = (drawn + drawn.T).ravel().tolist()
        settings[-1] = {key: v if played.shapes[key] else v[0] for key, v in settings[-1].items()}
    compiled = bd.compile(text)
    _, found, _ = _by_node(text, settings)
    compared = 0
    for setting, results in zip(settings, found, strict=True):
        arrays = {key: numpy.reshape(values, played.shapes[key]) for key, values in setting.items()}
        exact = registers(derivation, dict(played.shapes), {})
        names = {f"value {key}": r for key, r in exact.values.items()}
        names |= {f"adjoint {key}": r for key, r in exact.adjoints.items()}
        expected = exact.program.runner(names)(arrays)
        loss, gradients = compiled({derivation.graph.problem.spelled[key]: value for key, value in arrays.items()})
        for output, result in zip(played.live[1], results, strict=True):
            if output[0] == "part":
                continue
            right = numpy.ravel(expected[" ".join(output)])
            assert numpy.allclose(numpy.ravel(result), right, rtol=1e-9, atol=1e-9), (output, setting)
            if output == ("value", derivation.graph.loss):
                assert result == pytest.approx(loss, rel=1e-9)
            spelled = derivation.graph.problem.spelled[output[1]]
            if output[0] == "adjoint" and spelled in gradients:
                assert numpy.allclose(numpy.ravel(result), numpy.ravel(gradients[spelled]), rtol=1e-9, atol=1e-9)
        compared += 1
    assert compared == 100


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.parametrize("name", ["lesson", "two-two-one-tanh", "diamond", "mlp-batch", "attention-head"])
def test_what_a_mistake_gives_in_the_page_is_what_its_derivation_gives(name: str) -> None:
    text = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    solution = bd.solve(text)
    played = _scene(text)
    values = {key: list(v) if played.shapes[key] else v[0] for key, v in played.values.items()}
    _, _, slips = _by_node(text, [values])
    made = tuple(possible(solution.derivation, ("forward", "local", "backward")))
    assert len(made) == len(played.feedback)
    seen = set()
    for output, result in zip(played.astray[1], slips[0], strict=True):
        kind, key, number = output[0], output[1], int(output[-1])
        if kind not in ("value", "adjoint") or (made[number].mistake.stage == "forward" and kind == "adjoint"):
            continue
        first: Any = evaluated(made[number].derivation, DEFAULT_LIMITS).first
        right = (first.values if kind == "value" else first.adjoints)[key]
        expected = [float(x) for x in right.entries] if played.shapes[key] else float(right)
        assert numpy.allclose(result, expected, rtol=1e-9, atol=1e-9), (made[number].mistake.name, made[number].at)
        seen.add(number)
    assert seen == set(range(len(made)))


@pytest.mark.parametrize("value", [0.1, -1e-300, 5e-324, 1e300, 3.0])
def test_a_number_is_written_to_its_last_bit(value: float) -> None:
    assert float(number(value)) == value
    assert (number(math.inf), number(-math.inf), number(math.nan)) == ("Infinity", "-Infinity", "NaN")


def test_an_operation_on_arrays_is_refused() -> None:
    with pytest.raises(UsageError, match="eigenvalues is an operation on arrays"):
        function([], [(2, 2)], [Line("eigenvalues", (0,), (2,))], [1])


# --- what it allows


def test_the_policy_names_the_hashes_of_all_that_stands_in_the_page() -> None:
    html = page()
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)[0].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for text in (script_of(html), *re.findall(r"<style>(.*?)</style>", html, re.DOTALL)):
        assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    outside = re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r'\sstyle="|\son\w+=|src=|href=|https?://', outside)


def test_what_a_user_wrote_is_no_markup_and_no_code() -> None:
    names = "Given constructor = 1, alert = 2\nloss = constructor*alert\nFind d(loss)/dalert"
    html = page(f"Title: </script><img src=x>\n{names}")
    assert html.count("<script>") == html.count("</script>") == 1
    assert "<img" not in html
    assert not re.search(r"const r\d+ = [^;]*(alert|constructor)", script_of(html))


@pytest.mark.parametrize("layout", ["solution", "lesson"])
def test_the_lesson_with_everything_is_small(layout: str) -> None:
    assert len(page(layout=layout).encode()) <= 150_000


@pytest.mark.parametrize("name", ["lesson", "two-two-one-tanh", "mlp-batch"])
def test_no_piece_of_a_formula_is_written_twice_for_a_moment_and_the_solution(name: str) -> None:
    html = page((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))
    formulas = html[html.index('id="formulas"') : html.index('id="numbers"')]
    mine, solution = (re.findall(r"<math .*?</math>", part) for part in (formulas, html[html.index("<details") :]))
    assert len(mine) == len(set(mine))
    assert not set(mine) & set(solution)
    assert len(re.findall("data-piece", formulas)) > len(mine)


def test_what_a_page_cannot_do_is_said() -> None:
    with pytest.raises(LimitError, match="computes is too large: 5,202, the limit `page` is at most 5,000"):
        page(f"Given x = {[1] * 2600}\ny = x*x\nz = sum(y)\nL = z^2")
    with pytest.raises(UsageError, match="goes back from a number, and y is a tensor"):
        page("Given x = [1, 2]\ny = x**2\nFind dy/dx")
    with pytest.raises(UsageError, match="in the layout of its name"):
        page("Given x = [1, 2]\ny = sum(x**2)", layout_convention="numerator")
    with pytest.raises(UsageError, match="x has no value"):
        page("Given x\nloss = x^2")
    with pytest.raises(UsageError, match="carries rounded values"):
        page("Given x = 1/3\nloss = x^2\nRound: 3")
    done = CliRunner().invoke(main, ["solve", "-e", "x = 1; loss = x^2", "-f", "md", "--interactive"])
    assert done.exit_code == 2
    assert "-f html --interactive" in done.output


# --- in a browser


def _played(script: str, html: str, folder: Path) -> dict[str, Any]:
    return in_browser(Path(__file__).with_name(script), html, folder, "axe-core")


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `play.cjs` meets on the page of the notes' example."""
    return _played("play.cjs", page(), tmp_path_factory.mktemp("page"))


def test_the_browser_has_nothing_to_complain_of(met: dict[str, Any]) -> None:
    assert met["problems"] == []
    assert met["light axe"] == met["phone axe"] == []
    assert met["phone width"] <= 375


def test_steps_show_one_result_after_the_other_with_its_node_marked(met: dict[str, Any]) -> None:
    assert met["overview"] == ["w", "→ 1", "← −2"]
    assert met["first"] == ["step 1 of 9: forward pass", "x = 1, w = 1 → ŷ = 1", ["s = ŷ − y", "→ ?", "← ?"]]
    assert met["marked"] == ["y_hat"]
    assert met["last"] == ["step 9 of 9: backward pass", "= (−2) · 1 = −2", ["w", "→ 1", "← −2"]]
    assert met["back"] == "step 8 of 9: backward pass"


def test_each_moment_shows_its_whole_formula(met: dict[str, Any]) -> None:
    contents = [moment.content for moment in _scene(LESSON).moments]
    whole = [
        [re.findall('alttext="(.*?)"', _formula(part.node, frozenset())) for part in content] for content in contents
    ]
    assert met["formulas"] == [[0, *(spoken for part in parts for spoken in part)] for parts in whole]
    assert met["formulas"][0] == [0, "y hat equals x times w"]


def test_a_slider_moves_every_value(met: dict[str, Any]) -> None:
    assert met["reach"] == ["-2", "6", "any", "2"]
    w, gradient, loss = met["moved"]
    assert w > 1
    assert gradient == pytest.approx(2 * (w - 2))
    assert loss == pytest.approx((w - 2) ** 2)
    values, slope = met["typed"]  # x = 3, y = 2 and w as it was moved: 2(3w − 2)·3
    assert values[2] == f"← {6 * (3 * w - 2):.4g}"
    assert slope == f"The gradient is the slope of the tangent: {6 * (3 * w - 2):.4g}"
    assert met["frame"] < 16


def test_an_update_descends_and_a_node_tells_its_local_gradients(met: dict[str, Any]) -> None:
    w, loss = met["update"]
    assert w == pytest.approx(1.2)
    assert loss == pytest.approx(0.64)
    assert met["hint"] == "ŷ = 1;  ∂s/∂ŷ = 1;  ∂ŷ/∂w = x = 1"
    assert met["printed"] == [False, "visible"]
    assert met["phone painted"] == [False, True]


def test_the_quiz_hides_what_it_asks_for_and_names_the_mistake(met: dict[str, Any]) -> None:
    assert met["hidden"] == ["ŷ = x · w", "→ ?", "← ?"]
    assert met["verdicts"] == [
        "✗ Write a number, such as -0.5 or 3/4.", "✗ Write a number, such as -0.5 or 3/4.", "✗ The sign is wrong.",
        "✓ Right.",
        "✗ This is the local gradient; multiply it by the incoming adjoint.", "✗ The sign is wrong.",
        "✗ Along a path the chain rule multiplies: adjoint times local gradient.", "✓ Right.",
    ]  # fmt: skip


def test_nothing_else_in_the_page_tells_what_the_quiz_asks_for(met: dict[str, Any]) -> None:
    # Line, tangent, point and the range of the loss: first nothing, then the loss, at last the gradient.
    assert met["curves"] == [[False] * 4, [True, False, True, True], [True] * 4]
    assert met["asked"] == "The gradient is the slope of the tangent: −2"
    assert met["described"].startswith("Computation graph of 6 nodes and 5 edges. x is given. ")
    assert "value" not in met["described"]
    derivative = (
        "partial s by partial y hat equals partial open parenthesis y hat minus y close parenthesis by partial y hat"
    )
    assert met["asking"] == [[derivative], [f"{derivative} equals 1"]]


@pytest.fixture(scope="module")
def met_tensors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `play_tensors.cjs` meets on the page of a product of matrices."""
    text = "Given X = [[1, 2], [3, 4]], W = [[1, 1], [1, 2]]\nZ = X @ W\nL = sum(Z**2)\nFind dL/dW"
    return _played("play_tensors.cjs", page(text), tmp_path_factory.mktemp("page"))


def test_boxes_and_steps_show_matrices(met_tensors: dict[str, Any]) -> None:
    assert met_tensors["problems"] == met_tensors["axe"] == []
    assert met_tensors["width 375"] <= 375
    assert met_tensors["box"] == [["3", "5", "7", "11"], ["48", "76", "68", "108"]]
    assert met_tensors["first"] == ["step 1 of 4: forward pass", "X = 1234, W = 1112 → Z = 35711", ["?"] * 4]
    assert met_tensors["hint"].startswith("Z = 35711;  ∂L/∂Z = 6101422;  ∂L/∂W = Xᵀ @ (∂L/∂Z)")


def test_a_slider_moves_the_entry_that_was_chosen(met_tensors: dict[str, Any]) -> None:
    assert met_tensors["moved"] == [[1, 3, 1, 2], [48, 116, 68, 164], 396]
    assert met_tensors["slope"] == ["The gradient is the slope of the tangent: 164", 164]
    assert met_tensors["update"] == pytest.approx([1 - 4.8, 1 - 7.6, 1 - 6.8, 2 - 10.8])


def test_a_quiz_asks_for_an_entry_or_for_all_of_them(met_tensors: dict[str, Any]) -> None:
    assert met_tensors["verdicts"] == [
        "✗ Write all 4 entries row by row, such as 1 2; 3 4.", "✗ Write a number, such as -0.5 or 3/4.",
        "✗ 1 of 4 entries are right.", "✗ 3 of 4 entries are right.", "✓ Right.",
        "✗ One of the factors is to be transposed; the shapes do not tell, as it is square.", "✗ The sign is wrong.",
        "✓ Right.",
    ]  # fmt: skip
