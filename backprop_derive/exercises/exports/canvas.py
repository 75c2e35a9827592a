"""A Canvas package: a quiz in QTI 1.2 with the fields that Canvas adds to it.

Canvas has no numerical fields within a text, so that a tensor or a whole derivation is asked number by number.
Source: the structure of Canvas's own exports, as instructure/qti reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice

from ..exercise import Variant
from .archive import File
from .markup import Element, Pages, equation_image, html_math, html_words, safe
from .question import Question, one_by_one, questions_of, written
from .record import ExportOptions
from .xml import HEAD, element, file, piece

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
_MANIFEST = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_LONGEST_TITLE = 200


def members(variants: Iterable[Variant], options: ExportOptions) -> Iterator[File]:
    """The quiz, what Canvas notes of it, and the manifest."""
    left = iter(variants)
    first = list(islice(left, 1))
    title = options.title or (first[0].problem.title if first else None) or "backprop-derive"
    seed = f"{options.kind} {first[0].id} {first[0].exercise.text}" if first else ""
    ident = "g" + sha256(seed.encode()).hexdigest()[:32]
    points = [0]
    yield f"{ident}/{ident}.xml", _quiz(ident, title, chain(first, left), options, points)
    yield f"{ident}/assessment_meta.xml", [file(_meta(ident, title, points[0]))]
    yield "imsmanifest.xml", [file(_manifest(ident))]


def _quiz(
    ident: str, title: str, variants: Iterable[Variant], options: ExportOptions, points: list[int]
) -> Iterator[bytes]:
    """The quiz, an item at a time. What its items are worth is added up in `points`."""
    yield HEAD
    # An assessment whose end is written when its items are.
    outside = piece(
        element(
            "questestinterop", {"xmlns": _QTI},
            element("assessment", {"ident": ident, "title": title[:_LONGEST_TITLE]},
                    element("section", {"ident": "root_section"}, "\n")),
        )
    )  # fmt: skip
    inside = outside.index(b"</section>")
    yield outside[:inside]
    for variant in variants:
        pages = Pages(equation_image)
        for asked in questions_of(variant, options):
            for question in one_by_one(asked):
                points[0] += 1
                yield piece(_item(question, pages))
    yield outside[inside:]


def _item(question: Question, pages: Pages) -> Element:
    ident = "i" + sha256(question.id.encode()).hexdigest()[:32]
    is_choice = question.kind == "choice"
    notes = {
        "question_type": "multiple_choice_question" if is_choice else "numerical_question",
        "points_possible": "1.0",
        "assessment_question_identifierref": "q" + ident[1:],
    }
    response, processing, feedback = (_choice if is_choice else _numerical)(question)
    item = element(
        "item", {"ident": ident, "title": question.title[-_LONGEST_TITLE:]},
        element("itemmetadata", {}, element("qtimetadata", {}, *(
            element("qtimetadatafield", {}, element("fieldlabel", {}, name), element("fieldentry", {}, value))
            for name, value in notes.items()
        ))),
        element("presentation", {}, _material(pages.html(question.prompt)), response),
        element("resprocessing", {},
                element("outcomes", {}, element("decvar", {
                    "maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"})),
                *_general(question), *processing),
        *feedback,
    )  # fmt: skip
    if question.solution:
        item.append(_feedback("general_fb", pages.html(question.solution)))
    return item


def _material(page: str) -> Element:
    return element("material", {}, element("mattext", {"texttype": "text/html"}, f"<div>{page}</div>"))


def _feedback(ident: str, page: str) -> Element:
    return element("itemfeedback", {"ident": ident}, element("flow_mat", {}, _material(page)))


def _shown(ident: str) -> Element:
    return element("displayfeedback", {"feedbacktype": "Response", "linkrefid": ident})


def _general(question: Question) -> list[Element]:
    if question.solution is None:
        return []
    condition = element("conditionvar", {}, element("other"))
    return [element("respcondition", {"continue": "Yes"}, condition, _shown("general_fb"))]


_RIGHT = {"action": "Set", "varname": "SCORE"}
Parts = tuple[Element, list[Element], list[Element]]


def _numerical(question: Question) -> Parts:
    """A field, and its right number with the bounds of what is accepted, as Canvas itself writes an answer's margin."""
    right = question.fields[0].right
    response = element(
        "response_str", {"ident": "response1", "rcardinality": "Single"},
        element("render_fib", {"fibtype": "Decimal"}, element("response_label", {"ident": "answer1"})),
    )  # fmt: skip
    respident = {"respident": "response1"}
    condition = element(
        "conditionvar", {},
        element("or", {},
                element("varequal", respident, written(right.value.decimal)),
                element("and", {},
                        element("vargte", respident, written(right.lowest)),
                        element("varlte", respident, written(right.highest)))),
    )  # fmt: skip
    scored = element("respcondition", {"continue": "No"}, condition, element("setvar", _RIGHT, "100"))
    return response, [scored], []


def _choice(question: Question) -> Parts:
    names = question.prompt.literal_names
    render = element("render_choice", {"shuffle": "yes"})
    processing, feedback = [], []
    for number, option in enumerate(question.options, 1):
        ident = str(1000 + number)
        shown = _material(html_math(option.node, names, equation_image))
        render.append(element("response_label", {"ident": ident}, shown))
        chosen = element("varequal", {"respident": "response1"}, ident)
        processing.append(element(
            "respcondition", {"continue": "Yes"}, element("conditionvar", {}, chosen), _shown(f"{ident}_fb"),
        ))  # fmt: skip
        feedback.append(_feedback(f"{ident}_fb", html_words(option.feedback)))
        if option.is_right:
            chosen = element("varequal", {"respident": "response1"}, ident)
            right = element(
                "respcondition", {"continue": "No"}, element("conditionvar", {}, chosen),
                element("setvar", _RIGHT, "100"),
            )  # fmt: skip
    processing.append(right)
    response = element("response_lid", {"ident": "response1", "rcardinality": "Single"}, render)
    return response, processing, feedback


def _meta(ident: str, title: str, points: int) -> Element:
    return element(
        "quiz", {"xmlns": _CANVAS, "identifier": ident},
        element("title", {}, safe(title)[:_LONGEST_TITLE]),
        element("description", {}, ""),
        element("shuffle_answers", {}, "true"),
        element("quiz_type", {}, "assignment"),
        element("points_possible", {}, f"{points}.0"),
        element("allowed_attempts", {}, "1"),
    )  # fmt: skip


def _manifest(ident: str) -> Element:
    quiz, meta = f"{ident}/{ident}.xml", f"{ident}/assessment_meta.xml"
    note = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    return element(
        "manifest", {"identifier": f"m{ident}", "xmlns": _MANIFEST},
        element("metadata", {}, element("schema", {}, "IMS Content"), element("schemaversion", {}, "1.1.3")),
        element("organizations"),
        element("resources", {},
                element("resource", {"identifier": ident, "type": "imsqti_xmlv1p2"},
                        element("file", {"href": quiz}), element("dependency", {"identifierref": f"{ident}_meta"})),
                element("resource", {"identifier": f"{ident}_meta", "type": note, "href": meta},
                        element("file", {"href": meta}))),
    )  # fmt: skip
