"""What a word may mean where an expression stands, and what to say of one that means nothing there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from ..errors import Place, ProblemError, describe, nearest, shorten
from ..records import record
from .names import canonical, nearest_name

CONSTANTS = frozenset(("pi", "e"))


class Signature(Protocol):
    """What the parser asks of an operation's record."""

    @property
    def name(self) -> str: ...
    @property
    def signature(self) -> str: ...
    @property
    def parameters(self) -> tuple[str, ...]: ...
    @property
    def required(self) -> int: ...
    @property
    def is_variadic(self) -> bool: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def variants(self) -> dict[str, str]: ...


@record(slots=False)
class Vocabulary:
    """What words mean where an expression stands.

    `functions` maps every spelling to its record, `defined` the keys of givens and earlier steps to their spellings
    (None accepts any name), `later` a name to the line further down that defines it, and `current` is the name that is
    being defined. `unavailable` are words that would be functions of tensors; `hints` say more about a name that is not
    defined, `fallback` what to try where nothing else is known, and `expected` what might have stood in its place.
    """

    functions: Mapping[str, Signature]
    defined: Mapping[str, str] | None = None
    later: Mapping[str, int] = field(default_factory=dict)
    current: str | None = None
    hints: Mapping[str, str] = field(default_factory=dict)
    expected: str = "a name that a given or an earlier step defines"
    fallback: str | None = None

    def is_known(self, key: str) -> bool:
        """Whether a given or an earlier step defines the name, so that it can be used here."""
        return self.defined is not None and key in self.defined

    def is_taken(self, key: str) -> bool:
        """Whether the problem defines the name at all: before, here, or further down."""
        return self.is_known(key) or key in self.later or key == self.current

    def is_function(self, word: str) -> bool:
        return word in self.functions


def unknown_name(spelled: str, vocabulary: Vocabulary, place: Place) -> ProblemError:
    """The error for a name that is not defined where it is used: too early, misspelled, or not at all."""
    key = canonical(spelled)
    if key == vocabulary.current:
        return ProblemError(
            f"{spelled} is used in its own definition, before it is defined: a step cannot need itself",
            place=place, expected=vocabulary.expected, hint="another name for one of the two",
        )  # fmt: skip
    if key in vocabulary.later:
        line = vocabulary.later[key]
        return ProblemError(
            f"{spelled} is used before it is defined, later in line {line}",
            place=place, expected="steps in an order that defines before it uses, without a cycle",
            hint=f"move line {line} up",
        )  # fmt: skip
    if spelled in ("inf", "nan"):
        return ProblemError(f"{spelled} is no number here (unknown name)", place=place, expected="a finite number")
    known = vocabulary.defined or {}
    twin = _lookalike(key, known)
    if twin is not None:
        return _twins(spelled, known[twin], place)
    return ProblemError(
        f"unknown name {shorten(spelled)}",
        place=place, expected=vocabulary.expected,
        hint=vocabulary.hints.get(key) or _meant(spelled, vocabulary) or vocabulary.fallback,
    )  # fmt: skip


def unknown_function(word: str, vocabulary: Vocabulary, place: Place) -> ProblemError:
    """The error for `word(…)` where the word is no function."""
    close = "sigmoid" if canonical(word) == "sigma" else nearest(word, vocabulary.functions)
    return ProblemError(
        f"unknown function {shorten(word)}",
        place=place, expected="a function of the language", hint=f"{close}(…)" if close else None,
    )  # fmt: skip


def called_name(word: str, vocabulary: Vocabulary, place: Place) -> ProblemError:
    """The error for `word(…)` where the problem defines that name."""
    if vocabulary.is_function(word):
        return ProblemError(
            f"{word} is a name of this problem, so {word}(…) cannot be called",
            place=place, expected="a name that is no function of this problem",
            hint=f"another name for what is called {word} here",
        )  # fmt: skip
    return ProblemError(
        f"{word}(…) is not a function: {word} is a name of this problem",
        place=place, expected="an operator between a name and a parenthesis", hint=f"{word}*(…)",
    )  # fmt: skip


def _twins(spelled: str, known: str, place: Place) -> ProblemError:
    odd = next((c for c in spelled + known if not c.isascii()), None)
    reason = f": one of them holds {describe(odd)}" if odd else ", in another case"
    hint = "both in the same alphabet" if odd else known
    return ProblemError(
        f"unknown name {spelled}: it looks like {known}, but is another{reason}",
        place=place, expected="a name spelled as it was defined", hint=hint,
    )  # fmt: skip


def _meant(spelled: str, vocabulary: Vocabulary) -> str | None:
    """What was probably meant by an unknown name: a product of known ones, a call, or a name much like it."""
    known = vocabulary.defined or {}
    for end in range(2, min(len(spelled), 12)):
        function, rest = spelled[:end], spelled[end:]
        if function in vocabulary.functions and canonical(rest.lstrip("0123456789") or "pi") in {*known, "pi"}:
            return f"{function}({rest})"
    factors = _factors(spelled, known)
    if factors:
        return "*".join(factors)
    close = nearest_name(spelled, known)
    return shorten(close) if close else None


def _factors(spelled: str, known: Mapping[str, str], most: int = 4) -> list[str]:
    """`wx` as ["w", "x"] where both are known; [] where the word is no such row of names."""
    if len(spelled) > 12 or most == 0:
        return []
    for end in range(len(spelled) - 1, 0, -1):
        first, rest = spelled[:end], spelled[end:]
        if not (_is_word(first, known) and rest[0].isalpha()):
            continue
        following = [rest] if _is_word(rest, known) else _factors(rest, known, most - 1)
        if following:
            return [first, *following]
    return []


def _is_word(spelled: str, known: Mapping[str, str]) -> bool:
    key = canonical(spelled)
    return key in known or key == "pi"


_TWINS = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHaopvikABEZHIKMNOPTYX"
)


def _skeleton(key: str) -> str:
    return unicodedata.normalize("NFKC", key).translate(_TWINS).casefold()


def _lookalike(key: str, known: Mapping[str, str]) -> str | None:
    """A known name that looks like `key` and is another: other alphabet, other case, full-width letters."""
    shape = _skeleton(key)
    return next((other for other in known if other != key and _skeleton(other) == shape), None)
