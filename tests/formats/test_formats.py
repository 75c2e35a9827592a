"""Each kind of block in each format, and what the files of a format promise to their readers."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

import backprop_derive as bd
from backprop_derive.document import (
    Block,
    Chain,
    Code,
    CodeBlock,
    Document,
    Equation,
    Figure,
    Heading,
    Inline,
    Item,
    ListBlock,
    Listing,
    Math,
    PageBreak,
    Paragraph,
    Picture,
    PictureEdge,
    PictureNode,
    Remark,
    Room,
    SheetHead,
    Squares,
    Strong,
    Table,
    Words,
)  # fmt: skip
from backprop_derive.errors import terminal_width
from backprop_derive.formats import DOCUMENT_FORMATS, render
from backprop_derive.formats.files import write_whole
from backprop_derive.formats.json import schema
from backprop_derive.formats.markdown import at_line_start, code_span
from backprop_derive.options import LAYOUTS, NOTATIONS, Options
from backprop_derive.printers.text import width
from backprop_derive.syntax.expression import Name, Number, Quotient, Sum, integer
from tests.conftest import CHECKOUT
from tests.latex import needs_latex

EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))
TEXT_FORMATS = tuple(name for name in DOCUMENT_FORMATS if name not in ("pdf", "ipynb"))
X = Name("x")
FORMULA = Math(Chain((X, Number(Fraction(1, 2))), ("=",)))
PICTURE = Picture(
    "a picture",
    (PictureNode("x", "given", X, None, integer(2), integer(4)), PictureNode("y", "loss", Name("y"), integer(3))),
    (PictureEdge("x", "y", integer(2), True),),
)
BLOCKS: tuple[Block, ...] = (
    Heading(1, (Words("A title"),)), Heading(3, (Words("1. Deeper"),)),
    Paragraph((Words("words "), Strong("strong"), Words(" "), FORMULA, Words(" "), Code("x = `1`"))),
    ListBlock((Item((FORMULA,), ((Words("a note "), FORMULA),)), Item((Words("2. no number"),))), start=9),
    ListBlock((Item((FORMULA,)),), ordered=False), Remark((Words("a remark"),)), Equation(FORMULA.node),
    Table(((Words("k"),), (Math(X),)), (((Words("0"),), (FORMULA,)),)), CodeBlock("x = 1\n\n  y = 2", "python"),
    CodeBlock("tensor(1.)"),
    Figure(PICTURE, (Words("A caption"),)), PageBreak(), Room(2), Room(3, True),
    SheetHead((Words("A sheet"),), (FORMULA,), "7K-3F9A"),
    SheetHead((Words("A sheet"),), (Words("Name"),), "7K-3F9A", Squares(("101", "011", "110"), "7K-3F9A")),
)  # fmt: skip
LONG_NAMES = """\
Given input_activation_of_the_first_neuron = 1/3, weight_from_input_to_hidden = -2, true_label = 1, bias_offset = -1/7
pre_activation = weight_from_input_to_hidden*input_activation_of_the_first_neuron + bias_offset
prediction = sigmoid(pre_activation)
loss = -(true_label*log(prediction) + (1 - true_label)*log(1 - prediction))
"""
HARD = """\
Title: 100% of “everything” – naïve, α → β
Given x = -2, y = 2, z = 0, w_in' = 3, θ_hat_1 = 1/2, loss_bar = 1e-12
a = |x| + |x - y|*|z + 1| + w_in'^2
b = where(x < 0, -x/2, x^2) + max(y, -x) + min(x, y, z - 2)
c = (x/y)^2 + 1/(1 + 1/(1 + y)) + exp(-(x - y)^2/2) + sqrt((y + 1)/(y + 2))
d = x*y - y*z + x*loss_bar + a*x - b*y + c*x + x*x*y + a*b*c - x*w_in' + θ_hat_1*x
loss = tanh(d)^2 + relu(z) + huber(x, y) + floor(θ_hat_1)
Learning rate: 0.1
Updates: 2
Parameters: x, y
"""


def document(*blocks: Block) -> Document:
    return Document("A title", blocks)


def every_format() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("format", TEXT_FORMATS)


def example(name: str) -> bd.Solution:
    return bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))


# --- every block in every format


def test_a_problem_without_givens_has_a_pdf() -> None:
    assert bd.solve("x = 0.5\nL = x^2").to_pdf().startswith(b"%PDF")


def test_the_blocks_below_are_all_that_there_are() -> None:
    assert {type(block) for block in BLOCKS} == set(get_args(Block))
    assert {type(i) for b in BLOCKS if isinstance(b, Paragraph) for i in b.content} == set(get_args(Inline))


@every_format()
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_a_block_is_set(block: Block, format: str) -> None:
    empty = str(render(document(), format, Options(fragment=True)))
    assert len(str(render(document(block), format, Options(fragment=True))).strip()) > len(empty.strip())


@every_format()
def test_a_block_without_a_view_is_an_error_and_no_blank(format: str) -> None:
    with pytest.raises(TypeError, match="no view of object"):
        render(document(object()), format, Options())  # type: ignore[arg-type]


@every_format()
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_layout_and_notation_is_set_without_stray_blanks(format: str, layout: str, notation: str) -> None:
    page = str(example("logistic-neuron").render(format, layout=layout, notation=notation, rules=True, detail="full"))
    assert page.endswith("\n")
    assert "\n\n\n" not in page
    assert not [line for line in page.split("\n") if line != line.rstrip()]


def test_a_paragraph_before_a_list_stays_with_it() -> None:
    words, items = Paragraph((Words("In the example:"),)), ListBlock((Item((FORMULA,)),))
    assert 'class="leads"' in str(render(document(words, items), "html", Options()))
    assert 'class="leads"' not in str(render(document(items, words), "html", Options()))


# --- Markdown


@pytest.mark.parametrize("line", ["- x", "+ x", "1. x", "12) x", "===", ": x", "%%x", "!x", "?x"])
def test_a_line_of_markdown_cannot_begin_a_block(line: str) -> None:
    assert MarkdownIt().render(at_line_start(line)) == f"<p>{line}</p>\n"


@pytest.mark.parametrize("code", ["x", "`", "a``b", "``", "`x"])
def test_code_in_markdown_is_shown_as_it_is(code: str) -> None:
    assert MarkdownIt().render(code_span(code)) == f"<p><code>{code}</code></p>\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_github_keeps_every_formula_as_it_is(path: Path) -> None:
    """A reader that knows no mathematics leaves the source of every formula whole, tables included."""
    solution = bd.solve(path.read_text(encoding="utf-8"))
    _formulas_survive(solution.to_markdown(flavour="github"))


def test_github_keeps_hard_formulas_too() -> None:
    source = bd.solve(HARD).to_markdown(flavour="github")
    _formulas_survive(source)
    assert r"\operatorname" not in source  # which GitHub does not allow


def _formulas_survive(source: str) -> None:
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    shown = re.sub(r"<code[^>]*>|</code>", "`", rendered)
    text = re.sub(r"<[^>]+>", "", shown).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    formulas = re.findall(r"(?<!\\)\$`?([^$\n]+?)`?\$", source)
    assert formulas
    assert [formula for formula in formulas if formula not in text] == []
    assert "<em>" not in rendered


def test_a_digit_after_a_formula_does_not_keep_its_dollar_open() -> None:
    page = str(render(document(Paragraph((FORMULA, Words("2 more")))), "md", Options()))
    assert page == "$x = \\frac{1}{2}$&#50; more\n"


def test_no_bar_stands_in_a_formula_of_a_table() -> None:
    table = Table(((Words("k"),),), (((Math(bd.solve("Given x = -1\nloss = |x|").steps[0].expression),),),))
    assert r"| $\lvert x \rvert$ |" in str(render(document(table), "md", Options()))


# --- LaTeX


def _log(source: str, folder: Path, **files: str) -> str:
    for name, content in {"page": source, **files}.items():
        (folder / f"{name}.tex").write_text(content, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "page.log").read_text(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


def _complaints(log: str) -> list[str]:
    return [line for line in log.split("\n") if re.match(r"!|Overfull|Missing character|LaTeX Warning", line)]


@needs_latex
@pytest.mark.parametrize("layout", LAYOUTS)
def test_pdflatex_sets_hard_formulas_without_a_complaint(layout: str, tmp_path: Path) -> None:
    pages = [bd.solve(text).to_latex(layout=layout, fragment=True) for text in (HARD, LONG_NAMES)]
    head, _, tail = bd.solve(HARD).to_latex(layout=layout).partition(r"\begin{document}")
    assert tail.rstrip().endswith(r"\end{document}")
    source = head + r"\begin{document}" + "\n".join(pages) + r"\end{document}"
    assert _complaints(_log(source, tmp_path)) == []


@needs_latex
def test_a_fragment_is_input_by_another_document(tmp_path: Path) -> None:
    fragment = bd.solve(HARD).to_latex(fragment=True)
    assert fragment.startswith("% To be \\input")
    packages = "".join(re.findall(r"\\usepackage\S*", "\n".join(fragment.split("\n")[:2])))
    article = (
        rf"\documentclass{{article}}{packages}\begin{{document}}Before.\input{{part}}After.\end{{document}}".replace(
            ",", ""
        )
    )
    _log(article, tmp_path, part=fragment)


@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_latexmk_makes_a_pdf_too() -> None:
    assert example("lesson").to_pdf(engine="latexmk").startswith(b"%PDF-")


# --- PDF


def test_a_pdf_is_tagged_and_says_its_title_and_language() -> None:
    pdf = example("logistic-neuron").to_pdf()
    assert b"/MarkInfo" in pdf or b"/Marked true" in _inflated(pdf)
    everything = _inflated(pdf)
    assert b"/Lang" in everything
    assert b"One logistic neuron, one training example" in everything
    assert b"pdfuaid:part" in everything


def test_every_formula_of_a_pdf_has_an_alternative_in_words() -> None:
    everything = _inflated(example("lesson").to_pdf())
    formulas, alternatives = (
        everything.count(b"/S/Formula"),
        len(re.findall(rb"/S/(?:Formula|Figure).{1,20}/Alt\(", everything)),
    )
    assert formulas > 20
    assert everything.count(b"/S/Figure") == 1
    assert alternatives == formulas + 1
    assert b"(partial loss by partial w)" in everything


def _inflated(pdf: bytes) -> bytes:
    """The PDF's objects in the clear, with the blanks between names taken out."""
    found = pdf
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found += zlib.decompress(match[1].strip(b"\r\n"))
        except zlib.error:
            continue
    return found.replace(b"/S /Formula", b"/S/Formula").replace(b"/Alt (", b"/Alt(")


