"""The name of a variant, by which sheet and key come back exactly: `7K-3F9A`, its number and a check of the text."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from ..errors import UsageError, shorten

# Crockford's base 32: no letter looks like a digit.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {c: k for k, c in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_CHECK = 4


def identity(text: str, number: int) -> str:
    """The name of the variant of a number of the exercise with this text."""
    digits = ""
    left = number
    while left or not digits:
        left, digit = divmod(left, 32)
        digits = _DIGITS[digit] + digits
    return f"{digits}-{_check(text, number)}"


def number_of(text: str, identity: str, size: int) -> int:
    """The number of the variant of that name. Raises UsageError where it belongs to another exercise."""
    word, dash, check = identity.strip().upper().partition("-")
    if not dash or not word or any(c not in _READ for c in word + check) or len(word) > 10_000:
        raise UsageError(f"{shorten(identity)} is no name of a variant", expected="a name such as 7K-3F9A")
    number = 0
    for c in word:
        number = 32 * number + _READ[c]
    if number >= size or [_READ[c] for c in check] != [_READ[c] for c in _check(text, number)]:
        raise UsageError(
            f"{shorten(identity)} is no variant of this exercise", expected="a variant of the text as it is now",
            hint="the file that the sheet was made from, unchanged",
        )  # fmt: skip
    return number


def _check(text: str, number: int) -> str:
    digest = int.from_bytes(sha256(f"{number}\n{_canonical(text)}".encode()).digest()[:8], "big")
    return "".join(_DIGITS[digest >> 5 * k & 31] for k in range(_CHECK))


@lru_cache(maxsize=16)  # all variants of an exercise have one text
def _canonical(text: str) -> str:
    """The text without what does not change the exercise: line ends and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
