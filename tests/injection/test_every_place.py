"""Every hostile text, at every place where a user's text can stand, in every format: it arrives as text, and no more.

A format is read by a reader of its own (`readers`). The same document with plain words says what its structure is and
how often the text is in it.
"""

from __future__ import annotations

from functools import cache

import pytest

import backprop_derive as bd
from tests.injection.documents import DOCUMENTS, JUDGED, names
from tests.injection.readers import Reading, flat, kinds_of, reading, words_of
from tests.injection.texts import ALL, HIDDEN, NAMES, PLAIN, plain_name

# Where a text is shown shortened to so many characters.
CUT = {"grades": 60, "exports": 200}
# Pictures and programs without a title; what is for a spreadsheet has numbers alone.
HAS_NONE = {
    ("solution", "mermaid"), ("solution", "tikz"), ("training", "csv"), ("training", "json"),
    *(("woven", f"{format}/kind=graph") for format in ("md", "tex", "ipynb")),
}  # fmt: skip


@cache
def plain(document: str) -> dict[str, Reading]:
    return {name: reading(name, content) for name, content in DOCUMENTS[document](PLAIN)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_plain_words_are_found_in_every_format(document: str) -> None:
    for name, found in plain(document).items():
        assert (flat(PLAIN) in flat(found.text)) is ((document, name) not in HAS_NONE), name


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("text", ALL)
def test_a_hostile_text_is_text_wherever_it_stands(text: str, document: str) -> None:
    shown = flat(text[: CUT.get(document, len(text))])
    for name, content in DOCUMENTS[document](text):
        expected = plain(document)[name]
        found = reading(name, content)
        assert found.structure == expected.structure, name
        # Metadata of LaTeX leaves out what pdflatex has no letter for.
        left_out = name.startswith("tex") and not text.isascii()
        assert flat(found.text).count(shown) >= flat(expected.text).count(flat(PLAIN)) - left_out, name


def made(document: str, text: str) -> tuple[list[tuple[str, str | bytes]], str]:
    """The formats of a document, or why there is none."""
    try:
        return list((DOCUMENTS | JUDGED)[document](text)), ""
    except bd.BackpropError as error:
        return [], str(error)


@pytest.mark.parametrize("document", [*DOCUMENTS, *JUDGED])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_character_that_hides_or_moves_something_reaches_no_document(hidden: str, document: str) -> None:
    contents, said = made(document, f"a{hidden}b")
    assert hidden not in said
    assert not said or f"U+{ord(hidden):04X}" in said
    for name, content in contents:
        assert hidden not in (content if isinstance(content, str) else reading(name, content).text), name


# --- names


@cache
def called(name: str) -> dict[str, object]:
    """What the formats are made of where a name is a word that none of them knows."""
    return {format: kinds_of(format, str(content), name) for format, content in names(plain_name(name))}


@pytest.mark.parametrize("name", NAMES)
def test_a_word_of_a_format_is_a_name_like_any_other(name: str) -> None:
    for format, content in names(name):
        assert kinds_of(format, str(content), name) == called(name)[format], format


# --- answers and notes: what is told of them depends on what they mean

# Right, wrong, not understood, a value on its own, formulas of every kind.
JUDGED_ALIKE = (PLAIN, "x*w", "x = 1", "$x$", "1/0", "u1*v1 + 1", "x[0]", "sqrt(2)", "(", "$$x$$", "cos(1) = 2")


@cache
def vocabulary(document: str) -> dict[str, frozenset[object]]:
    """What the structure of each format is made of, whatever harmless text is judged."""
    found: dict[str, frozenset[object]] = {}
    for text in JUDGED_ALIKE:
        for name, content in JUDGED[document](text):
            found[name] = found.get(name, frozenset()) | words_of(name, reading(name, content))
    return found


@pytest.mark.parametrize("document", JUDGED)
@pytest.mark.parametrize("text", ALL)
def test_a_hostile_text_that_is_judged_stays_a_text(text: str, document: str) -> None:
    for name, content in JUDGED[document](text):
        assert words_of(name, reading(name, content)) <= vocabulary(document)[name], name