def test_a_letter_that_no_font_has_is_named_by_its_code_point() -> None:
    solution = bd.solve("Title: A Cuneiform sign 𒀀\nGiven x = 1\nloss = x^2\n")
    assert solution.to_pdf().startswith(b"%PDF-")


# --- HTML


@pytest.mark.parametrize("text", [HARD, LONG_NAMES])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_html_is_well_formed_and_every_formula_is_labelled(text: str, layout: str) -> None:
    page = bd.solve(text).to_html(layout=layout)
    body = re.sub(r"<(meta[^>]*|wbr)>", r"<\1/>", page.partition("\n")[2])
    root = ElementTree.fromstring(body)
    formulas = list(root.iter("math"))
    assert formulas
    assert all(formula.get("alttext") for formula in formulas)


def test_html_asks_for_nothing_from_outside_and_runs_nothing() -> None:
    page = bd.solve(HARD).to_html()
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?://|src=|href=", page)
    assert '<html lang="en">' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


# --- text


@pytest.mark.parametrize("text", [HARD, LONG_NAMES])
def test_a_line_of_text_is_no_wider_than_the_page(text: str) -> None:
    page = bd.solve(text).to_text(detail="full", rules=True)
    assert [line for line in page.split("\n") if terminal_width(line) > 88] == []


