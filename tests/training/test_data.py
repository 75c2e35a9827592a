"""Data: columns and arrays bound to givens, batches of them, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest

import backprop_derive as bd

LINE = "Given x, y, w = 0, b = 0\ny^ = w*x + b\nloss = (y^ - y)^2\nParameters: w, b\nLearning rate: 0.02"
MATRIX = (
    "Given X: (n, 1), y: (n,), w = [0], b = 0\nloss = mean((X @ w + b - y)^2)\nParameters: w, b\nLearning rate: 0.02"
)
X, Y = numpy.array([1.0, 2.0, 3.0, 4.0]), numpy.array([2.1, 3.9, 6.2, 7.8])


def fitted(updates: int, batches: list[slice]) -> Any:
    """Rows of w and b after each update, by the gradient of a mean of squares."""
    w = b = 0.0
    found = [(w, b)]
    for k in range(updates):
        x, y = X[batches[k % len(batches)]], Y[batches[k % len(batches)]]
        gap = w * x + b - y
        w, b = w - 0.02 * 2 * (gap * x).mean(), b - 0.02 * 2 * gap.mean()
        found.append((w, b))
    return numpy.array(found)


@pytest.mark.parametrize(("batch", "parts"), [(None, [slice(0, 4)]), (3, [slice(0, 3), slice(3, 4)]), (1, [
    slice(0, 1), slice(1, 2), slice(2, 3), slice(3, 4)])])  # fmt: skip
def test_examples_in_rows_and_rows_of_a_matrix_train_alike(batch: int | None, parts: list[slice]) -> None:
    expected = fitted(20, parts)
    rows = bd.train(LINE, data={"x": X, "y": Y}, batch=batch, updates=20)
    whole = bd.train(MATRIX, data={"X": X[:, None], "y": Y}, batch=batch, updates=20)
    assert rows.trace.parameters == pytest.approx(expected, rel=1e-12)
    assert whole.trace.parameters == pytest.approx(expected, rel=1e-12)
    assert rows.losses.tolist() == pytest.approx(whole.losses.tolist(), rel=1e-12)


def test_examples_that_are_vectors_are_passed_one_by_one() -> None:
    text = "Given x: (2,), y, W = [1, -1]\nloss = (W @ x - y)^2\nParameters: W"
    data = {"x": [[1.0, 2.0], [3.0, -1.0]], "y": [1.0, 2.0]}
    training = bd.train(text, lr=0.1, data=data, updates=1)
    gaps = [(1 - 2) - 1, (3 + 1) - 2]
    expected = [1 - 0.1 * (gaps[0] * 1 + gaps[1] * 3), -1 - 0.1 * (gaps[0] * 2 + gaps[1] * -1)]
    assert training.trace.parameters[1].tolist() == pytest.approx(expected)


def test_a_shuffled_epoch_takes_every_row_once_and_again_the_same_for_a_seed() -> None:
    data = {"x": X, "y": Y}
    first = bd.train(LINE, data=data, batch=1, shuffle=3, updates=8)
    assert first.losses.tolist() == bd.train(LINE, data=data, batch=1, shuffle=3, updates=8).losses.tolist()
    assert first.losses.tolist() != bd.train(LINE, data=data, batch=1, updates=8).losses.tolist()
    start = bd.train(LINE, data=data, batch=1, shuffle=3, updates=3, lr=0).losses
    assert sorted(start.tolist()) == pytest.approx(sorted((Y**2).tolist()))


def test_a_csv_and_an_npz_file_bind_columns_by_name(tmp_path: Path) -> None:
    text = "\ufeffy;X[0];note\n" + "".join(f"{y};{x};{'ab'}\n" for x, y in zip(X, Y, strict=True))
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    numpy.savez(tmp_path / "points.npz", X=X[:, None], y=Y)
    from_csv = bd.train(MATRIX, data=tmp_path / "points.csv", updates=5)
    from_npz = bd.train(MATRIX, data=tmp_path / "points.npz", updates=5)
    assert from_csv.losses.tolist() == from_npz.losses.tolist()
    assert "points.csv, 4 rows" in from_csv.to_markdown()


def test_a_fixed_number_of_rows_is_the_batch() -> None:
    text = MATRIX.replace("(n, 1)", "(3, 1)").replace("(n,)", "(3,)")
    data = {"X": X[:, None], "y": Y}
    training = bd.train(text, data=data, updates=4)
    assert training.trace.parameters == pytest.approx(fitted(4, [slice(0, 3)]), rel=1e-12)
    with pytest.raises(bd.UsageError, match="a batch of 2 rows, where the problem's shapes have 3"):
        bd.train(text, data=data, batch=2)


def test_the_worked_update_of_a_batch_shows_the_mean_gradient() -> None:
    shown = bd.train(LINE, data={"x": X, "y": Y}).to_text()
    assert "w ← w − η · (∂loss/∂w) ≈ 0 − 0.02 · (−29.85) ≈ 0.5970" in shown
    assert "The gradient of a batch is the mean of those of its rows." in " ".join(shown.split())


# --- refusals


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y\n1,2\n3\n", r":3: 1 fields"),
        ("x\n1\n", "no column y: it has x"),
        ("x,Y\n1,2\n", "no column y"),
        ("x,y\n1,two\n", r":2: two in the column y is no number"),
        ("x,y\n1,\n", r":2: nothing in the column y"),
        ("x,y\n1,1_000\n", "1_000 in the column y"),
        ("x,y\n1,nan\n", "nan or infinity, first in row 1"),
        ("x,y\n", "no rows"),
        ("", "is empty"),
        ("x,x\n1,2\n", "two columns called x"),
        ('"x,y\n1,2', "is no CSV"),
        ("x,y,w\n1,2,3\n", "w is a parameter"),
        ("X[0],X[2],x,y\n1,2,3,4\n", "there are the columns 0, 2"),
    ],
)
def test_a_csv_file_that_does_not_fit_is_refused(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text(content)
    with pytest.raises(bd.ProblemError, match=message):
        bd.train(LINE, data=file)


def test_bytes_that_are_no_text_and_files_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"x,y\n\xff\xfe,1\n")
    for name, message in (("data.csv", "UTF-8"), ("none.csv", "does not exist"), ("data.txt", "suffix .txt")):
        with pytest.raises(bd.BackpropError, match=message):
            bd.train(LINE, data=tmp_path / name)


def test_a_pickle_in_an_npz_file_is_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle was loaded",))

    numpy.savez(tmp_path / "trap.npz", x=numpy.array([Trap()], dtype=object), y=[1.0])
    with pytest.raises(bd.ProblemError, match=r"cannot be read as \.npz"):
        bd.train(LINE, data=tmp_path / "trap.npz")


def test_a_file_that_is_large_or_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    from backprop_derive.limits import with_limits

    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * 1_000_000)
    with pytest.raises(bd.LimitError, match="unpacked size"):
        bd.train(LINE, data=tmp_path / "bomb.npz", limits=with_limits({"data": 100_000}))
    (tmp_path / "long.csv").write_text("x,y\n" + "1,2\n" * 1000)
    with pytest.raises(bd.LimitError, match="size in bytes"):
        bd.train(LINE, data=tmp_path / "long.csv", limits=with_limits({"data": 1000}))


def test_arrays_that_do_not_fit_the_problem_are_refused() -> None:
    for data, message in (
        ({"x": X, "y": Y[:3]}, "different lengths: x has 4, y has 3"),
        ({"x": X[:, None, None], "y": Y}, "and 0 axes in the problem"),
        ({"x": ["a", "b"], "y": [1, 2]}, "not numbers"),
    ):
        with pytest.raises(bd.ProblemError, match=message):
            bd.train(LINE, data=data)  # type: ignore[arg-type]
    with pytest.raises(bd.UsageError, match="a batch of 5 rows"):
        bd.train(LINE, data={"x": X, "y": Y}, batch=5)


def test_a_size_in_a_step_is_that_of_each_batch() -> None:
    text = "Given X: (n, 1), y: (n), w = [0]\nL = sum((X @ w - y)^2){}\nParameters: w\nLearning rate: 0.01"
    data = {"X": numpy.arange(1.0, 6)[:, None], "y": 2 * numpy.arange(1.0, 6)}
    by_size = bd.train(text.format("/n"), data=data, batch=2, updates=5)
    by_mean = bd.train(text.format("").replace("sum(", "mean("), data=data, batch=2, updates=5)
    assert by_size.losses == pytest.approx(by_mean.losses)
