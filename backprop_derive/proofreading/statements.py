"""Formulas into statements: chains of links with the relations between them, each link read by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from itertools import pairwise

from ..document import MathNode
from ..records import record
from ..syntax.names import canonical
from .displays import without_displays
from .formula import Formula
from .latex_tokens import has_decimal_comma, latex_tokens
from .parser import Parser
from .sentences import unread
from .text_tokens import text_tokens
from .tokens import COUNTED_ABOVE, DECIMAL_COMMA, DOTS_ENTRIES, MOST_TOKENS, Token, Unread, Vocabulary

_MOST_LINKS = 1_000
_MOST_PLACES = 4
_CLAIMS = frozenset(("=", "≈", ":=", "<-", "!=", "<", ">", "<=", ">=", "∈", "->"))
_OPENS, _CLOSES = frozenset("([{⦃⟨⌊"), frozenset(")]}⦄⟩⌋")
_ENDS = (".", ":", "!", "?", ",", ";")


@record
class Link:
    """One side of a relation: its tree, or why it has none, and where it stands in its formula."""

    node: MathNode | None
    start: int
    end: int
    reason: str = ""
    places: dict[int, int] = field(default_factory=dict, compare=False, repr=False)
    kept: tuple[MathNode, ...] = field(default=(), compare=False, repr=False)


Chain = tuple[tuple[Link, ...], tuple[str, ...]]  # links and the relations between them
Heads = tuple[frozenset[str], frozenset[str], frozenset[str]]  # names, functions, and names that are no power's base


@record
class Statement:
    """links[0] R1 links[1] R2 …, as it stands in a formula."""

    formula: Formula
    links: tuple[Link, ...]
    relations: tuple[str, ...]

    @property
    def place(self) -> tuple[str, int]:
        """Where it begins: the name of its source, and the offset."""
        return self.formula.source.name, self.start

    @property
    def start(self) -> int:
        """Where it begins in its source."""
        return self.formula.start + self.links[0].start

    @property
    def block(self) -> tuple[str, int]:
        """The paragraph that it stands in."""
        return self.formula.source.name, self.formula.block

    @property
    def lead(self) -> str:
        """What stands before it: in a text, with what was stated there; else the words before the formula."""
        formula = self.formula
        if formula.kind != "text":
            return formula.lead
        return formula.source.text[max(formula.start, self.start - 400) : self.start]

    @property
    def text(self) -> str:
        return shown(self.formula, self.links[0].start, self.links[-1].end)

    def span(self, link: Link) -> tuple[int, int]:
        """Where a link begins and ends in the source."""
        return self.formula.start + link.start, self.formula.start + link.end

    def link_text(self, link: Link) -> str:
        return shown(self.formula, link.start, link.end)


def shown(formula: Formula, start: int, end: int) -> str:
    """A stretch of a formula on one line."""
    return " ".join(formula.source.text[formula.start + start : formula.start + end].split())


def chains_in(kind: str, text: str, vocabulary: Vocabulary) -> Iterator[Chain]:
    """What a formula states: of a list one chain for each item, of a text one for each stretch without words."""
    if not _may_relate(kind, text):
        return
    try:
        tokens = _tokens(kind, text, vocabulary)
    except Unread as error:
        if _CLAIMS_SOMETHING.search(text) is not None:
            yield (Link(None, 0, len(text), error.reason),), ()
        return
    for part in _stretches(tokens):
        for item in _items(part):
            chain = _chain(kind, item, vocabulary)
            if chain is not None:
                yield chain


_CLAIMS_SOMETHING = re.compile(r"[=≈]|\\approx|\\leftarrow|\\refused\{\}")
_SIGN = re.compile(r"[=≈≔<>←→≤≥≠∈]")


def _may_relate(kind: str, text: str) -> bool:
    """Whether a relation may stand in a formula; most of the text between formulas has none."""
    return kind == "latex" or _SIGN.search(text) is not None


def _tokens(kind: str, text: str, vocabulary: Vocabulary) -> list[Token]:
    if kind == "latex":
        return without_displays(latex_tokens(text, 0, len(text), vocabulary))
    return text_tokens(text, 0, len(text), vocabulary)


def _stretches(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between words."""
    part: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.kind == "begin" or token.at("⦃")) - (token.kind == "end" or token.at("⦄"))
        if token.kind in ("prose", "junk") or (token.kind == "words" and depth <= 0):
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The parts between commas, behind "with η = 0.1:", and the rows of a display.

    A row that begins with a relation goes on with the one above.
    """
    item: list[Token] = []
    depth = 0
    for k, token in enumerate(tokens):
        depth += _depth(token)
        is_end = token.at(",", ";") or (token.at(":") and any(before.kind == "rel" for before in item))
        if depth > 0 or not (is_end or token.kind in ("row", "amp")):
            item.append(token)
        elif token.kind == "row":
            following = next((t for t in tokens[k + 1 :] if t.kind != "amp"), None)
            if following is not None and not (following.kind == "rel" or following.at("+", "-", "*", "·")):
                yield item
                item = []
        elif token.kind != "amp" and not _is_held(tokens, k):
            yield item
            item = []
        elif token.kind != "amp":
            item.append(token)
    yield item


def _is_held(tokens: Sequence[Token], comma: int) -> bool:
    """Whether a comma parts the names behind the bar of a derivative: ∂L/∂x|a, b."""
    k = comma - 1
    while k > 0 and (tokens[k].kind == "name" or tokens[k].at(",")):
        k -= 1
    return k > 1 and tokens[k].at("|") and tokens[k - 1].end == tokens[k].start and tokens[k - 2].kind == "D"


def _depth(token: Token) -> int:
    if token.kind in ("begin", "end"):
        return 1 if token.kind == "begin" else -1
    return (token.kind == "op" and token.text in _OPENS) - (token.kind == "op" and token.text in _CLOSES)


def _chain(kind: str, tokens: list[Token], vocabulary: Vocabulary) -> Chain | None:
    while tokens and tokens[-1].at(*_ENDS):
        tokens.pop()
    while tokens and tokens[0].at(*_ENDS):
        tokens.pop(0)
    tokens = _without_parentheses(tokens)
    if kind == "text":
        tokens = _unlabelled(tokens)
    parts: list[list[Token]] = [[]]
    relations: list[str] = []
    depth = 0
    for token in tokens:
        depth += _depth(token)
        if token.kind == "rel" and depth <= 0:
            relations.append(token.text)
            parts.append([])
        else:
            parts[-1].append(token)
    if not any(sign in _CLAIMS for sign in relations):
        return None
    if (kind == "text" and not (parts[0] and parts[-1])) or not any(parts):
        return None  # words stand where a side of it would be
    if len(parts) > _MOST_LINKS:
        return (Link(None, tokens[0].start, tokens[-1].end, unread("chain")),), ()
    vocabulary = _without_letters(tokens, vocabulary)
    links = tuple(_link(part, vocabulary, tokens) for part in parts)
    return links, tuple(relations)


def _without_parentheses(tokens: list[Token]) -> list[Token]:
    """What stands in parentheses with a relation in it, (η = 0.5), is a statement."""
    if len(tokens) > 2 and tokens[0].at("(") and tokens[-1].at(")"):
        depth, is_related = 0, False
        for token in tokens[1:-1]:
            depth += _depth(token)
            if depth < 0:
                return tokens
            is_related = is_related or (token.kind == "rel" and depth == 0)
        return tokens[1:-1] if is_related and depth == 0 else tokens
    return tokens


def _unlabelled(tokens: list[Token]) -> list[Token]:
    """Without what ends in a colon before the first relation: "summed over the entries of A: S = …"."""
    depth = 0
    for k, token in enumerate(tokens):
        depth += _depth(token)
        if token.kind == "rel":
            break
        if token.at(":") and depth <= 0:
            return tokens[k + 1 :]
    return tokens


def _without_letters(tokens: Sequence[Token], vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary without the letters that stand for any function here: g where g′ is spoken of."""
    primed = {t.text for t in tokens if t.kind == "name" and t.text.endswith("'") and not vocabulary.knows(t.text)}
    letters = {key.rstrip("'") for key in primed}
    return replace(vocabulary, names=vocabulary.names - letters) if letters else vocabulary


