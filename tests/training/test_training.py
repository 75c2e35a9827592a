"""Training: Mazur's tables, the trace, divergence, and what is told."""

from __future__ import annotations

import csv
import io
import json

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.training.plots import text_plot
from tests.conftest import CHECKOUT, corpus

MAZUR = (CHECKOUT / "examples" / "two-two-two.txt").read_text(encoding="utf-8")
PARABOLA = "Given w = 3\nloss = w^2"


# --- Mazur


def test_mazurs_first_update_is_the_one_he_published() -> None:
    published = json.loads((corpus() / "worked" / "mazur.json").read_text(encoding="utf-8"))["published"]
    training = bd.train(MAZUR, updates=1)
    for k, column in enumerate(training.trace.columns):
        digits = published[f"update 1 {column}"]
        places = len(digits.partition(".")[2])
        assert round(training.trace.parameters[1, k], places) == pytest.approx(float(digits), abs=1.01 * 10**-places)
    assert training.losses[0] == pytest.approx(0.298371109, abs=5e-10)


def test_mazurs_ten_thousand_updates_reach_the_error_he_published() -> None:
    losses = bd.train(MAZUR, lr=0.5, updates=10_000).losses
    # His 10,000th pass, which follows 9,999 updates, has 0.0000351085; with the 10,000th update it is smaller still.
    assert f"{losses[9999]:.12f}".startswith("0.0000351085")
    assert losses[10_000] < 0.0000351085
    assert len(losses) == 10_001


def test_the_problems_own_updates_are_worked_in_full() -> None:
    text = MAZUR.replace("Learning rate: 0.5", "Learning rate: 0.5\nUpdates: 2")
    training = bd.train(text, updates=100)
    shown = training.to_text()
    assert [update.number for update in training.worked] == [1, 2]
    assert "w₅ ← w₅ − η · (∂E_total/∂w₅) ≈ 0.4 − 0.5 · 0.08217 ≈ 0.3589" in shown
    assert "w₅ ← w₅ − η · (∂E_total/∂w₅) ≈ 0.3589 − 0.5 · 0.08313 ≈ 0.3174" in shown
    assert "w₅ · out_h1 + w₆ · out_h2 + b₂ ≈ 0.3589 · 0.5933 + 0.4087 · 0.5969 + 0.6 ≈ 1.057" in " ".join(shown.split())
    solved = bd.solve(text).updated(2)
    assert [solved[name] for name in training.trace.columns] == pytest.approx(training.trace.parameters[2].tolist())


# --- the trace


