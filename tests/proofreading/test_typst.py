"""Documents of Typst as notes: its mathematics by its own grammar, its markup and code."""

from __future__ import annotations

import random
import re

import pytest

from backprop_derive import proofread
from backprop_derive.options import NOTATIONS
from backprop_derive.proofreading import typst_symbols
from backprop_derive.proofreading.layout import write
from backprop_derive.proofreading.record import Finding
from backprop_derive.proofreading.transcript import Transcript
from backprop_derive.proofreading.typst_math import typst_formula
from backprop_derive.syntax.source import Source

from .changed import changed, missed
from .test_rendered import solved

GIVEN = "Given $x = 2$, $w = 3$\n\n$a = w x$\n\n$L = a^2$\n\n"


def only(notes: str) -> Finding:
    """The one claim of a document."""
    (found,) = [f for f in proofread(GIVEN + notes, "notes.typ").findings if f.verdict != "given"]
    return found


def close(formula: str) -> str:
    """LaTeX without the blanks that mean nothing."""
    return re.sub(r"(\\[A-Za-z]+)\s+(?=[A-Za-z])", r"\1~", formula).replace(" ", "").replace("~", " ")


def latex(formula: str) -> str:
    """The LaTeX of a formula."""
    into = Transcript(Source("notes", formula))
    write(typst_formula(formula, 0, len(formula)), into)
    return close(into.finish().text)


@pytest.mark.parametrize("layout", ["solution", "handout", "slides", "lesson"])
@pytest.mark.parametrize("name", ["lesson", "two-two-two", "mlp-batch", "softmax-by-hand", "rnn-in-matrices"])
def test_a_document_is_read_as_its_markdown_is(name: str, layout: str) -> None:
    notation = NOTATIONS[len(name + layout) % len(NOTATIONS)]
    texts = [str(solved(name).render(format, notation=notation, layout=layout)) for format in ("typ", "md")]
    typst, markdown = proofread(texts[0], "notes.typ"), proofread(texts[1], "notes.md")
    assert typst.of("wrong", "unread", "follows") == ()
    if layout == "slides":  # which show a chain again with each link
        assert typst.counts["right"] >= markdown.counts["right"]
        return
    assert typst.counts["right"] == markdown.counts["right"]
    assert typst.counts["rounded"] == markdown.counts["rounded"]