def test_relations_of_a_list_stand_below_each_other() -> None:
    page = example("lesson").to_text()
    steps = page[page.index("Forward pass") : page.index("Local gradients")]
    assert {line.index("=") for line in steps.split("\n") if line[:1].isdigit()} == {8}


def test_columns_of_a_table_are_as_wide_as_their_cells() -> None:
    page = bd.solve("Given w = 1/2\nloss = w^2\nlr = 0.1\nUpdates: 2\n").to_text()
    rows = page[page.index("Update  ") :].split("\n")[:4]
    assert len({len(row) for row in rows}) == 1


# --- lines break at the right places


def test_a_long_sum_breaks_before_its_signs() -> None:
    terms = tuple(Quotient(Name(f"a_{k}"), Name(f"b_{k}")) for k in range(30))
    chain = Chain((X, Sum(terms, (False, True) * 15)), ("=",))
    source = str(render(document(ListBlock((Item((Math(chain),)),))), "tex", Options()))
    assert source.count(r"\allowbreak -") == 15
    assert source.count(r"\allowbreak +") == 14
    assert width(chain) > 60


def test_a_given_is_never_broken_between_its_name_and_its_value() -> None:
    givens = Listing(tuple(Chain((Name(f"a_{k}"), integer(k)), ("=",)) for k in range(40)))
    page = str(render(document(Paragraph((Math(givens),))), "txt", Options()))
    assert all(re.fullmatch(r"(a\S* = \d+,? ?)+", line) for line in page.strip().split("\n"))


