"""How the fields of a question are laid out: a line for a number, a table for a vector or a matrix."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from .markup import Element, Markup, add_text
from .question import Field, Group, Question


def laid_out(question: Question, markup: Markup, entry: Callable[[Field], Element]) -> Iterator[Element]:
    """The groups of a question, each with its label; `entry` makes the element that a number is entered in."""
    for group in question.groups:
        line = ET.Element("p")
        markup.add(line, group.label)
        add_text(line, " = " if not group.shape else " =")
        if not group.shape:
            line.append(entry(group.fields[0]))
            yield line
        elif len(group.shape) <= 2:
            yield line
            yield _table(group, entry)
        else:
            yield line
            yield _listed(group, entry)


def _table(group: Group, entry: Callable[[Field], Element]) -> Element:
    width = group.shape[-1]
    table = ET.Element("table")
    body = ET.SubElement(table, "tbody")
    for start in range(0, len(group.fields), width):
        row = ET.SubElement(body, "tr")
        for field in group.fields[start : start + width]:
            ET.SubElement(row, "td").append(entry(field))
    return table


def _listed(group: Group, entry: Callable[[Field], Element]) -> Element:
    found = ET.Element("ul")
    for field in group.fields:
        item = ET.SubElement(found, "li")
        add_text(item, f"{field.place}: ")
        item.append(entry(field))
    return found
