"""A graph laid out once and drawn as SVG or TikZ, or written for Mermaid and Graphviz, which lay it out themselves."""

PICTURES = ("svg", "tikz", "mermaid", "dot")
