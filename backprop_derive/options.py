"""How a solution is shown: one frozen record that travels through report and formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from .errors import UsageError, nearest, shorten
from .languages import LANGUAGES
from .records import record

LAYOUTS = ("solution", "lesson", "handout", "slides")
DETAILS = ("brief", "normal", "full")
NOTATIONS = ("partial", "d", "cs231n", "nielsen", "nabla")
FLAVOURS = ("dollar", "github")
LAYOUT_CONVENTIONS = ("denominator", "numerator")
NUMERATOR_AXES = 2  # numerator layout is defined for gradients by tensors of so many axes at most
ENGINES = ("typst", "latexmk")
MODES = ("reverse", "forward")
BACKWARD = ("autograd", "explicit")
PROGRAMS = ("torch", "jax", "numpy")
"""The libraries that scripts are written for, which are formats, too."""

_CHOICES = {
    "layout": LAYOUTS, "detail": DETAILS, "notation": NOTATIONS, "flavour": FLAVOURS, "engine": ENGINES,
    "language": LANGUAGES, "layout_convention": LAYOUT_CONVENTIONS, "mode": MODES,
    "backward": (None, *BACKWARD),
}  # fmt: skip


@record
class Options:
    """Presentation choices; none of them changes a value.

    `layout_convention` is the shape of the gradients that are shown: the variable's own (`denominator`), or the
    transposed one, a row for a vector (`numerator`). `digits` are significant digits of rounded numbers. `flavour` is
    how Markdown marks mathematics: `$…$` everywhere (`dollar`), or `` $`…`$ `` where GitHub's Markdown would otherwise
    damage it (`github`). `graph` draws the computation graph into a document (None: into pages and files for print, not
    into text), and `interactive` makes an HTML page to play with. `shapes` adds a table of the shapes of tensors,
    `paths` the path ledger. `mode` is the order in which local gradients are multiplied: back from the loss, or forward
    from what is wanted. `fragment` leaves out the LaTeX preamble. `template` is a folder of the user's own Jinja2
    templates. `backward` is who differentiates in a script, the engine or the script itself (None: NumPy's scripts do,
    the others' engines do), and `execute` runs the cells of a notebook. Raises UsageError for a choice that does not
    exist.
    """

    layout: str = "solution"
    detail: str = "normal"
    digits: int = 4
    notation: str = "partial"
    flavour: str = "dollar"
    rules: bool = False
    shapes: bool = False
    paths: bool = False
    fragment: bool = False
    graph: bool | None = None
    interactive: bool = False
    engine: str = "typst"
    template: Path | None = None
    language: str = "en"
    layout_convention: str = "denominator"
    mode: str = "reverse"
    backward: str | None = None
    execute: bool = False

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                close = nearest(str(value), filter(None, choices))
                raise UsageError(
                    f"{name.replace('_', ' ')} {shorten(str(value))} is unknown",
                    expected=", ".join(choice for choice in choices if choice),
                    hint=close,
                )
        if isinstance(self.digits, bool) or not isinstance(self.digits, int) or self.digits < 1:
            raise UsageError(f"digits {self.digits}: the number of digits must be a whole number, at least 1")
        if self.template is not None and not Path(self.template).is_dir():
            raise UsageError(f"template {self.template}: there is no such folder")


DEFAULT_OPTIONS = Options()


def with_changes(options: Options, changes: Mapping[str, Any]) -> Options:
    """The options with some replaced by name. Raises UsageError for a name or a choice that does not exist."""
    known = [field.name for field in fields(Options)]
    for name in changes:
        if name not in known:
            raise UsageError(f"unknown option {name}", expected=", ".join(known), hint=nearest(name, known))
    return replace(options, **changes)
