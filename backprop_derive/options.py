"""How a solution is shown: one frozen record that travels through report and formats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LAYOUTS = ("solution", "lesson")
DETAILS = ("brief", "normal", "full")
NOTATIONS = ("partial", "d", "cs231n", "nielsen", "nabla")
FLAVOURS = ("dollar", "github")
ENGINES = ("typst", "latexmk")


@dataclass(frozen=True, slots=True)
class Options:
    """Presentation choices; none of them changes a value.

    `digits` are significant digits of rounded numbers. `flavour` is how Markdown marks mathematics: `$…$` everywhere
    (`dollar`), or `` $`…`$ `` where GitHub's Markdown would otherwise damage it (`github`). `fragment` leaves out the
    LaTeX preamble. `template` is a folder of the user's own Jinja2 templates.
    """

    layout: str = "solution"
    detail: str = "normal"
    digits: int = 4
    notation: str = "partial"
    flavour: str = "dollar"
    rules: bool = False
    fragment: bool = False
    engine: str = "typst"
    template: Path | None = None
    language: str = "en"


DEFAULT_OPTIONS = Options()
