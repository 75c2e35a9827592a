"""The path ledger as blocks: for each name a table of its paths to the loss, how fast they fade, what a pass costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal

from ..derivation import Derivation, LocalGradient
from ..document import Block, Chain, Ellipsis, Inline, Math, MathNode, Paragraph, Reals, Remark, Strong, Table, Words
from ..indexed.shape import Shape
from ..languages import grouped
from ..ledger import Account, Contribution, Edge, Growth, Ledger, Multiplications, Path, PathList
from ..records import record
from ..solution import TensorValue, Value
from ..syntax.expression import Expr, Name, Rounded, size
from ..syntax.written import written
from .blocks import heading, math_cell, words_cell
from .chains import Line, Lines, times
from .matrices import is_whole, shown_value
from .notation import Notation
from .numbers import Style, is_rounded
from .sentences import MODES, PATH_COLUMNS, PATH_FATES, PATH_GROWTH, PATHS
from .tensor_story import TensorStory

# Widths in characters, so that a row of the table fits on a page: of a path, of a product in symbols and in numbers.
_PATH_WIDTH, _SYMBOLS_WIDTH, _NUMBERS_WIDTH = 40, 18, 36
# What stands between two factors or names; a number's sign and point beside its digits.
_BETWEEN, _BESIDE_DIGITS = 3, 3
# Of a longer path the first names and the last; where these are long, fewer.
_MOST_NAMES, _SHOWN_NAMES, _SHOWN_LONG_NAMES = 6, (2, 3), (2, 1)
# More factors are not written out; of these, the first and the last.
_MOST_FACTORS, _SHOWN_FACTORS = 8, (2, 2)
# A product of more operations is not written with values in the places of names.
_LONGEST_FILLED = 3
# A tensor of more entries has its shape in the table.
_MOST_ENTRIES = 9
# A path of fewer edges says nothing about how fast a product shrinks.
_FEWEST_EDGES = 4
# Where the longest path has so many edges more than the shortest, what becomes of still longer ones is said.
_MANY_EDGES = 3
# A larger number of paths is told rounded.
_LARGEST_COUNT = 10**15

_ALWAYS = ("path", "edges")  # columns that need no numbers and no symbols

# The sign before a number, on one line with it.
_NEARLY = "≈\u00a0"

Cell = tuple[Inline, ...]


def scalar_path_blocks(lines: Lines, ledger: Ledger, level: int) -> Iterator[Block]:
    """The section on paths of a solution with scalars."""
    local = {(use.step, use.operand): use for use in _local_gradients(lines.derivation)}
    teller = _Teller(ledger, lines.notation, lines.style, product=lambda path: _product(lines, local, path))
    yield heading("paths", level)
    yield Paragraph((Words(PATHS["what"]),))
    yield from teller.tables()
    if lines.derivation.graph.problem.round_to is not None and ledger.accounts:
        yield Remark((Words(PATHS["rounded"]),))
    counts = ledger.multiplications
    if counts is not None and counts.by_path:
        yield Paragraph((Words(PATHS["counted"]),))
        yield _costs(counts, len(ledger.lists))


def tensor_path_blocks(story: TensorStory, ledger: Ledger, level: int) -> Iterator[Block]:
    """The section on paths of a solution with tensors."""
    yield heading("paths", level)
    yield Paragraph((Words(PATHS["what of tensors"]),))
    yield from _Teller(ledger, story.notation, story.style, laid_out=story.gradient_value).tables()
    if story.problem.round_to is not None and ledger.accounts:
        yield Remark((Words(PATHS["rounded"]),))
    entries = [_entries(story.problem.shapes[paths.start]) for paths in ledger.lists]
    count = sum(n for n in entries if n is not None)
    if None not in entries and count > 1:
        yield Paragraph((Words(PATHS["passes of tensors"].format(count=grouped(count))),))


def _local_gradients(derivation: Derivation) -> Iterator[LocalGradient]:
    for uses in derivation.uses.values():
        yield from uses


def _entries(shape: Shape) -> int | None:
    """How many entries a tensor has; None where a size is a letter."""
    count = 1
    for axis in shape:
        if not isinstance(axis, int):
            return None
        count *= axis
    return count


# --- the tables


@record
class _Teller:
    """Tells the paths of each name; `product` writes a path's product, None for tensors, which are `laid_out`."""

    ledger: Ledger
    notation: Notation
    style: Style
    product: Callable[[Path], MathNode] | None = None
    laid_out: Callable[[TensorValue], TensorValue] | None = None

    @property
    def kind(self) -> str:
        return "" if self.product is not None else " of tensors"

    def tables(self) -> Iterator[Block]:
        accounts = self.ledger.accounts or (None,) * len(self.ledger.lists)
        shows_per_edge = False
        for paths, account in zip(self.ledger.lists, accounts, strict=True):
            yield self.lead(paths)
            if not paths.count:
                continue
            shows = account is not None and _has_lengths(paths)
            shows_per_edge |= shows
            yield self.table(paths, account, shows)
            if account is not None and account.growth is not None:
                yield self.growth(account.growth)
        if shows_per_edge:
            yield Remark((Words(PATHS["per edge" + self.kind]),))

    def lead(self, paths: PathList) -> Paragraph:
        """From w to loss: 3 paths, the shortest first."""
        loss = self.notation.derivation.graph.loss
        first, second, third, last = PATHS.pieces("from to")
        start = (
            Words(first), Strong(PATHS["from"]), Words(second), Math(Name(paths.start)), Words(third),
            Math(Name(loss)), Words(last),
        )  # fmt: skip
        return Paragraph(tuple(part for part in (*start, *self.count(paths)) if part != Words("")))

    def count(self, paths: PathList) -> Cell:
        if paths.count < 2:
            return (Words(PATHS["one" if paths.count else "none"]),)
        if paths.is_complete:
            key = "few by length" if _differ(paths) else "few"
            return (Words(PATHS[key].format(count=paths.count)),)
        key = "many by size" if self.ledger.is_by_size else "many by length" if _differ(paths) else "many"
        shown = str(len(paths.listed))
        if paths.count < _LARGEST_COUNT:
            return (Words(PATHS[key].format(count=grouped(paths.count), shown=shown)),)
        number = Rounded(Context(prec=60).create_decimal(Decimal(paths.count)), self.style.digits)
        before, after = PATHS.pieces(key, count=PATHS["about"], shown=shown)
        return Words(before), Math(number), Words(after)

    def table(self, paths: PathList, account: Account | None, shows_per_edge: bool) -> Table:
        shown = list(self.columns(account is not None, shows_per_edge))
        rows = []
        for position, path in enumerate(paths.listed):
            contribution = None if account is None else account.listed[position]
            rows.append(self.row(shown, path, contribution))
        if not paths.is_complete:
            rows.append(self.last(shown, (Words(PATHS["others"]),), None if account is None else account.rest))
        if len(shown) > len(_ALWAYS):
            total = words_cell(PATHS["total"])
            rows.append(self.last(shown, total, None if account is None else account.total, paths.start))
        return Table(tuple(words_cell(PATH_COLUMNS[key]) for key in shown), tuple(rows))

    def columns(self, has_numbers: bool, shows_per_edge: bool) -> Iterator[str]:
        yield from _ALWAYS
        if self.product is not None:
            yield "product"
        if has_numbers:
            yield from ("value",) if self.product is not None else ("contribution", "norm")
            if shows_per_edge:
                yield "per edge"

    def row(self, shown: list[str], path: Path, contribution: Contribution | None) -> tuple[Cell, ...]:
        cells: dict[str, Cell] = {"path": math_cell(_arrows(path)), "edges": words_cell(str(path.length))}
        if self.product is not None:
            cells["product"] = math_cell(self.product(path))
        if contribution is not None:
            value = self.value(contribution.product)
            sizes = self.value(contribution.size), self.value(contribution.per_edge)
            cells |= {"value": value, "contribution": value, "norm": sizes[0], "per edge": sizes[1]}
        return tuple(cells[key] for key in shown)

    def last(
        self, shown: list[str], name: Cell, value: Value | TensorValue | None, start: str | None = None
    ) -> tuple[Cell, ...]:
        """All others, or the total, which is the gradient by `start`."""
        cells = {"path": name, "product": words_cell("…" if value is None else "")}
        if start is not None:
            cells["product"] = math_cell(self.notation.adjoint(start))
        if value is not None:
            cells["value"] = cells["contribution"] = self.value(value)
        return tuple(cells.get(key, words_cell("")) for key in shown)

    def value(self, value: Value | TensorValue) -> Cell:
        """A number, with ≈ where it is rounded; of a large tensor the shape."""
        if isinstance(value, TensorValue):
            value = value if self.laid_out is None else self.laid_out(value)
            if not is_whole(value) or len(value.entries) > _MOST_ENTRIES:
                return math_cell(Reals(value.shape))
            return math_cell(shown_value(value, self.style))
        node = self.style.shown(value)
        return (Words(_NEARLY), Math(node)) if is_rounded(node) else math_cell(node)

    def growth(self, growth: Growth) -> Paragraph:
        """How the largest contribution changes with the length of the path."""
        near, far = (PATH_GROWTH["edge" if length == 1 else "edges"].format(count=length) for length in growth.lengths)
        factor = growth.per_edge.decimal
        verb = "grows" if factor > 1 else "shrinks" if factor < 1 else "changes"
        size = "norm" if self.kind else "absolute value"
        first, second, third, last = PATH_GROWTH.pieces(f"{size} {verb}", near=near, far=far)
        is_long = growth.lengths[1] - growth.lengths[0] >= _MANY_EDGES
        return Paragraph((
            Words(first), *self.value(growth.sizes[0]), Words(second), *self.value(growth.sizes[1]),
            Words(third), *self.value(growth.per_edge),
            Words(last + (PATH_FATES.get(verb, "") if is_long else "")),
        ))  # fmt: skip


