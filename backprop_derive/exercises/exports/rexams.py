"""R/exams: one R Markdown file a question (`num`, `schoice` or `cloze`), to be knitted by R.

Knitting runs code between backticks, wherever it stands: nothing that a user wrote keeps a backtick.
Source: Zeileis, Umlauf, Leisch 2014, "Flexible Generation of E-Learning Exams in R"; www.R-exams.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...document import Document, Inline, Math, Paragraph, Words
from ...formats import render
from ...options import Options
from ..exercise import Variant
from .archive import File
from .question import Field, Group, Question, questions_of, reach, written
from .record import ExportOptions

_ESCAPED_TICK = re.compile(r"\\`")
# What R/exams reads at the beginning of a line.
_READ = re.compile(
    r"^(?=(?:Question|Solution|Meta-?information|Answerlist)\s*$|ex[a-z]+(?:\[[^]]*\])?\s*:)", re.MULTILINE
)


def members(variants: Iterable[Variant], options: ExportOptions) -> Iterator[File]:
    """A file for each question, named after the variant."""
    shown = replace(options.shown, flavour="dollar", template=None)
    for variant in variants:
        for question in questions_of(variant, options):
            yield f"{question.id}.Rmd", [_file(question, shown).encode()]


def _file(question: Question, shown: Options) -> str:
    names = question.prompt
    asked = _markdown(question.prompt, shown)
    lists: list[str] = []
    solution = _markdown(question.solution, shown) if question.solution else ""
    remarks: list[str] = []
    if question.kind == "choice":
        lists = [_line((Math(option.node),), names, shown) for option in question.options]
        remarks = [_line((Words(option.feedback),), names, shown) for option in question.options]
        exact = "".join(str(int(option.is_right)) for option in question.options)
        meta = {"extype": "schoice", "exsolution": exact, "exshuffle": str(len(question.options))}
    elif question.kind == "numerical":
        field = question.fields[0]
        meta = {"extype": "num", "exsolution": _right(field), "extol": _tolerance(field)}
    else:
        lists = [_line(_asked(group, field), names, shown) for group in question.groups for field in group.fields]
        meta = {
            "extype": "cloze",
            "exclozetype": "|".join("num" for _ in question.fields),
            "exsolution": "|".join(map(_right, question.fields)),
            "extol": "|".join(map(_tolerance, question.fields)),
        }
    parts = [
        _section("Question", "=", asked), _section("Answerlist", "-", _items(lists)) if lists else "",
        _section("Solution", "=", solution) if solution or remarks else "",
        _section("Answerlist", "-", _items(remarks)) if remarks else "",
        _section("Meta-information", "=", "\n".join(f"{k}: {v}" for k, v in {"exname": question.id, **meta}.items())),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _section(title: str, line: str, content: str) -> str:
    return f"{title}\n{line * len(title)}\n{content.strip()}\n"


def _items(lines: list[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _asked(group: Group, field: Field) -> tuple[Inline, ...]:
    return (*group.label, Words(f", {field.place}")) if field.place else group.label


def _right(field: Field) -> str:
    return written(field.right.value.decimal)


def _tolerance(field: Field) -> str:
    return written(reach(field.right))


def _line(content: tuple[Inline, ...], names: Document, shown: Options) -> str:
    return " ".join(_markdown(replace(names, blocks=(Paragraph(content),)), shown).split())


def _markdown(document: Document, shown: Options) -> str:
    text = str(render(document, "md", shown))
    return _READ.sub("&#8203;", _ESCAPED_TICK.sub("&#96;", text))
