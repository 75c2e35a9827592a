"""Every document that holds what a user wrote, each made with one text at all the places that it has for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache

import backprop_derive as bd
from backprop_derive.exercises.exports.record import ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS
from backprop_derive.exercises.sheets import exam_document, key_document, sheet_document
from backprop_derive.exercises.task import SheetOptions
from backprop_derive.formats import DOCUMENT_FORMATS, FORMATS, PAGE_FORMATS, render
from backprop_derive.grading.feedback import feedback_document
from backprop_derive.grading.record import Class
from backprop_derive.grading.report import class_document
from backprop_derive.grading.tables import as_json, gradebook
from backprop_derive.options import PROGRAMS, Options
from backprop_derive.pictures import PICTURES
from backprop_derive.proofreading.judge import proofread
from backprop_derive.proofreading.report import as_json as report_json
from backprop_derive.proofreading.report import as_sarif, as_text
from backprop_derive.report.checks import check_document
from backprop_derive.report.notation import Notation
from backprop_derive.weaving.notebook import weave_notebook
from backprop_derive.weaving.weave import Weaver, Woven, weave
from tests.injection.texts import PLAIN

Contents = Iterator[tuple[str, str | bytes]]

# Names that occur in no hostile text, so that `$x$` is text and no formula.
STEPS = "y1 = u1*v1\n> Prose after a step: {}\nL1 = (y1 - 1)^2  # {}\n"
PROBLEM = "Title: {}\n> {}\n> Between words {} and words.\nGiven u1 = 2, v1 = 3  # {}\n" + STEPS + "Find d(L1)/d(v1)\n"
EXERCISE = "Title: {}\n> {}\nGiven u1 = 2\nVary v1 in 2..9\n" + STEPS + "Find d(L1)/d(v1)\n"
READ = tuple(name for name in DOCUMENT_FORMATS if name != "pdf")  # a PDF is made of `typ`
PAGES = tuple(name for name in PAGE_FORMATS if name != "pdf")


def written(problem: str, text: str) -> str:
    """A problem with a text at its places."""
    return problem.replace("{}", text)


def solution(text: str) -> Contents:
    """A worked solution: title, prose, comments."""
    solved = bd.solve(written(PROBLEM, text))
    for format in (*(f for f in FORMATS if f != "pdf"), *PROGRAMS, *PICTURES):
        yield format, solved.render(format)
    yield "md/github", solved.to_markdown(flavour="github")
    yield "html/interactive", solved.to_html(interactive=True)
    yield "tex/fragment", solved.to_latex(fragment=True)
    for layout in ("lesson", "handout", "slides"):
        for format in ("md", "html", "tex", "typ", "txt"):
            yield f"{format}/{layout}", solved.render(format, layout=layout)


def checked(text: str) -> Contents:
    """Engines side by side: the title."""
    solved = bd.solve(written(PROBLEM, text))
    notation = Notation("partial", solved.derivation)
    document = check_document(solved.problem, (solved.check("numeric"),), notation, Options())
    for format in PAGES:
        yield format, render(document, format, Options())


def training(text: str) -> Contents:
    """A training: title and prose."""
    trained = bd.train(written(PROBLEM, text), lr=0.01, updates=3)
    for format in (*PAGES, "json"):
        yield format, trained.render(format)
    yield "csv", trained.to_csv()


@cache
def _variants(text: str) -> tuple[bd.Variant, ...]:
    return bd.Exercise(written(EXERCISE, text)).variants(2, seed=1)


def sheets(text: str) -> Contents:
    """Sheets, keys and exams: the problem's places, and what stands on the cover."""
    options = SheetOptions(title=text, date=text, rules=(text, f"A rule: {text}"), minutes=45)
    for name, makes in (("sheet", sheet_document), ("key", key_document), ("exam", exam_document)):
        for kind in ("full", "faded"):
            document = makes(_variants(text), kind, options)
            for format in READ:
                yield f"{format}/{name} {kind}", render(document, format, Options())


def exports(text: str) -> Contents:
    """What learning platforms read: title and prose."""
    for name, export in EXPORTS.items():
        for kind in ("numerical", "choice"):
            data = b"".join(export.pieces(_variants(text)[:1], ExportOptions(kind, title=text)))
            yield f"{export.suffix}/{name} {kind}", data


def grades(text: str) -> Contents:
    """A class: the title, and students' names."""
    works = [("Ann", "L1 = 25\n\ny1 = 6\n"), (text, "L1 = 7\n"), (f"{text} 2", "")]
    yield from _graded(written(PROBLEM, text), works)


