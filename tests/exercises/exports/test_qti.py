"""QTI 2.1: items of the form that the specification gives, that score as they should when they are carried out."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import lxml.etree as etree
import pytest

from backprop_derive.exercises.exports.question import questions_of
from backprop_derive.exercises.exports.record import KINDS, ExportOptions
from tests.conftest import corpus
from tests.exercises.exports.sample import hostile_cases, hostile_variant, is_near, package, variants

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MATHML = "http://www.w3.org/1998/Math/MathML"
# 1EdTech's own schema, where it lies beside the checkout or QTI21_SCHEMA names it. What is told below of the form of an
# item is checked anywhere.
SCHEMA = Path(os.environ.get("QTI21_SCHEMA", corpus().parent / "schemas" / "qti21" / "imsqti_v2p1.xsd"))

# What stands in an element, in order, as the "Assessment Test, Section, and Item Information Model" gives it, and its
# required and optional attributes. FLOW are the elements of XHTML that may stand in a text.
FLOW = "p div h3 h4 h5 h6 ol ul table pre"
INLINE = "strong code span math textEntryInteraction"
FORM: dict[str, tuple[str, set[str], set[str]]] = {
    "assessmentItem": ("responseDeclaration+ outcomeDeclaration+ itemBody responseProcessing modalFeedback*",
                       {"identifier", "title", "adaptive", "timeDependent"}, {"schemaLocation"}),
    "responseDeclaration": ("correctResponse", {"identifier", "cardinality", "baseType"}, set()),
    "outcomeDeclaration": ("defaultValue?", {"identifier", "cardinality", "baseType"}, set()),
    "correctResponse": ("value", set(), set()),
    "defaultValue": ("value", set(), set()),
    "itemBody": ("FLOW* choiceInteraction?|FLOW*", set(), set()),
    "choiceInteraction": ("simpleChoice+", {"responseIdentifier", "shuffle", "maxChoices"}, set()),
    "simpleChoice": ("INLINE*", {"identifier"}, set()),
    "textEntryInteraction": ("", {"responseIdentifier", "expectedLength"}, set()),
    "responseProcessing": ("RULE*", set(), set()),
    "responseCondition": ("responseIf responseElseIf*", set(), set()),
    "responseIf": ("TEST RULE+", set(), set()),
    "responseElseIf": ("TEST RULE+", set(), set()),
    "setOutcomeValue": ("EXPRESSION", {"identifier"}, set()),
    "and": ("TEST TEST", set(), set()),
    "gte": ("variable baseValue", set(), set()),
    "lte": ("variable baseValue", set(), set()),
    "equal": ("variable baseValue", {"toleranceMode"}, set()),
    "match": ("variable correct", set(), set()),
    "sum": ("variable baseValue", set(), set()),
    "multiple": ("variable baseValue?", set(), set()),
    "modalFeedback": ("FLOW*", {"outcomeIdentifier", "identifier", "showHide"}, {"title"}),
    "p": ("INLINE*", set(), set()), "span": ("INLINE*", set(), set()), "strong": ("span*", set(), set()),
    "code": ("span*", set(), set()), "pre": ("code", set(), set()), "div": ("INLINE*", set(), set()),
    "h3": ("INLINE*", set(), set()), "h4": ("INLINE*", set(), set()), "h5": ("INLINE*", set(), set()),
    "ol": ("li+", set(), set()), "ul": ("li+", set(), set()), "li": ("INLINE* div*", set(), set()),
    "table": ("thead? tbody", set(), set()), "thead": ("tr", set(), set()), "tbody": ("tr+", set(), set()),
    "tr": ("td+|th+", set(), set()), "td": ("INLINE*", set(), set()), "th": ("INLINE*", set(), set()),
    "variable": ("", {"identifier"}, set()), "correct": ("", {"identifier"}, set()),
    "baseValue": ("", {"baseType"}, set()), "value": ("", set(), set()),
}  # fmt: skip
CLASSES = {
    "FLOW": FLOW, "INLINE": INLINE, "RULE": "responseCondition setOutcomeValue",
    "TEST": "and gte lte equal match", "EXPRESSION": "sum multiple baseValue",
}  # fmt: skip


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def content(form: str) -> re.Pattern[str]:
    """The pattern of the names of what an element may hold."""

    def word(match: re.Match[str]) -> str:
        name, times = match[1], match[2]
        return "(?:" + "|".join(f"{each} " for each in CLASSES.get(name, name).split()) + ")" + times

    return re.compile("|".join(re.sub(r"(\w+)([*+?]?)\s*", word, way) for way in form.split("|")) + r"\Z")


def check_form(item: etree._Element) -> None:
    for element in item.iter():
        name = etree.QName(element)
        if name.namespace == MATHML:
            assert name.localname != "script"
            continue
        assert name.namespace == QTI, element.tag
        form, required, optional = FORM[name.localname]
        held = "".join(f"{etree.QName(child).localname} " for child in element)
        assert content(form).match(held), f"{name.localname} holds {held}"
        attributes = {etree.QName(each).localname for each in element.attrib}
        assert required <= attributes <= required | optional, f"{name.localname} has {attributes}"


def items(files: dict[str, bytes]) -> list[etree._Element]:
    return [etree.fromstring(data) for path, data in files.items() if path.startswith("items/")]


# --- an item carried out, as a delivery engine does it -----------------------------------------------------


def outcome(item: etree._Element, responses: dict[str, str]) -> tuple[float, list[str]]:
    """The score and the feedback that responses earn."""
    values: dict[str, object] = {"SCORE": 0.0, "FEEDBACK": [], "SOLUTION": None}
    right = {
        d.get("identifier"): d.findtext(f"{{{QTI}}}correctResponse/{{{QTI}}}value")
        for d in item.findall(f"{{{QTI}}}responseDeclaration")
    }

    def value(node: etree._Element) -> object:
        kind = etree.QName(node).localname
        inner = [value(child) for child in node]
        match kind:
            case "variable":
                name = node.get("identifier")
                return responses.get(name, values.get(name))
            case "baseValue":
                return float(node.text) if node.get("baseType") == "float" else node.text
            case "correct":
                return right[node.get("identifier")]
            case "and":
                return all(inner)
            case "gte":
                return inner[0] is not None and float(inner[0]) >= inner[1]  # type: ignore[arg-type, operator]
            case "lte":
                return inner[0] is not None and float(inner[0]) <= inner[1]  # type: ignore[arg-type, operator]
            case "equal":
                return inner[0] is not None and float(inner[0]) == inner[1]  # type: ignore[arg-type]
            case "match":
                return inner[0] == inner[1]
            case "sum":
                return sum(inner)  # type: ignore[arg-type]
            case "multiple":
                return [x for each in inner if each for x in (each if isinstance(each, list) else [each])]
        raise AssertionError(kind)

    def run(rules: list[etree._Element]) -> None:
        for rule in rules:
            if etree.QName(rule).localname == "setOutcomeValue":
                values[rule.get("identifier")] = value(rule[0])
            else:
                branch = next((each for each in rule if value(each[0])), None)
                run(list(branch)[1:] if branch is not None else [])

    run(list(item.find(f"{{{QTI}}}responseProcessing")))
    shown = [
        "".join(f.itertext())
        for f in item.findall(f"{{{QTI}}}modalFeedback")
        if f.get("identifier") in values["FEEDBACK"]  # type: ignore[operator]
    ]
    return float(values["SCORE"]), shown  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["neuron", "exact", "tensor", "rounded"])
def test_items_have_the_form_of_the_specification(name: str, kind: str) -> None:
    for item in items(package("qti", variants(name), kind)):
        check_form(item)


@pytest.mark.skipif(
    not SCHEMA.is_file(), reason="1EdTech's schema is not here: QTI21_SCHEMA names it (CONTRIBUTING.md)"
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["neuron", "exact", "tensor", "rounded"])
def test_items_are_valid_by_the_official_schema(name: str, kind: str) -> None:
    for item in items(package("qti", variants(name, 10), kind)):
        schema().assertValid(item)


def test_a_number_scores_where_it_is_accepted_and_a_mistake_earns_its_feedback() -> None:
    for variant in variants("neuron", 40):
        (question,) = questions_of(variant, ExportOptions())
        (item,) = items(package("qti", (variant,)))
        field = question.fields[0]
        value, margin = field.right.value.decimal, (field.right.highest - field.right.lowest) / 2
        for number in (value, value + margin * Decimal("0.99"), value - margin * Decimal("0.99")):
            assert outcome(item, {"RESPONSE-g1": f"{number:.13g}"}) == (1, [])
        if margin:
            assert outcome(item, {"RESPONSE-g1": f"{value + margin * Decimal('1.01'):.13g}"}) == (0, [])
        for lure in field.lures:
            assert outcome(item, {"RESPONSE-g1": f"{lure.number.value.decimal:.15g}"}) == (0, [lure.feedback])
        assert outcome(item, {}) == (0, [])
        assert outcome(item, {"RESPONSE-g1": "123456.789"}) == (0, [])


def test_every_field_of_a_cloze_scores_by_itself() -> None:
    for variant in variants("tensor"):
        (item,) = items(package("qti", (variant,), "cloze"))
        (question,) = questions_of(variant, ExportOptions("cloze"))
        right = {f"RESPONSE-{f.name}": str(f.right.value.decimal) for f in question.fields}
        assert outcome(item, right)[0] == len(question.fields)
        wrong = {**right, "RESPONSE-v1": "-1"}
        assert outcome(item, wrong)[0] == len(question.fields) - 1


def test_a_choice_scores_for_the_right_one_and_tells_of_the_others() -> None:
    for variant in variants("neuron"):
        (item,) = items(package("qti", (variant,), "choice"))
        for number, option in enumerate(variant.choices, 1):
            assert outcome(item, {"RESPONSE": f"C{number}"}) == (float(option.is_right), [option.feedback])


def test_the_right_answer_is_declared() -> None:
    for variant in variants("exact"):
        for question, item in zip(
            questions_of(variant, ExportOptions()), items(package("qti", (variant,))), strict=True
        ):
            shown = item.findtext(f"{{{QTI}}}responseDeclaration/{{{QTI}}}correctResponse/{{{QTI}}}value")
            assert is_near(Decimal(shown), question.fields[0].right.value.decimal)


def test_the_manifest_lists_what_is_there() -> None:
    files = package("qti", variants("exact"))
    manifest = etree.fromstring(files["imsmanifest.xml"])
    space = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
    listed = [each.get("href") for each in manifest.iter(f"{space}resource")]
    assert listed == [path for path in files if path != "imsmanifest.xml"]
    names = [each.get("identifier") for each in manifest.iter(f"{space}resource")]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in names)


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    (item,) = items(package("qti", (variant,), kind))
    check_form(item)
    title = variant.problem.title
    if title is not None and title.isprintable():
        assert title in item.get("title")
    if SCHEMA.is_file():
        schema().assertValid(item)
