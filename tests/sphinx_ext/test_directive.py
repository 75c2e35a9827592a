"""Documents of MyST and reStructuredText, built by Sphinx itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

pytest.importorskip("sphinx")
pytest.importorskip("myst_parser")

CONFIG = """extensions = ["myst_parser", "backprop_derive.sphinx_ext"]
myst_enable_extensions = ["colon_fence"]
backprop_options = {"notation": "d"}
"""
MYST = """# Title

```{backprop} net detail=brief
:rules: true

Given x = 1, y = 2, w = 1
1. y^ = x * w
2. s = y^ - y
3. loss = s**2
Find d(loss)/dw
```

The gradient is {backprop}`w.grad`, {backprop}`net:y^.grad =`.

:::{note}
```{backprop}
:kind: exercise
:exercise: faded
Given W = [[1,2],[3,4]], x = [1,1]
loss = sum((W@x)^2)
```
:::

```{backprop}
:kind: value
:show: w =
Given w = 7
L = w
```
"""
RST = """Reading
=======

.. toctree::

   myst

.. backprop:: net
   :kind: value
   :show: w.grad =

   Given x = 1, w = 2
   L = (x*w)^2

And :backprop:`w.grad`.

.. backprop::
   :kind: graph

   Given x = 1, w = 2
   L = (x*w)^2
"""


def build(folder: Path, builder: str = "html", config: str = "", **files: str) -> tuple[int, str]:
    """Sphinx in a process of its own: its exit status and what it said."""
    (folder / "conf.py").write_text(config or CONFIG)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", builder, ".", "out"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)
    return done.returncode, done.stderr


def test_a_project_is_built_without_a_word(tmp_path: Path) -> None:
    status, said = build(tmp_path, index_rst=RST, myst_md=MYST)
    assert (status, said) == (0, "")
    page = (tmp_path / "out" / "myst.html").read_text()
    assert r"The gradient is <span class=" in page
    assert r"\(-2\)</span>, <span" in page
    assert r"\(\frac{d\,\text{loss}}{d \hat{y}} = -2\)" in page
    assert "<strong>Backward pass</strong>" in page
    assert "power rule" in page
    assert r"\underline{" in page
    assert re.search(r"\\\[w = 7\\\]", page)
    other = (tmp_path / "out" / "index.html").read_text()
    assert r"\[\frac{dL}{dw} = 4\]" in other
    assert r"\(4\)" in other
    assert re.search(r"<figure[^>]*>\s*<div [^>]*><svg .*</svg></div>\s*<figcaption>", other, re.DOTALL)


def test_sphinx_writes_latex_of_it(tmp_path: Path) -> None:
    status, said = build(tmp_path, "latex", index_rst=RST, myst_md=MYST)
    assert (status, said) == (0, "")
    (source,) = (tmp_path / "out").glob("*.tex")
    assert r"\frac{dL}{dw} = 4" in source.read_text()
    assert r"\begin{tikzpicture}" in source.read_text()
    assert r"\usepackage{tikz}" in source.read_text()


@pytest.mark.parametrize(
    ("name", "text", "line", "found"),
    [
        ("index.md", "# T\n\ntext\n\n```{backprop}\nGiven x = 1\ny = x * foo\n```\n", 7, "unknown name foo"),
        (
            "index.md", "# T\n\n```{backprop}\n:kind: hidden\n\nGiven x = 1\n```\n\n{backprop}`x.grad`\n", 9,
            "at least one step",
        ),
        ("index.md", "# T\n\n````{note}\n```{backprop}\nGiven x = 1\ny = x * foo\n```\n````\n", 6, "unknown name foo"),
        ("index.md", "# T\n\n```{backprop}\n:kind: hiden\nGiven x = 1\ny = x\n```\n", 3, "kind hiden is unknown"),
        ("index.md", "# T\n\n```{backprop}\n```\n", 3, "no problem"),
        ("index.md", "# T\n\na {backprop}`x.grad` b\n", 3, "no block stands above"),
        ("index.rst", "T\n=\n\n.. backprop::\n\n   Given x = 1\n   y = x * foo\n", 7, "unknown name foo"),
        ("index.rst", "T\n=\n\n:backprop:`nix:w`\n", 4, "no block above is called nix"),
    ],
)  # fmt: skip
def test_an_error_is_reported_at_the_line_of_the_document(
    name: str, text: str, line: int, found: str, tmp_path: Path
) -> None:
    _, said = build(tmp_path, **{name.replace(".", "_"): text})
    (first, *_) = re.findall(r"index\.\w+:(\d+): ERROR: (.*)", said)
    assert found in first[1]
    assert int(first[0]) == line


def test_work_has_a_limit_which_the_project_sets(tmp_path: Path) -> None:
    long = "\n".join(f"a{k} = sin(a{k - 1})*exp(a{k - 1})" for k in range(1, 2500))
    text = f"# T\n\n```{{backprop}}\nGiven a0 = 0.5\n{long}\n```\n"
    status, said = build(tmp_path, index_md=text, config=f"{CONFIG}\nbackprop_limits = {{'work': 1}}\n")
    assert status == 0
    assert "index.md:3: ERROR: the work took too long: the limit `work` is at most 1 seconds;" in said
    assert 'try: backprop_limits = {"work": 10} in conf.py' in said
    wrong = build(
        tmp_path,
        index_md="# T\n\n```{backprop}\nGiven x = 1\ny = x\n```\n",
        config=f"{CONFIG}\nbackprop_limits = {{'wrk': 1}}\n",
    )
    assert "unknown limit 'wrk'" in wrong[1]


def test_names_are_those_of_one_document(tmp_path: Path) -> None:
    one = "# One\n\n```{backprop} a kind=hidden\nGiven w = 1\nL = w\n```\n"
    other = "# Other\n\n{backprop}`a:w`\n"
    _, said = build(tmp_path, index_md=one + "\n```{toctree}\nother\n```\n", other_md=other)
    assert "other.md:3: ERROR: no block above is called a" in said
