"""A worked solution as a tree of typed blocks, with mathematics as expression trees.

A format prints these blocks and decides nothing: every word, sign and order is settled when a Document is made.
"""

from __future__ import annotations

from .records import record
from .syntax.expression import Expr, Name

# --- mathematics beyond the expressions of the language --------------------------------------------------


@record
class Derivative:
    """d(of)/d(by). `sign` is `d` or `partial`; `held` names what is held fixed where a bar must say so."""

    of: MathNode
    by: Expr
    sign: str = "partial"
    held: tuple[Expr, ...] = ()


@record
class Differential:
    """A prefixed name that stands for a gradient: `dw` (sign `d`), δ_z (`delta`), ∇_w L (`nabla`, with `of`)."""

    sign: str
    by: Expr
    of: Expr | None = None


@record
class SecondDerivative:
    """d²(of)/d(by[0])d(by[1]), written as a square where both are one; `sign` and `held` as in `Derivative`."""

    of: MathNode
    by: tuple[Expr, Expr]
    sign: str = "partial"
    held: tuple[Expr, ...] = ()


@record
class Tangent:
    """ẏ: how a name changes with what forward mode has seeded."""

    of: Name


@record
class Chain:
    """links[0] R1 links[1] R2 …: one more link than relations, which are `=`, `≈`, `:=` or, along a path, `->`."""

    links: tuple[MathNode, ...]
    relations: tuple[str, ...]


@record
class Times:
    """Factors joined by an explicit dot: the product of a chain rule."""

    factors: tuple[MathNode, ...]


@record
class Plus:
    """Terms joined by plus: the sum over paths."""

    terms: tuple[MathNode, ...]


@record
class Minus:
    """left - right: the right side of an update rule."""

    left: MathNode
    right: MathNode


@record
class Listing:
    """Several formulas side by side, separated by commas: the givens."""

    items: tuple[MathNode, ...]


@record
class Applied:
    """A function by its name, as general rules are stated: g′(h(x)) is Applied("g", (Applied("h", (x,)),), 1)."""

    function: str
    arguments: tuple[MathNode, ...]
    primes: int = 0


@record
class Entry:
    """An entry of a tensor, by indices below its name: W_{ij}; of an adjoint, ∂L/∂W_{ij}."""

    of: MathNode
    places: tuple[Expr, ...]


@record
class Entrywise:
    """Factors multiplied entry by entry: A ⊙ B."""

    factors: tuple[MathNode, ...]


@record
class Reals:
    """The set of all real tensors of a shape: ℝ^{n×3}."""

    shape: tuple[int | str, ...]


@record
class Indicator:
    """A condition as a number, 1 where it holds and 0 elsewhere: [Z > 0]."""

    condition: Expr


@record
class Ellipsis:
    """Entries left out: …"""


@record
class Blank:
    """Room to write a formula into by hand: a line of so many ems, the space above it so many lines high.

    Of 0 lines it is as high as a line of print, for places that have room around them.
    """

    width: int
    lines: int = 1

    @property
    def height(self) -> float:
        """In ems; a line by hand, with a fraction in it, is as high as two and a half lines of print."""
        return 2.6 * self.lines or 1


MathNode = (
    Expr
    | Derivative
    | Differential
    | SecondDerivative
    | Tangent
    | Chain
    | Times
    | Plus
    | Minus
    | Listing
    | Applied
    | Entry
    | Entrywise
    | Reals
    | Indicator
    | Ellipsis
    | Blank
)

# --- inlines --------------------------------------------------------------------------------------------


@record
class Words:
    """Plain text. Whatever a user wrote stands here and in `CodeBlock`, never as markup."""

    text: str


@record
class Strong:
    """Emphasised text."""

    text: str


@record
class Math:
    """An inline formula; `large` asks for full-size fractions."""

    node: MathNode
    large: bool = False


@record
class Code:
    """Code within a line."""

    text: str


Inline = Words | Strong | Math | Code

