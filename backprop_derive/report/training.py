"""A training told: the optimiser's rule worked for the first updates, then the trace as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ..document import (
    Block,
    Chain,
    CodeBlock,
    Document,
    Heading,
    Inline,
    Item,
    ListBlock,
    Math,
    MathNode,
    Paragraph,
    Remark,
    Table,
    Words,
)  # fmt: skip
from ..languages import grouped
from ..optimiser import GRADIENT, NUMBER, PARAMETER, RATE, Optimiser
from ..options import Options
from ..problem import Problem
from ..records import record
from ..solution import SolutionRecord, TensorSolution, TensorValue, Value, WorkedLine, WorkedUpdate
from ..syntax.expression import Call, Expr, Name, Number, Power, Quotient, Rounded, names_in, substitute, walk
from .blocks import heading, item, listing, math_cell, words_cell
from .chains import Lines
from .matrices import as_expr, shown_value
from .narrate import rate_symbol, shows_rounded
from .notation import Notation
from .numbers import Style, is_rounded, style_of
from .remarks import sentence
from .sentences import LABELS, OPTIMISER_NAMES, TRAINING

# A table has so many columns of parameters; more of them go into further tables, and too many into none.
_COLUMNS, _MOST_COLUMNS = 6, 24
# A tensor of more entries is not substituted into a rule.
_MOST_SUBSTITUTED = 9
_LARGEST_WHOLE = 1e6


@record(slots=False)
class Told:
    """What the telling of a training needs.

    `numbers` are the updates of the table, `rows` their loss and parameters, which `columns` name. `batch` holds rows a
    batch, rows in all, the name of the data and whether each row is an example by itself; None without data.
    `divergence` holds where it began, where it was noticed, and whether the loss was still a number.
    """

    record: SolutionRecord | TensorSolution
    options: Options
    optimiser: Optimiser
    rate: Expr
    worked: tuple[WorkedUpdate, ...]
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]
    batch: tuple[int, int, str, bool] | None
    are_norms: bool
    growth: float
    plot: str
    divergence: tuple[int, int, bool] | None

    @property
    def problem(self) -> Problem:
        return self.record.problem

    @property
    def style(self) -> Style:
        """Decimals where the hyperparameters are such, whatever the problem has."""
        style = style_of(self.problem, self.options.digits)
        return replace(style, decimal=True) if self.optimiser.hyper else style


def training_blocks(solution: Document, told: Told) -> Document:
    """The document of the first pass, with the updates and the trace before its remarks."""
    blocks = list(solution.blocks)
    remarks: list[Block] = []
    while blocks and isinstance(blocks[-1], Remark):
        remarks.insert(0, blocks.pop())
    body = [*_updates(told), *_trace(told)]
    known = {inline for block in remarks if isinstance(block, Remark) for inline in block.content}
    decimals = sentence("decimals", digits=str(told.style.digits))
    if shows_rounded(body) and not known & set(decimals.content):
        remarks.append(decimals)
    if not told.problem.parameters and not told.problem.asked:
        remarks.append(sentence("all moved"))
    return replace(solution, blocks=(*blocks, *body, *remarks, *_remarks(told)))


# --- the rule and the worked updates


def _updates(told: Told) -> Iterator[Block]:
    yield heading("update", 2)
    rule = _Rule(told)
    constants = [Chain((rule.shared[RATE], told.rate), ("=",))]
    constants += [Chain((rule.shared[name], value), ("=",)) for name, value in told.optimiser.constants.items()]
    words = TRAINING["with"].format(optimiser=OPTIMISER_NAMES[told.optimiser.name])
    yield Paragraph((Words(words), Math(listing(tuple(constants))), Words(".")))
    if told.batch is not None:
        size, rows, name, one_by_one = told.batch
        text = TRAINING["batch"].format(name=name, rows=grouped(rows), size=grouped(size))
        yield Paragraph((Words(text + TRAINING["mean" if one_by_one else "whole"]),))
    if told.optimiser.kept and told.worked:
        yield _beginning(rule, tuple(told.worked[0].lines))
    for update in told.worked:
        if len(told.worked) > 1:
            yield Heading(3, (Words(TRAINING["update"].format(number=update.number)),))
        if update.number > 1 and update.passed is not None:
            yield Paragraph((Words(TRAINING["again"].format(number=update.number - 1)),))
            yield from _pass(told, update)
        lines = [
            Item((Math(rule.line(key, line, update.number)),)) for key, found in update.lines.items() for line in found
        ]
        yield ListBlock(tuple(lines))


def _beginning(rule: _Rule, keys: tuple[str, ...]) -> Paragraph:
    """What states are 0 before the first update."""
    names = tuple(rule.name(state, key) for key in keys for state in rule.told.optimiser.kept)
    before, after = TRAINING["states" if len(names) > 1 else "state"].split("{names}")
    return Paragraph((Words(before), Math(listing(names)), Words(after)))


def _pass(told: Told, update: WorkedUpdate) -> Iterator[Block]:
    """The values and gradients that an update goes by, with those of the steps."""
    assert isinstance(told.record, SolutionRecord)
    assert update.passed is not None
    derivation, options = told.record.derivation, told.options
    lines = Lines(derivation, update.passed, Notation(options.notation, derivation), told.style, options.detail)
    forward = [item(lines.forward(step)) for step in told.problem.steps]
    keys = [key for key in derivation.adjoint_order() if lines.has_own_line(key)]
    yield ListBlock((*forward, *(item(lines.backward(key)) for key in keys)))


class _Rule:
    """Writes the lines of an optimiser's rule for a problem, whose own names it stays clear of."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.notation = Notation(told.options.notation, told.record.derivation)
        self.shared: dict[str, Expr] = {RATE: rate_symbol(told.problem)}
        for name in (*told.optimiser.hyper, NUMBER):
            self.shared[name] = self._free(name)

    def name(self, line: str, key: str) -> Expr:
        """A line's left side: the parameter itself, or a state with the parameter as index."""
        if line == PARAMETER:
            return Name(key)
        base, _, hat = line.partition("_hat")
        return self._free(f"{base}_{key}" + ("_hat" if line.endswith("_hat") and not hat else ""))

    def _free(self, key: str) -> Expr:
        while key in self.told.problem.spelled:
            key += "'"
        return Name(key)

    def _constants(self, number: int) -> dict[str, Expr]:
        """What is the same for all parameters, as it was written."""
        return {**self.told.optimiser.constants, RATE: self.told.rate, NUMBER: Number(Fraction(number))}

    def line(self, key: str, line: WorkedLine, number: int) -> Chain:
        """m_w ← β₁·m_w + (1 − β₁)·∂loss/∂w = 0.9·0 + (1 − 0.9)·(−2) = −0.2"""
        rule = dict(self.told.optimiser.rule)[line.name]
        names = {name: self.shared.get(name) or self.name(name, key) for name in names_in(rule)}
        names[GRADIENT] = as_expr(self.notation.adjoint(key))
        links: list[MathNode] = [self.name(line.name, key), substitute(rule, names)]
        relations = ["<-"]
        shown = {name: self._shown(value) for name, value in line.values.items()}
        shown |= {name: value for name, value in self._constants(number).items() if name in shown}
        if self._is_substituted(rule, line):
            links.append(substitute(rule, shown))
            relations.append("≈" if any(map(is_rounded, shown.values())) else "=")
        result = self._shown(line.after)
        is_exact = not is_rounded(result) and "≈" not in relations
        return Chain((*links, result), (*relations, "=" if is_exact else "≈"))

    def _shown(self, value: Value | TensorValue) -> Expr:
        if isinstance(value, TensorValue):
            return shown_value(value, self.told.style)
        return self.told.style.shown(value)

    @staticmethod
    def _is_substituted(rule: Expr, line: WorkedLine) -> bool:
        """Whether numbers stand in the rule: of tensors where it is linear in them and they are small."""
        tensors = [value for value in line.values.values() if isinstance(value, TensorValue)]
        if not tensors:
            return True
        is_linear = not any(isinstance(node, Power | Quotient | Call) for node in walk(rule))
        return is_linear and all(len(value.entries) <= _MOST_SUBSTITUTED for value in tensors)


