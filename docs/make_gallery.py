"""Write docs/gallery: every example as it stands in its file, and its worked solution below it.

python docs/make_gallery.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import backprop_derive as bd
from backprop_derive.formats.markdown import code_span, escape
from backprop_derive.syntax.written import written

DOCS = Path(__file__).resolve().parent
EXAMPLES = sorted((DOCS.parent / "examples").glob("*.txt"))
GALLERY = DOCS / "gallery"
INDEX = """# Gallery

Every problem of `examples/` with the solution that `backprop-derive solve` writes for it. `python docs/make_gallery.py`
writes these pages anew; the tests see to it that they are up to date.

| problem | what it shows |
| --- | --- |
"""


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of every page, the index first."""
    problems = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES}
    solutions = {name: bd.solve(text) for name, text in problems.items()}
    rows = [f"| [{name}]({name}.md) | {_title(solution)} |" for name, solution in solutions.items()]
    yield "README.md", INDEX + "\n".join(rows) + "\n"
    for name, solution in solutions.items():
        source = f"From {code_span(f'examples/{name}.txt')}:"
        worked = solution.to_markdown(flavour="github")
        yield f"{name}.md", f"{source}\n\n```text\n{problems[name].strip()}\n```\n\n{worked}"


def _title(solution: bd.Solution) -> str:
    steps = "; ".join(f"{step.written} = {written(step.expression)}" for step in solution.steps)
    return escape(solution.problem.title) or code_span(steps)


def main() -> None:
    """Write the pages, and take away those of examples that are gone."""
    GALLERY.mkdir(exist_ok=True)
    written = dict(pages())
    for name, text in written.items():
        (GALLERY / name).write_text(text, encoding="utf-8")
    for path in GALLERY.glob("*.md"):
        if path.name not in written:
            path.unlink()


if __name__ == "__main__":
    main()
