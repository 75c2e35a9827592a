"""The exercises that exports are tried on, and a reader of the pages that they make."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import Any

import lxml.html
import pytest

from backprop_derive.errors import BackpropError
from backprop_derive.exercises.exercise import Exercise, Variant
from backprop_derive.exercises.exports.record import KINDS, ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS
from tests.conftest import corpus

NEURON = """Title: A neuron
Given y = 1
Vary x in 1..5, w in -3..3 except 0, b in -1..1 step 0.5
Vary act in {sigmoid, tanh, relu}
z = w*x + b
a = act(z)
loss = (a - y)^2
Find d(loss)/dw
"""
EXACT = "Given y = 2\nVary x in 1..9, w in 1..9, v in 1..5\ns = x*w - y\nloss = v*s^2\nFind d(loss)/dw, d(loss)/dv\n"
TENSOR = "Given x = [1, 2]\nGiven W: (2, 2)\nVary W in -2..2\nL = sum((W @ x)^2)\nFind dL/dW\n"
ROUNDED = "Given y = 1\nVary x in 1..5, w in 1..4\nz = w/x\na = tanh(z)\nloss = (a - y)^2\nRound: 3\nFind d(loss)/dw\n"
TEXTS = {"neuron": NEURON, "exact": EXACT, "tensor": TENSOR, "rounded": ROUNDED}


@cache
def variants(name: str, count: int = 3, seed: int = 7) -> tuple[Variant, ...]:
    return Exercise(TEXTS[name]).variants(count, seed=seed)


def exported(export: str, name: str, kind: str = "numerical", count: int = 3) -> bytes:
    return b"".join(EXPORTS[export].pieces(variants(name, count), ExportOptions(kind)))


def package(export: str, some: tuple[Variant, ...], kind: str = "numerical") -> dict[str, bytes]:
    return {path: b"".join(content) for path, content in EXPORTS[export].files(some, ExportOptions(kind))}


def right(variant: Variant, name: str) -> tuple[Decimal, Decimal, Decimal]:
    """The engine's gradient, and what its key accepts."""
    item = next(each for each in variant.key if (each.kind, each.name) == ("gradient", name))
    number = item.numbers[0]
    return number.value.decimal, number.lowest, number.highest


def is_near(a: Decimal, b: Decimal) -> bool:
    """Whether two numbers agree in what a platform computes with."""
    return abs(a - b) <= Decimal("1e-13") * max(abs(a), abs(b))


# --- what a hostile author writes --------------------------------------------------------------------------

_GIVEN = "Given x = 1, y = 2, w = 1"
# Beyond the corpus: what only these platforms read.
_OURS = {
    "moodle-cloze": "Title: {1:NUMERICAL:=3:0.1#why}\n> {1:MC:=yes~no} and ]]> and @@PLUGINFILE@@/x",
    "gift": "Title: a::b {=yes ~no #why} =1 ~2\n> // comment\n> $CATEGORY: x {T} \\n ####",
    "mathjax": "Title: \\(\\href{javascript:alert(1)}{x}\\)\n> $$\\evil$$ and \\[\\evil\\] and $\\evil$",
    "mustache": "Title: {{params.x}} {{{params.y}}}\n> {{#params}} {{/params}} <pl-number-input answers-name='z'>",
    "knitr": "Title: `r system('id')`\n> `r 191*7` and ``` {r} and Solution\n> ```{r}\n> exsolution: 5",
    "rexams": "Title: exname: x\n> exsolution: 5",
    "rexams-section": "Title: Solution\n> Meta-information",
    "anki": "Title: a::b {{c1::x}}\n> [latex]\\input{x}[/latex] [sound:x.mp3] {{Question}} \x1f x",
    "nbgrader": "Title: ### BEGIN SOLUTION\n> ### END HIDDEN TESTS\n> ### BEGIN HIDDEN TESTS",
    "csv": "Title: \t=1+1\n> =cmd|' /C calc'!A0",
}


def hostile() -> Iterator[tuple[str, str]]:
    """Problems whose title, prose or names attack what reads them, made into exercises."""
    lines = (corpus() / "hostile" / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    cases: list[dict[str, Any]] = [json.loads(line) for line in lines if line]
    steps = "s = x*w - y\nloss = s^2\nFind d(loss)/dw"
    for name, head in _OURS.items():
        yield name, f"{head}\nGiven y = 2\nVary x in 1..3, w in 1..4\n{steps}\n"
    for case in cases:
        text = case.get("problem") or ""
        if case["class"].startswith("inject") and _GIVEN in text and "argv" not in case:
            yield case["id"], text.replace(_GIVEN, "Given y = 2\nVary x in 1..3, w in 1..4")


@cache
def _exercises() -> dict[str, Exercise]:
    """An exercise of each that the language takes; a title that it refuses attacks nothing."""
    found = {}
    for name, text in hostile():
        with suppress(BackpropError):
            found[name] = Exercise(text)
    assert len(found) > 70
    return found


@cache
def hostile_variant(name: str) -> Variant:
    return _exercises()[name].variants(1, seed=1)[0]


def hostile_cases() -> pytest.MarkDecorator:
    """Every hostile text, the kinds of questions by turns; what is aimed at platforms, as each kind."""
    turns = [(name, KINDS[k % len(KINDS)]) for k, name in enumerate(_exercises()) if name not in _OURS]
    ours = [(name, kind) for name in _OURS if name in _exercises() for kind in KINDS]
    return pytest.mark.parametrize(("name", "kind"), ours + turns)


# --- pages -------------------------------------------------------------------------------------------------

_TAGS = set("p div h3 h4 h5 h6 ol ul li strong code pre span table thead tbody tr td th img field".split())
_ATTRIBUTES = {"start", "class", "title", "alt", "data-equation-content", "src", "name"}
_DELIMITERS = re.compile(r"\\\(|\\\[|\$\$|\{\{|\[latex|\[sound")


def read_page(page: str, more_tags: frozenset[str] = frozenset()) -> str:
    """The text of a piece of HTML. Refuses elements and attributes that only a user can have put there, and
    delimiters of mathematics anywhere but around our own formulas."""
    root = lxml.html.fragment_fromstring(page, create_parent="div")
    for element in root.iter():
        assert element.tag in _TAGS | more_tags, f"<{element.tag}> in {page}"
        if element.tag not in more_tags:
            assert set(element.attrib) <= _ATTRIBUTES, f"{element.attrib} in {page}"
        inner = element.text or ""
        if element.tag == "span" and inner.startswith(("\\(", "\\[", "$$")):
            inner = inner[2:-2].replace("{{", "")
            assert "evil" not in inner
            assert "href" not in inner
        for text in (inner, element.tail or ""):
            assert not _DELIMITERS.search(text), text
    return str(root.text_content())