def test_the_trace_has_every_update_as_csv_and_json() -> None:
    training = bd.train(PARABOLA, lr=0.25, updates=4)
    rows = list(csv.DictReader(io.StringIO(training.to_csv())))
    assert [row["update"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [float(row["w"]) for row in rows] == [3, 1.5, 0.75, 0.375, 0.1875]
    content = json.loads(training.to_json())
    assert content["parameters"]["w"] == [float(row["w"]) for row in rows]
    assert content["loss"] == [float(row["loss"]) for row in rows]
    assert content["divergence"] is None


def test_the_table_is_thinned_and_ends_with_the_last_update() -> None:
    trace = bd.train(PARABOLA, lr=0.01, updates=137).trace
    assert trace.thinned() == [0, 1, 2, 5, 10, 20, 50, 100, 137]
    assert bd.train(PARABOLA, lr=0.01, updates=3).trace.thinned() == [0, 1, 2, 3]


def test_columns_name_the_entries_of_tensors() -> None:
    training = bd.train("Given W = [[1, 2], [3, 4]], b = 1\nloss = sum(W^2) + b", lr="0.1", updates=2)
    assert training.trace.columns == ("W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]", "b")
    assert training.trace.parameters[1].tolist() == pytest.approx([0.8, 1.6, 2.4, 3.2, 0.9])
    assert "W ← W − η · (∂loss/∂W)" in training.to_text()


def test_a_large_trace_keeps_norms() -> None:
    text = "Given W: (60, 50), x: (50,)\nloss = sum((W @ x)^2)\nParameters: W"
    generator = numpy.random.default_rng(0)
    given = {"W": generator.normal(size=(60, 50)), "x": generator.normal(size=50)}
    training = bd.train(text, lr=1e-4, updates=2_000, given=given, show=0)
    assert training.trace.columns == ("‖W‖",)
    assert training.trace.parameters[0, 0] == pytest.approx(numpy.linalg.norm(given["W"]))


# --- divergence


def test_a_loss_that_grows_is_said_with_the_update_at_which_it_began() -> None:
    training = bd.train(PARABOLA, lr="1.5", updates=1000)
    assert training.diverged
    divergence = training.trace.divergence
    assert divergence is not None
    assert (divergence.began, divergence.is_finite) == (1, True)
    # w doubles with every update, so the loss is 9·4^k: beyond 9·10^6 after 10 of them.
    assert divergence.noticed == 10
    assert "diverges: from update 1 on" in training.to_markdown()
    assert training.losses[-1] == 9 * 4**10


def test_a_loss_that_is_no_number_any_more_is_said_too() -> None:
    training = bd.train("Given w = 1\nloss = exp(w^4) - 3*w", lr="2", updates=50)
    divergence = training.trace.divergence
    assert divergence is not None
    assert not divergence.is_finite
    assert "no finite number any more" in training.to_markdown()
    json.loads(training.to_json())


def test_training_that_settles_does_not_diverge() -> None:
    assert not bd.train(PARABOLA, lr="0.9", updates=500).diverged


def test_progress_is_told_a_hundred_times_or_so() -> None:
    told: list[int] = []
    bd.train(PARABOLA, lr=0.001, updates=1000, progress=told.append)
    assert told == list(range(0, 1001, 10))


# --- what is told


def test_the_curve_is_drawn_as_text() -> None:
    plot = text_plot([4.0, 3.0, 2.0, 1.0], width=12, height=2).split("\n")
    assert plot[0].startswith("4 │")
    assert plot[1].startswith("1 │")
    assert plot[-1].split() == ["0", "update", "3"]
    assert text_plot([1.0]) == ""


def test_a_flat_curve_and_a_steep_one_are_drawn() -> None:
    assert "│" in text_plot([2.0, 2.0, 2.0])
    assert "logarithmic" in text_plot([1.0, 0.1, 0.001])


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_plot_is_drawn_by_matplotlib(suffix: str, tmp_path: object) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib draws plots; it is not installed")
    from backprop_derive.training.plots import draw

    first = draw([3.0, 2.0, 1.0], f".{suffix}", "A $title$", "loss")
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG"}[suffix])
    assert first == draw([3.0, 2.0, 1.0], f".{suffix}", "A $title$", "loss")


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt", "pdf"])
def test_every_format_shows_a_training(format: str) -> None:
    content = bd.train(MAZUR, updates=3, optimiser="adam", show=1).render(format)
    assert len(content) > 2000
    if format == "pdf":
        assert isinstance(content, bytes)
        assert content.startswith(b"%PDF")


# --- refusals


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (PARABOLA, {}, "no learning rate"),
        (PARABOLA, {"lr": 1, "updates": 0}, "0 updates"),
        (PARABOLA, {"lr": 1, "updates": 2_000_000}, "limit `updates`"),
        (PARABOLA, {"lr": 1, "updates": 100, "show": 51}, "51 updates worked"),
        (PARABOLA, {"lr": 1, "batch": 2}, "there is none"),
        ("Given w\nloss = w^2", {"lr": 1}, "no value for w"),
        ("Given x = [1, 2]\ny = 2*x\nFind dy/dx", {"lr": 1}, "is a tensor"),
        ("Given w = 0.5\nloss = w^2\nRound: 2", {"lr": 1}, "does not round"),
    ],
)
def test_what_cannot_be_trained_is_refused(text: str, options: dict[str, int], message: str) -> None:
    with pytest.raises(bd.BackpropError, match=message):
        bd.train(text, **options)  # type: ignore[arg-type]