def _differ(paths: PathList) -> bool:
    return len({path.length for path in (*paths.listed, *paths.ends)}) > 1


def _has_lengths(paths: PathList) -> bool:
    """Whether the lengths of the paths tell how fast their products shrink or grow."""
    return _differ(paths) or max(path.length for path in paths.listed) >= _FEWEST_EDGES


def _arrows(path: Path) -> MathNode:
    """w → z → … → loss"""
    names = path.names
    head, tail = _SHOWN_NAMES
    if _path_width((*names[:head], *names[-tail:])) > _PATH_WIDTH:
        head, tail = _SHOWN_LONG_NAMES
    is_short = len(names) <= _MOST_NAMES and _path_width(names) <= _PATH_WIDTH
    is_whole_path = is_short or len(names) <= head + tail
    links: list[MathNode] = list(map(Name, names if is_whole_path else names[:head]))
    if not is_whole_path:
        links += [Ellipsis(), *map(Name, names[-tail:])]
    return links[0] if len(links) == 1 else Chain(tuple(links), ("->",) * (len(links) - 1))


def _path_width(names: Sequence[str]) -> int:
    return sum(map(len, names)) + _BETWEEN * (len(names) - 1)


# --- a path's product


def _product(lines: Lines, local: dict[Edge, LocalGradient], path: Path) -> MathNode:
    """2s · 1 · x = 2 · (−1) · 1 · 1, from the loss back; of a long product the first and the last numbers alone."""
    edges = tuple(path.edges())
    if lines.first is None:
        return _abridged(edges, lambda edge: lines.numbers_in(lines.applicable(local[edge])), None)
    values = lines.first.local
    numbers = _abridged(edges, lambda edge: lines.style.shown(values[edge]), _NUMBERS_WIDTH)
    if len(edges) > _MOST_FACTORS:
        return numbers
    symbols = [lines.numbers_in(lines.applicable(local[edge])) for edge in edges]
    if _width(symbols) > _SYMBOLS_WIDTH:
        return numbers
    line = Line(times(symbols))
    is_plain = sum(map(size, symbols)) <= _LONGEST_FILLED
    line.add(times([lines.with_values(factor) or factor for factor in symbols]) if is_plain else numbers)
    return line.chain() if line.relations else line.links[0]


