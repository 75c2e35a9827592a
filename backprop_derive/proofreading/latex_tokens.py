"""LaTeX mathematics as tokens. A command that is not known is said to be so; nothing is left out."""

from __future__ import annotations

import re
from functools import lru_cache

from ..syntax.names import GREEK, GREEK_NAME, canonical
from .sentences import unread
from .tokens import DECIMAL_COMMA, MOST_TOKENS, Token, Unread, Vocabulary, function_words

_ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "dot": "dot",
}  # fmt: skip
_UPRIGHT = frozenset("text mathrm textrm textit mathit operatorname mathop mathsf textsf texttt mathtt".split())
_BOLD = frozenset("mathbf boldsymbol bm vec mathcal textbf".split())
_NOTHING = frozenset(
    "allowbreak displaystyle textstyle limits nolimits nonumber notag big Big bigg Bigg bigl bigr Bigl Bigr biggl"
    " biggr Biggl Biggr middle relax small quad qquad thinspace".split()
)
_SIGNS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "odot": "⊙", "circ": "∘", "lvert": "|", "rvert": "|",
    "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lfloor": "⌊", "rfloor": "⌋", "top": "T", "intercal": "T",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "pm": "±", "prime": "'",
}  # fmt: skip
_RELATIONS = {
    "approx": "≈", "simeq": "≈", "doteq": "≈", "leftarrow": "<-", "gets": "<-", "to": "->", "rightarrow": "->",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "ne": "!=", "neq": "!=",
    "lt": "<", "gt": ">", "in": "∈", "equiv": "=", "coloneqq": ":=", "triangleq": ":=",
}  # fmt: skip
_BREAKS = frozenset("Rightarrow implies Longrightarrow iff Leftrightarrow therefore because quad qquad".split())
_ARGUMENT_IGNORED = frozenset("label tag hspace vspace color phantom hphantom vphantom".split())
_VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma"}
_FRACTIONS = frozenset("frac dfrac tfrac cfrac".split())
_SPACE = re.compile(r"(?:[ \t\r\n~]|\\[,;:!> ]|%[^\n]*\n?)+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+")
# In braces it is the comma of a decimal fraction, or of thousands: 60{,}000.
_COMMA_NUMBER = re.compile(r"([0-9]+)\{,\}([0-9]+)(?![0-9]|\{,\}[0-9])")
_DECIMAL_COMMA = re.compile(r"(?<![0-9}])(?:0\{,\}[0-9]|[0-9]+\{,\}(?:[0-9]{1,2}|[0-9]{4,})(?![0-9{]))")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?|\\(.)", re.DOTALL)
# What a d that stands by itself differentiates: no sign, relation or end follows. Above a bar that may be a letter, or
# nothing but the same below the bar.
_BETWEEN = "|".join(sorted({*_SIGNS, *_RELATIONS, "right", "allowbreak", "quad", "qquad", "end"} - {"lvert", "lVert"}))
_GAP = r"\s*(?:\\[,;! ]\s*)*(?:\\left\s*)?"
_OF_D = re.compile(rf"{_GAP}(?:[({{]|\\(?!(?:{_BETWEEN}|frac|dfrac)(?![A-Za-z]))[A-Za-z])")
_OF_D_ABOVE = re.compile(
    rf"{_GAP}(?:[^\s\\}}+*/=_\-]|\\(?!(?:{_BETWEEN})(?![A-Za-z]))[A-Za-z]|}}\s*{{\s*(?:d|\\partial|\\mathrm{{d))"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_WRAPPED = re.compile(
    r"\\(?:text|mathrm|textrm|textit|mathit|mathbf|boldsymbol|operatorname|bm)\s*\{([^{}]*)\}|\\[,;:! ]|[{}\s]"
)
_LAYER = re.compile(r"\^\{?\s*([(\[])\s*([A-Za-z0-9+\-]{1,6})\s*([)\]])\s*\}?")


_THOUSANDS = 3  # digits in a group of them


def has_decimal_comma(text: str) -> bool:
    """Whether a comma in braces is a decimal comma for sure, 0{,}125 or 1{,}5."""
    return _DECIMAL_COMMA.search(text) is not None


def latex_tokens(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of LaTeX mathematics. Raises Unread for what cannot be one."""
    return _Lexer(text, start, end, vocabulary).tokens()


class _Lexer:
    def __init__(self, text: str, start: int, end: int, vocabulary: Vocabulary) -> None:
        self.text, self.position, self.end = text, start, end
        self.vocabulary = vocabulary
        self.found: list[Token] = []

    def tokens(self) -> list[Token]:
        while self.skip_space() < self.end:
            self.one()
            if len(self.found) > MOST_TOKENS:
                raise Unread(unread("long"), self.position)
        return self.found

    def skip_space(self) -> int:
        match = _SPACE.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        return self.position

    def emit(self, kind: str, text: str, start: int, stop: int) -> None:
        self.found.append(Token(kind, text, start, stop))
        self.position = stop

    def one(self) -> None:
        start, c = self.position, self.text[self.position]
        if c == "\\":
            self.command()
        elif (number := _COMMA_NUMBER.match(self.text, start, self.end)) is not None:
            if number[1] != "0" and len(number[2]) == _THOUSANDS and not self.vocabulary.knows(DECIMAL_COMMA):
                decimal, whole = f"{number[1]}.{number[2]}", f"{number[1]}{number[2]}"
                raise Unread(unread("comma", written=number[0], decimal=decimal, whole=whole), start)
            self.emit("number", f"{number[1]}.{number[2]}", start, number.end())
        elif c == ";" and self.vocabulary.knows(DECIMAL_COMMA):
            self.emit("op", ",", start, start + 1)
        elif (number := _NUMBER.match(self.text, start, self.end)) is not None:
            self.emit("number", number[0], start, number.end())
        elif c.isascii() and c.isalpha():
            self.letters()
        elif c in GREEK_NAME or (not c.isascii() and c.isalpha()):
            self.name(start, canonical(c), start + 1)
        elif self.text.startswith(":=", start):
            self.emit("rel", ":=", start, start + 2)
        elif c in "=<>≈":
            self.emit("rel", c, start, start + 1)
        elif c == "&":
            self.emit("amp", "&", start, start + 1)
        elif c in "+-*/^_()[]{},|;'−·×@⊙":
            self.emit("op", {"−": "-", "·": "*", "×": "*"}.get(c, c), start, start + 1)
        elif self.text.startswith(("...", "…"), start):
            self.emit("unread", "…", start, start + (3 if c == "." else 1))
        elif c in ".:?!":
            self.emit("op", c, start, start + 1)
        else:
            raise Unread(unread("here", found=repr(c)), start)

    # --- commands

    def command(self) -> None:
        start = self.position
        match = _COMMAND.match(self.text, start, self.end)
        if match is None:
            raise Unread(unread("backslash"), start)
        word, sign = match[1], match[2]
        stop = match.end()
        if sign is not None:
            self.sign(sign, start, stop)
        elif word in ("left", "right"):
            self.delimiter(word, start, stop)
        elif word == "refused":  # by who wrote it anew in LaTeX
            found = self.group(stop)[0]
            raise Unread(unread("here", found=found) if found else unread("deep"), start)
        elif word in _BREAKS:
            self.emit("op", ",", start, stop)
        elif word in _NOTHING:
            self.position = stop
        elif word in _ARGUMENT_IGNORED:
            self.position = self.group(stop)[1]
        elif word in _FRACTIONS:
            self.emit("frac", word, start, stop)
            self.bare_digits()
        elif word in ("begin", "end"):
            name, after = self.group(stop)
            self.emit(word, name.strip().rstrip("*"), start, after)
        elif word in _SIGNS:
            self.emit("op", _SIGNS[word], start, stop)
        elif word in _RELATIONS:
            self.emit("rel", _RELATIONS[word], start, stop)
        elif word in ("sqrt", "sum", "nabla"):
            self.emit(word, word, start, stop)
        elif word == "partial":
            self.emit("D", "partial", start, stop)
        elif (word, "") in function_words() and word not in GREEK and word not in _ACCENTS:
            self.function(word, start, stop)
        elif word in ("ldots", "dots", "cdots", "vdots", "ddots"):
            self.emit("unread", "…", start, stop)
        else:
            self.word(word, start, stop)

    def sign(self, sign: str, start: int, stop: int) -> None:
        if sign == "\\":
            self.emit("row", "\\\\", start, stop)
        elif sign in "{}":
            self.emit("op", "⦃" if sign == "{" else "⦄", start, stop)
        elif sign == "|":
            self.emit("op", "‖", start, stop)
        elif sign in "%$#&_":
            raise Unread(unread("here", found=f"\\{sign}"), start)
        else:
            self.position = stop

    def delimiter(self, word: str, start: int, stop: int) -> None:
        """What follows \\left or \\right, or nothing where it is a dot; `⟨` opens what a bar with an index closes."""
        self.position = stop
        self.skip_space()
        sign = self.text[self.position : self.position + 1]
        if sign == ".":
            self.emit("op", "⟨" if word == "left" else "⟩", start, self.position + 1)
        elif sign == "|" and word == "right" and re.match(r"\s*_", self.text[self.position + 1 : self.end]):
            self.emit("op", "⟩", start, self.position + 1)

    def word(self, word: str, start: int, stop: int) -> None:
        if word in _ACCENTS or word in _BOLD or word in _VARIANTS or word in GREEK:
            key, after = self.name_at(start)
            self.name(start, key, after, is_finished=True)
        elif word in _UPRIGHT:
            content, after = self.group(stop)
            self.upright(word, content, start, after)
        elif word == "mathbb":
            content, after = self.group(stop)
            self.emit("reals" if content.strip() == "R" else "unread", content, start, after)
        else:
            raise Unread(unread("command", name=f"\\{word}"), start)

    def upright(self, command: str, content: str, start: int, after: int) -> None:
        """A word set upright: a function, a name, the d of a derivative, or words between formulas."""
        inner = _WRAPPED.sub(lambda m: m[1] or "", content) if "\\" in content or "{" in content else content
        plain = inner.strip()
        if len(self.found) > 1 and self.found[-2].text == "einsum" and self.found[-1].at("("):
            arrow = re.sub(r"\{?-\}?(?:\\textgreater|>)(?:\{\})?", "->", content)
            self.emit("string", re.sub(r"[\s{}]", "", arrow), start, after)
            return
        if (plain, "") in function_words() and (command != "text" or self.opens(after)) and self.is_no_name(plain):
            self.function(plain, start, after)
        elif plain == "d" and self.vocabulary.may_differentiate:
            self.emit("D", "d", start, after)
        elif plain.replace("_", "").replace("\\", "").isalnum() and inner == plain:
            key = canonical(plain.replace("\\_", "_"))
            self.name(start, key, after)
        else:
            self.emit("words", inner, start, after)

    def is_no_name(self, word: str) -> bool:
        return not self.vocabulary.knows(canonical(word))

    def opens(self, position: int) -> bool:
        """Whether an argument in parentheses, or the index of a function, follows."""
        return re.match(r"\s*(?:\\left\s*)?[(_]", self.text[position : position + 20]) is not None

    def function(self, word: str, start: int, stop: int) -> None:
        """An operation, with the index that is part of its name: log₂."""
        operation = function_words()[word, ""]
        match = re.compile(r"\s*_\s*").match(self.text, stop, self.end)
        if match is not None:
            index, after = self.group(match.end())
            plain = _WRAPPED.sub(lambda m: m[1] or "", index)
            if (word, plain) not in function_words():
                raise Unread(unread("function index", name=word, index=plain), start)
            operation, stop = function_words()[word, plain], after
        self.emit("func", operation, start, stop)

    # --- names

    def letters(self) -> None:
        """A run of letters: one name where it is known as one, the d of a derivative, else the letters by themselves.

        `loss` is a name where a text defines it, and `wx` a product.
        """
        start = self.position
        match = _LETTERS.match(self.text, start, self.end)
        assert match is not None
        run, stop = match[0], match.end()
        whole, after = self.suffixes(run, stop)
        if self.vocabulary.knows(whole) and not (run == "d" and self.is_sign(stop)):
            self.emit("name", whole, start, after)
        elif run[0] == "d" and self.is_differential(run, stop):
            self.emit("D", "d", start, start + 1)
        elif (run, "") in function_words() and len(run) > 1 and self.opens(stop):
            self.function(run, start, stop)
        elif len(run) == 1 or (len(run) > 2 and not self.is_product(run, stop)):
            self.name(start, whole, after, is_finished=True)
        else:
            self.name(start, run[0], start + 1, is_finished=True)

    def is_product(self, run: str, stop: int) -> bool:
        """Whether every letter of a run is a name by itself, the last one perhaps the e of a power."""
        ends_in_e = run[-1] == "e" and self.text[stop : stop + 1] == "^"
        return all(map(self.vocabulary.knows, run[:-1] if ends_in_e else run))

    def is_differential(self, run: str, stop: int) -> bool:
        if not self.vocabulary.may_differentiate:
            return False
        if len(run) == 1:
            following = self.text[stop : min(stop + 40, self.end)]
            return (_OF_D_ABOVE if self.begins_fraction() else _OF_D).match(following) is not None
        of = self.suffixes(run[1:], stop)[0]
        return self.vocabulary.knows(of) or self.vocabulary.knows(run[1:]) or self.begins_fraction()

    def is_sign(self, stop: int) -> bool:
        """Whether a d that is a name too is the sign of differentiation: above a bar, or before a Greek letter."""
        is_before = re.match(r"\s*\\(?!left)[A-Za-z]", self.text[stop : stop + 40]) is not None
        return (self.begins_fraction() or is_before) and self.is_differential("d", stop)

    def begins_fraction(self) -> bool:
        """Whether what comes next is the first thing above or below a fraction's bar."""
        last = [token.text for token in self.found[-2:]]
        return len(last) == 2 and last[1] == "{" and (self.found[-2].kind == "frac" or last[0] == "}")

    def name(self, start: int, key: str, stop: int, is_finished: bool = False) -> None:
        if not is_finished:
            key, stop = self.suffixes(key, stop)
        self.emit("name", key, start, stop)

    def name_at(self, position: int) -> tuple[str, int]:
        """The key of the name that begins at a position, with its accents and indices, and where it ends."""
        match = _COMMAND.match(self.text, position, self.end)
        if match is None:
            stop = min(position + 1, self.end)
            return self.suffixes(self.text[position:stop], stop)
        word = match[1] or ""
        if word in _ACCENTS:
            inner, after = self.group(match.end())
            base, accents, rest = _parted(self.inner_name(inner))
            return self.suffixes("_".join([base, *accents, _ACCENTS[word], *rest]), after)
        if word in _BOLD or word in _UPRIGHT:
            inner, after = self.group(match.end())
            return self.suffixes(self.inner_name(inner), after)
        if word in _VARIANTS or word in GREEK:
            return self.suffixes(_VARIANTS.get(word, word), match.end())
        raise Unread(unread("command", name=f"\\{word}"), position)

    def inner_name(self, text: str) -> str:
        """The key of a name that is all of a group."""
        stripped = text.strip()
        if not stripped.startswith("\\"):
            return index_key(stripped)
        return _Lexer(stripped, 0, len(stripped), self.vocabulary).name_at(0)[0]

    def suffixes(self, key: str, stop: int) -> tuple[str, int]:
        """Indices, layers in parentheses and primes behind a name, all of which are part of it."""
        primes = 0
        while stop < self.end:
            match = re.compile(r"\s*_\s*(?=[^_])").match(self.text, stop, self.end)
            if match is not None:
                inner, after = self.group(match.end())
                if self.is_place(key, inner):
                    break
                key, stop = f"{key}_{index_key(inner)}", after
            elif self.text[stop] == "'":
                primes, stop = primes + 1, stop + 1
            elif (layer := _LAYER.match(self.text, stop, self.end)) is not None:
                key, stop = f"{key}_layer{index_key(layer[2])}", layer.end()
            else:
                break
        return key + "'" * primes, stop

    def is_place(self, key: str, index: str) -> bool:
        """Whether an index is the place of an entry and no part of a name: W_{ij}, where W is a matrix."""
        knows, tensors = self.vocabulary.knows, self.vocabulary.tensors
        if key == "delta" and tensors:
            return not knows(key) and not knows(f"delta_{index_key(index)}") and not knows(index_key(index))
        return key in tensors and not knows(f"{key}_{index_key(index)}")

    # --- groups

    def group(self, position: int) -> tuple[str, int]:
        """What stands in the braces at a position, or the one character or command there; and where it ends."""
        while position < self.end and self.text[position] in " \t\n":
            position += 1
        if position >= self.end:
            raise Unread(unread("ends"), self.end)
        if self.text[position] != "{":
            match = _COMMAND.match(self.text, position, self.end)
            stop = match.end() if match is not None else position + 1
            return self.text[position:stop], stop
        depth = 0
        for stop in range(position, self.end):
            c = self.text[stop]
            if c in "{}" and self.text[stop - 1] != "\\":
                depth += 1 if c == "{" else -1
                if depth == 0:
                    return self.text[position + 1 : stop], stop + 1
        raise Unread(unread("brace"), position)

    def bare_digits(self) -> None:
        """\\frac12 is one half."""
        match = re.compile(r"\s*([0-9])\s*([0-9])").match(self.text, self.position, self.end)
        if match is None:
            return
        for number in (1, 2):
            begin, stop = match.span(number)
            self.emit("op", "{", begin, begin)
            self.emit("number", match[number], begin, stop)
            self.emit("op", "}", stop, stop)


def index_key(text: str) -> str:
    """An index as the part of a key: `\\text{old}`, `1,2`, `\\hat{y}`."""
    if text.isascii() and text.isalnum():
        return text
    return _kept_key(text) if len(text) <= _LONGEST_KEPT else _index_key(text)


def _index_key(text: str) -> str:
    for command, accent in _ACCENTS.items():
        text = re.sub(rf"\\{command}\s*\{{([^{{}}]*)\}}", rf"\1_{accent}", text)
    text = _WRAPPED.sub(lambda m: "_".join(m[1].split()) if m[1] else "", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: _VARIANTS.get(m[1], m[1]), text)
    return "_".join(part for part in re.split(r"[,_]+", "".join(GREEK_NAME.get(c, c) for c in text)) if part)


_LONGEST_KEPT = 64
_kept_key = lru_cache(maxsize=1024)(_index_key)


def _parted(key: str) -> tuple[str, list[str], list[str]]:
    base, *rest = key.split("_")
    accents = [part for part in rest if part in _ACCENTS.values()]
    return base, accents, [part for part in rest if part not in accents]
