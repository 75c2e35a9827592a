"""Where blocks and roles stand in Markdown, and that everything else passes through byte by byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_derive.weaving.markdown import find
from backprop_derive.weaving.weave import weave

PROBLEM = "Given w = 3\nL = w^2\nFind dL/dw"
SHOWN = "**Answer** $\\frac{\\partial L}{\\partial w} = 6$"


def fenced(text: str = PROBLEM, info: str = "backprop", fence: str = "```") -> str:
    return f"{fence}{info}\n{text}\n{fence}\n"


def indented(text: str, by: str) -> str:
    return "".join(by + line + "\n" if line else by.rstrip() + "\n" for line in text.splitlines())


@pytest.mark.parametrize(
    "info", ["backprop", "{backprop}", "{.backprop}", " backprop detail=full", "{backprop, rules}"]
)
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_every_spelling_of_a_fence_opens_a_block(info: str, fence: str) -> None:
    woven = weave(fenced(info=info, fence=fence))
    assert woven.errors == ()
    assert SHOWN in woven.text
    assert fence not in woven.text


@pytest.mark.parametrize(
    "document",
    [
        fenced(info="python"),
        fenced(info="backprops"),
        fenced(info="{backprop-x}"),
        fenced(fenced(), "text", "````"),
        fenced(fenced(), "{code-block} markdown", "````"),
        indented(fenced(), "    "),
        "<!--\n" + fenced() + "-->\n",
        "text <!-- begun\n" + fenced() + "and ended -->\n",
        "---\ntitle: |\n" + indented(fenced(), "  ") + "---\n",
        "`backprop` and ``{backprop}`w` `` and \\`{backprop} w`\n",
        "<!-- {backprop}`w.grad` --> and <a title='{backprop}`w`'>x</a>\n",
        "% {backprop}`w.grad` in a comment of MyST\n",
        "    {backprop}`w.grad` in code\n",
        "```text\n{backprop}`w.grad`\n```\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_code_or_comment_stays(document: str, end: str) -> None:
    document = document.replace("\n", end)
    woven = weave(document)
    assert woven.count == 0
    assert woven.text == document


@pytest.mark.parametrize(
    ("before", "prefix", "after"),
    [
        ("- item\n\n", "  ", "- next\n"),
        ("1. one\n   - two\n\n", "     ", "2. three\n"),
        ("> quoted\n>\n", "> ", "> more\n"),
        ("> - item\n>\n", ">   ", "> - next\n"),
        ("", "   ", "after\n"),
    ],
)
def test_a_block_keeps_the_place_of_its_list_or_quote(before: str, prefix: str, after: str) -> None:
    woven = weave(before + indented(fenced(), prefix) + after)
    assert woven.errors == ()
    assert woven.text.startswith(before)
    assert woven.text.endswith(after)
    inside = woven.text[len(before) : -len(after)].splitlines()
    assert prefix + SHOWN in inside
    assert all(line.startswith(prefix) or line == prefix.rstrip() for line in inside)


def test_a_block_may_begin_right_after_a_bullet() -> None:
    woven = weave("- ```backprop kind=value show=w.grad\n  Given w = 3\n  L = w^2\n  ```\n- next\n")
    assert woven.text == "- $$\n  6\n  $$\n\n- next\n"


def test_a_block_between_two_lines_of_text_is_set_apart_and_nothing_else_changes() -> None:
    woven = weave(f"before  \n{fenced(info='backprop kind=value show=w')}after\t\n")
    assert woven.text == "before  \n\n$$\n3\n$$\n\nafter\t\n"


def test_a_document_with_returns_keeps_them() -> None:
    woven = weave(("a\n\n" + fenced() + "\nb {backprop}`w.grad`\n").replace("\n", "\r\n"))
    assert woven.text.count("\n") == woven.text.count("\r\n") > 10
    assert woven.text.endswith("\r\n\r\nb $6$\r\n")


def test_a_mark_of_the_encoding_stays_first() -> None:
    woven = weave("\ufeff" + fenced(info="backprop kind=value show=w"))
    assert woven.text == "\ufeff$$\n3\n$$\n"


def test_directives_of_myst_that_hold_markdown_are_looked_into() -> None:
    woven = weave(fenced(fenced(info="{backprop}\n:kind: value\n:show: w.grad"), "{note}", "````"))
    assert woven.text == "````{note}\n\n$$\n6\n$$\n\n````\n"


@pytest.mark.parametrize(
    "role", ["{backprop}`w.grad`", "`{backprop} w.grad`", "`{backprop}w.grad`", "{backprop}``w.grad``"]
)
@pytest.mark.parametrize("line", ["# A heading {}\n", "| a | b |\n| - | - |\n| {} | {} |\n", "> *{}*\n", "- {}\n"])
def test_a_role_stands_in_any_line(role: str, line: str) -> None:
    hidden = fenced(info="backprop kind=hidden")
    woven = weave(hidden + "\n" + line.replace("{}", role))
    assert woven.text == "\n" + line.replace("{}", "$6$")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("w", "$3$"), ("w.grad", "$6$"), ("L", "$9$"), ("L.grad", "$1$"),
        ("w.grad =", "$\\frac{\\partial L}{\\partial w} = 6$"), ("w =", "$w = 3$"),
    ],
)  # fmt: skip
def test_a_role_asks_for_values_gradients_and_equations(asked: str, shown: str) -> None:
    assert weave(f"{fenced(info='backprop kind=hidden')}\n{{backprop}}`{asked}`\n").text == f"\n{shown}\n"


def test_a_role_may_name_a_block_that_stands_further_down() -> None:
    document = "{backprop}`second:w.grad`\n\n" + fenced(info="backprop kind=hidden") + "\n"
    document += fenced("Given w = 5\nL = w^2", "backprop second kind=hidden") + "\nnow {backprop}`w.grad`\n"
    assert weave(document).text == "$10$\n\n\n\nnow $10$\n"


@pytest.mark.parametrize(
    ("document", "line", "column", "found"),
    [
        ("text\n\n- item\n\n  ```backprop\n  Given w = 1\n  L = w * foo\n  ```\n", 7, 11, "unknown name foo"),
        ("> ```backprop detial=full\n> L = 1\n> ```\n", 1, 15, "unknown option detial"),
        ("```backprop\n#| detail: ful\nL = w\n```\n", 2, 4, "detail ful is unknown"),
        ("a {backprop}`w`\n", 1, 14, "no block stands above"),
        (
            "```backprop kind=hidden\nGiven w = 1\nL = w\n```\n\n\ntext\nand {backprop}`v.grad`\n", 8, 16,
            "no value v.grad",
        ),
        ("a\n\n```backprop\nL = w\n", 3, 1, "never closed"),
        ("```backprop a\nGiven w=1\nL = w\n```\n```backprop a\nGiven w=1\nL = w\n```\n", 5, 13, "name a is taken"),
        ("```backprop\nGiven w = 0\nL = 1/w\n```\n", 3, 5, "zero"),
        ("\t\n1.\t```backprop\n\tGiven w = 1\n\tL = w * foo\n\t```\n", 4, 10, "unknown name foo"),
    ],
)  # fmt: skip
def test_an_error_stands_at_the_line_and_column_of_the_document(
    document: str, line: int, column: int, found: str
) -> None:
    woven = weave(document, "doc.md")
    (error,) = woven.errors
    assert error.place is not None
    assert (error.place.source, error.place.line, error.place.column) == ("doc.md", line, column)
    assert found in str(error)
    assert error.place.text == document.split("\n")[line - 1]
    assert woven.text == document


def test_every_error_of_a_document_is_told_once_and_in_order() -> None:
    document = fenced("L = foo") + "\n{backprop}`w`\n\n{backprop}`L`\n\n" + fenced("L = bar")
    errors = weave(document).errors
    assert [error.place.line for error in errors if error.place] == [2, 10]


PARTS = [
    fenced(), fenced(info="backprop kind=hidden"), "- item\n\n" + indented(fenced(), "  "), "> quote\n",
    "{backprop}`w`",
    "<!-- ", " -->\n", "```text\n", "```\n", "`", "~~~\n", "    code\n", "\t- x\n", "text  \n", "\n", "\r\n", "\\",
    "<b>",
    "| a | b |\n| - | - |\n", "---\n", "1. one\n", "\u2028", "\x0c", "\x00", "é\n", "$x$ ",
]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_whatever_is_between_our_blocks_passes_through_byte_by_byte(document: str) -> None:
    found, _ = find(document, "doc.md")
    woven = weave(document)
    if woven.errors:
        assert woven.text == document
        return
    at = position = 0
    for each in found:
        assert each.start >= position
        outside = document[position : each.start]
        at = woven.text.index(outside if position == 0 else _without_end(outside), at) + len(_without_end(outside))
        position = each.end
    rest = document[position:]
    assert woven.text.endswith(rest if not found else _without_end(rest))
    assert found or woven.text == document


def _without_end(text: str) -> str:
    """Without the end of the line before it, which goes with a hidden block."""
    return re.sub(r"\A(\r\n|\n|\r)", "", text)
