"""PrairieLearn: a folder a question, with `info.json` and `question.html`.

PrairieLearn fills a page by Mustache before it reads the elements in it, so that no brace may stand in it.
Source: PrairieLearn's documentation of `pl-number-input` and `pl-multiple-choice`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator

from ..exercise import Variant
from .archive import File
from .fields import laid_out
from .markup import Element, Markup, html, tex, without_braces
from .question import Field, Question, questions_of, reach, written
from .record import ExportOptions
from .xml import element

# Questions are named by their variants: the same variant is the same question, on every machine.
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "backprop-derive/prairielearn")


def members(variants: Iterable[Variant], options: ExportOptions) -> Iterator[File]:
    """The two files of each question."""
    for variant in variants:
        for question in questions_of(variant, options):
            info = {
                "uuid": str(uuid.uuid5(_SPACE, f"{options.kind} {question.id}")),
                "title": question.title,
                "topic": "Backpropagation",
                "tags": [options.kind],
                "type": "v3",
                "singleVariant": True,
            }
            yield f"questions/{question.id}/info.json", [json.dumps(info, indent=2).encode() + b"\n"]
            yield f"questions/{question.id}/question.html", [_page(question).encode()]


def _page(question: Question) -> str:
    markup = Markup(tex, question.prompt.literal_names)
    panels = [element("pl-question-panel", {}, *markup.blocks(question.prompt.blocks))]
    if question.kind == "choice":
        panels.append(_choice(question, markup))
    else:
        panels += laid_out(question, markup, _input)
    if question.solution:
        panels.append(element("pl-answer-panel", {}, *markup.blocks(question.solution.blocks)))
    return without_braces(html(panels)) + "\n"


def _input(field: Field) -> Element:
    return element(
        "pl-number-input",
        {
            "answers-name": field.name, "correct-answer": written(field.right.value.decimal), "comparison": "relabs",
            "rtol": "0", "atol": written(reach(field.right)), "allow-complex": "false", "display": "inline",
        },
    )  # fmt: skip


def _choice(question: Question, markup: Markup) -> Element:
    return element(
        "pl-multiple-choice", {"answers-name": "answer", "order": "fixed"},
        *(
            element("pl-answer", {"correct": str(option.is_right).lower(), "feedback": option.feedback},
                    markup.math(option.node))
            for option in question.options
        ),
    )  # fmt: skip
