"""A QTI 2.1 package: an item a question, with MathML, feedback for every wrong answer, and the worked solution.

Source: IMS Question and Test Interoperability v2.1, "Assessment Test, Section, and Item Information Model" (2012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...report.sentences import HEADINGS
from ..exercise import Variant
from ..key import Accepted
from .archive import File
from .fields import laid_out
from .markup import Element, Markup, presentation
from .question import Field, Question, questions_of, written
from .record import ExportOptions
from .xml import element, file

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SOLVED = "SOLVED"


def members(variants: Iterable[Variant], options: ExportOptions) -> Iterator[File]:
    """The items, and last the manifest that lists them."""
    names: list[str] = []
    for variant in variants:
        for question in questions_of(variant, options):
            names.append(question.id)
            yield f"items/{question.id}.xml", [file(_item(question))]
    yield "imsmanifest.xml", [file(_manifest(names))]


def _manifest(names: list[str]) -> Element:
    resources = [
        element("resource", {"identifier": f"R-{name}", "type": "imsqti_item_xmlv2p1", "href": f"items/{name}.xml"},
                element("file", {"href": f"items/{name}.xml"}))
        for name in names
    ]  # fmt: skip
    return element(
        "manifest", {"identifier": "backprop-derive", "xmlns": _PACKAGE},
        element("metadata", {}, element("schema", {}, "QTIv2.1 Package"), element("schemaversion", {}, "1.0.0")),
        element("organizations"), element("resources", {}, *resources),
    )  # fmt: skip


def _item(question: Question) -> Element:
    markup = Markup(presentation, question.prompt.literal_names, strict=True)
    parts = _choice if question.kind == "choice" else _entry
    declared, shown, processed, feedback = parts(question, markup)
    if question.solution:
        processed.append(_set("SOLUTION", _base("identifier", _SOLVED)))
        title = {"title": HEADINGS["solution"]}
        feedback.append(_modal("SOLUTION", _SOLVED, markup.blocks(question.solution.blocks), title))
    return element(
        "assessmentItem",
        {
            "xmlns": _QTI, "xmlns:xsi": _INSTANCE, "xsi:schemaLocation": f"{_QTI} {_SCHEMA}",
            "identifier": f"Q-{question.id}", "title": question.title, "adaptive": "false", "timeDependent": "false",
        },
        *declared,
        _outcome("SCORE", "float", element("defaultValue", {}, element("value", {}, "0"))),
        _outcome("MAXSCORE", "float", element("defaultValue", {}, element("value", {}, str(question.points)))),
        element("outcomeDeclaration", {"identifier": "FEEDBACK", "cardinality": "multiple", "baseType": "identifier"}),
        _outcome("SOLUTION", "identifier"),
        element("itemBody", {}, *shown),
        element("responseProcessing", {}, *processed),
        *feedback,
    )  # fmt: skip


Parts = tuple[list[Element], list[Element], list[Element], list[Element]]


def _outcome(name: str, type: str, *content: Element) -> Element:
    return element("outcomeDeclaration", {"identifier": name, "cardinality": "single", "baseType": type}, *content)


def _declared(name: str, type: str, right: str) -> Element:
    correct = element("correctResponse", {}, element("value", {}, right))
    return element("responseDeclaration", {"identifier": name, "cardinality": "single", "baseType": type}, correct)


def _base(type: str, value: str) -> Element:
    return element("baseValue", {"baseType": type}, value)


def _variable(name: str) -> Element:
    return element("variable", {"identifier": name})


def _set(name: str, value: Element) -> Element:
    return element("setOutcomeValue", {"identifier": name}, value)


def _scored() -> Element:
    return _set("SCORE", element("sum", {}, _variable("SCORE"), _base("float", "1")))


def _modal(outcome: str, name: str, content: list[Element], more: dict[str, str] | None = None) -> Element:
    attributes = {"outcomeIdentifier": outcome, "identifier": name, "showHide": "show", **(more or {})}
    return element("modalFeedback", attributes, *content)


def _entry(question: Question, markup: Markup) -> Parts:
    """Fields to enter numbers in; of each it is tried whether its number is right, and else which mistake it is."""
    shown = [*markup.blocks(question.prompt.blocks), *laid_out(question, markup, _interaction)]
    declared, processed, feedback = [], [], []
    for field in question.fields:
        name = _response(field)
        declared.append(_declared(name, "float", written(field.right.value.decimal)))
        branches = [element("responseIf", {}, _within(name, field.right), _scored())]
        for number, lure in enumerate(field.lures, 1):
            ident = f"F-{field.name}-{number}"
            told = element("multiple", {}, _variable("FEEDBACK"), _base("identifier", ident))
            branches.append(element("responseElseIf", {}, _within(name, lure.number), _set("FEEDBACK", told)))
            feedback.append(_modal("FEEDBACK", ident, [element("p", {}, lure.feedback)]))
        processed.append(element("responseCondition", {}, *branches))
    return declared, shown, processed, feedback


def _response(field: Field) -> str:
    return f"RESPONSE-{field.name}"


def _interaction(field: Field) -> Element:
    return element("textEntryInteraction", {"responseIdentifier": _response(field), "expectedLength": "12"})


def _within(name: str, number: Accepted) -> Element:
    if number.lowest == number.highest:
        value = _base("float", written(number.value.decimal))
        return element("equal", {"toleranceMode": "exact"}, _variable(name), value)
    return element(
        "and", {},
        element("gte", {}, _variable(name), _base("float", written(number.lowest))),
        element("lte", {}, _variable(name), _base("float", written(number.highest))),
    )  # fmt: skip


def _choice(question: Question, markup: Markup) -> Parts:
    choices, feedback, right = [], [], ""
    for number, option in enumerate(question.options, 1):
        ident = f"C{number}"
        right = ident if option.is_right else right
        choices.append(element("simpleChoice", {"identifier": ident}, markup.math(option.node)))
        feedback.append(_modal("FEEDBACK", ident, [element("p", {}, option.feedback)]))
    asked = {"responseIdentifier": "RESPONSE", "shuffle": "true", "maxChoices": "1"}
    shown = [*markup.blocks(question.prompt.blocks), element("choiceInteraction", asked, *choices)]
    match = element("match", {}, _variable("RESPONSE"), element("correct", {"identifier": "RESPONSE"}))
    processed = [
        element("responseCondition", {}, element("responseIf", {}, match, _scored())),
        _set("FEEDBACK", element("multiple", {}, _variable("RESPONSE"))),
    ]
    return [_declared("RESPONSE", "identifier", right)], shown, processed, feedback
