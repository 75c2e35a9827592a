"""Data for training: columns of a CSV file or arrays of an .npz file, bound to the givens of their names."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy

from ..errors import ProblemError, UsageError, nearest, shorten
from ..formats.files import decoded, regular_bytes
from ..limits import Limits
from ..problem import Problem
from ..records import record
from ..syntax.names import canonical

_ENTRY = re.compile(r"(.+)\[(\d{1,6})\]")
_SUFFIXES = (".csv", ".npz")
Columns = dict[str, Any]


@record(slots=False)
class Data:
    """Arrays by the keys of the givens that they are bound to; all have as many `rows` along their first axis.

    `one_by_one`: each row is an example by itself, and what a batch gives is the mean over its rows. Otherwise the
    problem's own first axis runs over the rows.
    """

    name: str
    arrays: Mapping[str, Any]
    rows: int
    one_by_one: bool

    def part(self, rows: Any) -> dict[str, Any]:
        """The arrays of these rows only: a slice or an array of their numbers."""
        return {key: array[rows] for key, array in self.arrays.items()}


def read_data(path: Path, problem: Problem, limits: Limits) -> Data:
    """The data of a file for a problem. Raises ProblemError, UsageError or LimitError, naming file, column and line."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{path.name}: data has the suffix {suffix or '(none)'}", expected=" or ".join(_SUFFIXES))
    data = regular_bytes(path, limits, what=f"{path}: the data's size in bytes", limit="data")
    columns = _read_csv(data, path) if suffix == ".csv" else _read_npz(data, path, limits)
    return bound(columns, problem, path.name)


def bound(columns: Mapping[str, Any], problem: Problem, name: str = "the data") -> Data:
    """Columns or arrays bound to the givens of their names; other columns are left alone."""
    givens = {given.key: given for given in problem.givens}
    arrays = {key: _floats(value, name, word) for word, value in columns.items() if (key := canonical(word)) in givens}
    missing = [given.written for given in problem.without_value if given.key not in arrays]
    if missing or not arrays:
        found = ", ".join(shorten(word) for word in list(columns)[:20])
        word = missing[0] if missing else next(iter(givens.values())).written
        raise ProblemError(
            f"{name} has no column {word}: it has {found or 'none'}",
            expected="a column for every given without a value" if missing else "a column called as a given",
            hint=nearest(word, columns),
        )
    moved = [problem.spelled[key] for key in arrays if key in problem.parameters]
    if moved:
        raise ProblemError(f"{moved[0]} is a parameter, which training moves, and a column of {name}")
    return _checked(arrays, problem, name)


