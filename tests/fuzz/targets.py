"""What is fuzzed: each reader of something that a user, a student or the network writes, with texts to begin from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from backprop_derive.importers.files import file_problem
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem
from backprop_derive.proofreading.judge import proofread
from backprop_derive.proofreading.report import as_json, as_sarif, as_text
from backprop_derive.serving.asked import from_bytes, read_asked
from backprop_derive.syntax.parser import deep_recursion
from backprop_derive.weaving.notebook import weave_notebook
from backprop_derive.weaving.weave import Weaver, weave
from tests.conftest import CHECKOUT, corpus


@dataclass(frozen=True)
class Target:
    """A reader, and the texts that its inputs are made of. What it raises, it raises as a BackpropError."""

    read: Callable[[str], object]
    seeds: Callable[[], list[str]]


_SHORT = 300  # characters of a problem whose solution is surely a matter of less than two seconds


# --- readers


def parser(text: str) -> None:
    """A problem is read; written again it is the same problem."""
    problem = read_problem(text)
    with deep_recursion():
        assert read_problem(written_problem(problem)) == problem, "it is another problem when written and read again"


def solver(text: str) -> None:
    solution = bd.solve(text)
    solution.to_markdown()
    solution.to_latex()


def exercise(text: str) -> None:
    made = bd.Exercise(text)
    for variant in made.variants(1):
        variant.sheet_document()
        assert variant.mistakes is not None


@cache
def _grader() -> Grader:
    return Grader((CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8"))


def grader(text: str) -> None:
    sheet = _grader().grade(text)
    assert 0 <= sheet.points <= sheet.total


def proofreader(text: str) -> None:
    """Notes in Markdown; in LaTeX, HTML or Typst where they look like it."""
    looks = {"tex": "\\begin{", "html": "</", "typ": "#link("}
    suffix = next((suffix for suffix, sign in looks.items() if sign in text), "md")
    report = proofread(text, f"notes.{suffix}")
    for told in (as_text, as_json, as_sarif):
        told(report)


def script(text: str) -> None:
    file_problem(text, "code.py", None, {})


def notebook(text: str) -> None:
    """Text that is no JSON is made the cells of a notebook, which is read as code, as notes, and woven."""
    if not text.lstrip().startswith("{"):
        cells = text.split("\n\n")
        kinds = ("code", "markdown")
        text = json.dumps({"cells": [{"cell_type": kinds[k % 2], "source": s} for k, s in enumerate(cells)]})
    failures = []
    for read in (
        lambda: file_problem(text, "code.ipynb", None, {}),
        lambda: proofread(text, "notes.ipynb"),
        lambda: weave_notebook(text, "notes.ipynb", Weaver()),
    ):
        try:
            read()
        except bd.BackpropError as error:
            failures.append(error)


def weaver(text: str) -> None:
    """A document in Markdown, in LaTeX where it looks like it."""
    weave(text, "document", "tex" if "\\begin{" in text else "md")


def request(text: str) -> None:
    """What a browser sends to the server, as far as the worker."""
    asked = read_asked(text.encode("utf-8", "replace"))
    assert from_bytes(asked.as_bytes()) == asked


# --- seeds


def _problems() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "examples").glob("*.txt"))]
    return texts + _texts_of(corpus() / "worked") + _hostile()


def _texts_of(folder: Path) -> list[str]:
    return [json.loads(path.read_text(encoding="utf-8"))["problem"] for path in sorted(folder.glob("*.json"))]


def _hostile() -> list[str]:
    lines = (corpus() / "hostile" / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    found = (json.loads(line).get("problem") for line in lines if line)
    return [text for text in found if isinstance(text, str)]


def _exercises() -> list[str]:
    varied = "Vary x in -9..9 except 0, y in {1/2, 2, 3.5}, w in 0.5..2 step 0.25\n"
    lesson = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
    requirements = ("loss != 0", "every value is at most 100", "mistakes are distinguishable", "no ties")
    others = ((text, re.search(r"Given:? *(\w+) *= *-?\d", text)) for text in _problems())
    return [
        *(f"{lesson}\n{varied}Require {each}\n" for each in requirements),
        *(f"{text}\nVary {given[1]} in 1..5\n" for text, given in others if given),
    ]


def _answers() -> list[str]:
    return [
        "y^ = 1\ns = -1\nloss = 1\ndloss/ds = -2\ndloss/dw = -2", "$\\hat y = 1 \\cdot 1 = 1$, so $s = 1 - 2 = -1$",
        "$\\frac{\\partial loss}{\\partial w} = 2s \\cdot x = -2$", "dL/dw = -2", "-2", "∂loss/∂w = 2·(−1)·1 = −2",
        "loss = (y^ - y)^2 = 1 ≈ 1.00", "| s | -1 |\n|---|---|\n| loss | 1 |", *_hostile(), *_notes(),
    ]  # fmt: skip


def _notes() -> list[str]:
    golden = CHECKOUT / "tests" / "golden"
    names = (
        "lesson/solution.md", "lesson/solution.tex", "lesson/solution.txt", "lesson/solution.html",
        "lesson/solution.typ", "mlp-batch/solution.md",
    )  # fmt: skip
    return [(golden / name).read_text(encoding="utf-8") for name in names] + _hostile()


def _scripts() -> list[str]:
    return [
        "x = 1.0\nw = 2\ny = x * w\nloss = (y - 3) ** 2\n",
        "import torch\nw = torch.tensor([1., 2.], requires_grad=True)\nloss = (w ** 2).sum()\nloss.backward()\n",
        "import numpy as np\nX = np.array([[1, 2], [3, 4]])\nz = X @ X.T\nL = np.mean(np.exp(z))\n",
        "def f(x, w):\n    h = w * x\n    for k in range(3):\n        h = h + k\n    return h ** 2\n",
        "import torch.nn.functional as F\np = F.softmax(z, dim=-1)\nloss = F.cross_entropy(p, y)\n",
        "f = lambda a, b: a if a > b else b\nloss = f(1, 2) * 3\n",
        "import os\nos.system('touch owned')\nloss = eval('1')\n", "x = [i for i in range(9)]\nloss = sum(x)\n",
    ]  # fmt: skip


def _notebooks() -> list[str]:
    cells = [{"cell_type": "code", "source": ["x = 1\n", "loss = x * 2\n"]},
             {"cell_type": "markdown", "source": "```backprop\nGiven w = 3\nL = w^2\n```\n$x = 1 = 1$"}]  # fmt: skip
    whole = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return [whole, *(f"{code}\n\n{notes}" for code, notes in zip(_scripts(), _documents(), strict=False))]


def _documents() -> list[str]:
    return [
        "# Notes\n\n```backprop name=a detail=full\nGiven w = 3\nL = w^2\n```\nand {backprop}`a:w.grad =` here\n",
        "- item\n\n  ```{backprop} derive\n  Given x, w\n  L = sigmoid(w*x)\n  ```\n\n`{backprop} L`\n",
        "> ```{.backprop format=brief}\n> Given w = 3\n> L = w^2\n> ```\n\n<!-- backprop -->\n~~~ x\n~~~\n",
        "\\documentclass{article}\n\\begin{document}\n"
        "\\begin{backprop}[name=a]\nGiven w = 3\nL = w^2\n\\end{backprop}\n"
        "\\backprop{a:w.grad}\\verb|x|% c\n\\begin{verbatim}\n\\end{verbatim}\n\\end{document}\n",
        "```backprop\nGiven w = 3\nL = w^2\n```\n\n````md\n```backprop\n```\n````\n    indented\n",
        *(f"```backprop\n{text}\n```\n" for text in _hostile()[:60]),
    ]  # fmt: skip


def _requests() -> list[str]:
    options = {"layout": "lesson", "detail": "full", "digits": 4, "notation": "d", "mode": "reverse", "rules": "name"}
    return [
        json.dumps({"text": "Given x = 1\nL = x^2", "format": "html", "expand": False, "options": options}),
        '{"text": "\\ud800", "format": "pdf"}', '{"text": "", "options": {"digits": 1e400}}', '[1]', "{}", "[[[[",
    ]  # fmt: skip


TARGETS = {
    "parser": Target(parser, _problems),
    "solver": Target(solver, lambda: [text for text in _problems() if len(text) < _SHORT]),
    "exercise": Target(exercise, _exercises),
    "grader": Target(grader, _answers),
    "proofreader": Target(proofreader, _notes),
    "script": Target(script, _scripts),
    "notebook": Target(notebook, _notebooks),
    "weaver": Target(weaver, _documents),
    "request": Target(request, _requests),
}
