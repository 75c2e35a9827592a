"""Notebooks: valid by nbformat, the same at every writing, and what a kernel prints is what we wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

import backprop_derive as bd
from tests.conftest import CHECKOUT

nbformat = pytest.importorskip("nbformat", reason="the schema of notebooks is nbformat's; it is not installed")

NOTES = "Title: The notes\nGiven x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"
BATCH = (
    "Given X = [[1, 0.5], [-1, 2]], y = [0, 1], W = [[0.2, -0.4], [0.5, 0.3]]\nL = cross_entropy(X @ W, y)\nFind dL/dW"
)


def cells(text: str, kind: str) -> list[Any]:
    return [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == kind]


def printed(text: str) -> list[str]:
    return ["".join(output["text"]) for cell in cells(text, "code") for output in cell["outputs"]]


@pytest.mark.parametrize(
    "problem", [NOTES, BATCH, "Given x, w\nL = (x*w)^2", "Given x = [1, 2]\ny = x^2\nFind d(y)/dx"]
)
def test_a_notebook_is_valid_and_stable(problem: str) -> None:
    text = bd.solve(problem).to_notebook()
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert text == bd.solve(problem).to_notebook()
    identities = [cell["id"] for cell in json.loads(text)["cells"]]
    assert len(set(identities)) == len(identities)


def test_a_notebook_holds_the_lesson_and_code_with_its_output() -> None:
    text = bd.solve(NOTES).to_notebook()
    prose = "\n".join("".join(cell["source"]) for cell in cells(text, "markdown"))
    assert "## Four concepts" in prose
    assert r"$\frac{\partial \text{loss}}{\partial w}" in prose
    assert "".join(cells(text, "code")[0]["source"]) == "import torch"
    assert printed(text) == ["tensor(1., grad_fn=<PowBackward0>)\n", "tensor(-2.)\n"]
    assert "tensor(" not in prose


def example(name: str) -> str:
    return (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("problem", [NOTES, BATCH, example("mlp-batch"), example("attention-head")])
def test_an_executed_notebook_prints_what_we_wrote(problem: str) -> None:
    for module in ("nbclient", "ipykernel", "torch"):
        pytest.importorskip(module, reason=f"a notebook is executed with {module}; it is not installed")
    solution = bd.solve(problem)
    text = solution.to_notebook(execute=True)
    nbformat.validate(nbformat.reads(text, as_version=4))
    written = solution.to_notebook()
    assert printed(text) == printed(written)
    assert [cell["id"] for cell in json.loads(text)["cells"]] == [cell["id"] for cell in json.loads(written)["cells"]]
    assert [cell["execution_count"] for cell in cells(text, "code")] == [1, 2, 3, 4]
