"""GIFT, Moodle's text format: numerical questions and multiple choice.

GIFT has no fields within a text, so that a tensor or a whole derivation is asked number by number.
Source: Moodle's documentation, "GIFT format".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..exercise import Variant
from .markup import Pages, html_math, html_words, safe, tex
from .question import Question, margins, one_by_one, questions_of, written
from .record import ExportOptions

# A backslash before each sign that GIFT reads. A line break within a question is written out: an empty line ends one.
_ESCAPES = str.maketrans({c: "\\" + c for c in "\\~=#{}:"} | {"\n": "\\n", "\r": None})


def pieces(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """The questions, one after the other."""
    for variant in variants:
        pages = Pages(tex)
        for asked in questions_of(variant, options):
            for question in one_by_one(asked):
                yield _question(question, pages).encode()


def escape(text: str) -> str:
    """Text in which nothing is read as GIFT."""
    return safe(text).translate(_ESCAPES)


def _question(question: Question, pages: Pages) -> str:
    answers = _choice(question) if question.kind == "choice" else _numerical(question)
    if question.solution:
        answers.append("####" + _html(pages.html(question.solution)))
    body = "\n".join(answers)
    title = escape(" ".join(question.title.split()))
    return f"::{title}::{_html(pages.html(question.prompt))}{{{body}\n}}\n\n"


def _html(piece: str) -> str:
    return "[html]" + escape(piece)


def _numerical(question: Question) -> list[str]:
    field = question.fields[0]
    lines = ["#"]
    lines += [f"=%100%{written(value)}:{written(tolerance)}#" for value, tolerance in margins(field.right)]
    for lure in field.lures:
        said = _html(html_words(lure.feedback))
        lines += [f"=%0%{written(value)}:{written(tolerance)}#{said}" for value, tolerance in margins(lure.number)]
    return lines


def _choice(question: Question) -> list[str]:
    names = question.prompt.literal_names
    return [
        f"{'=' if option.is_right else '~'}{_html(html_math(option.node, names, tex))}"
        f"#{_html(html_words(option.feedback))}"
        for option in question.options
    ]
