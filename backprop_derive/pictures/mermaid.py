"""A picture for Mermaid, which GitHub, GitLab, JupyterLab and Quarto draw within Markdown."""

from __future__ import annotations

from ..document import Picture, PictureNode
from .labels import lines, local, marked, shown

_SHAPES = {"given": ('(["', '"])'), "step": ('["', '"]'), "loss": ('[["', '"]]'), "group": ('[["', '"]]')}
# No colours of text, which would have to suit a light page and a dark one.
_STYLES = (
    "classDef path stroke:#0072B2,stroke-width:3px", "classDef group stroke-dasharray:6 3",
    "classDef both stroke:#0072B2,stroke-width:3px,stroke-dasharray:6 3",
)  # fmt: skip


def mermaid(picture: Picture) -> str:
    """A flowchart from left to right."""
    show = shown(picture)
    names = {node.key: f"n{k}" for k, node in enumerate(picture.nodes)}
    body = ["flowchart LR"]
    for node in picture.nodes:
        left, right = _SHAPES[node.kind]
        rows = "<br>".join(escaped(marked(label)) for label in lines(node, picture, show))
        body.append(f"  {names[node.key]}{left}{rows}{right}{_classes(node)}")
    for number, band in enumerate(picture.bands):
        inside = [f"    {names[key]}" for key in band.members]
        body += [f'  subgraph b{number}["{escaped(band.name)}"]', *inside, "  end"]
        body.append(f"  style b{number} fill:none,stroke-dasharray:2 4")
    for edge in picture.edges:
        words = local(edge, picture, show)
        arrow = "==>" if edge.is_on_path else "-->"
        label = f'|"{escaped(words)}"|' if words else ""
        body.append(f"  {names[edge.source]} {arrow}{label} {names[edge.target]}")
    used = [style for style in _STYLES if any(f":::{style.split()[1]}" in line for line in body)]
    return "\n".join([*body, *(f"  {style}" for style in used), ""])


def _classes(node: PictureNode) -> str:
    is_group = node.count > 1
    if node.is_on_path:
        return ":::both" if is_group else ":::path"
    return ":::group" if is_group else ""


def escaped(text: str) -> str:
    """Text in which nothing is syntax, markup or Markdown: all but letters, digits and a few signs by its number."""
    return "".join(c if c.isalnum() or c in " ,;:=()/+→←−≈·" or ord(c) > 0x2000 else f"#{ord(c)};" for c in text)
