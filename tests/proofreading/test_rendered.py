"""Every solution that this program writes proof-reads clean: the strongest test of both."""

from __future__ import annotations

from functools import cache

import pytest

import backprop_derive as bd
from backprop_derive.options import DETAILS, NOTATIONS
from tests.conftest import CHECKOUT

EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))
FORMATS = (("md", "dollar"), ("md", "github"), ("tex", "dollar"), ("txt", "dollar"))


@cache
def solved(name: str) -> bd.Solution:
    return bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))


SCALARS = [path.stem for path in EXAMPLES if not solved(path.stem).problem.has_tensors]


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_rendering_of_a_solution_is_right_and_understood(name: str, notation: str) -> None:
    for turn, (format, flavour) in enumerate(FORMATS):
        detail = DETAILS[(turn + NOTATIONS.index(notation)) % len(DETAILS)]
        layout = ("solution", "lesson")[(turn + SCALARS.index(name)) % 2]
        text = solved(name).render(
            format, notation=notation, flavour=flavour, detail=detail, layout=layout, rules=True, paths=True
        )
        report = bd.proofread(str(text), f"{name}.{format}")
        found = [(f.place.line, f.claim, f.expected, f.reason) for f in report.of("wrong", "unread", "follows")]
        assert found == [], (format, detail, layout)
        assert report.counts["right"] + report.counts["rounded"] > 5


@pytest.mark.parametrize("name", SCALARS)
def test_full_detail_is_right_too(name: str) -> None:
    for notation in NOTATIONS:
        report = bd.proofread(solved(name).to_markdown(notation=notation, detail="full"), "notes.md")
        assert report.of("wrong", "unread", "follows") == ()


def test_a_chapter_of_several_problems_keeps_them_apart() -> None:
    names = ("two-two-two", "lstm-cell", "logistic-neuron", "rnn-through-time")
    chapter = "\n\n".join(solved(name).to_markdown(detail="full", layout="lesson") for name in names)
    report = bd.proofread(chapter, "chapter.md")
    assert report.of("wrong", "unread") == ()
    assert chapter.count("\n") > 600


def test_a_solution_that_carries_rounded_values_is_right_by_what_it_wrote() -> None:
    problem = "Given x = 0.3, w = 0.7, y = 1\nz = w*x\nh = sigmoid(z)\nloss = (h - y)^2\nRound: 2\nFind dloss/dw"
    report = bd.proofread(bd.solve(problem).to_markdown(detail="full"), "notes.md")
    assert report.of("wrong", "unread") == ()


@pytest.mark.parametrize("name", ["two-two-two", "mlp-batch", "softmax-by-hand"])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_solution_with_decimal_commas_is_read_as_one_with_points(name: str, language: str) -> None:
    english, other = (bd.proofread(solved(name).to_markdown(language=one), "notes.md") for one in ("en", language))
    assert other.of("wrong", "unread", "follows") == ()
    assert (other.counts["right"], other.counts["rounded"]) == (english.counts["right"], english.counts["rounded"])