# --- blocks ---------------------------------------------------------------------------------------------


@record
class Heading:
    """A heading; level 1 is the document's title."""

    level: int
    content: tuple[Inline, ...]


@record
class Paragraph:
    """A paragraph."""

    content: tuple[Inline, ...]


@record
class Item:
    """An entry of a list; `notes` are paragraphs set below it (a named rule, a remark)."""

    content: tuple[Inline, ...]
    notes: tuple[tuple[Inline, ...], ...] = ()


@record
class ListBlock:
    """A list; an `ordered` one is numbered from `start`."""

    items: tuple[Item, ...]
    ordered: bool = True
    start: int = 1


@record
class Remark:
    """A remark on a convention taken, a rounding or an unusual answer, set apart from the run of the solution."""

    content: tuple[Inline, ...]


@record
class Equation:
    """A displayed formula."""

    node: MathNode


@record
class Table:
    """A table; every cell is a sequence of inlines, every row as long as the header."""

    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


@record
class CodeBlock:
    """Lines of code in a language, or (`language` empty) what a program printed."""

    text: str
    language: str = ""


@record
class Squares:
    """A code to scan: rows of `0` and `1`, where 1 is a dark square. `text` is what a scanner reads in it."""

    rows: tuple[str, ...]
    text: str


@record
class SheetHead:
    """The head of a printed sheet: its title, what is to be filled in, and to the right its name with a code of it.

    Where it starts a page, this and the following ones are numbered by themselves and carry the name.
    """

    title: tuple[Inline, ...]
    fields: tuple[Inline, ...]
    name: str
    code: Squares | None = None
    starts_page: bool = True


@record
class Room:
    """Empty space for so many lines of writing by hand, in a frame or not."""

    lines: int
    framed: bool = False


@record
class PageBreak:
    """What follows begins on a new page, where a format has pages."""


# --- pictures -------------------------------------------------------------------------------------------


@record
class PictureNode:
    """A name in the picture of a graph, or a group of names that are drawn as one.

    `kind` is `given`, `step`, `loss` or `group`; a group has `count` names in it. `name` is what it is called,
    `formula` what it is computed by, `value` its value and `adjoint` the gradient by it. Of a tensor that is too large
    to be shown, `shape` and `adjoint_shape` stand in their places. `units` is how many entries the last axis of a
    tensor has, 0 for a number. Of a node that `is_open`, value and adjoint are set as matrices, a row a line.
    """

    key: str
    kind: str
    name: MathNode
    formula: MathNode | None = None
    value: MathNode | None = None
    adjoint: MathNode | None = None
    shape: tuple[int | str, ...] = ()
    adjoint_shape: tuple[int | str, ...] = ()
    is_on_path: bool = False
    is_wanted: bool = False
    units: int = 0
    count: int = 1
    is_open: bool = False


@record
class PictureEdge:
    """From an operand to the step that uses it, with the local gradient where the edge is on a path."""

    source: str
    target: str
    local: MathNode | None = None
    is_on_path: bool = False


@record
class PictureBand:
    """Nodes that are framed together: the steps of one layer of a net."""

    name: str
    members: tuple[str, ...]


@record
class Picture:
    """A graph as it is to be drawn, its nodes in topological order; no edge goes from a band to one before it."""

    title: str
    nodes: tuple[PictureNode, ...]
    edges: tuple[PictureEdge, ...]
    literal_names: frozenset[str] = frozenset()
    bands: tuple[PictureBand, ...] = ()


@record
class Figure:
    """A picture with its caption."""

    picture: Picture
    caption: tuple[Inline, ...]


Block = Heading | Paragraph | ListBlock | Remark | Equation | Table | CodeBlock | SheetHead | Room | PageBreak | Figure


@record
class Document:
    """Title (plain text), language tag, and blocks. `literal_names`: keys that notation must set as typed."""

    title: str
    blocks: tuple[Block, ...]
    language: str = "en"
    literal_names: frozenset[str] = frozenset()
