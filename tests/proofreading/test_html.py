"""Pages of HTML as notes: MathML as a browser shows it, TeX between its signs, and what is typed."""

from __future__ import annotations

import random
import re

import pytest

from backprop_derive import proofread
from backprop_derive.options import NOTATIONS
from backprop_derive.proofreading.record import Finding

from .changed import changed, missed
from .test_rendered import solved

GIVEN = "<!DOCTYPE html><html><body><p>Given x = 2, w = 3</p><p>a = w*x</p><p>L = a^2</p>\n"


def only(page: str) -> Finding:
    """The one claim of a page."""
    (found,) = [f for f in proofread(GIVEN + page).findings if f.verdict != "given"]
    return found


def math(inner: str) -> str:
    return f"<p><math>{inner}</math></p>"


D_L_BY_A = "<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow><mrow><mi>∂</mi><mi>a</mi></mrow></mfrac>"


@pytest.mark.parametrize("layout", ["solution", "handout", "slides", "lesson"])
@pytest.mark.parametrize("name", ["lesson", "two-two-two", "mlp-batch", "softmax-by-hand", "rnn-in-matrices"])
def test_a_page_is_read_as_its_markdown_is(name: str, layout: str) -> None:
    notation = NOTATIONS[len(name + layout) % len(NOTATIONS)]
    texts = [str(solved(name).render(format, notation=notation, layout=layout)) for format in ("html", "md")]
    page, markdown = proofread(texts[0], "notes.html"), proofread(texts[1], "notes.md")
    assert page.of("wrong", "unread", "follows") == ()
    assert page.counts["right"] == markdown.counts["right"]
    assert page.counts["rounded"] == markdown.counts["rounded"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (D_L_BY_A + "<mo>=</mo><mn>2</mn><mi>a</mi>", "right"),
        (D_L_BY_A + "<mo>=</mo><mn>3</mn><mi>a</mi>", "wrong"),
        ("<mi>L</mi><mo>=</mo><msup><mrow><mo>(</mo><mi>w</mi><mo>&#8290;</mo><mi>x</mi><mo>)</mo></mrow><mn>2</mn></msup>",
         "right"),
        ("<mi>L</mi><mo>=</mo><msup><mrow><mi>w</mi><mi>x</mi></mrow><mn>2</mn></msup>", "right"),
        ("<mi>L</mi><mo>=</mo><msup><mi>a</mi><mn>3</mn></msup>", "wrong"),
        ("<msqrt><mi>L</mi></msqrt><mo>=</mo><mn>6</mn>", "right"),
        ("<msqrt><mi>L</mi></msqrt><mo>=</mo><mn>7</mn>", "wrong"),
        ("<mi>a</mi><mo>=</mo><mfrac><mn>12</mn><mn>2</mn></mfrac>", "right"),
        ("<mi>a</mi><mo>&lt;</mo><mn>7</mn>", "right"),
        ("<mi>a</mi><mo>=</mo><mi>max</mi><mo>&ApplyFunction;</mo><mo>(</mo><mi>a</mi><mo>,</mo><mn>0</mn><mo>)</mo>",
         "right"),
        ("<mi>a</mi><mo>=</mo><mfenced><mrow><mn>4</mn><mo>+</mo><mn>2</mn></mfenced>", "right"),
        ("<mi>𝑎</mi><mo>=</mo><mn>6</mn>", "right"),
        ("<mi>a</mi><mo>=</mo><mn>5</mn><mo>+</mo><mi mathvariant='normal'>π</mi>", "wrong"),
        ("<semantics><mrow><mi>a</mi><mo>=</mo><mn>6</mn></mrow><annotation encoding='application/x-tex'>a = 6"
         "</annotation></semantics>", "right"),
        ("<semantics><mrow><mi>a</mi><mo>=</mo><mn>7</mn></mrow><annotation encoding='application/x-tex'>a = 7"
         "</annotation></semantics>", "wrong"),
        ("<semantics><mrow><mi>a</mi><mo>=</mo><mn>7</mn></mrow><annotation-xml><ci>a</ci></annotation-xml></semantics>",
         "wrong"),
    ],
)  # fmt: skip
def test_mathml_is_judged(formula: str, verdict: str) -> None:
    assert only(math(formula)).verdict == verdict


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("<mi>a</mi><mo>=</mo><menclose><mn>6</mn></menclose>", "<menclose>"),
        ("<mi>a</mi><mo>=</mo><mfrac linethickness='0'><mn>4</mn><mn>2</mn></mfrac>", "<mfrac>"),
        ("<mi>a</mi><mo>=</mo><mn>1 0</mn>", "1 0"),
        ("<mi>a</mi><mo>=</mo><mover><mn>6</mn><mo>!</mo></mover>", "<mover>"),
        ("<mi>a</mi><mo>=</mo><mmultiscripts><mn>6</mn><none/><mn>2</mn></mmultiscripts>", "<mmultiscripts>"),
        ("<mi>a</mi><mo>=</mo><maction><mn>6</mn><mn>7</mn></maction>", "<maction>"),
        ("<mi>a</mi><mo>=</mo><mn>6</mn><b>7</b>", "7 is not"),
        ("<mi>a</mi><mo>=</mo><mtext><i>6</i></mtext>", "<i>"),
        ("<mi>a</mi><mo>=</mo><mrow>6</mrow>", "6"),
        ("<mi>a</mi><mo>=</mo><mspace class='blank' width='2em'/>", "____"),
        ("<mi>a</mi><mo>=</mo><msub><mn>6</mn></msub>", "<msub>"),
        ("<mi>a</mi><mo>=</mo><mn>6</mn><mo>%</mo>", "%"),
        ("<mi>a</mi><mo>=</mo><mn>6</mn><mo>∮</mo>", "∮"),
        ("<mi>a</mi><mo>=</mo>" + "<mrow>" * 100 + "<mn>6</mn>" + "</mrow>" * 100, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_not_understood_in_mathml_is_named(formula: str, named: str) -> None:
    found = only(math(formula))
    assert found.verdict == "unread"
    assert named in found.reason


def test_numbers_side_by_side_are_not_one_number() -> None:
    assert only(math("<mi>a</mi><mo>=</mo><mn>1</mn><mn>2</mn>")).verdict == "unread"
    assert only(math("<mi>a</mi><mo>=</mo><mn>2</mn><mi>e</mi><mn>5</mn>")).verdict != "right"


def test_gaps_part_statements() -> None:
    page = math("<mi>a</mi><mo>=</mo><mn>6</mn><mspace width='1em'/><mi>x</mi><mo>=</mo><mn>2</mn>")
    assert [f.verdict for f in proofread(GIVEN + page).findings][-2:] == ["right", "right"]


def test_an_index_set_low_is_part_of_the_name_and_a_raised_number_is_a_power() -> None:
    page = (
        "<!doctype html><p>Given w<sub>1</sub> = 2, x = 3</p><p>z = w<sub>1</sub>x</p><p>L = z<sup>2</sup></p>"
        "<p>L = z<sup>2</sup> = 6<sup>2</sup> = 36</p><p>L = z<sup>3</sup></p>"
    )
    found = proofread(page)
    assert [f.verdict for f in found.findings] == ["given"] * 4 + ["right"] * 3 + ["wrong"]


def test_tex_between_its_signs_is_read_paragraph_by_paragraph() -> None:
    page = (
        r"<p>\(a = 6\) and $a = 6$, at \$5 and $6 a cup</p><p>$$a = 7$$</p><p>\[\begin{aligned} a &amp;= 6 \\ "
        r"&amp;= 3 \cdot 2 \end{aligned}\]</p>"
    )
    assert [f.verdict for f in proofread(GIVEN + page).findings][-5:] == ["right", "right", "wrong", "right", "right"]


def test_pages_of_katex_and_mathjax_are_read_once() -> None:
    katex = (
        '<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>a</mi><mo>=</mo><mn>7</mn></mrow>'
        '<annotation encoding="application/x-tex">a = 7</annotation></semantics></math></span>'
        '<span class="katex-html" aria-hidden="true"><span class="base">a = 7</span></span></span>'
    )
    mathjax = (
        '<mjx-container><mjx-math aria-hidden="true"><mjx-mi>a = 7</mjx-mi></mjx-math><mjx-assistive-mml>'
        "<math><mi>a</mi><mo>=</mo><mn>7</mn></math></mjx-assistive-mml></mjx-container>"
    )
    old = '<script type="math/tex; mode=display">a = 7</script>'
    for page in (katex, mathjax, old):
        assert only(f"<p>{page}</p>").verdict == "wrong"


def test_programs_pictures_and_what_is_hidden_are_passed_over() -> None:
    page = (
        "<script>a = 7</script><style>a = 7</style><pre>a = 7</pre><p><code>a = 7</code></p>"
        "<svg><text>a = 7</text></svg><p hidden>a = 7</p><p style='display: none'>a = 7</p><!-- <p>a = 7</p> -->"
        "<p title='a = 7' class=\"a > 7\">!</p>"
        "<template><p>a = 7</p></template><p>a = 6</p>"
    )
    assert [f.verdict for f in proofread(GIVEN + page).findings if f.verdict != "given"] == ["right"]


def test_paragraphs_items_and_cells_are_apart_and_a_line_goes_on() -> None:
    page = (
        "<ul><li>a = 6<li>L = 36</ul><table><tr><td>a = 6</td><td>x = 2</td></tr></table><p>a = 3 · 2<br>\n   = 6</p>"
    )
    found = proofread(GIVEN + page)
    assert found.counts["right"] == 6
    assert found.of("wrong", "unread") == ()


def test_two_formulas_with_a_word_between_are_two() -> None:
    six = "<math><mi>a</mi><mo>=</mo><mn>6</mn></math>"
    two = "<math><mi>x</mi><mo>=</mo><mn>2</mn></math>"
    for between in (" and ", ", ", " ", "<br>"):
        assert proofread(f"{GIVEN}<p>{six}{between}{two}</p>").counts["right"] == 2


def test_a_chain_in_pieces_is_one_chain() -> None:
    pieces = "<math><mi>a</mi></math><wbr> <math><mrow></mrow><mo>=</mo><mi>w</mi><mi>x</mi></math>\n" + (
        "<span><math><mo>=</mo><mn>7</mn></math></span>"
    )
    found = [f for f in proofread(f"{GIVEN}<p>{pieces}</p>").findings if f.verdict != "given"]
    assert [f.verdict for f in found] == ["right", "wrong"]


def test_places_are_those_of_the_file() -> None:
    page = GIVEN + "<p>\n  First, <b>&pi;</b> and\n<math><mi>a</mi>\n  <mo>=</mo><mn>77</mn></math></p>"
    (wrong,) = proofread(page).wrong
    assert page[wrong.starts : wrong.ends] == "77"
    assert (wrong.place.line, wrong.place.column) == (5, 17)
    assert wrong.place.text == "  <mo>=</mo><mn>77</mn></math></p>"


def test_a_page_is_known_by_its_name_or_its_beginning() -> None:
    page = "<p>Given x = 2</p><p>L = x<sup>2</sup></p><p>L = 5</p>"
    for name in ("notes.html", "notes.HTM", "notes.xhtml"):
        assert len(proofread(page, name).wrong) == 1
    assert len(proofread(f"\n<!doctype HTML>\n{page}").wrong) == 1
    assert len(proofread(f"<html><body>{page}</body></html>").wrong) == 1


def test_a_tag_that_is_never_closed_ends_the_page_as_in_a_browser() -> None:
    found = proofread(GIVEN + "<p>a = 6</p><p class='x = 7")
    assert [f.verdict for f in found.findings if f.verdict != "given"] == ["right"]


# --- mutants

MUTANTS = 30
_ITEM = re.compile(r"<li>(?P<item>(?:(?!</li>).)*)</li>")
_RELATION = re.compile(r"<mo>[=≈]</mo>")
# No number of a condition, which may as well be another one where the value is.
_NUMBER = re.compile(r"(?<!&gt;</mo><mn>)(?<=</mo><mn>)\d+(?:\.\d+)?(?=</mn>)")
_SIGN = re.compile(r"(?<=<mo>)[+−](?=</mo>)")


def mutant(page: str, rng: random.Random) -> tuple[int, str] | None:
    """A digit or a sign of one link changed: where, and the page."""
    worked = re.search("<h2>(?:Forward pass|Local gradients)", page)
    assert worked is not None
    items = [m for m in _ITEM.finditer(page, worked.end()) if len(_RELATION.findall(m["item"])) > 1 and "→" not in m[0]]
    item = rng.choice(items)
    first = _RELATION.search(page, item.start())
    assert first is not None
    kind = rng.choice((_NUMBER, _NUMBER, _SIGN))
    places = list(kind.finditer(page, first.end(), item.end()))
    if not places:
        return None
    place = rng.choice(places)
    new = changed(place[0], rng)
    if new is None:
        return None
    return place.start(), page[: place.start()] + new + page[place.end() :]


def test_a_changed_link_of_a_page_is_found_at_its_place() -> None:
    found = missed("html", mutant, MUTANTS, 6)
    assert len(found) <= 1, found
