"""R/exams: files with the sections that it reads, the engine's numbers, and nothing that knitting would run."""

from __future__ import annotations

import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.exercises.exports.sample import hostile_cases, hostile_variant, is_near, package, right, variants

SECTION = re.compile(r"^(Question|Solution|Meta-information)\n=+$|^(Answerlist)\n-+$", re.MULTILINE)
# As knitr finds code within a line and at the beginning of a chunk (knitr::all_patterns$md).
INLINE = re.compile(r"(?<!(?:^``))(?<!(?:\n``))`r[ #]([^`]+)\s*`")
CHUNK = re.compile(r"^[\t >]*```+\s*\{([a-zA-Z0-9_]+.*)\}\s*$", re.MULTILINE)


def sections(text: str) -> list[tuple[str, str]]:
    places = list(SECTION.finditer(text))
    ends = [place.start() for place in places[1:]] + [len(text)]
    return [(p[1] or p[2], text[p.end() : end].strip()) for p, end in zip(places, ends, strict=True)]


def meta(text: str) -> dict[str, str]:
    (found,) = [body for name, body in sections(text) if name == "Meta-information"]
    return dict(line.split(": ", 1) for line in found.split("\n"))


def files(some: tuple, kind: str = "numerical") -> list[str]:
    return [data.decode() for data in package("rexams", some, kind).values()]


def test_a_number_is_the_engines_and_what_is_accepted_lies_within_its_tolerance() -> None:
    found = iter(files(variants("exact")) + files(variants("neuron")) + files(variants("rounded")))
    for name, wanted in (("exact", "wv"), ("neuron", "w"), ("rounded", "w")):
        for variant in variants(name):
            for each in wanted:
                text = next(found)
                assert [part for part, _ in sections(text)] == ["Question", "Solution", "Meta-information"]
                read = meta(text)
                value, low, high = right(variant, each)
                assert read["extype"] == "num"
                assert is_near(Decimal(read["exsolution"]), value)
                assert is_near(Decimal(read["extol"]), max(value - low, high - value))


def test_a_choice_lists_answers_and_what_is_said_of_them() -> None:
    for variant, text in zip(variants("neuron"), files(variants("neuron"), "choice"), strict=True):
        parts = sections(text)
        assert [name for name, _ in parts] == ["Question", "Answerlist", "Solution", "Answerlist", "Meta-information"]
        assert parts[1][1].count("* ") == parts[3][1].count("* ") == len(variant.choices)
        read = meta(text)
        assert read["extype"] == "schoice"
        assert read["exsolution"] == "".join(str(int(option.is_right)) for option in variant.choices)


def test_a_cloze_has_a_number_for_every_line_of_its_list() -> None:
    for variant, text in zip(variants("tensor"), files(variants("tensor"), "cloze"), strict=True):
        read = meta(text)
        asked = sections(text)[1][1].split("\n")
        numbers = [str(number.value.decimal) for item in variant.key for number in item.numbers]
        assert read["exsolution"].split("|") == numbers
        assert len(asked) == len(numbers) == len(read["extol"].split("|")) == len(read["exclozetype"].split("|"))
        assert asked[2].endswith("row 1, column 2")


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    (text,) = files((hostile_variant(name),), kind)
    assert not INLINE.search(text)
    assert not CHUNK.search(text)
    assert "`" not in text
    words = re.findall(r"^(?:Question|Solution|Meta-?information|Answerlist)$", text, re.MULTILINE)
    assert len(words) == len(sections(text))
    lists = {"numerical": 0, "choice": 2, "cloze": 1}[kind]
    assert len(sections(text)) == 3 + lists
    assert len(re.findall(r"^ex\w+:", text, re.MULTILINE)) == {"numerical": 4, "choice": 4, "cloze": 5}[kind]


def test_the_attack_is_one() -> None:
    assert INLINE.search(r"a \`r system('id')\` b")
    assert CHUNK.search("x\n```{r}\ny")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_knitting_changes_nothing(tmp_path: Path) -> None:
    probe = subprocess.run(["Rscript", "-e", "library(knitr)"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("knitr is not installed")
    (text,) = files((hostile_variant("knitr"),))
    (tmp_path / "a.Rmd").write_text(text)
    command = ["Rscript", "-e", "knitr::knit('a.Rmd', output = 'a.md', quiet = TRUE)"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "a.md").read_text() == text
