"""Mathematics as it is typed or printed on a line of text, as tokens; words of prose end a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..syntax.names import GREEK_NAME, canonical
from .tokens import MOST_TOKENS, Token, Vocabulary, entry_in, function_words

_LETTER = r"[^\W\d_²³¹⁰-⁹₀-₉¼-¾⅐-⅞↉ªºⁱⁿᵀ∂∇Σ√ℝ]"
_MARKS = "\u0300-\u036f"
_TOKEN = re.compile(
    rf"""
      (?P<newline>\n)
    | (?P<space>[ \t\r\u00a0]+)
    | (?P<number>(?:[0-9]+(?:\.(?:[0-9]+|(?![^\W\d])))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[¼-¾⅐-⅞])
    | (?P<nabla>∇_)
    | (?P<name>{_LETTER}(?:{_LETTER}|[0-9₀-₉_{_MARKS}'′″‴’])*)
    | (?P<super>⁻?[⁰¹²³⁴-⁹]+)
    | (?P<raised>⁻?ᵀ|ⁿ|ⁱ)
    | (?P<D>∂)
    | (?P<rel>:=|≔|<-|←|->|→|<=|>=|==|!=|≤|≥|≠|=|≈|~=|<|>|∈)
    | (?P<unread>…|⋮|⋱|\.{{3}})
    | (?P<op>\*\*|\\\*\\?\*|\\\*\s?\*?|[-+*/^@()\[\]{{}},|.:;·×⋅∙−÷‖⌊⌋⊙])
    | (?P<sqrt>√)
    | (?P<sum>Σ_?)
    | (?P<reals>ℝ)
    | (?P<indicator>𝟙)
    """,
    re.VERBOSE,
)
_SUBSCRIPTS = re.compile(r"[\"']?[A-Za-z.]+(?:,[A-Za-z.]+)*->[A-Za-z.]*[\"']?")
_SIGNS = {"×": "*", "⋅": "·", "∙": "·", "−": "-", "÷": "/", "**": "^"}
_RELATIONS = {"≔": ":=", "←": "<-", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "~=": "≈"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_INDEX = re.compile(r"\{([0-9A-Za-z]{1,8}(?:, ?[0-9A-Za-z]{1,8})*)\}")
_NUMBER_ABOVE = re.compile(r"\^(?:[0-9]{1,3}|\{[0-9]{1,3}\})(?![.\w])|[⁰¹²³⁴-⁹]{1,3}")
_NEED_MORE = (",", "+", "-", "*", "·", "/", "@", "⊙", "(")
_CASE_WORDS = frozenset(("if", "otherwise"))
# Signs with which a line goes on that was begun above; a hyphen there is a bullet.
GOES_ON = re.compile(r"[ \t>]*(?:=(?!=)|≈|≔|←|→|∈|[+−·⊙@](?=\s))")


def text_tokens(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of text[start:end]; what cannot belong to a formula is `prose` or `junk`."""
    return _Lexer(text, start, end, vocabulary).tokens()


_LONGEST_PRODUCT = 24
# Words that are no products of o and f where no sign stands before them.
_PROSE = frozenset("an as at be by do for if in is it no of on or so the to we with and".split())
_LONGEST_OVER = 400
_ROOT_OVER = re.compile(r"√\w+\s?/\s?[d∂]")
_BELOW = re.compile(r"(?:[²³¹⁰⁴-⁹ⁿ]+|(?:\^|\*\*)\w+)?\s?/\s?[d∂]")


def _splits(word: str, vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    """The ways to take a word apart into names that are known, two at most."""
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
    for stop in range(1, len(word) + 1):
        for start in range(stop):
            part = word[start:stop]
            is_whole = not part[0].isdigit() and not word[stop : stop + 1].isdigit()  # a digit belongs to its name
            if ways[start] and is_whole and vocabulary.knows(canonical(part)):
                ways[stop] = (ways[stop] + [(*way, part) for way in ways[start]])[:2]
    yield from ways[-1]


class _Lexer:
    def __init__(self, text: str, start: int, end: int, vocabulary: Vocabulary) -> None:
        self.text, self.start, self.end = text, start, end
        self.vocabulary = vocabulary
        self.found: list[Token] = []
        self.braces = 0
        self.brackets = 0

    def tokens(self) -> list[Token]:
        position = self.start
        while position < self.end and len(self.found) <= MOST_TOKENS * 25:
            if len(self.found) > 1 and self.found[-2].text == "einsum" and self.found[-1].at("("):
                position = self.string(position)
            match = _TOKEN.match(self.text, position, self.end)
            if match is None:
                self.add("junk", self.text[position], position, position + 1)
                position += 1
                continue
            kind, spelled, stop = match.lastgroup or "", match[0], match.end()
            if kind == "name":
                spelled, stop = self.indexed(spelled, stop)
                stop = self.layer(spelled, position, stop) or self.word(spelled, position, stop)
            elif kind == "newline":
                self.newline(position, stop)
            elif kind == "space":
                self.space(spelled, position, stop)
            else:
                self.simple(kind, spelled, position, stop)
            position = stop
        return self.found

    def string(self, position: int) -> int:
        """The subscripts of an einsum, ij,jk->ik, which are no formula; gives where they end."""
        match = _SUBSCRIPTS.match(self.text, position, self.end)
        if match is None:
            return position
        self.add("string", match[0].strip("\"'"), position, match.end())
        return match.end()

    def add(self, kind: str, text: str, start: int, stop: int) -> None:
        self.found.append(Token(kind, text, start, stop))

    def newline(self, position: int, stop: int) -> None:
        """A line that begins with a sign goes on with the one above, and so does what follows a comma or a sign.

        So does what stands in brackets or braces that are open.
        """
        last = self.found[-1] if self.found else None
        is_open = last is not None and (last.kind == "rel" or last.at(*_NEED_MORE) or self.brackets + self.braces > 0)
        if not is_open and GOES_ON.match(self.text, stop, self.end) is None:
            self.add("junk", "\n", position, stop)
            self.brackets = self.braces = 0

    def space(self, spelled: str, position: int, stop: int) -> None:
        """A gap within a line parts columns, unless what follows it goes on with a formula."""
        last = self.found[-1] if self.found else None
        is_indented = self.text[max(position - 1, self.start) : position] in ("\n", "")
        if len(spelled) < 3 or last is None or last.kind in ("rel", "junk") or is_indented:
            return
        if GOES_ON.match(self.text, stop, self.end) is None and self.text[stop : stop + 1] not in ("", "\n"):
            self.add("junk", " ", position, stop)

    def simple(self, kind: str, spelled: str, start: int, stop: int) -> None:
        if kind == "super":
            self.add("op", "^", start, start)
            self.add("number", spelled.translate(_SUPERSCRIPTS), start, stop)
        elif kind == "raised":
            self.add("op", "^", start, start)
            self.raised(spelled, start, stop)
        elif kind == "rel":
            self.add("rel", _RELATIONS.get(spelled, spelled), start, stop)
        elif kind == "D":
            self.add("D", "partial", start, stop)
        elif kind == "op" and spelled.startswith("\\"):
            self.add("op", "^" if spelled.count("*") == 2 else "*", start, stop)
        elif kind == "op":
            self.brackets = max(0, self.brackets + (spelled == "[") - (spelled == "]"))
            self.braces += (spelled == "{") - (spelled == "}")
            signs = {"{": "⦃", "}": "⦄"} if spelled in "{}" else _SIGNS
            self.add("op", signs.get(spelled, spelled), start, stop)
        elif kind == "unread":
            self.add(kind, "…", start, stop)
        else:
            self.add(kind, spelled, start, stop)

    def raised(self, spelled: str, start: int, stop: int) -> None:
        if spelled.endswith("ᵀ"):
            self.add("op", "T" if spelled == "ᵀ" else "⁻T", start, stop)
        else:
            self.add("name", "n" if spelled == "ⁿ" else "i", start, stop)

    # --- words

    def indexed(self, word: str, stop: int) -> tuple[str, int]:
        """A word with the index in braces behind it, W_{12}, spelled without them; and where it ends."""
        match = _INDEX.match(self.text, stop, self.end) if word[-1] == "_" and len(word) > 1 else None
        if match is None:
            return word, stop
        return word + "_".join(match[1].replace(",", " ").split()), match.end()

    def layer(self, word: str, start: int, stop: int) -> int | None:
        """Take a name with its layer above it, z^2, in notes that count layers so; gives where it ends."""
        key = canonical(word)
        match = _NUMBER_ABOVE.match(self.text, stop, self.end) if self.vocabulary.counts_above(key) else None
        if match is None:
            return None
        self.add("name", f"{key}_layer{match[0].strip('^{}').translate(_SUPERSCRIPTS)}", start, match.end())
        return match.end()

    def entry(self, key: str, start: int, stop: int) -> bool:
        """Take a name for the entry of a vector or a matrix, W_12, where it is one."""
        found = entry_in(key, self.vocabulary.tensors)
        if found is None:
            return False
        stem, places = found
        self.add("name", stem, start, stop)
        self.add("op", "_", stop, stop)
        for k, place in enumerate(places):
            self.add("op", "," if k else "{", stop, stop)
            self.add("number", place, stop, stop)
        self.add("op", "}", stop, stop)
        return True

    def word(self, word: str, start: int, stop: int) -> int:
        """A word as a name, a function, the d of a derivative and what it is of, or prose; gives where it ends."""
        knows = self.vocabulary.knows
        if self.braces and word in _CASE_WORDS:
            self.add("words", word, start, stop)
            return stop
        key, after = self.hatted(word, stop)
        if word.startswith("δ_") and len(word) > 2:
            key = "delta_" + canonical(word[2:])
            self.add("name", key, start, stop)
            return stop
        if knows(key) and not (word == "d" and self.vocabulary.may_differentiate and self.is_over_d(stop)):
            self.add("name", key, start, after)
            return after
        if self.entry(key, start, stop):
            return stop
        opens = self.text[stop : stop + 1] == "("
        if (word == "None" and self.brackets) or (word == "ones" and self.text[stop : stop + 1] == "ᵀ"):
            self.add("name", "1" if word == "ones" else word, start, stop)
            return stop
        if word in ("true", "false") and len(self.found) > 1 and self.found[-2].text == "keepdims":
            self.add("name", word, start, stop)
            return stop
        if opens and (word, "") in function_words():
            self.add("func", function_words()[word, ""], start, stop)
            return stop
        indexed = tuple(canonical(word).split("_", 1))
        if opens and len(indexed) == 2 and indexed in function_words():
            self.add("func", function_words()[indexed], start, stop)
            return stop
        if word[0] == "d" and self.is_differential(word, start, stop):
            self.add("D", "d", start, start + 1)
            if word[1:].isdigit():  # d2^x
                self.add("number", word[1:], start + 1, stop)
                return stop
            return self.word(word[1:], start + 1, stop) if len(word) > 1 else stop
        if self.side_by_side(word, start, stop) or (opens and self.before_function(word, start, stop)):
            return stop
        is_name = len(word) == 1 or not word.isalpha() or word[0] in GREEK_NAME or canonical(word) != word
        is_name = is_name and not ("_" in word and not opens and (word, "") in function_words())  # leaky_relu
        if is_name and word not in ("a", "I") and not (word.endswith(("'", "’")) and len(word) > 3):
            self.add("name", canonical(word), start, stop)
        elif word in ("a", "I") and self.is_operand(start, stop):
            self.add("name", word, start, stop)
        else:
            # A word right before a parenthesis is a function, if one that is not known.
            self.add("unread" if opens else "words" if self.braces else "prose", word, start, stop)
        return stop

    def side_by_side(self, word: str, start: int, stop: int) -> bool:
        """Take a word for a product of known names, xw or w1x1, where it stands among signs and has one reading."""
        if not 1 < len(word) <= _LONGEST_PRODUCT:
            return False
        before = self.text[max(self.start, start - 3) : start]
        if word in _PROSE and re.search(r"[-+*/^=≈·−(|<>√]\s*$", before) is None:
            return False  # "a factor of ≈ 2"
        is_factor = self.is_operand(start, stop) or self.text[max(self.start, start - 1) : start].isdigit()
        parts = list(_splits(word, self.vocabulary)) if is_factor else []
        if len(parts) != 1:
            return False
        for part in parts[0]:
            self.add("name", canonical(part), start, start + len(part))
            start += len(part)
        return True

    def before_function(self, word: str, start: int, stop: int) -> bool:
        """Take the end of a word for a function where what stands before it are known names: x·exp in xexp(z)."""
        for k in range(1, min(len(word), _LONGEST_PRODUCT)):
            function = function_words().get((word[k:], ""))
            parts = list(_splits(word[:k], self.vocabulary)) if function is not None else []
            if function is not None and len(parts) == 1:
                for part in parts[0]:
                    self.add("name", canonical(part), start, start + len(part))
                    start += len(part)
                self.add("func", function, start, stop)
                return True
        return False

    def is_operand(self, start: int, stop: int) -> bool:
        """Whether a sign stands beside a word, so that it is no article."""
        before, after = self.text[max(self.start, start - 3) : start], self.text[stop : stop + 3]
        signs = r"[-+*/^=≈·−()|,<>∂√]"
        return re.search(signs + r"\s*$", before) is not None or re.match(r"\s*" + signs, after) is not None

    def hatted(self, word: str, stop: int) -> tuple[str, int]:
        """The key of a word, with the hat behind it where `word^` is a name and no operand of a power follows."""
        key = canonical(word)
        if self.text[stop : stop + 1] != "^" or stop >= self.end:
            return key, stop
        hat = canonical(word + "^")
        if not self.vocabulary.knows(hat):
            hat = canonical(word[1:] + "^") if word[0] == "d" and len(word) > 1 else hat
            if not self.vocabulary.knows(hat):
                return key, stop
            return key, stop  # the d is taken off first
        following = self.text[stop + 1 : stop + 3]
        is_power = re.match(r"[\w(∂√.]", following) or re.match(r"-[0-9.(]", following)
        return (key, stop) if is_power else (hat, stop + 1)

    def is_over_d(self, stop: int) -> bool:
        """Whether parentheses or braces follow, and a bar with a differential below it: d(a + b)/da."""
        if _ROOT_OVER.match(self.text, stop, self.end) is not None:
            return True
        depth = 0
        for k in range(stop, min(self.end, stop + _LONGEST_OVER)):
            depth += (self.text[k] in "({") - (self.text[k] in ")}")
            if depth == 0:
                return k > stop and _BELOW.match(self.text, k + 1, self.end) is not None
        return False

    def is_differential(self, word: str, start: int, stop: int) -> bool:
        """Whether a word that begins with d is a differential: of a known name, below a bar, or before one."""
        if not self.vocabulary.may_differentiate:
            return False
        rest = word[1:]
        following = self.text[stop : stop + 40]
        if (rest, "") in function_words() and following[:1] == "(":
            return True
        if not rest:
            return re.match(r"\s*(?:[(√|{]|/\s*[d∂])", following) is not None
        key = self.hatted(rest, stop)[0]
        if (
            self.vocabulary.knows(key)
            or entry_in(key, self.vocabulary.tensors)
            or (rest == "e" and following[:1] == "^")
        ):
            return True
        if len(rest) > 2 and rest.isalpha():
            return False
        last = self.found[-1] if self.found else None
        return (last is not None and last.at("/")) or re.match(r"\S{0,12}?\s*/\s*[d∂]", following) is not None
