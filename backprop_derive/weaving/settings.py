"""What a block asks for: its options read, with the document's own defaults below them."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UsageError, nearest, shorten
from ..limits import Limits
from ..options import DEFAULT_OPTIONS, Options, with_changes
from ..records import record
from .found import Written
from .infos import SWITCHES

KINDS = ("solution", "problem", "graph", "value", "exercise", "key", "hidden")
_PRESENTATION = (
    "detail", "notation", "layout", "mode", "layout_convention", "digits", "rules", "shapes", "paths",
    "language",
)  # fmt: skip
_OWN = ("kind", "name", "label", "show", "headings", "exercise", "seed", "variant", "expand", "wrt", "loss")
OPTIONS = (*_OWN, *_PRESENTATION)
_NUMBERS = ("digits", "headings", "seed", "variant")
_TRUTH = {"": True, "true": True, "yes": True, "false": False, "no": False}


@record
class Settings:
    """A block's options. `kind` is what takes its place; `show` what a block of kind `value` shows.

    `headings` is the level of the first headings, 0 for bold lines in their place. `exercise` is the kind of exercise
    that is set, or whose key is shown, for variant number `variant` of the seed where values vary.
    """

    kind: str = "solution"
    name: str = ""
    show: str = ""
    headings: int = 0
    exercise: str = "full"
    seed: int = 0
    variant: int = 1
    expand: bool = False
    wrt: tuple[str, ...] = ()
    loss: str | None = None
    presentation: Options = DEFAULT_OPTIONS


def read_settings(written: Sequence[Written], presentation: Options, limits: Limits) -> Settings:
    """The settings of a block. Raises UsageError, LimitError at the option that is wrong."""
    own: dict[str, object] = {}
    changes: dict[str, object] = {}
    for option in written:
        key = option.key.replace("-", "_")
        if key not in OPTIONS:
            raise UsageError(
                f"unknown option {shorten(option.key)}", place=option.place, expected=", ".join(OPTIONS),
                hint=nearest(key, OPTIONS),
            )  # fmt: skip
        value = _value(key, option)
        if key == "digits":
            limits.check("digits", int(option.value), "the number of digits", option.place)
        if key in _PRESENTATION:
            try:
                with_changes(presentation, {key: value})
            except UsageError as error:
                error.place = option.place
                raise
            changes[key] = value
        else:
            own["name" if key == "label" else key] = value
    return Settings(**own, presentation=with_changes(presentation, changes))  # type: ignore[arg-type]


def _value(key: str, option: Written) -> object:
    text = option.value
    if key in SWITCHES:
        if text.lower() not in _TRUTH:
            raise UsageError(f"{key} {shorten(text)}", place=option.place, expected="true or false")
        return _TRUTH[text.lower()]
    if not text:
        raise UsageError(f"the option {shorten(option.key)} has no value", place=option.place,
                         expected=f"{shorten(option.key)}=value")  # fmt: skip
    if key in _NUMBERS:
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise UsageError(f"{key} {shorten(text)}", place=option.place, expected="a whole number")
        number = int(text)
        if (key == "headings" and number > 6) or (key == "variant" and number < 1):
            raise UsageError(
                f"{key} {number}", place=option.place, expected="0 to 6" if key == "headings" else "1 or more"
            )
        return number
    if key == "kind" and text not in KINDS:
        raise UsageError(
            f"kind {shorten(text)} is unknown", place=option.place, expected=", ".join(KINDS),
            hint=nearest(text, KINDS),
        )  # fmt: skip
    return tuple(text.replace(",", " ").split()) if key == "wrt" else text
