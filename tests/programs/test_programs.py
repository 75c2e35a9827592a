"""Scripts for PyTorch, JAX and NumPy: each is run in a process of its own and computes what we compute."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.programs import jax
from backprop_derive.programs.explicit import WORDS, adjoint_names
from backprop_derive.report.torch_code import python_names
from tests.conftest import CHECKOUT, corpus

NOTES = "Title: The notes\nGiven x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"
OWN = {
    "notes": NOTES,
    "updates": "Given x = 2, w = 1/3, b = -1\na = sigmoid(w*x + b)\nL = bce(a, 1) + max(a, x, w)\nFind dL/dw, dL/db\n"
    "Learning rate: 0.5\nUpdates: 3",
    "updates of tensors": "Given x = [1, 2], W = [[1, 0.5], [-1, 2]]\n"
    "L = mse(W @ x, [1, 0])\nFind dL/dW\nlr = 0.01\nUpdates: 2",
    "symmetric": "Given A = [[2, 1], [1, 3]] symmetric, x = [1, 2]\n"
    "L = x @ inv(A) @ x + log(det(A))\nFind dL/dA, dL/dx",
    "pooling": "Given x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], W = [[1, 2], [0, -1]]\nz = conv2d(x, W, padding=1)\n"
    "p = max_pool2d(z, 2)\nq = avg_pool2d(z, 2)\nL = sum(p**2) + sum(q*p)\nFind dL/dW, dL/dx",
    "rows": "Given x = [[1, 2, 4], [4, 5, 7]]\nL = sum(max(x, axis=1)) + max(x) + logsumexp(x)\nFind dL/dx",
    "a name of Python": "Given sum = 2, np = 3, dw = 1, w = 5\n"
    "lambda = sum * np * w\nL = lambda^2 + dw\nFind dL/dw, dL/dnp",
    "not reached": "Given x = [1, 2], w = [1, 3], v = 2\nL = sum(x^2)\nFind dL/dx, dL/dw, dL/dv",
}  # fmt: skip
RUN = """
import contextlib, io, json, runpy, sys, warnings
import numpy
warnings.simplefilter("ignore")

def numbers(value):
    try:
        value = value.detach().numpy() if hasattr(value, "detach") else value
        return numpy.asarray(value, dtype=float).tolist()
    except (TypeError, ValueError, AttributeError):
        return None

found = []
for path in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        names = runpy.run_path(path)
    values = {name: numbers(value) for name, value in names.items() if not name.startswith("__")}
    grads = {n: numbers(v.grad) for n, v in names.items() if getattr(v, "is_leaf", False) and v.grad is not None}
    found.append({"values": values, "grads": grads, "printed": printed.getvalue()})
print(json.dumps(found))
"""


def _corpus() -> dict[str, str]:
    cases = (json.loads(f.read_text(encoding="utf-8")) for f in sorted((corpus() / "worked").glob("*.json")))
    return {case["id"]: case["problem"] for case in cases if case["level"] in ("scalar", "network", "tensor")}


def _examples() -> dict[str, str]:
    return {f.stem: f.read_text(encoding="utf-8") for f in sorted((CHECKOUT / "examples").glob("*.txt"))}


PROBLEMS = {**OWN, **_examples(), **_corpus()}
# The words that each engine's code needs for itself.
TAKEN = {"numpy": WORDS, "jax": jax.WORDS, "torch": ("F",)}


@cache
def solved(name: str) -> bd.Solution | None:
    """The solution, None where the problem has no numbers, or asks for Jacobians."""
    problem = bd.read_problem(PROBLEMS[name])
    if not problem.has_values or problem.asks_jacobian:
        return None
    return bd.solve(problem)


def gradient(engine: str, found: dict[str, Any], solution: bd.Solution, key: str) -> Any:
    """The gradient by a name as the script left it."""
    names = python_names(solution.problem, TAKEN[engine])
    if engine == "torch":
        return found["grads"].get(names[key], found["grads"].get(f"{names[key]}_free"))
    return found["values"][adjoint_names(names)[key] if engine == "numpy" else f"d{names[key]}"]


def run(programs: dict[str, str], folder: Path) -> dict[str, Any]:
    """What is left of each script's names, and what it printed."""
    paths = []
    for number, code in enumerate(programs.values()):
        paths.append(str(folder / f"{number}.py"))
        Path(paths[-1]).write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", RUN], input=json.dumps(paths), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip(programs, json.loads(done.stdout), strict=True))


