"""nbgrader: a source notebook a question, in the folder of an assignment of its own, so that each student gets one.

`nbgrader generate_assignment` takes the solution and the hidden tests out. Each test is worth the points of its numbers
and tells which mistake a wrong number comes from. Source: nbgrader's documentation, cell metadata version 3.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ...document import Code, Item, ListBlock, Math, Words
from ...formats import render
from ...options import Options
from ..exercise import Variant
from ..key import Accepted
from .archive import File
from .question import Field, Question, margins, questions_of, written
from .record import ExportOptions

_LETTERS = "ABCDEFGHIJ"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# What is compared are floats: a number just at the end of what is accepted is accepted.
_SLACK = "1e-12"


def members(variants: Iterable[Variant], options: ExportOptions) -> Iterator[File]:
    """A notebook for each question: source/<variant>/exercise.ipynb."""
    shown = replace(options.shown, flavour="dollar", template=None)
    for variant in variants:
        for question in questions_of(variant, options):
            text = json.dumps(_notebook(question, shown), indent=1, ensure_ascii=False, sort_keys=True)
            yield f"source/{question.id}/exercise.ipynb", [text.encode() + b"\n"]


def _notebook(question: Question, shown: Options) -> dict[str, Any]:
    answering = _choice(question) if question.kind == "choice" else _numbers(question)
    return {
        "cells": [_problem(question, shown), *answering],
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(name: str, kind: str, source: str, **marks: Any) -> dict[str, Any]:
    marks = {"grade": False, "locked": False, "solution": False, **marks}
    grader = {"schema_version": 3, "task": False, "grade_id": name, **marks}
    cell = {"cell_type": kind, "id": name, "metadata": {"nbgrader": grader}, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _problem(question: Question, shown: Options) -> dict[str, Any]:
    """The problem, and under it the name of the variable for each number."""
    legend = ListBlock(tuple(_legend(question)), ordered=False)
    document = replace(question.prompt, blocks=(*question.prompt.blocks, legend))
    return _cell("problem", "markdown", str(render(document, "md", shown)), locked=True)


def _legend(question: Question) -> Iterator[Item]:
    for letter, option in zip(_LETTERS, question.options, strict=False):
        yield Item((Code(letter), Words(": "), Math(option.node)))
    for group in question.groups:
        for field in group.fields:
            place = (Words(f", {field.place}"),) if field.place else ()
            yield Item((Code(field.name), Words(": "), *group.label, *place))


def _answer(lines: list[str]) -> dict[str, Any]:
    source = "\n".join(["### BEGIN SOLUTION", *lines, "### END SOLUTION"])
    return _cell("answer", "code", source, solution=True)


def _test(name: str, points: int, lines: list[str]) -> dict[str, Any]:
    source = "\n".join(["### BEGIN HIDDEN TESTS", *lines, "### END HIDDEN TESTS"])
    return _cell(f"test-{name}", "code", source, grade=True, locked=True, points=points)


def _numbers(question: Question) -> list[dict[str, Any]]:
    cells = [_answer([f"{field.name} = {written(field.right.value.decimal)}" for field in question.fields])]
    for group in question.groups:
        lines = [line for field in group.fields for line in _checks(field)]
        cells.append(_test(group.fields[0].name, len(group.fields), lines))
    return cells


def _checks(field: Field) -> Iterator[str]:
    for lure in field.lures:
        yield f"assert not ({_is_near(field.name, lure.number)}), {lure.feedback!r}"
    yield f"assert {_is_near(field.name, field.right)}"


def _is_near(name: str, number: Accepted) -> str:
    """The comparison of a variable with what is accepted, in Python."""
    return " or ".join(
        f"abs({name} - ({written(value)})) <= {written(distance)} + {_SLACK} * abs({name})"
        for value, distance in margins(number)
    )


def _choice(question: Question) -> list[dict[str, Any]]:
    pairs = list(zip(_LETTERS, question.options, strict=False))
    right = next(letter for letter, option in pairs if option.is_right)
    told = {letter: option.feedback for letter, option in pairs if not option.is_right}
    lines = [f"assert answer.strip().upper() == {right!r}, {told!r}.get(answer.strip().upper())"]
    return [_answer([f"answer = {right!r}"]), _test("choice", 1, lines)]
