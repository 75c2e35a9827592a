"""The layout of a graph: 500 nodes, and how it grows. And a page of 50 nodes: what one move of a slider costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ratios import Measure, Ratio, medians, seconds

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

_MOVES = 100
_FRAME = 1000 / 60  # milliseconds


def layout(count: int) -> Measure:
    """A graph whose every node uses up to two earlier ones, near and far."""
    from backprop_derive.pictures.layout import arranged

    far = {((7 * k + j * j) % k, k) for k in range(1, count) for j in range(2)}
    links = sorted(far | {(k - 1, k) for k in range(1, count, 3)})
    boxes, labels = [(90.0, 50.0)] * count, [(30.0, 14.0)] * len(links)
    return lambda: seconds(lambda: arranged(boxes, links, labels, False))


def layouts(runs: int) -> list[Ratio]:
    large, small = medians(runs, layout(500), layout(250))
    return [
        Ratio("layout of 500 nodes : one second", large, 1.0, 1.0),
        Ratio("layout of 500 nodes : of 250", large, small, 3.0),
    ]


def sliders(runs: int) -> list[Ratio | str]:
    """The work of a page for a move; a line that says why where there is no browser."""
    import backprop_derive as bd
    from tests.pictures.problems import recurrent

    node, browser = shutil.which("node"), shutil.which("chromium") or shutil.which("google-chrome")
    found = node and subprocess.run(
        [node, "-e", "require.resolve('playwright-core')"], capture_output=True, check=False
    )
    if not node or not browser or not found or found.returncode:
        return ["slider: needs Node, Chromium, and playwright-core in the folder that NODE_PATH names"]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(bd.solve(recurrent(23)).to_html(interactive=True), encoding="utf-8")
        command = [node, str(Path(__file__).with_name("slider.cjs")), str(page), browser, str(_MOVES)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    busy = json.loads(done.stdout)
    return [
        Ratio("slider of 51 nodes, 95th of 100 moves : a frame", busy["move"][1], _FRAME, 1.0, "ms"),
        Ratio("slider of 51 nodes, a move : a frame without", busy["move"][0], busy["empty"][0], 8.0, "ms"),
    ]


if __name__ == "__main__":
    for line in (*layouts(7), *sliders(1)):
        print(line if isinstance(line, str) else line.line)
