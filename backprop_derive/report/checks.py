"""What other engines found, told: a remark of a solution, or a document of tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from ..comparison import Compared, Comparison
from ..document import Block, Document, Heading, Inline, Math, Paragraph, Remark, Table, Words
from ..languages import speaking
from ..options import Options
from ..problem import Problem
from ..syntax.expression import Expr, Name, Number, Rounded, Text
from .blocks import listing, math_cell, words_cell
from .narrate import document_of
from .notation import Notation
from .sentences import CHECKS, REASONS, ROADS, WORDS

_LARGEST_WHOLE = 1e6


def check_remarks(comparison: Comparison) -> Iterator[Remark]:
    """Whether an engine confirms a solution, and what it left out."""
    yield Remark(_verdict(comparison))
    if comparison.left_out:
        yield Remark((Words(CHECKS["left out"].format(reason=REASONS.get(comparison.left_out, comparison.left_out))),))
    partly = [row.key for row in comparison.rows if row.places is not None]
    if partly:
        yield Remark(_with_names(CHECKS["some"], partly))


def _verdict(comparison: Comparison) -> tuple[Inline, ...]:
    values, gradients = comparison.of_kind("value"), comparison.of_kind("gradient")
    called = _called(comparison)
    engine = called[:1].upper() + called[1:]
    largest = comparison.largest
    if not comparison.agrees:
        names = list(dict.fromkeys(row.key for row in comparison.disagreeing))
        text = CHECKS["disagrees"].replace("{engine}", engine)
    else:
        counts = {"values": _counted(values, "value"), "gradients": _counted(gradients, "gradient")}
        names = []
        text = CHECKS["values only" if not gradients else "confirms" if largest else "exactly"]
        for word, count in {"engine": engine, **counts}.items():
            text = text.replace(f"{{{word}}}", count)
    before, found, after = text.partition("{difference}")
    content = _with_names(before, names)
    return (*content, Math(_small(largest)), Words(after)) if found else content


def _called(comparison: Comparison) -> str:
    """An engine with its version, or what is compared with in the language of the document."""
    return ROADS.get(comparison.called, comparison.called)


def _counted(rows: Sequence[Compared], word: str) -> str:
    return CHECKS[word if len(rows) == 1 else f"several {word}s"].format(count=len(rows))


def _with_names(text: str, names: Sequence[str]) -> tuple[Inline, ...]:
    before, found, after = text.partition("{names}")
    if not found:
        return (Words(text),)
    return (Words(before), Math(listing(tuple(map(Name, names)))), Words(after))


def _small(difference: float) -> Expr:
    if not math.isfinite(difference):
        return Text(CHECKS["infinite"])
    return Rounded(Decimal(f"{difference:.3g}"), 2) if difference else Number(Fraction(0))


def check_document(
    problem: Problem, comparisons: Sequence[Comparison], notation: Notation, options: Options
) -> Document:
    """Values and gradients of all engines side by side, then each engine's verdict."""
    with speaking(options.language):
        return _check_document(problem, comparisons, notation, options)


def _check_document(
    problem: Problem, comparisons: Sequence[Comparison], notation: Notation, options: Options
) -> Document:
    title = CHECKS["title"] + (WORDS["colon"] + problem.title if problem.title else "")
    engines = ", ".join(map(_called, comparisons))
    blocks: list[Block] = [
        Heading(1, (Words(title),)),
        Paragraph((Words(CHECKS["intro"].format(engines=engines) + CHECKS["norms"] * problem.has_tensors),)),
        Heading(2, (Words(CHECKS["values"]),)),
        _table("value", comparisons, notation, options),
    ]
    if any(comparison.of_kind("gradient") for comparison in comparisons):
        blocks += [
            Heading(2, (Words(CHECKS["gradients"]),)),
            _table("gradient", comparisons, notation, options),
        ]
    for comparison in comparisons:
        blocks += check_remarks(comparison)
    return document_of(problem, options, title, tuple(blocks))


def _table(kind: str, comparisons: Sequence[Comparison], notation: Notation, options: Options) -> Table:
    """A row a name: ours, each engine's, and the largest difference of all."""
    by_engine = [{row.key: row for row in comparison.of_kind(kind)} for comparison in comparisons]
    keys = list(dict.fromkeys(key for rows in by_engine for key in rows))
    header = ["", CHECKS["ours"], *(comparison.engine for comparison in comparisons), CHECKS["difference"]]
    body = []
    for key in keys:
        found = [rows.get(key) for rows in by_engine]
        whole = next((row for row in found if row is not None and row.places is None), None)
        ours = whole or next(row for row in found if row is not None)
        theirs = [words_cell("—") if row is None else _number(row.theirs, row.places, ours, options) for row in found]
        differences = [c.difference(row) for c, row in zip(comparisons, found, strict=True) if row is not None]
        name = Name(key) if kind == "value" else notation.adjoint(key)
        body.append(
            (
                math_cell(name),
                _number(ours.ours, ours.places, ours, options),
                *theirs,
                math_cell(_small(max(differences))),
            )
        )
    return Table(tuple(map(words_cell, header)), tuple(body))


def _number(
    numbers: Sequence[float], places: tuple[int, ...] | None, ours: Compared, options: Options
) -> tuple[Inline, ...]:
    """A number, of a tensor its norm; of one that was compared in part nothing that could be set beside the norm."""
    if places != ours.places:
        return words_cell(CHECKS["in part"])
    number = numbers[0] if not ours.shape else math.sqrt(math.fsum(x * x for x in numbers))
    if not math.isfinite(number):
        return words_cell(CHECKS["no number"] if number != number else "∞" if number > 0 else "−∞")
    if number == int(number) and abs(number) < _LARGEST_WHOLE:
        return math_cell(Number(Fraction(int(number))))
    return math_cell(Rounded(Decimal(f"{number:.17g}"), options.digits))
