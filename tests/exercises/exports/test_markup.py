"""Documents as elements: words stay words, formulas are what a platform draws."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import unquote

import lxml.etree as etree
import pytest

from backprop_derive.document import (
    Code,
    CodeBlock,
    Derivative,
    Equation,
    Heading,
    Item,
    ListBlock,
    Math,
    Paragraph,
    Remark,
    Strong,
    Table,
    Words,
)
from backprop_derive.exercises.exports import markup
from backprop_derive.exercises.exports.markup import Markup
from backprop_derive.syntax.expression import ListOf, Name, Number

GRADIENT = Math(Derivative(Name("L"), Name("w")))
EVIL = "<script>&amp; \\(x\\) $$y$$ {{z}} [latex] \0\x07\x9b\ufffe\ud800"
BLOCKS = (
    Heading(2, (Words("Title"),)),
    Paragraph((Words(EVIL), Strong(EVIL), Code(EVIL), GRADIENT)),
    ListBlock((Item((GRADIENT, Words(EVIL)), ((Words("note"),),)),), start=3),
    ListBlock((Item((Words("point"),)),), ordered=False),
    Remark((Words("remark"),)),
    Equation(Derivative(Name("L"), Name("w"))),
    Table(((Words("head"),),), (((Words("cell"),),),)),
    CodeBlock(EVIL, "python"),
)


@pytest.mark.parametrize("formula", [markup.tex, markup.brackets, markup.equation_image, markup.presentation])
def test_every_block_is_an_element_that_is_well_formed(formula: markup.Formula) -> None:
    for block in BLOCKS:
        element = Markup(formula, frozenset()).block(block)
        again = etree.fromstring(ET.tostring(element))
        assert "script" not in {etree.QName(each).localname for each in again.iter()}


def test_words_are_read_back_as_they_were_but_for_what_no_file_can_hold() -> None:
    (element,) = Markup(markup.tex, frozenset()).blocks([Paragraph((Words(EVIL),))])
    again = etree.fromstring(ET.tostring(element))
    assert "".join(again.itertext()) == EVIL.translate(dict.fromkeys(map(ord, "\0\x07\x9b\ufffe\ud800"), "\ufffd"))
    assert not any(sign in text for sign in ("\\(", "$$", "{{", "[l") for text in again.itertext())


def test_no_formula_is_drawn_of_a_users_words() -> None:
    page = markup.html_words("\\(x\\)")
    assert page == "<span>\\</span>(x<span>\\</span>)"


def test_a_list_begins_where_it_says_but_in_strict_xhtml() -> None:
    assert Markup(markup.tex, frozenset()).block(BLOCKS[2]).get("start") == "3"
    assert Markup(markup.tex, frozenset(), strict=True).block(BLOCKS[2]).get("start") is None


def test_formulas_in_each_platforms_way() -> None:
    source = r"\frac{\partial L}{\partial w}"
    assert markup.tex(GRADIENT, frozenset(), False).text == rf"\({source}\)"
    assert markup.tex(GRADIENT, frozenset(), True).text == r"$$\dfrac{\partial L}{\partial w}$$"
    assert markup.brackets(GRADIENT, frozenset(), True).text == r"\[\dfrac{\partial L}{\partial w}\]"
    image = markup.equation_image(GRADIENT, frozenset(), False)
    assert unquote(unquote(image.get("src", ""))) == "/equation_images/" + source
    math = markup.presentation(GRADIENT, frozenset(), False)
    assert math.get("xmlns") == "http://www.w3.org/1998/Math/MathML"
    assert "".join(math.itertext()) == "∂L∂w"


def test_mathml_has_sizes_only_where_mathml_2_has_them() -> None:
    matrix = ListOf((ListOf((Number(1), Number(2))), ListOf((Number(3), Number(4)))))
    for part in (Math(matrix), GRADIENT):
        found = markup.presentation(part, frozenset(), False)
        sized = [each.tag for each in found.iter() if {"displaystyle", "scriptlevel"} & set(each.attrib)]
        assert sized
        assert set(sized) == {"mstyle"}


def test_braces_are_numbers_where_a_platform_reads_them_first() -> None:
    assert markup.without_braces("{1:NM:=2}") == "&#123;1:NM:=2&#125;"