def answers(text: str) -> Contents:
    """What students hand in: alone, as an equation, as a value, in a table's column."""
    problem = written(PROBLEM, PLAIN)
    work = f"{text}\n\ny1 = {text}\n\n{text} = 7\n\nL1 = $ {text} $\n"
    yield from _graded(problem, [("Ann", "L1 = 25"), ("Bob", work)])


def _graded(problem: str, works: list[tuple[str, str]]) -> Contents:
    found = bd.grade(problem, works)
    assert isinstance(found, Class)
    for format in PAGES:
        yield f"{format}/class", render(class_document(found), format, Options())
        for k in range(1, len(works)):
            yield f"{format}/feedback {k}", render(feedback_document(found.sheets[k], found.problem), format, Options())
    yield "csv", gradebook(found)
    yield "json", as_json(found)


BLOCK = "Before.\n\n```backprop {}\n" + PROBLEM.replace("{}", "<>") + "```\n\nAfter.\n"
TEX = "\\begin{backprop}[{}]\n" + PROBLEM.replace("{}", "<>") + "\\end{backprop}\n"


def woven(text: str) -> Contents:
    """Documents that hold problems: prose of a block in Markdown, LaTeX and a notebook."""
    for asked in ("", "kind=exercise", "kind=graph"):
        block = BLOCK.replace("{}", asked).replace("<>", text)
        yield f"md/{asked}", _whole(weave(block))
        cells = [{"cell_type": "markdown", "metadata": {}, "source": block, "id": "a"}]
        data = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        yield f"ipynb/{asked}", _whole(weave_notebook(json.dumps(data), "notes.ipynb", Weaver()))
        if r"\end{backprop}" not in text and "%" not in text:
            tex = TEX.replace("{}", asked).replace("<>", text)
            yield f"tex/{asked}", _whole(weave(tex, format="tex"))


def _whole(found: Woven) -> str:
    for error in found.errors:
        raise error
    return found.text


def sphinx(text: str) -> Contents:
    """What a directive of Sphinx becomes: prose."""
    from docutils import nodes
    from docutils.core import publish_from_doctree
    from docutils.utils import new_document

    from backprop_derive.sphinx_ext.nodes import nodes_of

    document = new_document("page")
    document += nodes.paragraph("", "Before.")
    document += nodes_of(bd.solve(written(PROBLEM, text)).document())
    settings = {"output_encoding": "unicode", "math_output": "MathJax x", "embed_stylesheet": False}
    yield "html", str(publish_from_doctree(document, writer="html5", settings_overrides=settings))


def proofs(text: str) -> Contents:
    """Notes that are proof-read."""
    notes = f"Given $x = 2$, $w = 3$\n\n{text}\n\n$L = x*w = 7$ {text}\n\n$L = {text}$\n\n{text} = 3 = 4\n"
    report = proofread(notes, "notes.md")
    yield "txt", as_text(report, shows_all=True)
    yield "json", report_json(report)
    yield "sarif", as_sarif(report)


def names(name: str) -> Contents:
    """A given and a step called so, in every format, as a vector, in exercises."""
    scalar = "Given {} = 2, v1 = 3\n{}_2 = {}*v1 + exp({})\nL1 = ({}_2 - 1)^2\nFind d(L1)/d({})\n"
    vector = "Given {} = [1, 2], V1 = [[1, 0], [2, 3]]\nL1 = sum((V1 @ {})^2)\nFind d(L1)/d({})\n"
    for kind, problem in (("scalar", scalar), ("vector", vector)):
        solved = bd.solve(written(problem, name))
        for format in (*(f for f in FORMATS if f != "pdf"), "svg", "tikz", "mermaid"):
            yield f"{format}/{kind}", solved.render(format)
        yield f"html/{kind} interactive", solved.to_html(interactive=True)
        for format in PROGRAMS:
            # A word of Python is spelled otherwise there; that it runs is tested with the scripts.
            compile(str(solved.render(format)), format, "exec")
    variants = bd.Exercise(written(scalar.replace("Given {} = 2, v1 = 3", "Given v1 = 3\nVary {} in 2..9"), name))
    for format in ("moodle", "gift", "csv", "jsonl"):
        pieces = EXPORTS[format].pieces(variants.variants(1, seed=1), ExportOptions())
        yield f"{EXPORTS[format].suffix}/{format}", b"".join(pieces).decode()


DOCUMENTS: dict[str, Callable[[str], Contents]] = {
    each.__name__: each for each in (solution, checked, training, sheets, exports, grades, woven, sphinx)
}
# What is told here depends on what the text means, so that its structure is not that of plain words.
JUDGED: dict[str, Callable[[str], Contents]] = {each.__name__: each for each in (answers, proofs)}