def _link(tokens: list[Token], vocabulary: Vocabulary, around: list[Token]) -> Link:
    if not tokens:
        return Link(None, around[0].start, around[-1].end, unread("side"))
    start, end = tokens[0].start, tokens[-1].end
    if len(tokens) > MOST_TOKENS:
        return Link(None, start, end, unread("long"))
    parser = Parser(tokens, vocabulary, end)
    try:
        node = parser.whole()
    except Unread as error:
        return Link(None, start, end, error.reason)
    return Link(node, start, end, "", parser.places, tuple(parser.kept))


# --- what the words of a text mean

# Words of prose before an equals sign.
_NO_NAMES = frozenset(
    "is are was be of it and or to by with the where so that gives get gets thus hence then because since for at we"
    " have has as in on only about than becomes equals yields find answer given let total all others".split()
)
_HEAD = re.compile(
    r"(?:^|[\n,;:.)]|(?<=\w)[ \t])[ \t]*(?P<name>[^\W\d_][\w\u0300-\u036f]*['′]*\^?)[ \t]*(?:=(?!=)|≈|:=|≔|←|<-)",
    re.MULTILINE,
)


_END = Token("end", "", 0, 0)
_CONSTANTS = frozenset(("e", "pi"))
_PRIME = re.compile("['′″‴’]")


