"""Slides: one worked line a slide, under its heading, revealed one link after another where there are pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive import telling
from backprop_derive.document import Block, Chain, Heading, ListBlock, Math, PageBreak
from backprop_derive.options import Options
from backprop_derive.report.slides import as_slides
from tests.conftest import CHECKOUT
from tests.latex import needs_latex

NOTES = "Given x = 1, y = 2, w = 1\ny^ = x * w\ns = y^ - y\nloss = s**2\nFind d(loss)/dw"


def slides(reveals: bool) -> list[list[Block]]:
    document = telling.document(bd.solve(NOTES).telling(Options()))
    found: list[list[Block]] = [[]]
    for block in as_slides(document, reveals=reveals).blocks:
        if isinstance(block, PageBreak):
            found.append([])
        else:
            found[-1].append(block)
    return found


def worked(slide: list[Block]) -> Chain | None:
    """The line that a slide shows by itself."""
    for block in slide:
        match block:
            case ListBlock((item,), True):
                (only,) = item.content
                assert isinstance(only, Math)
                return only.node if isinstance(only.node, Chain) else None
    return None


def test_the_problem_stands_on_the_first_slide_alone() -> None:
    first = slides(False)[0]
    assert isinstance(first[0], Heading)
    assert any(isinstance(block, ListBlock) and len(block.items) == 3 for block in first)


def test_every_worked_line_has_a_slide_under_its_heading() -> None:
    lines = [slide for slide in slides(False) if worked(slide) is not None]
    assert len(lines) == 3 + 3 + 2
    assert all(isinstance(slide[0], Heading) for slide in lines)


def test_a_line_is_revealed_one_link_after_another() -> None:
    whole = [chain for slide in slides(False) if (chain := worked(slide)) is not None]
    shown = [chain for slide in slides(True) if (chain := worked(slide)) is not None]
    for chain in whole:
        count = len(chain.links)
        parts, shown = shown[: count - 1], shown[count - 1 :]
        assert [part.links for part in parts] == [chain.links[:k] for k in range(2, count + 1)]
    assert shown == []


def test_nothing_of_the_document_is_lost() -> None:
    document = telling.document(bd.solve(NOTES, paths=True).telling(Options(paths=True)))
    kept = [b for b in as_slides(document, reveals=False).blocks if not isinstance(b, Heading | ListBlock | PageBreak)]
    assert kept == [b for b in document.blocks if not isinstance(b, Heading | ListBlock)]


def test_formats_make_pages_frames_and_sections_of_slides() -> None:
    solution = bd.solve(NOTES, options=Options(layout="slides"))
    count, revealed = len(slides(False)), len(slides(True))
    assert solution.to_html().count('<section class="slide">') == count == solution.to_html().count("</section>")
    assert (
        solution.to_latex().count(r"\begin{frame}[t,allowframebreaks]")
        == revealed
        == solution.to_latex().count(r"\end{frame}")
    )
    assert solution.to_typst().count("#pagebreak") == revealed - 1
    assert 'paper: "presentation-16-9"' in solution.to_typst()
    assert solution.to_pdf().startswith(b"%PDF")


def test_a_handout_has_two_columns() -> None:
    solution = bd.solve(NOTES, options=Options(layout="handout"))
    assert "columns: 2" in solution.to_typst()
    assert r"\begin{multicols}{2}" in solution.to_latex()
    assert "multicols" not in solution.to_latex(fragment=True)
    assert '<body class="handout">' in solution.to_html()
    assert solution.to_pdf().startswith(b"%PDF")
    assert solution.to_markdown() == bd.solve(NOTES).to_markdown()


@needs_latex
@pytest.mark.parametrize("layout", ["handout", "slides"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_pdflatex_sets_the_layout(tmp_path: Path, layout: str, language: str) -> None:
    text = (CHECKOUT / "examples" / "mlp-batch.txt").read_text(encoding="utf-8")
    (tmp_path / "s.tex").write_text(bd.solve(text).to_latex(layout=layout, language=language), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "s.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
