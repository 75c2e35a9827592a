"""What is kept of a weaving: by content, and no file of it can do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_derive.options import Options
from backprop_derive.weaving import cache, contents
from backprop_derive.weaving.cache import Cache
from backprop_derive.weaving.weave import Weaver, weave

DOCUMENT = "```backprop\nGiven w = 3\nL = w^2\n```\nand {backprop}`w.grad =`\n"


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    content, single = contents.content, contents.single
    monkeypatch.setattr(contents, "content", lambda *a: made.append("block") or content(*a))
    monkeypatch.setattr(contents, "single", lambda *a: made.append("role") or single(*a))
    return made


def test_nothing_is_worked_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, weaver = counting(monkeypatch), Weaver(cache=Cache(tmp_path / "cache"))
    first = weave(DOCUMENT, weaver=weaver)
    assert made == ["block", "role"]
    assert weave("Moved down.\n\n" + DOCUMENT, "other.md", weaver=weaver).text == "Moved down.\n\n" + first.text
    assert made == ["block", "role"]


@pytest.mark.parametrize("package", ["backprop-derive", "sympy", "mpmath"])
def test_another_version_of_what_answers_is_asked_anew(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key_of("text")
    assert cache.key_of("text") == before
    version = cache.version
    monkeypatch.setattr(cache, "version", lambda name: "99.9" if name == package else version(name))
    cache._made_by.cache_clear()
    assert cache.key_of("text") != before
    monkeypatch.undo()
    cache._made_by.cache_clear()
    assert cache.key_of("text") == before


@pytest.mark.parametrize(
    "changed",
    [DOCUMENT.replace("w = 3", "w = 4"), DOCUMENT.replace("backprop\n", "backprop detail=full\n")],
)
def test_another_text_or_option_is_worked_anew(changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weaver = Weaver(cache=Cache(tmp_path))
    weave(DOCUMENT, weaver=weaver)
    made = counting(monkeypatch)
    assert weave(changed, weaver=weaver).text == weave(changed).text
    assert made.count("block") == 2


def test_another_notation_is_worked_anew(tmp_path: Path) -> None:
    weave(DOCUMENT, weaver=Weaver(cache=Cache(tmp_path)))
    weaver = Weaver(Options(notation="cs231n"), cache=Cache(tmp_path))
    assert "dw = 6" in weave(DOCUMENT, weaver=weaver).text


@pytest.mark.parametrize("harm", ["deleted", "cut", "empty", "other text", "binary", "a folder"])
def test_a_file_that_is_lost_or_broken_is_worked_anew(harm: str, tmp_path: Path) -> None:
    weaver = Weaver(cache=Cache(tmp_path))
    right = weave(DOCUMENT, weaver=weaver).text
    for file in list(tmp_path.iterdir()):
        data = file.read_bytes()
        file.unlink()
        match harm:
            case "cut":
                file.write_bytes(data[:-1])
            case "empty":
                file.write_bytes(b"")
            case "other text":
                file.write_bytes(data.replace(b"6", b"7"))
            case "binary":
                file.write_bytes(b"\xff\x00" * 100)
            case "a folder":
                file.mkdir()
    assert weave(DOCUMENT, weaver=weaver).text == right
    assert weave(DOCUMENT, weaver=weaver).text == right


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    weaver = Weaver(cache=Cache(tmp_path / "file" / "cache"))
    assert weave(DOCUMENT, weaver=weaver) == weave(DOCUMENT)


def test_errors_are_not_kept(tmp_path: Path) -> None:
    weaver = Weaver(cache=Cache(tmp_path))
    assert weave("```backprop\nL = foo\n```\n", weaver=weaver).errors
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_files_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr("backprop_derive.weaving.cache._MOST", 3)
    cache = Cache(tmp_path)
    for number in range(6):
        cache.put(f"key{number}", "text")
        os.utime(tmp_path / f"key{number}", (number, number))
    assert cache.get("key0") == "text"  # used now, so the youngest
    cache.trim()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["key0", "key4", "key5"]
