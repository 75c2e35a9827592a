"""Which language a document is told in: sentences by their keys, translated at the moment they are said.

English stands in the code, in modules called `sentences`; every other language is a catalogue beside this file, made by
`make languages`. The catalogue is opened when its first sentence is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import GNUTranslations

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh", "de", "es", "fr")
# Where a formula or a name stands in a sentence that is told in pieces.
GAP = "{}"
FOLDER = Path(__file__).parent

# Written in characters that neither Typst's own fonts nor those of pdflatex have.
NEEDS_FONTS = frozenset(("zh",))

_DECIMAL_COMMA = frozenset(("de", "es", "fr"))
_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this, every sentence is told in the language."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> str:
    """The language that is being told in."""
    return _SPOKEN.get()


def has_decimal_comma() -> bool:
    """Whether the language writes 0,5 for a half."""
    return _SPOKEN.get() in _DECIMAL_COMMA


def within_sentence(title: str) -> str:
    """A title as it stands within a sentence: in small letters, but for German, whose nouns keep their capital."""
    return title if _SPOKEN.get() == "de" else title.lower()


def grouped(count: int) -> str:
    """A large whole number in groups of three digits: 10,000, with a comma for decimals 10 000."""
    return f"{int(count):,}".replace(",", "\N{NO-BREAK SPACE}" if has_decimal_comma() else ",")


def translated(context: str, english: str) -> str:
    """A text in the language that is being told in, English where the catalogue has no such text."""
    language = _SPOKEN.get()
    return english if language == ENGLISH else _catalogue(language).pgettext(context, english)


class Sentences(Mapping[str, str]):
    """Sentences by their keys, each in the language that is being told in. `group` names them for translators."""

    def __init__(self, group: str, english: Mapping[str, str]) -> None:
        self.group = group
        self.english = english

    def __getitem__(self, key: str) -> str:
        return translated(self.context(key), self.english[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)

    def context(self, key: str) -> str:
        """What a catalogue knows the sentence by."""
        return f"{self.group}: {key}"

    def pieces(self, key: str, **words: str) -> list[str]:
        """The sentence with these words in it, in pieces: between them formulas are put."""
        sentence = self[key]
        for name, word in words.items():
            sentence = sentence.replace(f"{{{name}}}", word)
        return sentence.split(GAP)


class Count(int):
    """A whole number that is said in groups of digits, as the language does."""

    def __str__(self) -> str:
        return f"{int(self):,}"

    def __format__(self, _: str) -> str:
        return str(self)


class Said(str):
    """A sentence of a group with these words in it: English for programs, and `again` what a reader is told."""

    def __new__(cls, sentences: Sentences, key: str, words: Mapping[str, object] = MappingProxyType({})) -> Said:
        made = super().__new__(cls, sentences.english[key].format(**words))
        made.parts = sentences, key, words
        return made

    parts: tuple[Sentences, str, Mapping[str, object]]

    def __reduce__(self) -> tuple[type[Said], tuple[Sentences, str, dict[str, object]]]:
        """Copied and sent to other processes by its parts: a report holds such sentences."""
        sentences, key, words = self.parts
        return Said, (sentences, key, dict(words))

    def again(self) -> str:
        """The sentence in the language that is being told in, and so are those in it."""
        sentences, key, words = self.parts
        return sentences[key].format(**{name: again(word) for name, word in words.items()})


def again(said: object, context: str = "") -> str:
    """A text that was said in English in the language that is being told in, as far as it is known there.

    `context` is what catalogues know it by, where it is no sentence of a group.
    """
    if isinstance(said, Said):
        return said.again()
    if isinstance(said, Count):
        return grouped(said)
    return translated(context, str(said)) if context else str(said)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> GNUTranslations:
    from gettext import GNUTranslations

    with (FOLDER / f"{language}.mo").open("rb") as file:
        return GNUTranslations(file)
