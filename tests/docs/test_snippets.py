"""Every block of README and docs is what it says: files are written, commands run, outputs are those shown."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import click
import pytest

import backprop_derive as bd
from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT
from tests.docs.pages import ANYTHING, Block, Place, agrees, blocks, commands, is_endless, shown

DOCS = CHECKOUT / "docs"
PAGES = {
    str(path.relative_to(CHECKOUT)): path
    for path in sorted([CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
    if "gallery" not in path.parts and "_generated" not in path.parts
}
# Files that pages speak of without showing them: those of all pages, and of one.
FILES = Path(__file__).parent / "files"
# Pages that change the program itself are followed in test_recipes.py.
RECIPES = ("docs/contributing/operation.md", "docs/contributing/format.md", "docs/contributing/mistake.md")
RUN = {"console", "sh", "python", "pycon", "problem", "json", "toml"}
# Blocks that are looked at only: outputs, and what other programs read.
SHOWN = {"text", "markdown", "latex", "jinja", "yaml", "html", "diff", "dockerfile", "bibtex", "mermaid", "tex", "csv"}


# Pages that ask PyTorch.
WITH_TORCH = ("docs/howto/torch-module.md", "docs/training.md")


@pytest.mark.parametrize("page", [page for page in PAGES if page not in RECIPES])
def test_a_page_does_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if page in WITH_TORCH:
        pytest.importorskip("torch", reason="the page asks PyTorch, which is not installed")
    folder = tmp_path / "page"
    folder.mkdir()
    for files in (FILES / "all", FILES / Path(page).stem):
        if files.is_dir():
            shutil.copytree(files, folder, dirs_exist_ok=True)
    (folder / "examples").symlink_to(CHECKOUT / "examples")
    monkeypatch.setattr(click, "launch", lambda file: 0)  # `--open` opens nothing here
    place = Place(folder, monkeypatch)
    names: dict[str, object] = {"__name__": "__page__"}
    text = PAGES[page].read_text(encoding="utf-8")
    if request.config.getoption("--update"):
        text = _updated(PAGES[page], text, place, folder)
        return
    for block in blocks(text):
        where = f"{page}:{block.line}"
        if block.file:
            _write(folder / block.file, block.text)
        elif block.language == "console":
            _console(block.text, place, where)
        elif block.language == "sh":
            _script(block.text, place, where)
        elif block.language in ("python", "pycon"):
            _python(block, names, where)
        elif block.language == "problem":
            assert bd.solve(block.text).to_markdown(), where
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _console(text: str, place: Place, where: str) -> None:
    told = shown(text)
    for k, each in enumerate(told):
        if is_endless(each.command):
            _understood(each.command, where)
            continue
        output = place.run(each.command)
        assert agrees(each.output, output), f"{where}: $ {each.command}\n{output}"
        if each.command == "echo $?":
            continue
        asked = k + 1 < len(told) and told[k + 1].command == "echo $?"
        expected = 2 if output.startswith("error: ") else 0
        assert asked or place.status == expected, f"{where}: $ {each.command} ends with {place.status}"


def _script(text: str, place: Place, where: str) -> None:
    for command in commands(text):
        if is_endless(command):
            _understood(command, where)
            continue
        output = place.run(command)
        assert place.status == 0, f"{where}: {command}\n{output}"


def _understood(command: str, where: str) -> None:
    """A command that is not run: its options exist, what it installs is an extra, what it makes a target."""
    words = shlex.split(command, comments=True)
    if words[0] == "backprop-derive":
        called: click.Command = main
        context = click.Context(main, info_name="backprop-derive")
        assert isinstance(called, click.Group)
        found = called.get_command(context, words[1])
        assert found is not None, where
        found.make_context(words[1], words[2:], parent=context)
    elif words[0] == "make":
        makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
        for target in (word for word in words[1:] if "=" not in word):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{where}: make {target}"
    for extras in re.findall(r"backprop-derive\[([\w,-]+)\]", command):
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert set(extras.split(",")) <= set(project["optional-dependencies"]), where


def _python(block: Block, names: dict[str, object], where: str) -> None:
    """Statements are run in the names of the page; `expression  # value` says the value, a prompt its output."""
    if block.language == "pycon":
        example = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line)
        told: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        runner.run(example, out=told.append, clear_globs=False)
        names.update(example.globs)
        assert runner.failures == 0, "".join(told)
        return
    lines = block.text.splitlines()
    for node in ast.parse(block.text).body:
        source = ast.get_source_segment(block.text, node) or ""
        comment = lines[(node.end_lineno or 1) - 1].partition("  # ")[2]
        said = re.match(r"(-?\d+|True|False)\b(?:,|$)|([\"'].*[\"'])$|([a-z-]+:\S+)$", comment)
        if isinstance(node, ast.Expr) and said is not None:
            value = eval(source, names)  # the pages are ours
            expected = said[3] if said[3] else ast.literal_eval(said[1] or said[2])
            assert value == expected, f"{where}: {source}"
        else:
            exec(source, names)


def _updated(path: Path, text: str, place: Place, folder: Path) -> str:
    """The page with the outputs of its consoles as they are now, but for those that leave something out."""
    for block in blocks(text):
        if block.file:
            _write(folder / block.file, block.text)
        elif block.language == "sh":
            for command in commands(block.text):
                if not is_endless(command):
                    place.run(command)
        elif block.language == "console":
            new = ""
            for each in shown(block.text):
                ran = "" if is_endless(each.command) else place.run(each.command)
                kept = ANYTHING in each.output.splitlines() or is_endless(each.command)
                output = each.output if kept else ran.rstrip("\n") + "\n" if ran.strip() else ""
                new += f"$ {each.command}\n" + "\n".join(line.rstrip() for line in output.split("\n"))
            text = text.replace(block.text, new, 1)
    path.write_text(text, encoding="utf-8")
    return text


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_says_what_it_is(page: str) -> None:
    """So that no command or code stands in a block that nobody runs."""
    found = blocks(PAGES[page].read_text(encoding="utf-8"))
    unknown = [
        (block.line, block.language)
        for block in found
        if not block.file and block.language not in RUN | SHOWN and not block.language.startswith(("{", "backprop"))
    ]
    assert unknown == []


def test_an_output_may_leave_lines_out_and_nothing_else() -> None:
    assert agrees("a\n…\nd\n", "a\nb\nc\nd\n")
    assert not agrees("a\n…\nd\n", "a\nb\nc\n")
    assert not agrees("a\n", "a\nb\n")
    assert not agrees("a.c\n", "abc\n")
