"""Names: the one canonical key of its spellings, and the parts that notation shows.

`y^`, `ŷ`, `y_hat` → `y_hat`; `x_1^`, `x̂_1`, `x_1_hat` → `x_hat_1`; `θ` → `theta`; `x₁` → `x_1`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from ..errors import nearest
from ..records import record

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Alpha": "Α", "Beta": "Β", "Gamma": "Γ", "Delta": "Δ", "Epsilon": "Ε", "Zeta": "Ζ", "Eta": "Η", "Theta": "Θ",
    "Iota": "Ι", "Kappa": "Κ", "Lambda": "Λ", "Mu": "Μ", "Nu": "Ν", "Xi": "Ξ", "Omicron": "Ο", "Pi": "Π", "Rho": "Ρ",
    "Sigma": "Σ", "Tau": "Τ", "Upsilon": "Υ", "Phi": "Φ", "Chi": "Χ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
GREEK_NAME = {letter: name for name, letter in GREEK.items()}

ACCENTS = ("hat", "bar", "tilde", "dot")
COMBINING = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot"}

SUBSCRIPTS = {ord("₀") + k: str(k) for k in range(10)}
PRIMES = {"'": 1, "′": 1, "″": 2, "‴": 3, "’": 1, "ʹ": 1}
# Compatibility letters that keyboards and word processors put in the place of the Greek ones.
_LOOKALIKES = str.maketrans({"µ": "μ", "Ω": "Ω", "ϕ": "φ", "ϵ": "ε", "ϑ": "θ", "ϱ": "ρ", "ϖ": "π", "ς": "σ"})

# A letter alone, or with an index: `θ` and `θ1` are theta and theta1; in `Δw` the letter is part of a word.
_GREEK_LETTER = re.compile(rf"^[{''.join(GREEK_NAME)}](?=[0-9]*$)")


@record
class Symbol:
    """How a name is set: a base (one letter, a Greek one, or a word set upright), accents, subscripts, primes."""

    base: str
    accents: tuple[str, ...] = ()
    subscripts: tuple[str, ...] = ()
    primes: int = 0

    @property
    def is_word(self) -> bool:
        return len(self.base) > 1


def canonical(spelling: str) -> str:
    """The key of a name's spelling; two spellings of one name have the same key. A trailing `^` is a hat."""
    return _kept(spelling) if len(spelling) <= _LONGEST_KEPT else _canonical(spelling)


def _canonical(spelling: str) -> str:
    text = unicodedata.normalize("NFD", spelling.translate(_LOOKALIKES))
    accents: list[str] = []
    letters: list[str] = []
    primes = 0
    for c in text:
        if c in COMBINING:
            accents.append(COMBINING[c])
        elif c == "^":
            accents.append("hat")
        elif c in PRIMES:
            primes += PRIMES[c]
        elif ord(c) in SUBSCRIPTS:
            digit = SUBSCRIPTS[ord(c)]
            if letters and (letters[-1] == "_" or letters[-1].startswith("₋")):
                letters.append("₋" + digit)
            else:
                letters += ["_", "₋" + digit]
        else:
            letters.append(c)
    plain = unicodedata.normalize("NFC", "".join(letters).replace("₋", ""))
    segments = plain.split("_")
    base, rest = segments[0], segments[1:]
    if base:
        accents += [segment for segment in rest if segment in ACCENTS]
        rest = [segment for segment in rest if segment not in ACCENTS]
    spelled = [_GREEK_LETTER.sub(lambda match: GREEK_NAME[match[0]], segment) for segment in (base, *rest)]
    ordered = [spelled[0], *accents, *spelled[1:]]
    return "_".join(ordered) + "'" * primes


# Hostile texts are made of long words, which are not kept.
_LONGEST_KEPT = 64
_kept = lru_cache(maxsize=4096)(_canonical)


def nearest_name(spelling: str, spelled: Mapping[str, str]) -> str | None:
    """The known name most like `spelling`, as it is written; `spelled` maps keys to spellings, and both are compared.

    So `yhat` finds `y^`, whose key is `y_hat`.
    """
    forms = {**spelled, **{written: written for written in spelled.values()}}
    close = nearest(spelling, forms)
    return None if close is None else forms[close]


_TRAILING_DIGITS = re.compile(r"([^\W\d_]+?)(\d+)")


@lru_cache(maxsize=4096)
def symbol(key: str, *, literal: bool = False) -> Symbol:
    """The parts of a canonical key as notation sets them; `literal` keeps `w1` from becoming w with index 1."""
    stem = key.rstrip("'")
    primes = len(key) - len(stem)
    base, *rest = stem.split("_")
    if literal or not base or "" in rest:
        return Symbol(stem, primes=primes)
    accents = tuple(part for part in rest if part in ACCENTS)
    subscripts = [GREEK.get(part, part) for part in rest if part not in ACCENTS]
    if (match := _TRAILING_DIGITS.fullmatch(base)) is not None:
        base = match[1]
        subscripts.insert(0, match[2])
    return Symbol(GREEK.get(base, base), accents, tuple(subscripts), primes)


def ambiguous(keys: tuple[str, ...]) -> frozenset[str]:
    """The keys whose symbols would look alike (`w1` beside `w_1`) and which must be set literally.

    So does a name e and the base of e^x, which is set as exp(x) beside it.
    """
    seen: dict[Symbol, list[str]] = {}
    for key in keys:
        seen.setdefault(symbol(key), []).append(key)
    return frozenset(key for key in keys if key == "e" or len(seen[symbol(key)]) > 1)
