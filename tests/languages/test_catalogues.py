"""Every sentence is translated into every language, with the same formulas and numbers in it."""

from __future__ import annotations

import re
import runpy
from collections import Counter

import pytest

from backprop_derive.languages import ENGLISH, LANGUAGES, Sentences, grouped, speaking, spoken, translated
from tests.conftest import CHECKOUT

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
MAKER = runpy.run_path(str(CHECKOUT / "docs" / "make_catalogues.py"))
PLACES = re.compile(r"\{[a-z0-9]*\}")


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_are_up_to_date(language: str) -> None:
    stale = [path.name for path, content in MAKER["files"](language).items() if path.read_bytes() != content]
    assert not stale, "python docs/make_catalogues.py"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    assert MAKER["untranslated"](language) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    wrong = []
    with speaking(language):
        for context, english, _ in MAKER["messages"]():
            shown = translated(context, english)
            if Counter(PLACES.findall(english)) != Counter(PLACES.findall(shown)) or not shown:
                wrong.append((context, english, shown))
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_gaps_in_a_sentence_keep_their_distance(language: str) -> None:
    """What is put in a gap is put there in the same order, and words before it keep the blank that English has."""
    if language == "zh":
        return  # Chinese has no blanks between words
    with speaking(language):
        lost = [
            english
            for context, english, _ in MAKER["messages"]()
            if english.endswith(" ") != translated(context, english).endswith(" ")
        ]
    assert lost == []


def test_a_sentence_is_told_in_the_language_around_it() -> None:
    sentences = Sentences("headings", {"forward": "Forward pass"})
    assert sentences["forward"] == "Forward pass"
    with speaking("de"):
        assert sentences["forward"] == "Vorwärtsdurchlauf"
        with speaking("zh"):
            assert sentences["forward"] == "前向传播"
        assert spoken() == "de"
    assert spoken() == ENGLISH


def test_a_sentence_without_translation_is_told_in_english() -> None:
    with speaking("fr"):
        assert Sentences("headings", {"new": "Brand new"})["new"] == "Brand new"


def test_large_numbers_are_grouped_as_the_language_does() -> None:
    assert grouped(1234567) == "1,234,567"
    with speaking("fr"):
        assert grouped(1234567) == "1\u00a0234\u00a0567"
