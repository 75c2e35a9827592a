"""Notes that define commands of their own."""

from __future__ import annotations

import time

import pytest

from backprop_derive import proofread

TEX = r"""\documentclass{article}
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
\newcommand\loss{\mathcal{L}}
\def\half{\tfrac12}
\begin{document}
Let $x = 2$, $w = 3$, $y = 5$. $\hat y = w x = 6$, $\loss = \half (\hat y - y)^2 = \half$.
\[ \pd{\loss}{w} = (\hat y - y) x = 2, \qquad \pd{\loss}{x} = (\hat y - y) w = 4. \]
\end{document}
"""
MARKDOWN = r"""
$$
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
\newcommand{\dot}{nothing}
\def\vx{\mathbf{x}}
\def\by#1#2{\pd{#2}{#1}}
\DeclareMathOperator{\sg}{sigmoid}
$$

Let $\vx = (1, 2)$ and $w = (0.5, -1)$. $z = w \cdot \vx = -1.5$, $a = \sg(z) = 0.1824$.

$\pd{a}{z} = a(1 - a) = 0.1491$, $\pd a w = a (1 - a) \vx$, $\by w a = (0.1491, 0.2983)$
"""


def test_commands_of_a_source_stand_for_what_they_are_defined_as() -> None:
    report = proofread(TEX, "notes.tex")
    (wrong,) = report.of("wrong")
    assert report.of("unread") == ()
    assert wrong.expected == "3"
    assert (wrong.place.line, wrong.place.column) == (7, TEX.splitlines()[6].index("4.") + 1)


def test_so_do_those_of_markdown_with_arguments_without_braces_and_within_others() -> None:
    report = proofread(MARKDOWN)
    assert report.of("wrong", "unread") == ()
    assert [f.place.line for f in proofread(MARKDOWN.replace("0.2983", "0.2893")).of("wrong")] == [12]


def test_a_command_that_is_not_defined_is_not_understood() -> None:
    (unread,) = proofread(r"$\newcommand{\a}{x}$ $x = 1$, $\b = 2 x$").of("unread")
    assert "\\b" in unread.reason


@pytest.mark.parametrize(
    "definitions",
    [
        r"\newcommand{\a}{\a + \a} ",
        "".join(rf"\def\{name}{{\{name}z + \{name}z}}" for name in ("a" + "z" * k for k in range(40))),
        r"\newcommand{\a}[3]{#1#2#3#1#2#3} \newcommand{\c}{" + "x" * 1_900 + "}" + r"$\a\c\c\c$" * 200,
        r"\newcommand{\a}" * 20_000, r"\def\a{" * 20_000, "\\newcommand{\\a}[2]{" + "#1" * 900 + "}",
    ],
    ids=range(6),
)  # fmt: skip
def test_commands_made_to_grow_without_end(definitions: str) -> None:
    start = time.process_time()
    report = proofread(definitions + "\n\n$x = 1$, $y = \\a{2}{3} + x$, $z = 2 x = 3$\n" + "$x = \\a$ " * 100)
    assert [f.claim for f in report.of("wrong")] in (["2 x = 3"], [])
    assert time.process_time() - start < 10


def test_what_follows_the_end_of_a_row_is_no_command() -> None:
    notes = "$\\newcommand{\\z}{9}$\n\n$$\\begin{aligned} x &= 2 \\\\z &= 3 x = 6 \\end{aligned}$$\n"
    assert [f.claim for f in proofread(notes).findings if f.verdict == "right"] == ["3 x = 6"]


def test_a_definition_within_the_argument_of_a_command_ends_nothing() -> None:
    notes = (
        r"$\newcommand{\a}[1]{#1}\a{\newcommand{\b}{2}}\newcommand{\c}{3}$"
        + "\n\n"
        + r"$x = \c$, $y = 2 x = 6$, $z = x + \c = 7$"
    )
    assert [f.claim for f in proofread(notes).of("wrong")] == ["x + 3 = 7"]
