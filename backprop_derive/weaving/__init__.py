"""Documents that weave problems in: blocks and roles of Markdown, LaTeX and notebooks replaced by what they ask for."""
