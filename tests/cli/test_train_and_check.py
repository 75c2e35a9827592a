"""`backprop-derive train`, `check` and `solve --check` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backprop_derive.checks import engines
from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT

MAZUR = CHECKOUT / "examples" / "two-two-two.txt"
LESSON = CHECKOUT / "examples" / "lesson.txt"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def test_mazur_is_trained_as_the_manual_says(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    result = run("train", MAZUR, "--lr", "0.5", "--updates", "10000", "--show", "2", "--trace", trace)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "### Update 2" in result.stdout
    assert "| 10,000 | $0.00003510$ |" in result.stdout
    lines = trace.read_text().splitlines()
    assert len(lines) == 10_002
    assert lines[0] == "update,loss,w1,w2,w3,w4,w5,w6,w7,w8"


def test_a_terminal_gets_a_curve() -> None:
    result = run("train", MAZUR, "--updates", "100", "-f", "txt")
    assert "└─────" in result.stdout
    assert "update (loss on" not in result.stdout
    assert "100" in result.stdout


def test_data_and_json(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n1,2\n2,4\n")
    result = run(
        "train", "-e", "Given x, y, w = 0; loss = (w*x - y)^2; Parameters: w", "--data", tmp_path / "p.csv", "--lr",
        "0.1", "--updates", "50", "--optimiser", "momentum", "--hyper", "mu=0.5", "-f", "json",
    )  # fmt: skip
    assert json.loads(result.stdout)["parameters"]["w"][-1] == pytest.approx(2, abs=1e-6)


def test_a_divergence_is_a_warning() -> None:
    result = run("train", "-e", "Given w = 3; loss = w^2", "--lr", "2", "--updates", "100")
    assert result.exit_code == 0
    assert result.stderr == "warning: the loss diverges from update 1 on; stopped after 7\n"
    assert "smaller learning rate" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--trace", "trace.xml"), "ends in .csv or .json"),
        (("--plot", "loss.gif"), "ends in .svg or .png"),
        (("--layout", "lesson"), "without the lesson"),
        (("--optimiser", "adamm"), "try: adam"),
        (("--lr", "fast"), "lr"),
        (("-o", "problem.txt"), "would be overwritten"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problem.txt").write_text("Given w = 1\nloss = w^2\nLearning rate: 0.1")
    result = run("train", "problem.txt", *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["problem.txt"]


# --- checks


def test_engines_stand_side_by_side() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    result = run("check", LESSON, "--with", "numeric,torch")
    assert result.exit_code == 0
    assert "|  | ours | numeric | torch | difference |" in result.stdout
    assert "PyTorch 2" in result.stdout
    assert "confirms 3 values and 3 gradients to the last digit of double precision" in result.stdout


def off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that finds another gradient by w."""
    numeric = engines.ENGINES["numeric"]

    def wrong(network: Any) -> engines.Found:
        found = numeric.run(network)
        return engines.Found(found.values, {**found.gradients, "w": -3.0}, found.places)

    other = engines.Engine("numeric", "another road", numeric.module, numeric.install, wrong)
    monkeypatch.setitem(engines.ENGINES, "numeric", other)


def test_a_disagreement_is_exit_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    off(monkeypatch)
    result = run("check", LESSON, "--with", "numeric")
    assert result.exit_code == 1
    assert "does not confirm $w$: the largest relative difference is $0.33$" in result.stdout
    checked = json.loads(run("check", LESSON, "--with", "numeric", "-f", "json").stdout)["checks"][0]
    assert checked["agrees"] is False
    assert [row["theirs"] for row in checked["rows"] if row["name"] == "w"] == [[-3.0]]


def test_a_solution_says_what_confirmed_it() -> None:
    result = run("solve", LESSON, "--check", "numeric")
    assert result.exit_code == 0
    assert "A central difference with 60 digits confirms 3 values and 3 gradients" in result.stdout
    content = json.loads(run("solve", LESSON, "--check", "numeric", "-f", "json").stdout)
    assert content["checks"][0]["agrees"] is True
    assert "checks" not in json.loads(run("solve", LESSON, "-f", "json").stdout)


def test_a_solution_that_is_not_confirmed_says_so_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    off(monkeypatch)
    result = run("solve", LESSON, "--check", "numeric")
    assert result.exit_code == 1
    assert "does not confirm" in result.stdout
    assert result.stderr == "warning: numeric does not confirm this solution\n"


def test_an_unknown_engine_is_refused() -> None:
    result = run("check", LESSON, "--with", "tensorflow")
    assert result.exit_code == 2
    assert "expected: numeric, autograd, torch, jax" in result.stderr
