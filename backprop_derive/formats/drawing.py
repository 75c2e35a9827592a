"""The graph of a solution as a file of its own: `svg`, `tikz`, `mermaid` or `dot`."""

from __future__ import annotations

from ..document import Picture
from .templates import filled


def draw(picture: Picture, format: str, fragment: bool = False) -> str:
    """The picture in one of the formats; of TikZ a document, or as a fragment the environment alone."""
    if format == "tikz":
        from ..pictures.tikz import tikz
        from .tex import TexPrinter

        body = tikz(picture, TexPrinter(picture.literal_names).show)
        return filled("tikz", None, {"picture": body, "fragment": fragment})
    if format == "svg":
        from ..pictures.svg import svg

        return svg(picture) + "\n"
    if format == "mermaid":
        from ..pictures.mermaid import mermaid

        return mermaid(picture)
    from ..pictures.dot import dot

    return dot(picture)
