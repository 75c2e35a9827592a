"""Texts filled into outlines: byte for byte what the ordinary road tells, for fresh variants of many problems."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from backprop_derive.errors import UsageError
from backprop_derive.exercises import shared
from backprop_derive.exercises.bulk.renderings import rendering_of
from backprop_derive.exercises.exercise import Exercise, Variant
from backprop_derive.exercises.outlines import Outline
from backprop_derive.exercises.slots import Slots
from backprop_derive.exercises.task import SheetOptions
from backprop_derive.options import Options
from backprop_derive.printers.marks import Marks
from backprop_derive.report.numbers import style_of
from tests.conftest import CHECKOUT

EXAMPLES = CHECKOUT / "examples"
LESSON = (EXAMPLES / "lesson.txt").read_text(encoding="utf-8") + (
    "\nVary x in -12..12, y in -12..12, w in -200..200 except 0\n"
)
NET = (EXAMPLES / "two-two-one-tanh.txt").read_text(encoding="utf-8") + (
    "\nVary x1 in -9..9 except 0, x2 in -9..9 except 0, v1 in -0.9..0.9 step 0.1 except 0, v2 in -0.9..0.9 step 0.1\n"
)
PROBLEMS = {
    "lesson": LESSON,
    "net": NET,
    "rounded": """
z = w*x + b
a = sigmoid(z)
loss = (a - y)^2
Find d(loss)/dw, d(loss)/db
Round: 3
Vary x in -4..4 step 0.25, w in -0.9..0.9 step 0.1, b in {0, 0.1, -0.2}, y in {0, 1}
""",
    "fractions": """
u = w*x
v = u + y/3
loss = v^2/2
Find d(loss)/dw, d(loss)/dx
Vary x in {1/2, -1/3, 2, 3/4, -5/6, 1}, w in {1/3, -2/5, 4, 0, 7/8}, y in -5..5
""",
    "ties and kinks": """
z = w*x
a = relu(z)
m = max(a, y)
loss = abs(m - 3) + a^2
Find d(loss)/dw, d(loss)/dy
Vary x in -3..3, y in -3..4, w in -2..2
""",
    "roots and powers": """
u = sqrt(x*w)
v = exp(u) * w
t = log(v)
loss = t^2 + u^3 + w^x
Find d(loss)/dw, d(loss)/dx
Vary x in 1..12, w in 1..30
""",
    "an update": """
yhat = w*x + b
loss = (yhat - y)^2
Find d(loss)/dw, d(loss)/db
Learning rate: 0.1
Updates: 1
Vary x in -5..5, y in -3..3, w in -1..1 step 0.25, b in {1/3, 0.5, 2}
""",
    "several updates": """
loss = (w*x - y)^2
Find d(loss)/dw
Learning rate: 0.1
Updates: 3
Vary x in -5..5, y in -3..3, w in -1..1 step 0.25
""",
    "paths that join": """
u = x*w
v = u + x
q = u*v
loss = q - x^2
Find d(loss)/dw, d(loss)/dx
Vary x in -12..12, w in -12..12
""",
    "tiny numbers": """
u = x*w/1000000
v = exp(-x*x*w*w)
loss = u + v
Find d(loss)/dw, d(loss)/dx
Vary x in -9..9, w in -9..9
""",
    "a closed form in each": """
Given a = sqrt(2), b = pi
loss = a*x + b*w
Find d(loss)/dw, d(loss)/dx
Vary x in -9..9, w in {sqrt(3), 2, sqrt(5), 1/2}
""",
    "carried closed forms": """
loss = (w*x)^2
Find d(loss)/dw
Round: 2
Vary x in {sqrt(3), sqrt(5), 2, 1/3}, w in -9..9
""",
    "probabilities": """
p = 1/(1 + exp(-x))
loss = -(y*log(p) + t*log(1 - p))
Find d(loss)/dx
Vary x in -4..4, y in {0, 1, 0.5}, t in {0, 1, 0.5}
""",
    "tensors": """
