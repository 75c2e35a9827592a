"""Formulas that are read once: what a formula states is kept, with the answers of the vocabulary on which that rests.

Notes are read again whenever more is known of their names, and a class writes the same lines. A formula is read
again only where one of the questions that its reading asked has another answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..records import record
from .formula import Formula
from .statements import Chain, Heads, Statement, chains_in, heads_in, vocabulary_by
from .tokens import Vocabulary

# Characters of all formulas that are kept, at some hundred bytes for each.
_MOST_CHARACTERS = 500_000
_MOST_READINGS = 8  # of one formula


class Watched(frozenset[str]):
    """A set of words that notes which of them it was asked for, and which others."""

    known: set[str]
    unknown: set[str]
    but: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Watched:
        """The words, not asked for any yet."""
        found = cls(words)
        found.known, found.unknown, found.but = set(), set(), frozenset()
        return found

    def __contains__(self, word: object) -> bool:
        is_known = frozenset.__contains__(self, word)
        if word not in self.but:
            (self.known if is_known else self.unknown).add(word)  # type: ignore[arg-type]
        return is_known

    def __sub__(self, words: object) -> Watched:
        """The set without some words, whatever it says of them; it notes into the same ones."""
        assert isinstance(words, set | frozenset)
        found = type(self)(frozenset.__sub__(self, words))
        found.known, found.unknown, found.but = self.known, self.unknown, self.but | words
        return found


@record
class Kept:
    """What a formula states where the vocabulary knows some words and does not know others, by kind of word."""

    known: tuple[frozenset[str], ...]
    unknown: tuple[frozenset[str], ...]
    chains: tuple[Chain, ...]

    def holds(self, words: Sequence[frozenset[str]]) -> bool:
        """Whether another vocabulary gives the same answers."""
        return all(known <= found for known, found in zip(self.known, words, strict=True)) and all(
            map(frozenset.isdisjoint, self.unknown, words)
        )


class Readings:
    """What formulas state and which names they define, each read once for each set of answers."""

    def __init__(self) -> None:
        self._chains: dict[tuple[str, str, bool], list[Kept]] = {}
        self._heads: dict[tuple[str, str], Heads] = {}
        self._characters = 0

    def statements(self, formulas: Iterable[Formula], vocabulary: Vocabulary) -> Iterator[Statement]:
        """Every statement of some formulas, in their order."""
        for formula in formulas:
            for chain in self.chains(formula, vocabulary):
                yield Statement(formula, *chain)

    def chains(self, formula: Formula, vocabulary: Vocabulary) -> tuple[Chain, ...]:
        """What a formula states."""
        words = (vocabulary.names, vocabulary.functions, vocabulary.tensors)
        kept = self._chains.setdefault((formula.kind, formula.text, bool(vocabulary.tensors)), [])
        for each in kept:
            if each.holds(words):
                return each.chains
        watched = tuple(map(Watched.of, words))
        chains = tuple(chains_in(formula.kind, formula.text, Vocabulary(*watched)))
        if len(kept) < _MOST_READINGS:
            known, unknown = zip(*((frozenset(w.known), frozenset(w.unknown)) for w in watched), strict=True)
            kept.append(Kept(known, unknown, chains))
        self._count(formula)
        return chains

    def vocabulary(self, formulas: Sequence[Formula], known: Iterable[str] = ()) -> Vocabulary:
        """The names that formulas define, found by what stands before an equals sign, and the functions."""
        return vocabulary_by(map(self.heads, formulas), known)

    def heads(self, formula: Formula) -> Heads:
        """The names and functions that a formula by itself seems to define."""
        at = (formula.kind, formula.text)
        found = self._heads.get(at)
        if found is None:
            found = self._heads[at] = heads_in(*at)
            self._count(formula)
        return found

    def _count(self, formula: Formula) -> None:
        self._characters += len(formula.text)
        if self._characters > _MOST_CHARACTERS:
            self._chains.clear()
            self._heads.clear()
            self._characters = 0