def same(a: Any, b: Any) -> bool:
    mine = numpy.asarray(b, dtype=float)
    return a is not None and numpy.shape(a) == mine.shape and numpy.allclose(a, mine, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("engine", ["numpy", "torch", "jax"])
def test_every_script_computes_our_gradients(engine: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed: its scripts cannot be run")
    solutions = {name: s for name in PROBLEMS if (s := solved(name)) is not None}
    found = run({name: s.to_program(engine) for name, s in solutions.items()}, tmp_path)
    wrong = []
    for name, solution in solutions.items():
        problem = solution.problem
        if problem.round_to is not None:
            continue
        if problem.updates:
            names = python_names(problem, TAKEN[engine])
            last = solution.updated(problem.updates)
            wrong += [
                (name, key)
                for key, spelled in problem.spelled.items()
                if spelled in last and not same(found[name]["values"][names[key]], last[spelled])
            ]
            continue
        givens = {given.key for given in problem.givens} & set(solution.derivation.graph.on_path)
        wrong += [
            (name, key)
            for key in problem.gradients
            if key in givens and not same(gradient(engine, found[name], solution, key), solution.gradient(key))
        ]
    assert wrong == []
    assert len(solutions) > 60


def test_the_notes_example_by_hand_in_numpy() -> None:
    assert bd.solve(NOTES).to_program("numpy", backward="explicit") == (
        '"""The notes, in NumPy."""\n\nimport numpy as np\n\nx = 1.0\ny = 2.0\nw = 1.0\n\n'
        "# Forward pass\ny_hat = x * w\ns = y_hat - y\nloss = s ** 2\n\n"
        "# Backward pass\ndloss = 1.0\n"
        "# ∂loss/∂s = 2s\nds = 2 * s\n"
        "# ∂loss/∂ŷ = ∂loss/∂s · ∂s/∂ŷ = 2s\ndy_hat = ds\n"
        "# ∂loss/∂w = ∂loss/∂ŷ · ∂ŷ/∂w = 2s · x\ndw = dy_hat * x\n\n"
        'print("loss =", loss)\nprint("dloss/dw =", dw)\n'
    )


def test_the_backward_pass_of_a_pool_adds_where_the_largest_entry_was() -> None:
    code = bd.solve(OWN["pooling"]).to_program("numpy")
    assert "dz[2 * i, 2 * j] += dp[i, j] * (np.argmax(" in code
    assert "for k in range(2) for l in range(2) if 0 <=" in code


def test_matrix_gradients_are_written_in_matrices() -> None:
    code = bd.solve("Given X = [[1, 2], [3, 4]], W = [[1, 0], [2, 1]]\nZ = X @ W\nL = sum(Z^2)").to_program("numpy")
    assert "dW = X.T @ dZ" in code
    assert "# ∂L/∂W = Xᵀ @ (∂L/∂Z)" in code


def test_a_title_stays_within_the_docstring() -> None:
    code = bd.solve('Title: """ + exec("1") \\\\ end\\\nGiven x = 1\nL = x^2').to_program("numpy")
    compile(code, "script", "exec")
    assert code.count('"""') == 2


@pytest.mark.parametrize(
    ("problem", "engine", "backward", "says"),
    [
        ("Given x, w\nL = x*w", "torch", None, "x, w has no value"),
        ("Given x = [1, 2]\ny = x^2\nFind d(y)/dx", "numpy", None, "y is a tensor"),
        (NOTES, "torch", "explicit", "-f numpy --backward explicit"),
        (NOTES, "numpy", "autograd", "NumPy does not differentiate"),
    ],
)
def test_what_no_script_can_do_is_refused_with_a_remedy(
    problem: str, engine: str, backward: str | None, says: str
) -> None:
    with pytest.raises(bd.UsageError, match=says):
        bd.solve(problem).to_program(engine, backward=backward)
