"""What the site makes of the program itself: every operation, and every example in every format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pygments.lexers import TextLexer

import backprop_derive as bd
from backprop_derive.cheatsheet.calls import is_of_tensors
from backprop_derive.cheatsheet.sentences import GROUPS
from backprop_derive.cheatsheet.sheet import NUMBERS, TENSORS, operation_blocks
from backprop_derive.document import Block, Code, Document, Heading, Inline, Item, ListBlock, Words
from backprop_derive.errors import UsageError
from backprop_derive.formats import render
from backprop_derive.formats.files import write_whole
from backprop_derive.ops.record import Operation
from backprop_derive.shipped import example_files

HERE = Path(__file__).resolve().parent.parent
MADE = HERE / "_generated"
EXTRA = MADE / "extra" / "examples"
# Name of a format, suffix of its file, and how the page calls it.
FORMATS = (
    ("pdf", "pdf", "PDF"), ("html", "html", "HTML"), ("md", "md", "Markdown"), ("tex", "tex", "LaTeX"),
    ("typ", "typ", "Typst"), ("ipynb", "ipynb", "notebook"), ("txt", "text.txt", "text"), ("json", "json", "JSON"),
    ("svg", "svg", "graph"), ("tikz", "graph.tex", "graph in TikZ"), ("mermaid", "mmd", "graph in Mermaid"),
    ("dot", "dot", "graph in DOT"), ("numpy", "numpy.py", "NumPy"), ("torch", "torch.py", "PyTorch"),
    ("jax", "jax.py", "JAX"),
)  # fmt: skip


def make(app: Any) -> None:
    """Write what is included by pages or copied beside them."""
    write(MADE / "parts" / "operations.md", str(render(operations(), "md", bd.Options())))
    for file in example_files():
        solution = bd.solve(file.read_text(encoding="utf-8"))
        write(EXTRA / file.name, file.read_text(encoding="utf-8"))
        for format, suffix, _ in FORMATS:
            try:
                write(EXTRA / f"{file.stem}.{suffix}", solution.render(format))
            except UsageError:  # a problem without values has no script
                continue
        for layout in ("handout", "slides"):
            write(EXTRA / f"{file.stem}-{layout}.pdf", solution.render("pdf", layout=layout))
        try:
            write(EXTRA / f"{file.stem}-play.html", solution.render("html", interactive=True))
        except UsageError:  # only numbers can be played with
            continue


def operations() -> Document:
    """Every operation with what its record says, and the gradients that the program derives from it."""
    blocks: list[Block] = []
    for key, group in {**NUMBERS, **TENSORS}.items():
        blocks.append(Heading(2, (Words(GROUPS[key]),)))
        for op in group:
            blocks.append(Heading(3, (Code(op.name),)))
            blocks.append(ListBlock(tuple(map(Item, said(op))), ordered=False))
            blocks += operation_blocks(op, bd.Options())
    return Document("Operations", tuple(blocks))


def said(op: Operation) -> Iterator[tuple[Inline, ...]]:
    """The fields of a record that say something, a line each."""
    yield (Words("Called as "), Code(f"{op.name}({op.signature})"), *_listed(", also ", op.aliases))
    if op.definition is not None:
        yield (Words("Defined as "), Code(op.definition))
    for option, definition in op.variants.items():
        yield (Words("With "), Code(option), Words(": "), Code(definition))
    if op.domain is not None:
        yield (Words("Has a value where "), Code(op.domain))
    if op.convention and is_of_tensors(op.name):  # of numbers, the gradients say it
        yield (Words(f"At a kink {op.convention}"),)
    if op.source:
        yield (Words(f"Source: {op.source}"),)


def _listed(before: str, names: tuple[str, ...]) -> Iterator[Inline]:
    for name in names:
        yield from (Words(before), Code(name))


def write(path: Path, content: str | bytes) -> None:
    """A file as it is now; one that would not change keeps its date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data)


def in_every_format(app: Any, page: str, source: list[str]) -> None:
    """A page of the gallery with its graph and with links to the example in every format."""
    folder, _, name = page.rpartition("/")
    if folder != "gallery":
        return
    if name == "README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
        return
    links = [(f"{name}.txt", "problem")]
    links += [(f"{name}.{suffix}", called) for _, suffix, called in FORMATS]
    links += [
        (f"{name}-handout.pdf", "handout"),
        (f"{name}-slides.pdf", "slides"),
        (f"{name}-play.html", "page to play with"),
    ]
    shown = " · ".join(
        f'<a href="../examples/{file}">{called}</a>' for file, called in links if (EXTRA / file).exists()
    )
    graph = f'<figure class="graph"><img src="../examples/{name}.svg" alt="The computation graph"></figure>'
    problem, _, solution = source[0].partition("\n# ")
    heading, _, below = solution.partition("\n")
    title = "The example of the notes" if heading == "Worked solution" else heading
    source[0] = f"# {title}\n\n{shown}\n\n{problem}\n{graph}\n{below}"


def examples_of_help(app: Any, context: click.Context, lines: list[str]) -> None:
    """The examples at the end of a `--help` as a block of code."""
    told = [line for line in (context.command.epilog or "").splitlines() if line.startswith("  ")]
    lines[:] = ["", ".. code-block:: sh", "", *(f"   {line.strip()}" for line in told), ""] if told else []


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    for language in ("problem", "mermaid", "backprop"):
        app.add_lexer(language, TextLexer)
    app.connect("builder-inited", make)
    app.connect("sphinx-click-process-epilog", examples_of_help)
    app.connect("source-read", in_every_format)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
