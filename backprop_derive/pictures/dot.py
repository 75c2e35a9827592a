"""A picture for Graphviz, which lays it out itself."""

from __future__ import annotations

from ..document import Picture, PictureNode
from .labels import lines, local, marked, shown
from .svg import LIGHT


def dot(picture: Picture) -> str:
    """A digraph from left to right."""
    show = shown(picture)
    body = [
        "digraph backpropagation {",
        f"  graph [rankdir=LR, label={_quoted(picture.title)}];",
        '  node [fontname="serif", shape=box, margin="0.12,0.06"];',
        '  edge [fontname="serif", fontsize=11];',
    ]
    names = {node.key: f"n{k}" for k, node in enumerate(picture.nodes)}
    for node in picture.nodes:
        rows = "<BR/>".join(
            f'<FONT COLOR="{LIGHT.get(label.role, LIGHT["ink"])}">{_escaped(marked(label))}</FONT>'
            for label in lines(node, picture, show)
        )
        body.append(f"  {names[node.key]} [label=<{rows}>{_look(node)}];")
    for number, band in enumerate(picture.bands):
        look = f'label={_quoted(band.name)}; labeljust=l; style="dotted,rounded"; color="{LIGHT["edge"]}";'
        body.append(f"  subgraph cluster_{number} {{ {look} {'; '.join(names[key] for key in band.members)} }}")
    for edge in picture.edges:
        words = local(edge, picture, show)
        options = [f"label={_quoted(words)}"] if words else []
        if edge.is_on_path:
            options += ["penwidth=2.5", f'color="{LIGHT["path"]}"']
        body.append(f"  {names[edge.source]} -> {names[edge.target]} [{', '.join(options)}];")
    return "\n".join([*body, "}", ""])


def _look(node: PictureNode) -> str:
    styles = [*["rounded"] * (node.kind == "given"), *["dashed"] * (node.count > 1)]
    found = f', style="{",".join(styles)}"' if styles else ""
    if node.kind == "loss":
        found += ", peripheries=2"
    return found + (f', penwidth=2.5, color="{LIGHT["path"]}"' if node.is_on_path else "")


def _quoted(text: str) -> str:
    # Graphviz reads entities of HTML within quotes, too.
    plain = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain.replace(chr(10), " ")}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
