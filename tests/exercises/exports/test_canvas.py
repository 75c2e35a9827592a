"""A Canvas package: the manifest names what is there, and every item scores by the engine's numbers."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import unquote

import lxml.etree as etree
import lxml.html
import pytest

from backprop_derive.exercises.exports.question import questions_of
from backprop_derive.exercises.exports.record import ExportOptions
from tests.exercises.exports.sample import (
    hostile_cases,
    hostile_variant,
    is_near,
    package,
    read_page,
    right,
    variants,
)

Q = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
P = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"


def quiz(files: dict[str, bytes]) -> etree._Element:
    (path,) = [path for path in files if path.count("/") == 1 and "meta" not in path]
    return etree.fromstring(files[path])


def items(files: dict[str, bytes]) -> list[etree._Element]:
    return list(quiz(files).iter(f"{Q}item"))


def kind_of(item: etree._Element) -> str:
    fields = {f.findtext(f"{Q}fieldlabel"): f.findtext(f"{Q}fieldentry") for f in item.iter(f"{Q}qtimetadatafield")}
    return fields["question_type"]


@pytest.mark.parametrize("kind", ["numerical", "choice", "cloze"])
def test_the_manifest_names_what_is_there(kind: str) -> None:
    files = package("canvas", variants("exact"), kind)
    manifest = etree.fromstring(files["imsmanifest.xml"])
    named = {each.get("href") for each in manifest.iter(f"{P}file")}
    assert named == set(files) - {"imsmanifest.xml"}
    identifiers = {each.get("identifier") for each in manifest.iter(f"{P}resource")}
    assert {each.get("identifierref") for each in manifest.iter(f"{P}dependency")} <= identifiers
    (meta,) = [data for path, data in files.items() if path.endswith("assessment_meta.xml")]
    points = etree.fromstring(meta).findtext("{http://canvas.instructure.com/xsd/cccv1p0}points_possible")
    assert float(points) == len(items(files))


def test_the_right_number_is_the_engines_with_its_bounds() -> None:
    found = iter(items(package("canvas", variants("exact", 50))))
    for variant in variants("exact", 50):
        for name in ("w", "v"):
            item = next(found)
            assert kind_of(item) == "numerical_question"
            value, low, high = right(variant, name)
            (shown,) = [Decimal(each.text) for each in item.iter(f"{Q}varequal")]
            assert is_near(shown, value)
            assert is_near(Decimal(next(item.iter(f"{Q}vargte")).text), low)
            assert is_near(Decimal(next(item.iter(f"{Q}varlte")).text), high)
            assert next(item.iter(f"{Q}setvar")).text == "100"
    assert next(found, None) is None


def test_a_tensor_is_asked_entry_by_entry() -> None:
    (variant,) = variants("tensor", 1)
    numbers = [number for each in variant.key if each.name == "W" for number in each.numbers]
    shown = [Decimal(each.text) for each in quiz(package("canvas", (variant,))).iter(f"{Q}varequal")]
    assert shown == [number.value.decimal for number in numbers]


def test_a_choice_scores_for_the_right_one_and_every_feedback_is_there() -> None:
    for variant in variants("neuron"):
        (item,) = items(package("canvas", (variant,), "choice"))
        assert kind_of(item) == "multiple_choice_question"
        names = [each.get("ident") for each in item.iter(f"{Q}response_label")]
        scored = [
            c.findtext(f"{Q}conditionvar/{Q}varequal")
            for c in item.iter(f"{Q}respcondition")
            if c.find(f"{Q}setvar") is not None
        ]
        assert scored == [name for name, option in zip(names, variant.choices, strict=True) if option.is_right]
        feedback = {each.get("ident"): each for each in item.iter(f"{Q}itemfeedback")}
        linked = {each.get("linkrefid") for each in item.iter(f"{Q}displayfeedback")}
        assert linked == set(feedback)
        for name, option in zip(names, variant.choices, strict=True):
            page = next(feedback[f"{name}_fb"].iter(f"{Q}mattext")).text
            assert read_page(page) == option.feedback


def test_names_are_unique_and_the_same_every_time() -> None:
    files, again = package("canvas", variants("exact", 30)), package("canvas", variants("exact", 30))
    assert files == again
    names = [item.get("ident") for item in items(files)]
    assert len(set(names)) == len(names) == 60


def test_a_formula_is_canvas_own_image_of_it() -> None:
    (item,) = items(package("canvas", variants("neuron", 1)))
    page = lxml.html.fragment_fromstring(next(item.iter(f"{Q}mattext")).text)
    images = page.findall(".//img")
    assert len(images) >= 6
    for image in images:
        source = image.get("src").removeprefix("/equation_images/")
        assert unquote(unquote(source)) == image.get("data-equation-content")


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    files = package("canvas", (variant,), kind)
    for data in files.values():
        etree.fromstring(data)
    found = items(files)
    assert len(found) == (len(variant.key) if kind == "cloze" else 1)
    title = variant.problem.title
    for item in found:
        if title is not None and title.isprintable():
            assert title in item.get("title")
        for page in item.iter(f"{Q}mattext"):
            read_page(page.text)


def test_every_question_of_a_variant_is_an_item() -> None:
    asked = [q for v in variants("exact") for q in questions_of(v, ExportOptions())]
    assert len(items(package("canvas", variants("exact")))) == len(asked)