Given x = [1, 2], y = [0, 1]
Given W: (2, 2)
z = W @ x
a = relu(z)
loss = sum((a - y)^2)
Find d(loss)/dW
Vary x in -3..3, W in -2..2
""",
}
# Problems that are always told in the ordinary way, since they show more than numbers in slots.
ORDINARY = ("several updates", "a closed form in each", "tensors")
SHOWN = {
    "as it is": Options(),
    "in German, for GitHub": Options(language="de", flavour="github", detail="full"),
    "with rules": Options(notation="nabla", detail="brief", digits=7, rules=True),
}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    shared._outline.cache_clear()
    yield
    shared._outline.cache_clear()


def pieces(variant: Variant, format: str, kind: str, options: Options) -> tuple[bytes, ...]:
    return rendering_of(format).pieces(variant, kind, SheetOptions(presentation=options))


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    ("format", "kind", "shown", "count"),
    [
        ("md", "full", "as it is", 120),
        ("md", "example", "in German, for GitHub", 40),
        ("moodle", "numerical", "as it is", 60),
        ("moodle", "cloze", "in German, for GitHub", 20),
        ("moodle", "numerical", "with rules", 20),
    ],
)
def test_it_is_what_the_ordinary_road_tells(
    problem: str, format: str, kind: str, shown: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = list(islice(Exercise(PROBLEMS[problem]).draw(seed=5), count // 10 if problem == "tensors" else count))
    made = [pieces(variant, format, kind, SHOWN[shown]) for variant in variants]
    monkeypatch.setattr(shared, "_is_numbers_only", lambda *_: False)
    assert made == [pieces(Variant(v.exercise, v.drawn), format, kind, SHOWN[shown]) for v in variants]


@pytest.mark.parametrize(
    ("problem", "least"), [("lesson", 60), ("net", 30), ("rounded", 40), ("fractions", 15), *((p, 0) for p in ORDINARY)]
)
def test_most_variants_are_filled_in(problem: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = _counted(monkeypatch)
    for variant in Exercise(PROBLEMS[problem]).variants(10 if not least else 120, seed=5):
        pieces(variant, "md", "full", Options())
    assert len(filled) >= least
    assert bool(filled) == bool(least)


def test_no_text_of_a_user_holds_the_signs_of_outlines() -> None:
    with pytest.raises(UsageError, match="U\\+E000"):
        SheetOptions(title="3\ue000")
    for variant in Exercise(f"Title: 3\ue000\n> \uf8fe\n{LESSON}").variants(3, seed=1):
        sheet = pieces(variant, "md", "full", Options())[0].decode()
        assert sheet.startswith(f"# 3\ufffd\n\n**{variant.id}**\n")
        assert not set(sheet) & {"\ue000", "\uf8fe"}


@pytest.mark.parametrize("limit", ["marks", "numbers"])
def test_past_its_limits_a_text_is_told_in_the_ordinary_way(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variants = Exercise(LESSON).variants(20, seed=1)
    expected = [pieces(variant, "md", "full", Options()) for variant in variants]
    shared._outline.cache_clear()
    filled = _counted(monkeypatch)
    if limit == "marks":
        monkeypatch.setattr(Marks, "is_full", True)
    else:
        monkeypatch.setattr(shared, "_MOST_NUMBERS", 5)
    assert [pieces(Variant(v.exercise, v.drawn), "md", "full", Options()) for v in variants] == expected
    assert not filled


def test_an_outline_that_does_not_fit_is_given_up() -> None:
    outline = Outline()
    (first,) = Exercise(LESSON).variants(1)
    numbers = Slots(first.drawn.record, style_of(first.problem, 4))
    outline.learn("no number\n", numbers)
    assert outline.filled(numbers) == "no number\n"
    outline.learn("another text\n", numbers)
    assert not outline.is_fit


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that outlines were filled to."""
    found: list[str] = []
    fill = Outline.filled

    def filled(self: Outline, numbers: Slots) -> str | None:
        text = fill(self, numbers)
        if text is not None:
            found.append(text)
        return text

    monkeypatch.setattr(Outline, "filled", filled)
    return found