def _abridged(edges: Sequence[Edge], factor: Callable[[Edge], Expr], most: int | None) -> MathNode:
    """The product of the edges' factors, or its beginning and end where it has many or is wider than `most`."""
    if len(edges) <= _MOST_FACTORS:
        factors = list(map(factor, edges))
        if most is None or _width(factors) <= most:
            return times(factors)
    head, tail = _SHOWN_FACTORS
    if len(edges) <= head + tail:
        return times(list(map(factor, edges)))
    return times([*map(factor, edges[:head]), Ellipsis(), *map(factor, edges[-tail:])])


def _width(factors: Sequence[Expr]) -> int:
    """About how many characters a product takes."""
    widths = (f.digits + _BESIDE_DIGITS if isinstance(f, Rounded) else len(written(f)) for f in factors)
    return sum(widths) + _BETWEEN * (len(factors) - 1)


def _costs(counts: Multiplications, passes: int) -> Table:
    """How many multiplications each way of composing the local gradients takes."""
    rows = (
        (MODES["reverse"], counts.reverse),
        (MODES["forward" if passes == 1 else "forward passes"].format(count=grouped(passes)), counts.forward),
        (MODES["by path"], counts.by_path),
    )
    header = (words_cell(MODES["way"]), words_cell(MODES["multiplications"]))
    return Table(header, tuple((words_cell(name), _count_cell(count)) for name, count in rows))


def _count_cell(count: int) -> Cell:
    if count < _LARGEST_COUNT:
        return words_cell(grouped(count))
    return Words(_NEARLY), Math(Rounded(Context(prec=60).create_decimal(Decimal(count)), 4))
