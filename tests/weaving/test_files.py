"""Files and folders, notebooks, and the command line of weave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from backprop_derive.cli.main import main
from backprop_derive.weaving.notebook import weave_notebook
from backprop_derive.weaving.weave import Weaver
from tests.conftest import CHECKOUT

BLOCK = "```{backprop} net\n#| detail: brief\nGiven w = 3\nL = w^2\nFind dL/dw\n```\n"
QUARTO = f"""---
title: "Gradients"
format: html
---

## A net {{#sec-net}}

::: {{.callout-note}}
{BLOCK}:::

```{{python}}
#| echo: false
print("`{{backprop}} w`")
```

The gradient is `{{backprop}} w.grad`, see @sec-net. <!-- `{{backprop}} nope` -->
"""


def run(*arguments: object, cwd: Path | None = None) -> Result:
    before = Path.cwd()
    os.chdir(cwd or before)
    try:
        return CliRunner().invoke(main, ["weave", "--no-cache", *map(str, arguments)], catch_exceptions=False)
    finally:
        os.chdir(before)


def test_a_document_of_quarto_is_woven(tmp_path: Path) -> None:
    (tmp_path / "chapter.qmd").write_text(QUARTO)
    result = run("chapter.qmd", "-o", "out.qmd", cwd=tmp_path)
    assert (result.exit_code, result.output) == (0, "")
    woven = (tmp_path / "out.qmd").read_text()
    head, _, rest = QUARTO.partition(BLOCK)
    assert woven.startswith(head)
    assert woven.endswith(rest.replace("`{backprop} w.grad`", "$6$"))
    tokens = MarkdownIt("commonmark").parse(woven[len(head) : -len(rest)])
    assert [t.type for t in tokens if t.level == 0 and t.nesting == 1] == [
        "paragraph_open", "ordered_list_open", "paragraph_open", "paragraph_open", "ordered_list_open",
        "paragraph_open", "ordered_list_open", "paragraph_open", "ordered_list_open", "paragraph_open",
    ]  # fmt: skip


def test_pandoc_reads_the_mathematics_of_what_is_woven(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BLOCK + "\nIt is `{backprop} w.grad =`.\n")
    assert run(tmp_path / "a.md", "-o", tmp_path / "b.md").exit_code == 0
    try:
        done = subprocess.run(
            ["pandoc", "-f", "markdown", "-t", "html", "--mathml", tmp_path / "b.md"],
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("no pandoc")
    assert done.stderr == ""
    assert "$" not in done.stdout
    assert done.stdout.count("<math") == 8


def test_a_folder_is_woven_with_everything_beside_it(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (book / "part" / ".hidden").mkdir(parents=True)
    (book / "_build").mkdir()
    (book / "index.md").write_text(BLOCK)
    (book / "part" / "plain.md").write_bytes(b"as it is\r\n\ttab \x0c")
    (book / "part" / "picture.png").write_bytes(bytes(range(256)))
    (book / "part" / ".hidden" / "x.md").write_text("x")
    (book / "_build" / "x.html").write_text("x")
    out = book / "woven"
    for _ in range(2):
        assert run(book, "-o", out).exit_code == 0
        files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        assert set(files) == {"index.md", "part/plain.md", "part/picture.png"}
        assert files["part/picture.png"] == bytes(range(256))
        assert files["part/plain.md"] == b"as it is\r\n\ttab \x0c"
        assert "**Answer**" in files["index.md"].decode()
    states = {p: p.stat().st_mtime_ns for p in out.rglob("*.md")}
    assert run(book, "-o", out).exit_code == 0
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*.md")} == states


def test_nothing_is_written_where_one_document_has_an_error(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    (book / "good.md").write_text(BLOCK)
    (book / "bad.md").write_text("\n" + BLOCK.replace("w^2", "v^2") + "\n{backprop}`nix:w`\n")
    result = run(book, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()
    assert f"error: {book / 'bad.md'}:5:5: unknown name v\n" in result.stderr
    assert f"error: {book / 'bad.md'}:9:12: no block is called nix\n" in result.stderr


def test_without_a_place_to_write_to_the_document_is_printed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a {b}\r\n")
    assert run(tmp_path / "a.md").stdout_bytes == b"a {b}\r\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("a.md", "-o", "a.md"), "is the input"), ((".", "-o", "."), "is the input"), ((".",), "nowhere to write"),
        (("sub", "-o", "."), "holds the input"),
        (("no.md",), "does not exist"), (("a.png",), "no document that is woven"),
        (("latin.md",), "byte 0xE9 in line 2"),
        (("--fragments", "a.md"), "for a LaTeX document"), (("a.md", "--watch"), "nowhere to write"),
        (("bad.ipynb",), "is no notebook"),
    ],
)  # fmt: skip
def test_what_cannot_be_woven_is_refused(arguments: tuple[str, ...], found: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "a.png").write_bytes(b"\x89")
    (tmp_path / "latin.md").write_bytes(b"\n\xe9")
    (tmp_path / "bad.ipynb").write_text('{"cells": [1]}')
    result = run(*arguments, cwd=tmp_path)
    assert result.exit_code == 2
    assert found in result.stderr


def notebook(*cells: tuple[str, str | list[str]]) -> str:
    made = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    whole = {"cells": made, "metadata": {"ü": 1}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False)


def test_the_markdown_cells_of_a_notebook_are_one_document() -> None:
    text = notebook(
        ("markdown", BLOCK.splitlines(keepends=True)),
        ("code", ["print('{backprop}`w.grad`')\n"]),
        ("markdown", "It is {backprop}`w.grad`."),
        ("raw", "{backprop}`w.grad`"),
    )
    woven = weave_notebook(text, "a.ipynb", Weaver())
    before, after = json.loads(text), json.loads(woven.text)
    assert after["cells"][2]["source"] == ["It is $6$."]
    assert "**Answer**" in "".join(after["cells"][0]["source"])
    assert (after["cells"][1], after["cells"][3]) == (before["cells"][1], before["cells"][3])
    assert "ü" in woven.text
    assert (woven.count, woven.errors) == (2, ())


def test_a_notebook_without_blocks_passes_through_byte_by_byte() -> None:
    text = '{"nbformat":4,   "cells":[{"cell_type":"markdown","source":"a"}]}\n\n'
    assert weave_notebook(text, "a.ipynb", Weaver()).text == text


def test_an_error_in_a_notebook_names_its_cell() -> None:
    text = notebook(("code", "1"), ("markdown", BLOCK.replace("w^2", "v")))
    (error,) = weave_notebook(text, "a.ipynb", Weaver()).errors
    assert str(error).startswith("a.ipynb, cell 2:4:5: unknown name v\n")


def test_watching_weaves_again_after_each_save_and_outlives_errors(tmp_path: Path) -> None:
    source, target = tmp_path / "a.md", tmp_path / "b.md"
    source.write_text("{backprop}`w`\n")
    command = [sys.executable, "-m", "backprop_derive", "weave", "--no-cache", "a.md", "-o", "b.md", "--watch"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        assert "no block stands above" in process.stderr.readline()
        for value in (3, 4):
            # As many editors save: another file in the place of the first.
            other = tmp_path / "other"
            other.write_text(f"```backprop kind=value show=w\nGiven w = {value}\nL = w\n```\n")
            os.replace(other, source)
            until = time.monotonic() + 60
            while not (target.exists() and f"\n{value}\n" in target.read_text()):
                assert time.monotonic() < until
                time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
