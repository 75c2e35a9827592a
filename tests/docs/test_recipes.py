"""The pages that say how to add something are followed word for word, on a copy of the code."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.docs.pages import Place, agrees, blocks, commands, shown

COPIED = ("backprop_derive", "templates", "examples", "tests", "docs", "pyproject.toml", "CHANGELOG.md")


def followed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the checkout in which everything that the page says has been done, in its order."""
    copy = tmp_path / "copy"
    copy.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "_generated", "golden", "corpus")
    for name in COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy / name)
    place = Place(copy, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(copy))
    for block in blocks((CHECKOUT / "docs" / "contributing" / page).read_text(encoding="utf-8")):
        if block.language == "diff":
            apply(block.text, copy)
        elif block.file:
            (copy / block.file).parent.mkdir(parents=True, exist_ok=True)
            (copy / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for command in commands(block.text):
                output = place.run_apart(command)
                assert place.status == 0, f"{command}\n{output}"
        elif block.language == "console":
            for each in shown(block.text):
                output = place.run_apart(each.command)
                assert agrees(each.output, output), f"{each.command}\n{output}"
    return copy


def apply(diff: str, root: Path) -> None:
    """Change a file as a diff says: its lines stand there once, and give way to those of the new state."""
    head, _, body = diff.partition("\n")
    path = root / head.removeprefix("--- ")
    lines = body.splitlines()
    before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{head}: these lines do not stand there once:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def changed(copy: Path, folder: str) -> set[str]:
    """The files of a folder of the copy that are new or other than those of the checkout."""
    found = set()
    for path in (copy / folder).rglob("*"):
        name = path.relative_to(copy)
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".j2c":
            ours = CHECKOUT / name
            if not ours.exists() or ours.read_bytes() != path.read_bytes():
                found.add(str(name))
    return found


def test_an_operation_is_added_as_its_page_says_and_touches_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="the page compares the operation with PyTorch; it is not installed")
    copy = followed("operation.md", tmp_path, monkeypatch)
    assert changed(copy, "backprop_derive") == {"backprop_derive/ops/activations.py"}
    assert changed(copy, "templates") == set()
    assert os.path.getsize(copy / "docs" / "language.md") > os.path.getsize(CHECKOUT / "docs" / "language.md")


def test_a_format_is_added_as_its_page_says_with_one_module_and_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = followed("format.md", tmp_path, monkeypatch)
    assert changed(copy, "backprop_derive") == {"backprop_derive/formats/wiki.py"}
    assert changed(copy, "templates") == {"templates/wiki/blocks.j2", "templates/wiki/body.j2"}
    assert changed(copy, "tests") == set()


def test_a_mistake_is_added_as_its_page_says_with_one_record_and_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("babel", reason="the catalogues are made with Babel; it is not installed")
    copy = followed("mistake.md", tmp_path, monkeypatch)
    code = {name for name in changed(copy, "backprop_derive") if name.endswith(".py")}
    assert code == {"backprop_derive/mistakes/local.py"}
    words = {name.rpartition("/")[2] for name in changed(copy, "backprop_derive") - code}
    assert words == {"de.po", "de.mo", "es.po", "fr.po", "zh.po"}
