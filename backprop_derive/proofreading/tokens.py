"""Tokens of written mathematics, the same whether it came as LaTeX or as text; and what its words may mean."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..ops.notation import Function
from ..ops.table import CALLABLE, LANGUAGE_OPERATIONS, operation
from ..records import record

RELATIONS = frozenset(("=", "≈", ":=", "<-", "->", "<", ">", "<=", ">=", "!=", "∈"))
# What is told of a matrix by rows or columns, and what only derived gradients are made of.
OF_TENSORS = frozenset(
    "rowsum rowmean rowvar rowstd colsum colmean colvar colstd onehot diag identity "
    "ones zeros ones_like zeros_like".split()
)
# Vectors and matrices though no argument of them is one.
MADE = frozenset("ones zeros identity ones_like zeros_like onehot".split())
# Among the names of a vocabulary, and no names: d is a sign, too; numbers below a name count from 0; 1{,}250 is 1.25,
# and semicolons stand between numbers.
D_DIFFERENTIATES, FROM_ZERO, DECIMAL_COMMA = "∂d", "_0", "{,}"
# The same for a dot that multiplies entry by entry, wherever it stands.
DOTS_ENTRIES = "·"
# Before the key of a name: numbers above it are no powers but count layers, z^1 and z^2.
COUNTED_ABOVE = "^"
# Longer ones are cut, so that hostile notes cost no more than others.
MOST_TOKENS = 4_000


class Token(NamedTuple):
    """A token and its offsets in the source.

    Kinds: `number`, `name` (its key), `func` (an operation), `D` (`d` or `partial`), `op`, `rel`, `frac`, `sqrt`,
    `sum`, `nabla`, `begin` and `end` (an environment), `row`, `amp`, `words`, `string`; `prose` and `junk` end a
    formula within a text, and `unread` is what no reading is known for.
    """

    kind: str
    text: str
    start: int
    end: int

    def at(self, *signs: str) -> bool:
        return self.kind == "op" and self.text in signs


class Unread(Exception):
    """A formula, or a part of it, that is not understood: why, and where."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@record
class Vocabulary:
    """What the words of a text mean: the names that are given or defined, and the functions defined by a formula.

    `tensors` are the names of vectors and matrices, side by side a matrix product.
    """

    names: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    tensors: frozenset[str] = frozenset()

    def knows(self, key: str) -> bool:
        return key in self.names

    @property
    def may_differentiate(self) -> bool:
        """Whether a d may be the sign of differentiation: none is a name, or the sign is asked for."""
        return not self.knows("d") or self.knows(D_DIFFERENTIATES)

    def with_sign(self) -> Vocabulary:
        """The same, with d for the sign of differentiation wherever it may be one, though it is a name too."""
        return Vocabulary(self.names | {D_DIFFERENTIATES}, self.functions, self.tensors)

    def counts_above(self, key: str) -> bool:
        """Whether a number above a name is part of the name: z^2, the weighted input of layer 2."""
        return self.knows(COUNTED_ABOVE + key)

    def with_dots(self) -> Vocabulary:
        """The same, with a dot between vectors or matrices for the product entry by entry."""
        return Vocabulary(self.names | {DOTS_ENTRIES}, self.functions, self.tensors)

    @property
    def counts_from_zero(self) -> bool:
        """Whether the first entry of a vector is v_0."""
        return self.knows(FROM_ZERO)

    def from_zero(self) -> Vocabulary:
        """The same for notes that count from 0 below a name."""
        return Vocabulary(self.names | {FROM_ZERO}, self.functions, self.tensors)


def entry_in(key: str, tensors: Container[str]) -> tuple[str, tuple[str, ...]] | None:
    """W and (1, 2) of W_1_2, W and (12,) of W_12, where W is a tensor and the rest are numbers; None for others."""
    parts = key.split("_")
    for k in range(len(parts) - 1, 0, -1):
        if not parts[k].isdecimal():
            return None
        stem = "_".join(parts[:k])
        if stem in tensors:
            return stem, tuple(parts[k:])
    return None


@lru_cache(maxsize=1)
def function_words() -> Mapping[tuple[str, str], str]:
    """Each operation by the word and the index that a printer or a user writes for it: ("log", "2") is log2."""
    words: dict[tuple[str, str], str] = {(spelling, ""): name for spelling, name in CALLABLE.items()}
    for op in LANGUAGE_OPERATIONS:
        if isinstance(op.shown, Function):
            words.setdefault((op.shown.name, op.shown.subscript), op.name)
            words.setdefault((op.shown.name.lower(), op.shown.subscript), op.name)
            words.setdefault((op.shown.name.replace(" ", ""), op.shown.subscript), op.name)
    words["sgn", ""] = "sign"
    words |= {(name, ""): name for name in OF_TENSORS}
    words["eye", ""] = "identity"
    return words


def is_known_function(name: str) -> bool:
    """Whether an operation of the table has this canonical name."""
    if name in OF_TENSORS:
        return True
    try:
        operation(name)
    except KeyError:
        return False
    return True