def _checked(arrays: Columns, problem: Problem, name: str) -> Data:
    spelled = problem.spelled
    extra = {key: numpy.ndim(array) - len(problem.shapes[key]) for key, array in arrays.items()}
    for key, more in extra.items():
        if more not in (0, 1) or (more == 0 and not problem.shapes[key]):
            axes = len(problem.shapes[key])
            raise ProblemError(
                f"{spelled[key]} has the shape {numpy.shape(arrays[key])} in {name}, and {axes} axes in the problem",
                expected=f"{axes + 1} axes, one example a row" + (f", or {axes} axes, all in one" if axes else ""),
            )
    lengths = {key: len(array) for key, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ProblemError(
            "the columns have different lengths: " + ", ".join(f"{spelled[k]} has {n}" for k, n in lengths.items()),
            expected="one row an example",
        )
    if len(set(extra.values())) > 1:
        one = next(spelled[key] for key, more in extra.items() if more)
        whole = next(spelled[key] for key, more in extra.items() if not more)
        raise ProblemError(
            f"in {name}, {one} has an example in each row, while {whole} has all of them in one array",
            expected="one or the other for all: shapes with the rows as first axis, or shapes of one example",
        )
    rows = next(iter(lengths.values()))
    if not rows:
        raise ProblemError(f"{name} has no rows")
    return Data(name, arrays, rows, bool(next(iter(extra.values()))))


def _floats(value: Any, name: str, word: str) -> Any:
    array = numpy.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ProblemError(f"{shorten(word)} in {name} holds {array.dtype}, not numbers", expected="real numbers")
    floats = array.astype(float)
    if not numpy.isfinite(floats).all():
        row = int(numpy.argwhere(~numpy.isfinite(floats))[0][0]) if floats.ndim else 0
        raise ProblemError(f"{shorten(word)} in {name} holds nan or infinity, first in row {row + 1}")
    return floats


# --- files


def _read_csv(data: bytes, path: Path) -> Columns:
    """The columns by their names in the first line; `X[0]`, `X[1]`, … are the columns of one matrix."""
    text = decoded(data.removeprefix(BOM_UTF8), str(path))
    try:
        rows = _rows(text, path)
        names = next(rows, (0, []))[1]
        numbers = [_numbers(row, names, line, path) for line, row in rows]
    except csv.Error as error:
        raise ProblemError(f"{path} is no CSV: {error}") from None
    if not any(names):
        raise ProblemError(f"{path} is empty", expected="a first line with the names of the columns")
    if twice := next((name for k, name in enumerate(names) if name in names[:k]), None):
        raise ProblemError(f"{path} has two columns called {shorten(twice)}")
    table = numpy.array(numbers, dtype=object).reshape(len(numbers), len(names))
    return _gathered({name: table[:, k] for k, name in enumerate(names)}, path)


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and fields, blank lines left out; `;` and tabs separate where the first line has no comma."""
    first = text.split("\n", 1)[0]
    delimiter = "," if "," in first else next((c for c in ";\t" if c in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    width: int | None = None
    for row in reader:
        if not any(field.strip() for field in row):
            continue
        fields = [field.strip() for field in row]
        width = len(fields) if width is None else width
        if len(fields) != width:
            raise ProblemError(
                f"{path}:{reader.line_num}: {len(fields)} fields", expected=f"{width}, as the first line has"
            )
        yield reader.line_num, fields


def _numbers(row: list[str], names: list[str], line: int, path: Path) -> list[float | str]:
    """The fields as numbers; what is none is kept, with its place, for a column that nobody asks for."""
    found: list[float | str] = []
    for name, text in zip(names, row, strict=True):
        try:
            found.append(float(text) if "_" not in text else float("none"))
        except ValueError:
            found.append(f"{path}:{line}: {shorten(text) or 'nothing'} in the column {shorten(name)} is no number")
    return found


def _gathered(columns: Columns, path: Path) -> Columns:
    """The columns with those of a matrix side by side."""
    found: Columns = {}
    parts: dict[str, dict[int, Any]] = {}
    for name, column in columns.items():
        if match := _ENTRY.fullmatch(name):
            parts.setdefault(match[1].strip(), {})[int(match[2])] = column
        else:
            found[name] = _Column(column)
    for name, entries in parts.items():
        if sorted(entries) != list(range(len(entries))):
            raise ProblemError(
                f"{path}: of {shorten(name)} there are the columns {', '.join(map(str, sorted(entries)))}",
                expected=f"{shorten(name)}[0] to {shorten(name)}[{len(entries) - 1}]",
            )
        found[name] = _Column(numpy.stack([entries[k] for k in range(len(entries))], axis=1))
    return found


class _Column:
    """A column whose fields become numbers when it is asked for. Raises ProblemError for the first that is none."""

    def __init__(self, fields: Any) -> None:
        self.fields = fields

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        for field in self.fields.ravel():
            if isinstance(field, str):
                raise ProblemError(field, expected="a number in every row")
        return numpy.array(self.fields, dtype=dtype or float)


def _read_npz(data: bytes, path: Path, limits: Limits) -> Columns:
    """The arrays of a file; pickled objects, which could run code, are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        limits.check("data", unpacked, f"{path}: the data's unpacked size in bytes")
        with numpy.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError, OSError) as error:
        raise ProblemError(
            f"{path} cannot be read as .npz: {shorten(str(error), 80)}", expected="numpy.savez(file, x=…, y=…)"
        ) from None
