"""Notes that mean harm: nothing is executed, every error is a documented one, and time is bounded."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from backprop_derive import BackpropError, proofread
from tests.conftest import corpus

LIMIT = 20  # seconds of a busy machine


def _texts() -> list[tuple[str, str]]:
    lines = (corpus() / "hostile" / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    return [(case["id"], case["problem"]) for case in cases if isinstance(case.get("problem"), str)]


@pytest.mark.parametrize(
    ("wrap", "suffixes"),
    [
        ("{}", ("md", "tex", "html", "typ")),
        ("${}$", ("md", "tex", "typ")),
        ("$$\n{}\n$$", ("md", "tex")),
        ("<math><mi>x</mi><mo>=</mo><mi>{}</mi></math>", ("html",)),
        ('#f("{}")', ("typ",)),
    ],
)
def test_the_hostile_corpus_as_notes(
    wrap: str, suffixes: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = _texts()
    assert len(texts) > 50
    for name, text in texts:
        for suffix in suffixes:
            start = time.monotonic()
            with suppress(BackpropError):
                proofread(wrap.replace("{}", text), f"notes.{suffix}")
            assert time.monotonic() - start < LIMIT, name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "notes",
    [
        "$x = " + "(" * 100_000 + "1" + ")" * 100_000 + "$",
        "$" + r"\frac{" * 20_000 + "$",
        "$x = 9^{9^{9^9}}$", "x = 9**9**9**9 = 1", "$x = \\exp(\\exp(\\exp(9)))$ $x = 2$",
        "$ $ " * 20_000, "$$ " * 20_001, "`" * 30_001, "|" * 50_000 + "= 1", "\\begin{align}" * 5_000,
        "<a" * 50_000, "[x](" * 20_000, "a = b\n" * 5_000,
        "x_1 = 1\n" + "".join(f"x_{k + 1} = x_{k} + 1\n" for k in range(1, 3000)),
        "$" + "x" * 50_000 + " = 1$", "1 = " + "1 + " * 50_000 + "1", "= " * 50_000, "**" * 50_000 + " = 1",
        "x = 1" + " " * 200_000 + "= 1", "{" * 30_000 + "= 1", "d" * 50_000 + "/dx = 1", "$|" * 3_000 + "= 1$",
        "__import__('os').system('touch owned') = 1", "$\\input{/etc/passwd} = 1$", "$\\write18{touch owned} = 1$",
        "Given X ∈ ℝ^(999999999×999999999)\n\nL = sum(X * X)\n\n∂L/∂X = X",
        "Given v = [1, 2]\n\nL = Σ_(i,j,k,l,m,n) v[i] · v[j] · v[k] · v[l] · v[m] · v[n] = 1",
        "Given v = [1, 2]\n\n" + "Σ_i " * 3_000 + "v[i] = 1", "Given v = [1, 2]\n\nv[i[v[i[v[i]]]]] = 1",
        "Given A = [[1, 2], [3, 4]]\n\nA_{ij} = A_{ij}\n\n$A_{ij} = \\sum_{i} A_{ij}$\n\n$I_{99999999999} = A$",
        '{"cells": [{"cell_type": "markdown", "source": [1]}]}', '{"cells": 3}',
    ],
    ids=range(32),
)  # fmt: skip
def test_notes_made_to_hang_or_to_break_in(notes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    start = time.monotonic()
    with suppress(BackpropError):
        proofread(notes)
    assert time.monotonic() - start < LIMIT
    assert list(tmp_path.iterdir()) == []


def test_a_formula_that_ends_within_a_call_on_tensors_is_not_understood() -> None:
    notes = "Given $v = [[1, 2], [3, 4]]$\n\n$L = \\operatorname{{sum}}(v)$\n\n$L = {}$\n"
    for call in (
        r"\operatorname{einsum}(",
        r"\operatorname{sum}(v",
        r"\operatorname{einsum}(v,",
        r"\operatorname{concat}([v",
    ):
        assert proofread(notes.format(call)).of("unread")


@pytest.mark.parametrize(
    "page",
    [
        "<" * 100_000, "<a " * 100_000, '<a b="' * 50_000, "<a b='=\"" * 50_000, "<a" + " = " * 100_000, "&" * 200_000,
        "<!--" * 50_000, "<![CDATA[" * 30_000, "<script>" * 30_000, "<script>" + "</script" * 30_000, "<svg>" * 50_000,
        "<p>" * 100_000, "<math>" * 30_000, "<math>" + "<mrow>" * 100_000, "<math>" + "<mrow><mo>=</mo>" * 30_000,
        "<math>" + "<mrow>" * 50 + "</mi>" * 50_000, "<math>" + "<mi>x</mi><mo>=</mo>" * 50_000, "<p hidden>" * 30_000,
        "<p>" + "<math><mo>=</mo><mi>x</mi></math>" * 20_000, "<p>x = " + "x<sup>" * 20_000, "<p>" + "x<sub>" * 50_000,
        "<p " + "a=b " * 100_000 + "hidden>x = 1", "<table>" + "<tr><td>x = 1" * 10_000, "<p>" + "$ " * 50_000,
        "<math>" + "<mtable><mtr><mtd>" * 30_000, "<math><mi>x</mi><mo>=</mo>" + "<mfrac><mn>1</mn>" * 30_000,
        "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>" + r"\frac{" * 20_000,
        "<p>" + r"\(" * 50_000, "<p>x" + " " * 200_000 + "= 1", "<p>&#xD800; = &#0; = &#x110000; = &nosuch; = 1",
        "<math><mi>y</mi><mo>=</mo>" + "<msup>" * 55 + "<mi>x</mi>" + "<mn>2</mn></msup>" * 55 + "</math>",
    ],
    ids=range(31),
)  # fmt: skip
def test_pages_made_to_hang(page: str) -> None:
    start = time.monotonic()
    with suppress(BackpropError):
        proofread(page, "notes.html")
    assert time.monotonic() - start < LIMIT


@pytest.mark.parametrize(
    "document",
    [
        "$" * 100_001, "$x = " + "(" * 100_000 + "$", "$x = " + "1/" * 50_000 + "1$", "$x = " + "x_" * 50_000 + "1$",
        "$x = " + '"' * 100_001, '$x = "' + '\\"' * 50_000, "#[" * 50_000, "#{" * 50_000, "#f(" * 50_000, "[" * 100_000,
        "/*" * 50_000, "`" * 50_001, "`` ` " * 30_000, "#let x = " * 30_000, "#if x [a] else " * 20_000,
        "$x = " + "mat(" * 20_000 + "$", "$x = " + "frac(1," * 50 + "1" + ")" * 50 + "$", "//" * 100_000,
        "\n" * 200_000, " \n" * 100_000, "= " * 50_000, "$x$ $= x$" * 5_000, "#" * 100_000, '#"' + "\\" * 100_000,
        "<a" * 50_000, "*" * 100_000, "$x = mat(" + "a:" * 20_000 + ")$", "$x = cases(" + "1 & 2," * 20_000 + ")$",
        "#a" + ".a" * 50_000, "$x = x" + "'" * 50_000 + "$", "$ lr(" * 20_000, "$x" + " " * 200_000 + "= 1$",
        "$x" + (" " * 300 + "y") * 600 + "= 1$", "$ mat(a" + "-a" * 50_000 + ": 1)$", "#let " * 50_000,
        "#let $x = 1$" * 5_000, "#read(\"/etc/passwd\") #eval(\"1\") $x = #eval(\"1\")$",
    ],
    ids=range(37),
)  # fmt: skip
def test_documents_of_typst_made_to_hang(document: str) -> None:
    start = time.monotonic()
    with suppress(BackpropError):
        proofread(document, "notes.typ")
    assert time.monotonic() - start < LIMIT