# --- JSON


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_json_follows_the_schema_that_ships(path: Path) -> None:
    _follows(schema(), json.loads(bd.solve(path.read_text(encoding="utf-8")).to_json()), "$")


def test_json_without_numbers_and_with_huge_ones_follows_it_too() -> None:
    for text in ("Given x, w\nloss = (w*x)^2\n", "Given x = 1000\nloss = exp(x)/1e400 + sqrt(2)\n", HARD):
        _follows(schema(), json.loads(bd.solve(text).to_json()), "$")


@pytest.mark.parametrize("make", [bd.solve, bd.derive])
@pytest.mark.parametrize("name", ["diamond", "rnn-through-time", "rnn-in-matrices", "linear-regression"])
def test_json_with_paths_follows_it_too(name: str, make: Callable[..., bd.Solution]) -> None:
    text = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    found = json.loads(make(text).to_json(paths=True))
    assert all(paths["listed"] for paths in found["paths"])
    _follows(schema(), found, "$")


@pytest.mark.parametrize("name", ["lesson", "mlp-batch", "relu-at-the-kink"])
def test_json_with_a_check_follows_it_too(name: str) -> None:
    text = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    found = json.loads(bd.solve(text, check="numeric").to_json())
    assert found["checks"][0]["rows"]
    _follows(schema(), found, "$")


def _follows(rule: dict[str, object], value: object, place: str) -> None:
    """The part of JSON Schema that ours uses, asserted; a keyword that is not known here is an error."""
    root = schema()
    known = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "const",
             "additionalProperties", "items", "minItems", "minLength", "minimum", "pattern", "enum"}  # fmt: skip
    assert set(rule) <= known, f"{place}: {set(rule) - known}"
    if "$ref" in rule:
        rule = root["$defs"][str(rule["$ref"]).rpartition("/")[2]]
    types = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None),
             "boolean": bool, "number": int | float}  # fmt: skip
    if "type" in rule:
        wanted = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        assert any(isinstance(value, types[t]) for t in wanted), f"{place} is {value!r}"
    if "const" in rule:
        assert value == rule["const"], place
    if isinstance(options := rule.get("enum"), list):
        assert value in options, place
    if isinstance(value, str) and "pattern" in rule:
        assert re.search(str(rule["pattern"]), value), f"{place} is {value!r}"
    if isinstance(value, list):
        assert len(value) >= int(str(rule.get("minItems", 0))), place
        for k, item in enumerate(value):
            _follows(rule["items"], item, f"{place}[{k}]")  # type: ignore[arg-type]
    if isinstance(value, dict):
        properties: dict[str, dict[str, object]] = rule.get("properties", {})  # type: ignore[assignment]
        assert set(rule.get("required", ())) <= set(value), place  # type: ignore[call-overload]
        for key, item in value.items():
            inner = properties.get(key, rule.get("additionalProperties"))
            assert inner, f"{place}.{key} is not in the schema"
            _follows(inner, item, f"{place}.{key}")  # type: ignore[arg-type]


def test_the_page_on_json_names_every_field_of_the_schema() -> None:
    page = (CHECKOUT / "docs" / "json.md").read_text(encoding="utf-8")
    found = schema()
    objects = [found, *found["$defs"].values()]
    fields = {name for each in objects for name in each.get("properties", {})}
    assert [name for name in sorted(fields) if f"`{name}`" not in page] == []


# --- files


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    write_whole(target, "één\n")
    assert target.read_bytes() == "één\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "page.md", tmp_path / "link.md"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.md"
    target.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(bd.OutputError, match="No space left on device"):
        write_whole(target, "after")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["", "missing/page.md"])
def test_what_cannot_become_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(bd.OutputError, match=r"is a directory|does not exist"):
        write_whole(tmp_path / name, "x")


@pytest.mark.parametrize("format", ["tex", "txt"])
def test_a_factor_in_parentheses_keeps_them_where_a_long_line_breaks(format: str) -> None:
    problem = (CHECKOUT / "examples" / "rnn-in-matrices.txt").read_text(encoding="utf-8")
    shown = " ".join(bd.solve(problem).render(format).split())
    assert "@ ([0.1365, −0.8189] ⊙" in shown or r"\end{pmatrix} \allowbreak \, ((0.1365,\, -0.8189) \odot" in shown