# --- the trace


def _trace(told: Told) -> Iterator[Block]:
    yield Heading(2, (Words(TRAINING["trace"]),))
    columns = told.columns if len(told.columns) <= _MOST_COLUMNS else ()
    width = -(-len(columns) // max(1, -(-len(columns) // _COLUMNS)))  # tables of about one width
    groups = [columns[k : k + width] for k in range(0, len(columns), width or 1)] or [()]
    for place, group in enumerate(groups):
        loss: tuple[tuple[Inline, ...], ...] = (math_cell(Name(told.problem.loss)),)
        header = (words_cell(LABELS["update"]), *loss * (place == 0), *(_column(told, name) for name in group))
        first = 1 + place * width
        rows = tuple(
            (
                words_cell(grouped(number)),
                *(_number(told, row[0]),) * (place == 0),
                *(_number(told, value) for value in row[first : first + len(group)]),
            )
            for number, row in zip(told.numbers, told.rows, strict=True)
        )
        yield Table(header, rows)
    if told.plot:
        yield CodeBlock(told.plot)


def _column(told: Told, name: str) -> tuple[Inline, ...]:
    key = next((key for key, spelled in told.problem.spelled.items() if spelled == name), None)
    return words_cell(name) if key is None else math_cell(Name(key))


def _number(told: Told, number: float) -> tuple[Inline, ...]:
    if number - number != 0:  # inf, nan
        return words_cell("∞" if number > 0 else "−∞" if number < 0 else "—")
    if number == int(number) and abs(number) < _LARGEST_WHOLE:
        return math_cell(Number(Fraction(int(number))))
    return math_cell(Rounded(Decimal(f"{number:.15g}"), told.style.digits))


def _remarks(told: Told) -> Iterator[Remark]:
    yield Remark((Words(TRAINING["floats"]),))
    if told.batch is not None and told.batch[0] < told.batch[1]:
        yield Remark((Words(TRAINING["batch losses"]),))
    if len(told.columns) > _MOST_COLUMNS:
        yield Remark((Words(TRAINING["too many"]),))
    if told.divergence is not None:
        began, noticed, is_finite = told.divergence
        text = TRAINING["grew" if is_finite else "ended"]
        growth = f"{told.growth:,.0f}"
        yield Remark((Words(text.format(began=began, noticed=noticed, growth=growth)),))
