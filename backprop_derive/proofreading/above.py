"""What stands above a name in LaTeX and is part of it: a layer, z^{(2)} or z^2, and a mark, w^+ or w^{\\text{new}}."""

from __future__ import annotations

import re

from .tokens import Vocabulary

_LAYER = re.compile(r"\^\{?\s*[(\[]\s*(?P<layer>[A-Za-z0-9+\-]{1,6})\s*[)\]]\s*\}?")
# A^{[1]T}, the transpose of what a layer has.
_TURNED = re.compile(
    r"\^\{\s*[(\[]\s*(?P<layer>[A-Za-z0-9+\-]{1,6})\s*[)\]]\s*\^?\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?\s*\}"
)
_NUMBER = re.compile(r"\s*\^\s*(?:(?P<digit>[0-9])|\{\s*(?P<number>[0-9]{1,3})\s*\})")
# Words set upright, or those for a value after an update; another bare word may be a product of letters.
_MARK = re.compile(
    r"\s*\^\s*(?:\{\s*)?(?:\\(?:text|mathrm|textrm)\s*\{\s*(?P<word>[A-Za-z]{2,12})\s*\}|(?P<sign>[+*]|\\ast)"
    r"|(?P<plain>new|old|next|prev))\s*(?:\})?(?![A-Za-z0-9])"
)
_SIGNS = {"+": "plus", "*": "star", "\\ast": "star"}


def layer_turned(text: str, start: int, end: int) -> tuple[str, int] | None:
    """The layer above a name and the end of it, where the sign of a transpose stands in the same braces."""
    found = _TURNED.match(text, start, end)
    return None if found is None else (f"layer{found['layer']}", found.end())


def above(key: str, text: str, start: int, end: int, vocabulary: Vocabulary) -> tuple[str, int] | None:
    """What it adds to the key of the name, and where it ends; None where nothing or an exponent stands there."""
    if (layer := _LAYER.match(text, start, end)) is not None:
        return f"layer{layer['layer']}", layer.end()
    if vocabulary.counts_above(key) and (number := _NUMBER.match(text, start, end)) is not None:
        return f"layer{number['digit'] or number['number']}", number.end()
    mark = _MARK.match(text, start, end) if key != "e" else None
    if mark is None:
        return None
    word = mark["word"] or mark["sign"] or mark["plain"]
    return None if vocabulary.knows(word) else (_SIGNS.get(word, word), mark.end())