def heads_in(kind: str, text: str) -> Heads:
    """The names that a formula defines, found by what stands before an equals sign; functions, and names in it."""
    names: set[str] = set()
    functions: set[str] = set()
    if not _may_relate(kind, text) and _PRIME.search(text) is None:
        return frozenset(), frozenset(), frozenset()
    if kind == "text":
        names.update(_typed_heads(text))
    elif has_decimal_comma(text):
        names.add(DECIMAL_COMMA)
    try:
        tokens = _tokens(kind, text, Vocabulary(frozenset((DECIMAL_COMMA,))))
    except Unread:
        return frozenset(names), frozenset(), frozenset()
    functions.update(_differentiated(tokens))
    for part in _stretches(tokens):
        for item in _items(part):
            _head(item, names, functions)
    alone = {token.text for token, after in pairwise([*tokens, _END]) if token.kind == "name" and not after.at("^")}
    return frozenset(names), frozenset(functions), frozenset(alone)


def vocabulary_by(heads: Iterable[Heads], known: Iterable[str] = ()) -> Vocabulary:
    """The vocabulary of what formulas define; `known` are names that are defined beforehand."""
    names: set[str] = set(known)
    functions: set[str] = set()
    alone: set[str] = set()
    for more_names, more_functions, more_alone in heads:
        names |= more_names
        functions |= more_functions
        alone |= more_alone
    names = _layers_told(names, alone)
    plain = {n for n in names if not _is_gradient(n, names)}
    singles = {n for n in plain if len(n) > 2 or not (n.isalpha() and len(n) == 2 and set(n) <= plain)}
    return Vocabulary(frozenset(singles), frozenset(functions))


def _layers_told(names: set[str], alone: set[str]) -> set[str]:
    """The names, with those that have a number above them where it counts layers: z^1 and z^2.

    It does where there is a first one, and where nothing is called z by itself: no name that is defined, and where
    there is but one number, no name that is used.
    """
    told = {name for name in names if COUNTED_ABOVE in name}
    if not told:
        return names
    numbers: dict[str, set[str]] = {}
    for name in told:
        stem, _, number = name.partition(COUNTED_ABOVE)
        numbers.setdefault(stem, set()).add(number)
    found = names - told
    for stem, above in numbers.items():
        if "1" in above or (stem not in names and (len(above) > 1 or stem not in alone)):
            found |= {COUNTED_ABOVE + stem, *(f"{stem}_layer{number}" for number in above)}
    return found


