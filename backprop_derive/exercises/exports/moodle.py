"""Moodle XML: numerical questions with tolerances, multiple choice, and cloze with a field for every number.

Source: Moodle's documentation, "Moodle XML format" and "Embedded Answers (Cloze) question type".
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from xml.sax.saxutils import escape

from ..exercise import Variant
from ..key import Accepted
from ..shared import told
from .fields import laid_out
from .markup import Element, Markup, Pages, html, html_math, html_words, safe, tex, without_braces
from .question import Asker, Field, Question, margins, questions_of, written
from .record import ExportOptions
from .xml import HEAD

_LONGEST_NAME = 200  # characters; Moodle cuts a name at 255


def pieces(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """The quiz, a question at a time, in a category named after the problem.

    With a title, all that stands before the first question comes before the first variant is asked for.
    """
    yield HEAD + b"<quiz>\n"
    title = options.title
    if title:
        yield _line(_category(title))
    for variant in variants:
        if not title:
            title = variant.problem.title or "backprop-derive"
            yield _line(_category(title))
        questions = tuple(questions_of(variant, options))
        solution, problem, *asked = _texts(variant, options, questions)
        solution = _text("generalfeedback", solution, "html")
        for question, text in zip(questions, asked, strict=True):
            yield _line(_MAKERS[question.kind](question, (problem, "\n", text), solution))
    yield b"</quiz>\n"


def _line(element: str) -> bytes:
    return f"{element}\n".encode()


def _texts(variant: Variant, options: ExportOptions, questions: tuple[Question, ...]) -> tuple[str, ...]:
    """As pieces of a page: the worked solution, if it is shown; the problem; what each question asks, with fields."""

    def tell(variant: Variant) -> tuple[str, ...]:
        asker, pages = Asker(variant, options), Pages(tex)
        shown = (asker.document(asker.problem), *(asker.document(asker.blocks(each.asked)) for each in questions))
        names = shown[0].literal_names
        solution = pages.html(asker.solution) if asker.solution else ""
        problem, *asked = map(pages.html, shown)
        return solution, problem, *map(_with_fields, asked, questions, repeat(names))

    way = "moodle", options.solution, tuple(each.asked for each in questions)
    return told(variant, options.shown, way, tell)


def _with_fields(text: str, question: Question, names: frozenset[str]) -> str:
    """What is asked, and under it places for the fields of a cloze."""
    if question.kind != "cloze":
        return text
    return text + "\n" + html(laid_out(question, Markup(tex, names), _place))


def _category(name: str) -> str:
    # Two slashes are a slash in a name, one begins a category within.
    path = "$course$/top/" + " ".join(name.split()).replace("/", "//")[:_LONGEST_NAME]
    return f'<question type="category">{_text("category", path)}</question>'


def _text(tag: str, text: str, format: str = "") -> str:
    """An element with a text in it, as Moodle has it nearly everywhere."""
    form = f' format="{format}"' if format else ""
    return f"<{tag}{form}><text>{_escaped(text)}</text></{tag}>"


@lru_cache(maxsize=256)  # the questions of a variant have the problem in common, and all variants what is asked
def _escaped(text: str) -> str:
    return escape(safe(text))


Parts = tuple[str, ...]


def _question(type: str, question: Question, texts: Parts, solution: str, more: Iterable[str] = ()) -> str:
    """What all types have in common, with the parts of its text, and what only this one has."""
    # The grade of a cloze is the sum of its fields'.
    grade = "" if type == "cloze" else f"<defaultgrade>{question.points}</defaultgrade>"
    return "".join((
        f'<question type="{type}">',
        _text("name", question.title[-_LONGEST_NAME:]),
        f'<questiontext format="html"><text>{"".join(map(_escaped, texts))}</text></questiontext>',
        solution,
        grade,
        f"<penalty>0.3333333</penalty><hidden>0</hidden><idnumber>{escape(question.id)}</idnumber>",
        *more,
        "</question>",
    ))  # fmt: skip


@lru_cache(maxsize=1024)  # what is said of a mistake is the same in all variants
def _feedback(text: str) -> str:
    return _text("feedback", html_words(text) if text else "", "html")


def _answer(fraction: int, text: str, more: str, format: str) -> str:
    return f'<answer fraction="{fraction}" format="{format}"><text>{text}</text>{more}</answer>'


def _numerical(question: Question, texts: Parts, solution: str) -> str:
    field = question.fields[0]
    answers = [_number(100, field.right, ""), *(_number(0, lure.number, lure.feedback) for lure in field.lures)]
    return _question("numerical", question, texts, solution, (*answers, _NO_UNITS))


def _number(fraction: int, number: Accepted, feedback: str) -> str:
    said = _feedback(feedback)
    return "".join([
        _answer(fraction, written(value), f"{said}<tolerance>{written(tolerance)}</tolerance>", "moodle_auto_format")
        for value, tolerance in margins(number)
    ])  # fmt: skip


_NO_UNITS = (
    "<unitgradingtype>0</unitgradingtype><unitpenalty>0.1</unitpenalty><showunits>3</showunits><unitsleft>0</unitsleft>"
)


def _choice(question: Question, texts: Parts, solution: str) -> str:
    names = question.prompt.literal_names
    answers = (
        _answer(100 if each.is_right else 0, escape(html_math(each.node, names, tex)), _feedback(each.feedback), "html")
        for each in question.options
    )
    return _question("multichoice", question, texts, solution, (_ONE_OF_THEM, *answers))


_ONE_OF_THEM = (
    "<single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
    + "".join(_text(tag, "", "html") for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"))
)


def _cloze(question: Question, texts: Parts, solution: str) -> str:
    """Every brace but those of fields is written as a number, so that none begins a field."""
    codes = {field.name: _code(field) for field in question.fields}
    text = _PLACE.sub(lambda match: codes[match[1]], without_braces("".join(texts)))
    return _question("cloze", question, (text,), solution)


_PLACE = re.compile('<field name="([a-z0-9]+)"></field>')


def _place(field: Field) -> Element:
    return ET.Element("field", {"name": field.name})


def _code(field: Field) -> str:
    """A field in Moodle's notation: {1:NUMERICAL:=2:0.01~%0%3:0.1#why not}."""
    answers = [f"={written(value)}:{written(tolerance)}" for value, tolerance in margins(field.right)]
    for lure in field.lures:
        shown = _cloze_feedback(lure.feedback)
        answers += [f"%0%{written(value)}:{written(tolerance)}#{shown}" for value, tolerance in margins(lure.number)]
    return "{1:NUMERICAL:" + "~".join(answers) + "}"


# Moodle undoes entities in the feedback of a field, once or twice, before it is HTML: no sign of HTML can stand there.
_LOOK_ALIKE = str.maketrans("<>&~{}#\\\"'$", "‹›＆∼（）＃＼”’＄")


def _cloze_feedback(text: str) -> str:
    return safe(text).translate(_LOOK_ALIKE)


_MAKERS = {"numerical": _numerical, "choice": _choice, "cloze": _cloze}
