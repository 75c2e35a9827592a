"""Steps: first every left side, so that all names are known; then each right side, with the names before it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ..errors import Place, ProblemError, nearest, shorten
from ..limits import Limits
from ..ops.record import Operation
from ..problem import Step
from ..records import record
from ..syntax.cursor import Cursor
from ..syntax.expression import Expr, Name, Power, Product, map_children, substitute, walk
from ..syntax.names import canonical
from ..syntax.parser import parse_expression
from ..syntax.source import Source
from ..syntax.tokens import tokenise
from ..syntax.words import Vocabulary
from .definitions import Definitions, read_name
from .lines import BLANK, KEYWORDS, Line
from .scalars import FUNCTIONS, checked

_RATE = "lr"


@record
class Head:
    """The left side of a step: its key and spelling, where it stands, and where its expression begins."""

    line: Line
    key: str
    written: str
    place: Place
    body: int


def read_head(source: Source, line: Line, definitions: Definitions, limits: Limits) -> Head:
    """The name that a step defines. Raises ProblemError where the left side of `=` is none."""
    equals = source.text.index("=", line.start, line.end)
    if source.text.startswith("==", equals):
        raise ProblemError(
            "unexpected '=='", place=source.place(equals), expected="one '=' between a name and its expression"
        )
    cursor = Cursor(source, tokenise(source, line.start, equals, limits))
    name, written = read_name(cursor)
    if name.kind != "name" or cursor.peek().kind != "end":
        odd = cursor.peek() if name.kind == "name" else name
        raise ProblemError(
            "the left side of '=' is not a name", place=source.place(min(odd.start, equals)),
            expected="a step: one name = expression", hint=_step_meant(source, line, equals),
        )  # fmt: skip
    key = definitions.define(written, name)
    return Head(line, key, written, source.place(name.start), equals + 1)


def _step_meant(source: Source, line: Line, equals: int) -> str:
    left = " ".join(source.text[line.start : equals].split())
    right = source.text[equals + 1 : line.end].strip(BLANK)
    if len(left) > 100:  # nothing that a hint could show
        return "> at the beginning of the line makes it prose"
    if re.fullmatch(r"learning rate|parameters?|updates?|round|title", left, re.IGNORECASE):
        return f"{left}: {shorten(right)}"
    if (said := re.fullmatch(r"(?:[^\W\d_]+:? ?){1,3}:? (\w+\^?)", left)) is not None and _is_value(right):
        return f"Given {said[1]} = {shorten(right)}"
    if (spaced := re.fullmatch(r"(\w+) \^", left)) is not None:
        return f"{spaced[1]}^ = …, without a space before ^"
    if (assigned := re.fullmatch(r"(\w+\^?) ?(?:[-+*/:<>]|\(.*\))", left)) is not None:
        return f"{assigned[1]} = …"
    if (numbered := re.fullmatch(r"step (\d+)[.:)]* (.+)", left, re.IGNORECASE)) is not None:
        return f"{numbered[1]}. {shorten(numbered[2])} = …"
    word = left.split(" ")[0]
    close = nearest(word.lower(), KEYWORDS) if word != left and len(word) > 3 else None
    if close is not None:
        return f"{close.capitalize()} {shorten(source.text[line.start + len(word) : line.end].strip(BLANK))}"
    if re.fullmatch(r"[^\W\d]\w*\^?", right) and re.fullmatch(r"[\w\s.()]*[-+*/^(][-+*/^\w\s.()]*", left):
        return f"{right} = {shorten(left)}"
    return "> at the beginning of the line makes it prose"


def _is_value(text: str) -> bool:
    return re.match(r"[-+−]?[\d.\[(]", text) is not None


def _refuse_two(source: Source, head: Head) -> None:
    """`a = 1, b = 2`: what stands side by side in a Given are lines of their own as steps."""
    text, depth = source.text[head.body : head.line.end].split("#", 1)[0], 0
    if "=" not in text:
        return
    for at, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c != "," or depth:
            continue
        following = re.match(r"\s*(\w+\^?)\s*=(?!=)", text[at + 1 :])
        if following is None:
            return
        rest, value = text[at + 1 :].strip(BLANK), text.strip(BLANK)
        hint = (
            f"Given {head.written} = {shorten(value)}" if _is_value(value) else f"{shorten(rest)} on a line of its own"
        )
        raise ProblemError(
            f"a step defines one name, and {following[1]} follows", place=source.place(head.body + at),
            expected="a line for each step", hint=hint,
        )  # fmt: skip


def read_steps(
    source: Source,
    heads: list[Head],
    definitions: Definitions,
    rate: Expr | None,
    hints: dict[str, str],
    limits: Limits,
    functions: Mapping[str, Operation],
    sizes: Collection[str] = (),
) -> dict[int, Step]:
    """The steps by the start of their lines. `hints` say more about names that no line defines.

    `functions` are words of the problem's own that stand for an operation, `sizes` letters of shapes.
    """
    known = {**FUNCTIONS, **functions}
    later = {head.key: definitions.lines[head.key] for head in heads}
    defined = {key: written for key, written in definitions.spelled.items() if key not in later}
    defined |= {size: size for size in sizes if size not in later}
    fallback = None if defined else "Given x = 1, on a line before the steps"
    if rate is not None:
        defined[_RATE] = _RATE
    found: dict[int, Step] = {}
    for head in heads:
        later.pop(head.key)
        vocabulary = Vocabulary(known, defined, later, head.key, hints=hints, fallback=fallback)
        _refuse_two(source, head)
        expression = parse_expression(source, head.body, head.line.end, vocabulary, limits)
        text = source.text[head.body : head.line.end]
        place = source.place(head.body + len(text) - len(text.lstrip(BLANK)))
        checked(expression, head.written, place, limits)
        if rate is not None:
            expression = substitute(_apart(expression), {_RATE: rate})
        found[head.line.start] = Step(head.key, head.written, expression, head.place, place, head.line.label)
        defined[head.key] = head.written
    return found


def _apart(expr: Expr) -> Expr:
    """`2lr` as 2 · lr, since a number will take the place of lr, and 2 and 0.5 side by side would be 20.5."""
    if not any(isinstance(node, Name) and node.key == _RATE for node in walk(expr)):
        return expr
    expr = map_children(expr, _apart)
    if not isinstance(expr, Product):
        return expr
    if expr.implicit:
        return Product(expr.factors, implicit=not _begins_with_rate(expr.factors[-1]))
    # What has come apart within a longer product is factors of that.
    first = expr.factors[0]
    came_apart = isinstance(first, Product) and not first.implicit and _begins_with_rate(first.factors[-1])
    return Product((*first.factors, *expr.factors[1:])) if isinstance(first, Product) and came_apart else expr


def _begins_with_rate(expr: Expr) -> bool:
    base = expr.base if isinstance(expr, Power) else expr
    return isinstance(base, Name) and base.key == _RATE


def prose_hints(source: Source, prose: list[Line], heads: list[Head]) -> dict[str, str]:
    """Names that a line before the first Given seems to define: it was read as prose."""
    defined = {head.key for head in heads}
    hints = {}
    for line in prose:
        text = source.text[line.start : line.end]
        match = re.match(r"[ \t]*(?:[0-9]+[.)][ \t]*)?(\w+\^?)[ \t]*=", text)
        if match and canonical(match[1]) not in defined:
            number = source.number_of(line.start)
            hints[canonical(match[1])] = f"line {number} stands before the first Given and is read as prose; move it"
    return hints