def _differentiated(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters that stand for functions, since a prime and an argument follow them: A′(B(x))."""
    for token, following in pairwise(tokens):
        stem = token.text.rstrip("'")
        if token.kind == "name" and len(stem) == 1 and stem != token.text and following.at("("):
            yield stem


def _is_gradient(name: str, names: Collection[str]) -> bool:
    """Whether a name is how the gradient by another one, or by an entry of it, is called: dw, δ_z, dW_ij."""
    by = name.removeprefix("delta_") if name.startswith("delta_") else name[1:] if name[0] == "d" else ""
    by = canonical(by) if by else by  # dα of alpha
    stem, _, places = by.rpartition("_")
    return by in names or (stem in names and places.isalnum() and len(places) <= _MOST_PLACES)


def _typed_heads(text: str) -> Iterator[str]:
    for match in _HEAD.finditer(text):
        name = match["name"]
        if name.lower() in _NO_NAMES and not _is_given(text, match):
            continue
        yield f"delta_{canonical(name[2:])}" if name.startswith("δ_") and len(name) > 2 else canonical(name)


def _is_given(text: str, match: re.Match[str]) -> bool:
    """Whether a word of prose is a name nevertheless: among givens, before a number, or alone where a line begins."""
    if text[: match.start("name")].strip() == "":
        return True
    is_value = re.match(r"\s*[-−]?[\d.\[]", text[match.end() :]) is not None
    return is_value and re.match(r"\s*given\b", text, re.IGNORECASE) is not None


def _head(item: Sequence[Token], names: set[str], functions: set[str]) -> None:
    """The name on the left of a statement, `loss = …`, or the function, `f(x) = …`."""
    head: list[Token] = []
    for token in item:
        if token.kind == "rel":
            break
        head.append(token)
    else:
        return
    if not head or head[0].kind != "name":
        return
    if len(head) == 1:
        names.add(head[0].text)
    elif len(head) == 2 and head[1].kind == "name" and head[0].end == head[1].start:
        names.add(head[0].text + head[1].text)
    elif head[1].at("^") and (number := _number_above(head[2:])) is not None and head[0].text not in _CONSTANTS:
        names.add(f"{head[0].text}{COUNTED_ABOVE}{number}")
    elif head[1].at("(") and head[-1].at(")") and all(t.kind == "name" or t.at(",") for t in head[2:-1]):
        functions.add(head[0].text)


def _number_above(tokens: Sequence[Token]) -> str | None:
    """The whole number that is all of an exponent."""
    inner = [token for token in tokens if not token.at("{", "}")]
    return inner[0].text if len(inner) == 1 and inner[0].kind == "number" and inner[0].text.isdecimal() else None


def with_names(vocabulary: Vocabulary, more: Iterable[str]) -> Vocabulary:
    """The vocabulary with more names, by which others turn out to be gradients."""
    names = vocabulary.names | frozenset(more)
    return replace(vocabulary, names=frozenset(name for name in names if not _is_gradient(name, names)))


def with_tensors(
    vocabulary: Vocabulary,
    tensors: frozenset[str],
    defined: frozenset[str],
    numbered: frozenset[str],
    unknown: frozenset[str] = frozenset(),
) -> Vocabulary:
    """The vocabulary with vectors and matrices; what is no name of its own but an entry of one is no name.

    `numbered` are such entries by numbers, W_12.
    """
    entries = numbered | {
        key for key in vocabulary.names - defined
        if "_" in key and key.rsplit("_", 1)[0] in tensors and key.rsplit("_", 1)[1].isalnum()
    }  # fmt: skip
    entries |= {key for key in vocabulary.names - defined if key.startswith("delta_") and len(key) == len("delta_ij")}
    heads = {key for key in vocabulary.names if "_" in key and key.rsplit("_", 1)[0] in tensors - defined}
    dotted = {DOTS_ENTRIES + key for key in unknown}
    return replace(vocabulary, names=vocabulary.names - entries - heads | dotted, tensors=tensors)
