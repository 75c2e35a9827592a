"""Which tests carry a line out, the quickest first: from the data of coverage and the times of a run of the tests."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Test:
    """A function of tests, with all its parameters, and the seconds that they took together."""

    name: str
    seconds: float


class Covering:
    """The tests of each line of the package."""

    def __init__(self, data: Path, times: Iterable[Path]) -> None:
        self.seconds = _seconds(times)
        self.lines: dict[str, dict[int, set[str]]] = {}
        with sqlite3.connect(f"file:{data}?mode=ro", uri=True) as connection:
            self.contexts = dict(connection.execute("SELECT id, context FROM context"))
            self.files = {_within(path): number for number, path in connection.execute("SELECT id, path FROM file")}
            self._arcs = connection

    def of(self, path: str, line: int) -> list[Test]:
        """The tests that came by a line, the quickest first."""
        if path not in self.lines:
            self.lines[path] = self._read(path)
        found = (Test(name, self.seconds[name]) for name in self.lines[path].get(line, ()) if name in self.seconds)
        return sorted(found, key=lambda each: (each.seconds, each.name))

    def _read(self, path: str) -> dict[int, set[str]]:
        from coverage.numbits import numbits_to_nums

        found: dict[int, set[str]] = defaultdict(set)
        number = self.files.get(path)
        for context, start, end in self._arcs.execute(
            "SELECT context_id, fromno, tono FROM arc WHERE file_id = ?", (number,)
        ):
            name = _node(self.contexts[context])
            if name:
                found[abs(start)].add(name)
                found[abs(end)].add(name)
        for context, bits in self._arcs.execute(
            "SELECT context_id, numbits FROM line_bits WHERE file_id = ?", (number,)
        ):
            for line in numbits_to_nums(bits):
                if name := _node(self.contexts[context]):
                    found[line].add(name)
        return found


def _within(path: str) -> str:
    """A file of the package from the package's folder on."""
    place = path.rfind("backprop_derive/")
    return path[place:] if place >= 0 else path


def _node(context: str) -> str:
    """`tests.calculus.test_derive.test_it` as pytest names it; nothing for what no test did itself."""
    *places, function = context.split(".")
    if places[:1] != ["tests"]:
        return ""
    groups = [place for place in places if place[:1].isupper()]
    file = "/".join(places[: len(places) - len(groups)])
    return "::".join([f"{file}.py", *groups, function])


def _seconds(files: Iterable[Path]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for file in files:
        for case in ET.parse(file).iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name', '').partition('[')[0]}"
            found[_node(name)] += float(case.get("time", 0))
    return found