# What Typst makes of each was asked of Typst, by repr($…$).
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("f(x)/g(x)", r"\frac{f(x)}{g(x)}"), ("a b/c", r"a\frac{b}{c}"), ("-1/2", r"-\frac{1}{2}"),
        ("x^2/2", r"\frac{x^{2}}{2}"), ("1/2 x", r"\frac{1}{2}x"), ("f_1(x)/2", r"f_{1}\frac{x}{2}"),
        ("a/b/c", r"\frac{\frac{a}{b}}{c}"), ("(a + b)/(c)", r"\frac{a+b}{c}"), ("{a}/2", r"\frac{\{a\}}{2}"),
        ("2(x)/3", r"2\frac{x}{3}"), ("sqrt(x)/2", r"\frac{\sqrt{x}}{2}"), ('"net"(x)/2', r"\frac{\text{net}(x)}{2}"),
        ("alpha(x)/2", r"\frac{\alpha(x)}{2}"), ("sin(x)/2", r"\frac{\operatorname{sin}(x)}{2}"),
        ("x'(y)/2", r"x'\frac{y}{2}"), (r"1\/2", "1/2"), ("a / b", r"\frac{a}{b}"),
        ("x_1(y)", "x_{1}(y)"), ("x_f(y)", "x_{f(y)}"), ("x_a^b_c", "x_{a}^{b_{c}}"), ("x_a'", "x_{a'}"),
        ("x'^2", "x'^{2}"), ("x^(a b)_2", "x_{2}^{ab}"), ("x_a_b", "x_{a_{b}}"), ("x ^ 2", "x^{2}"),
        ("x^-1", "x^{-}1"), ("f(x)^2", "f(x)^{2}"), ("x_sqrt(2)", r"x_{\sqrt{2}}"), ("x_12", "x_{12}"),
        ("hat(y)_1", r"\hat{y}_{1}"), ("dot.op(x)", r"\dot{x}"), ("macron(x)", r"\bar{x}"), ("arrow(x)", r"\vec{x}"),
        ("mat(1, 2; 3, 4)", r"(\begin{matrix}1&2\\3&4\end{matrix})"),
        ("vec(1, 2)", r"(\begin{matrix}1\\2\end{matrix})"),
        ('mat(delim: "[", 1, 2)', r"[\begin{matrix}1&2\end{matrix}]"),
        ("mat(delim: #none, 1)", r"\begin{matrix}1\end{matrix}"),
        ('cases(1 &"if" x > 0, 0 &"otherwise")', r"\begin{cases}1&\text{if}x>0\\0&\text{otherwise}\end{cases}"),
        ("sum_(i=1)^n x_i", r"\sum_{i=1}^{n}x_{i}"), ('upright("loss")', r"\mathrm{\text{loss}}"),
        ('op("softmax")(z)', r"\operatorname{softmax}(z)"), ("abs(x) + norm(v)", r"|x|+\|v\|"),
        ("lr((x))", "(x)"), ("lr(frac(a, b) |)_(c)", r"\left.\frac{a}{b}\right|_{c}"), ("bold(1)_2", r"\mathbf{1}_{2}"),
        ("attach(x, b: 1, t: 2)", "x_{1}^{2}"), ('0 class("normal", comma) 5', "0{,}5"), ("d x", "dx"),
        ("d hat(y)", r"d\hat{y}"),
        ("A^(tack.b)", r"A^{\top}"), ("x <= 1", r"x\le 1"), ("w arrow.l w", r"w\leftarrow w"), ("a \\ b", r"a\\b"),
        ('"a_b"', r"\text{a\_b}"), ("a /* b */ c // d", "ac"), ("root(3, x)", r"\sqrt[3]{x}"),
    ],
)  # fmt: skip
def test_mathematics_is_read_by_the_grammar_of_typst(formula: str, expected: str) -> None:
    assert latex(formula) == close(expected)


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("a = w1", "w1"), ("a = binom(4, 2)", "binom"), ("a = cancel(6)", "cancel"), ("a = #x", "#x"),
        ("a = mat(1; 2, augment: #1)", "mat()"), ("a = frac(1)", "frac()"), ("a = sqrt(1", "sqrt("),
        ("a = minus(x)", "minus("), ("a = underbrace(6)", "underbrace"), ("a = 6 % 4", "%"),
        ("a = foo.bar", "foo.bar"), ('a = mat(delim: "|", 1, 2; 3, 4)', "mat()"), ("a = hat(x, y)", "hat()"),
        ("a = " + "(" * 100 + "6" + ")" * 100, "nested too deeply"), ("a = " + "6/" * 100 + "1", "nested too deeply"),
        ("a = " + "x_" * 100 + "1", "nested too deeply"), ("a = text(red, 6)", "text"),
        ("a = accent(x, dot)", "accent()"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(formula: str, named: str) -> None:
    found = proofread(f"{GIVEN}${formula}$", "notes.typ").of("unread")
    assert len(found) == 1
    assert named in found[0].reason


@pytest.mark.parametrize(
    ("notes", "verdict"),
    [
        ("$ frac(partial L, partial a) = 2 a = 12 $", ["right", "right"]),
        ("$ (partial L)/(partial a) = 3 a $", ["wrong"]), ("$(diff L)/(partial a) = 2a$", ["unread"]),
        ("$ a &= 6 \\ &= 7 $", ["right", "wrong"]), ("$a = 6 quad x = 2$", ["right", "right"]),
        ("- $a = 6$\n- $a = 7$\n+ $x = 2$", ["right", "wrong", "right"]),
        ("*Then* _we_ have a = 6.", ["right"]), ("Then a = 7.", ["wrong"]),
        ('#strong("Then") #link("a = 7", $a = 6$)', ["right"]), ("#text(red)[$a = 7$]", ["wrong"]),
        ("#table(columns: 2, [$a = 6$], [$x = 3$])", ["right", "wrong"]),
        ("#enum([$a = 6$], [w is $a = 7$])", ["right", "wrong"]),
        ("#let note = [$a = 7$]", ["wrong"]),
        ("#if true [$a = 6$] else [$a = 7$] $x = 2$", ["right", "wrong", "right"]),
        ("#for k in (1, 2) { [$a = 6$] }", ["right"]), ("#block[#set text(9pt)\n$a = 7$]", ["wrong"]),
        ("L = a#super[2] = 36", ["right", "right"]), ('L = a#super("3") = 216', ["wrong", "right"]),
        ("`a = 7` $a = 6$\n```\n$a = 7$\n```", ["right"]),
        ("// $a = 7$\n/* $a = 7$ /* */ $a = 7$ */ $a = 6$", ["right"]),
        ("See https://example.org/$a and $a = 6$", ["right"]), ("A price of \\$5, $a = 6$, \\$7", ["right"]),
        ("#image(\"a = 7\") #rect(\"$a = 7$\") $a = 6$", ["right"]), ("$ \"cost $\" a = 6$", ["right"]),
        ("$a$ $= 6$", ["right"]), ("$a = 6$, $x = 2$", ["right", "right"]), ("$a$ #loss $= 6$", ["unread"]),
        ("#align(center)[$a = 6$].text", ["right"]), ("#set math.mat(delim: \"[\")\n$a = 7$", ["wrong"]),
        ("#f($a = 7$, [$x = 3$])", ["wrong", "wrong"]), ("#$a = 7$", ["wrong"]), ("#{\n  $a = 7$\n}", ["wrong"]),
        ("a = [2, 3][1] $a = 6$", ["wrong", "right"]), ("$a = 6", ["right"]), ("@a = <b> $a = 6$", ["right"]),
        (r"Then \u{61} = 7.", ["wrong"]), (r"$\u{61} = \u{37}$", ["wrong"]), (r"$a = \u{D800}$ \u{110000}", ["unread"]),
    ],
)  # fmt: skip
def test_a_document_is_gone_through_as_typst_does(notes: str, verdict: list[str]) -> None:
    found = [f.verdict for f in proofread(GIVEN + notes, "notes.typ").findings if f.verdict != "given"]
    assert found == verdict


def test_titles_begin_chapters() -> None:
    again = "Given $x = 5$\n\n$L = x^2 = 25$"
    for title in ("= Second", "#heading(level: 1)[Second]", "#heading[Second]"):
        found = proofread(f"= First\nGiven $x = 2$\n\n$L = x^2 = 4$\n\n{title}\n{again}", "notes.typ")
        assert found.of("wrong", "unread") == ()


def test_places_are_those_of_the_file() -> None:
    notes = GIVEN + '#enum([first], [#link("a is", $a$)#relation-gap#link("is", $= #h(1em)$)\n  and $ a\n  = 77 $])'
    (wrong,) = proofread(notes, "notes.typ").wrong
    assert notes[wrong.starts : wrong.ends] == "77"
    assert (wrong.place.line, wrong.place.column) == (9, 5)


def test_a_document_is_known_by_its_name_or_its_settings() -> None:
    assert proofread('#set page(paper: "a4")\n' + GIVEN + "$ (partial L)/(partial a) = 3 a $").wrong
    assert proofread(GIVEN + "$ (partial L)/(partial a) = 3 a $", "notes.typ").wrong


def test_symbols_are_those_of_typst() -> None:
    typst = pytest.importorskip("typst")
    words = [name for name, sign in typst_symbols.SYMBOLS.items() if sign.strip() and name != "dif"]
    words += [word for word in typst_symbols.GREEK_WORDS if word != "omicron"]
    shown = "".join(f"#metadata(repr($ {word} x $)) <{k}>\n" for k, word in enumerate(words))
    for k, word in enumerate(words):
        sign = typst_symbols.SYMBOLS.get(word)
        told = typst.query(shown.encode(), f"<{k}>", field="value", one=True)
        assert sign is None or f"[{sign}]" in told, word


# --- mutants

MUTANTS = 30
_NUMBER = re.compile(r"(?<=[ -])\d+(?:\.\d+)?(?= |\$)")
_SIGN = re.compile(r"(?<= )[-+](?= )")


def mutant(text: str, rng: random.Random) -> tuple[int, str] | None:
    """A digit or a sign of one link changed: where, and the text."""
    worked = re.search(r'#heading\(level: 2\)\[#"(?:Forward pass|Local gradients)', text)
    assert worked is not None
    offset, lines = 0, []
    for line in text.splitlines(keepends=True):
        if offset > worked.end() and len(re.findall(r"[$ ](?:=|approx) ", line)) > 1 and "arrow" not in line:
            lines.append((offset, line))
        offset += len(line)
    start, line = rng.choice(lines)
    kind = rng.choice((_NUMBER, _NUMBER, _SIGN))
    formulas = list(re.finditer(r"\$[^$]*\$", line))
    places = [m for f in formulas[1:] for m in kind.finditer(line, f.start(), f.end()) if " gt " not in f[0]]
    if not places:
        return None
    place = rng.choice(places)
    new = changed(place[0], rng, "-")
    if new is None:
        return None
    at = start + place.start()
    return at, text[:at] + new + text[at + len(place[0]) :]


def test_a_changed_link_of_a_document_is_found_at_its_place() -> None:
    found = missed("typ", mutant, MUTANTS, 7)
    assert len(found) <= 2, found  # a sign before (1 − 1) changes nothing
