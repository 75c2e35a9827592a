"""What a user wrote is text, in every format and at every place: nothing of it is ever markup or code."""

from __future__ import annotations

import html.parser
import json
import re
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import backprop_derive as bd
from backprop_derive.options import Options
from tests.latex import needs_latex

HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "</title><b>x</b>", "</style><b>x</b>", "<!-- x", "--> x", "a ]]> b", "&lt;b&gt; &amp;", 'x" onload="y', "$x$",
    "$$x$$", "cost $5 and $6", "`x`", "``` x", "*x* _y_ ~~z~~", "![](x)", "[a](javascript:alert(1))",
    "<javascript:alert(1)>", "---", "===", "# x", "- x", "1. x", "+ x", "> x", "| a | b |", "[^1]: x", "{.x #y}",
    "::: x", "@name", r"\input{secret.txt}", r"\write18{touch x}", "^^5cinput{secret.txt}", r"\end{document}",
    "100% sure", "} {", "~ # & _", r"ends with \ ", r"\begin{verbatim}", '#import "x.typ": *', '#read("secret.txt")',
    '#eval("1")', '"); #x', "$ ] `", "// x /* y", "{{ 7*191 }}", "{% for x in y %}", "{# x #}", "<< 7*191 >>",
    "<% x %>", "<# x #>", "%%bash", "!echo", "?x", ": x", "${x}", "x" * 400, "\\" * 50, "a&#36;b",
    "https://example.invalid/?a=b",
]  # fmt: skip
# A line of prose that is not marked by `>` must look like a sentence, so hostile lines are marked.
PLACES = {
    "the title": "Title: {}\nGiven x = 1, w = 2\nloss = x*w\n",
    "prose": "> {}\nGiven x = 1, w = 2\nloss = x*w\n",
    "prose between words": "> See {} here.\nGiven x = 1, w = 2\nloss = x*w\n",
    "prose after the steps": "Given x = 1, w = 2\nloss = x*w\n> {}\n",
}
FORMATS = ("md", "tex", "typ", "html", "txt", "json")


def solved(text: str, place: str) -> tuple[bd.Solution, str] | None:
    """The solution and the words that must be shown; None where the text is refused (a `$…$` that is no expression)."""
    try:
        return bd.solve(PLACES[place].format(text)), text
    except bd.BackpropError:
        return None


def every_place() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("place", PLACES)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


class Page(html.parser.HTMLParser):
    """The tags, attributes and visible text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


TAGS = set(Page(bd.solve(PLACES["prose"].format("plain words, and $x$")).to_html()).tags)


@every_place()
@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_of_html_shows_it_and_has_no_other_elements(text: str, place: str) -> None:
    found = solved(text, place)
    if found is None:
        return
    page = Page(found[0].to_html())
    assert page.tags <= TAGS | {"h1"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert page.links == []
    if "$" not in text:
        assert flat(text) in flat(page.text)


@every_place()
@pytest.mark.parametrize("flavour", ["dollar", "github"])
@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_it_and_has_no_other_elements(text: str, flavour: str, place: str) -> None:
    found = solved(text, place)
    if found is None:
        return
    source = found[0].to_markdown(flavour=flavour)
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    page = Page(rendered)
    assert page.tags <= {"h1", "h2", "p", "ol", "li", "strong", "code", "blockquote", "span"}
    assert page.links == []
    assert not source.startswith("---")
    if "$" not in text:
        assert flat(text) in flat(page.text)


@every_place()
@pytest.mark.parametrize("text", HOSTILE)
def test_latex_has_no_command_of_it(text: str, place: str) -> None:
    found = solved(text, place)
    if found is None:
        return
    commands = set(re.findall(r"\\[A-Za-z]+", found[0].to_latex()))
    assert not commands & {r"\input", r"\write", r"\immediate", r"\def", r"\verbatim", r"\include", r"\openout"}
    assert found[0].to_latex().count(r"\end{document}") == 1
    assert "^^" not in found[0].to_latex()


@every_place()
@pytest.mark.parametrize("text", HOSTILE)
def test_typst_has_it_in_string_literals_only(text: str, place: str) -> None:
    found = solved(text, place)
    if found is None:
        return
    outside = re.sub(r'"(?:\\.|[^"\\])*"', '""', found[0].to_typst())
    for word in ("#import", "#include", "#read", "#eval", "alert", "secret", "javascript"):
        assert word not in outside


@every_place()
@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_and_json_show_it_as_it_is(text: str, place: str) -> None:
    found = solved(text, place)
    if found is None:
        return
    record = json.loads(found[0].to_json())
    if "$" not in text:
        assert flat(text) in flat(f"{record['title']} {' '.join(record['prose'])}")
        assert flat(text) in flat(found[0].to_text())


@pytest.mark.parametrize("hidden", ["\x1b", "\x00", "\x07", "\x9b", "\x7f", "\u202e", "\u200b", "\ufffe", "\u2028"])
@every_place()
def test_a_character_that_hides_or_moves_something_reaches_no_page(hidden: str, place: str) -> None:
    found = solved(f"a{hidden}[31mb", place)
    if found is not None:
        assert [format for format in FORMATS if hidden in str(found[0].render(format))] == []


def _every_hostile_line() -> str:
    """One problem with every hostile line in its prose, so that an engine runs once."""
    lines = [line for line in HOSTILE if solved(line, "prose") is not None]
    return (
        "Title: "
        + " ".join(HOSTILE[:10])
        + "\n"
        + "".join(f"> {line}\n\n" for line in lines)
        + "Given x = 1\nloss = x^2\n"
    )


def test_typst_sets_all_of_it() -> None:
    pdf = bd.solve(_every_hostile_line()).to_pdf()
    assert pdf.startswith(b"%PDF-1.7")


@needs_latex
def test_pdflatex_sets_all_of_it_and_runs_none(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("pwned by inclusion")
    (tmp_path / "page.tex").write_text(bd.solve(_every_hostile_line()).to_latex(), encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:].decode(errors="replace")
    log = (tmp_path / "page.log").read_text(errors="replace")
    assert "secret.txt" not in re.sub(r"\s", "", log)
    assert {file.suffix for file in tmp_path.iterdir()} == {".txt", ".tex", ".pdf", ".log", ".aux"}


# --- names


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "name", ["in", "dot", "end", "input", "frac", "script", "class", "import", "None", "e_", "a__b"]
)
def test_a_name_that_is_a_word_of_a_format_is_a_name_all_the_same(name: str, format: str) -> None:
    solution = bd.solve(f"Given {name} = 2, x = 3\nloss = {name}*x\n")
    assert solution.render(format)
    assert solution.gradient(name) == 3


def test_a_name_cannot_hold_anything_live() -> None:
    for name in ("a<b", 'a"b', "a$b", "a`b", "a{b", "a\\b", "a&b", "a%b"):
        with pytest.raises(bd.BackpropError):
            bd.solve(f"Given {name} = 2\nloss = {name}*3\n", options=Options())
