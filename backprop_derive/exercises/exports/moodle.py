"""Moodle XML: numerical questions with tolerances, multiple choice, and cloze with a field for every number.

Source: Moodle's documentation, "Moodle XML format" and "Embedded Answers (Cloze) question type".
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

from ..exercise import Variant
from ..shared import told
from .fields import laid_out
from .markup import Element, Markup, Pages, html, html_math, html_words, safe, tex, without_braces
from .question import Field, Question, margins, questions_of, solution_of, written
from .record import ExportOptions
from .xml import HEAD, piece

_LONGEST_NAME = 200  # characters; Moodle cuts a name at 255


def pieces(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """The quiz, a question at a time, in a category named after the problem.

    With a title, all that stands before the first question comes before the first variant is asked for.
    """
    yield HEAD + b"<quiz>\n"
    title = options.title
    if title:
        yield piece(_category(title), short=False)
    for variant in variants:
        if not title:
            title = variant.problem.title or "backprop-derive"
            yield piece(_category(title), short=False)
        pages, solution = Pages(tex), _solution(variant, options)
        for question in questions_of(variant, options):
            yield piece(_MAKERS[question.kind](question, pages, solution), short=False)
    yield b"</quiz>\n"


def _solution(variant: Variant, options: ExportOptions) -> str:
    """The worked solution as a piece of a page; nothing where none is shown."""
    if not options.solution:
        return ""

    def tell(variant: Variant) -> tuple[str]:
        return (Pages(tex).html(solution_of(variant, options.shown)),)

    return told(variant, options.shown, "moodle", tell)[0]


def _category(name: str) -> Element:
    question = ET.Element("question", {"type": "category"})
    # Two slashes are a slash in a name, one begins a category within.
    _text(question, "category", "$course$/top/" + " ".join(name.split()).replace("/", "//")[:_LONGEST_NAME])
    return question


def _text(parent: Element, tag: str, text: str, format: str = "") -> Element:
    element = ET.SubElement(parent, tag, {"format": format} if format else {})
    ET.SubElement(element, "text").text = safe(text)
    return element


def _plain(parent: Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _begun(type: str, question: Question, text: str, solution: str) -> Element:
    """What all types have in common."""
    element = ET.Element("question", {"type": type})
    _text(element, "name", question.title[-_LONGEST_NAME:])
    _text(element, "questiontext", text, "html")
    _text(element, "generalfeedback", solution, "html")
    if type != "cloze":  # whose grade is the sum of its fields'
        _plain(element, "defaultgrade", str(question.points))
    _plain(element, "penalty", "0.3333333")
    _plain(element, "hidden", "0")
    _plain(element, "idnumber", question.id)
    return element


def _answer(parent: Element, fraction: str, text: str, feedback: str, format: str) -> Element:
    answer = ET.SubElement(parent, "answer", {"fraction": fraction, "format": format})
    ET.SubElement(answer, "text").text = text
    _text(answer, "feedback", html_words(feedback) if feedback else "", "html")
    return answer


def _numerical(question: Question, pages: Pages, solution: str) -> Element:
    element = _begun("numerical", question, pages.html(question.prompt), solution)
    field = question.fields[0]
    for value, tolerance in margins(field.right):
        answer = _answer(element, "100", written(value), "", "moodle_auto_format")
        _plain(answer, "tolerance", written(tolerance))
    for lure in field.lures:
        for value, tolerance in margins(lure.number):
            answer = _answer(element, "0", written(value), lure.feedback, "moodle_auto_format")
            _plain(answer, "tolerance", written(tolerance))
    for tag, text in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3"), ("unitsleft", "0")):
        _plain(element, tag, text)
    return element


def _choice(question: Question, pages: Pages, solution: str) -> Element:
    element = _begun("multichoice", question, pages.html(question.prompt), solution)
    for tag, text in (("single", "true"), ("shuffleanswers", "true"), ("answernumbering", "abc")):
        _plain(element, tag, text)
    for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        _text(element, tag, "", "html")
    for option in question.options:
        shown = html_math(option.node, question.prompt.literal_names, tex)
        _answer(element, "100" if option.is_right else "0", shown, option.feedback, "html")
    return element


def _cloze(question: Question, pages: Pages, solution: str) -> Element:
    """The prompt, and under it the fields; every other brace is written as a number, so that none begins a field."""
    markup = Markup(tex, question.prompt.literal_names)
    elements = [*markup.blocks(question.prompt.blocks), *laid_out(question, markup, _place)]
    codes = {field.name: _code(field) for field in question.fields}
    text = _PLACE.sub(lambda match: codes[match[1]], without_braces(html(elements)))
    return _begun("cloze", question, text, solution)


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
