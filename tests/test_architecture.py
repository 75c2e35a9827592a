"""The house keeps its order: who imports whom, where mathematics may be text, and that nothing typed is ever run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

import backprop_derive as bd
from backprop_derive.evaluate import straight
from tests.conftest import CHECKOUT

PACKAGE = CHECKOUT / "backprop_derive"
MODULES = {str(file.relative_to(CHECKOUT)): file for file in sorted(PACKAGE.rglob("*.py"))}
# Calls that run or read text as a program of the host language or of SymPy.
RUN_TEXT = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "literal_eval", "system", "popen"}

# It makes a function of registers from a syntax tree, in which nothing that was typed stands.
STRAIGHT = "backprop_derive/evaluate/straight.py"

NO_MATHEMATICS = {r"\input"}  # how a LaTeX user takes in a fragment: help texts say so

# These read what others wrote in LaTeX.
READERS = {
    "backprop_derive/weaving/latex.py",
    *(
        f"backprop_derive/proofreading/{name}.py"
        for name in (
            "above",
            "formula",
            "formulas",
            "latex_tokens",
            "layout",
            "macros",
            "mathml",
            "statements",
            "typst_math",
        )
    ),
}


def every_module() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("module", MODULES)


def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def test_imports_point_down_the_house_only() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*command, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@every_module()
def test_nothing_that_was_typed_is_run(module: str) -> None:
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(ast.Name("re" | "typesetter"), "compile"):
                continue
            case ast.Name(name) | ast.Attribute(_, name):
                if module == STRAIGHT and name in ("compile", "exec"):
                    continue
                assert name not in RUN_TEXT, f"{module}:{node.lineno} calls {name}"


def test_the_one_function_that_is_made_holds_registers_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ast.Module] = []

    def look(module: ast.Module, *rest: str) -> CodeType:
        made.append(module)
        return compile(module, "looked at", "exec")

    monkeypatch.setattr(straight, "compile", look, raising=False)
    text = "Given x, w, exec\nh = sigmoid(w*x - exec)^2 / 3\nloss = where(h > 1, h, -h)"
    bd.compile(text)(x=1.0, w=2.0, exec=3.0)
    (module,) = made
    for node in ast.walk(module):
        assert not isinstance(node, ast.Attribute | ast.Constant | ast.Import | ast.Lambda)
        if isinstance(node, ast.Name | ast.arg):
            assert re.fullmatch(r"[rf]\d+|given", node.id if isinstance(node, ast.Name) else node.arg)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert node.func.id.startswith("f")


@every_module()
def test_mathematics_is_a_tree_until_a_printer_writes_it(module: str) -> None:
    if Path(module).parts[1] in ("printers", "pictures", "formats") or module in READERS:
        return
    for line, text in _strings(tree(module)):
        commands = set(re.findall(r"\\[A-Za-z]{2,}", text)) - NO_MATHEMATICS
        assert not commands, f"{module}:{line} writes {commands}"


def _strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """String constants with their lines, other than docstrings and patterns handed to `re`."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(module):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                if ast.get_docstring(node, clean=False) is not None:
                    skipped.add(node.body[0].value)  # type: ignore[attr-defined]
            case ast.Call(ast.Attribute(ast.Name("re"))):
                skipped.update(ast.walk(node))
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value
