r"""LaTeX that stays as it is: what its blocks and roles ask for is defined in a file beside it, for backprop.sty.

notes.tex keeps its blocks, says \usepackage{backprop}, and is compiled as ever; notes.backprop.tex holds a definition
for each block by its number, and for each value.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import BackpropError
from ..formats.templates import template_folder
from ..formats.tex import definition
from .files import Result, document_text, write
from .found import Block, Role
from .weave import Weaver, Work


def write_fragments(path: Path, weaver: Weaver) -> tuple[BackpropError, ...]:
    """Write the definitions and the package beside a document, where nothing is wrong in it; else what is."""
    work = Work(weaver, "tex")
    ((name, _, found),) = work.read([(str(path), document_text(path, weaver.limits))])
    lines = [f"% Written by backprop-derive from {path.name}: every change is lost."]
    number = 0
    for each in found:
        number += isinstance(each, Block)
        made = work.made(each)
        if isinstance(each, Role):
            block = each.block or str(number)
            lines.append(definition(f"{block}:{each.asked}", made))
        else:
            lines.append(definition(str(number), made))
    errors = work.errors_of(name)
    if not errors:
        package, made = template_folder("tex") / "backprop.sty", "\n".join(dict.fromkeys(lines)) + "\n"
        beside = path.with_name(package.name), path.with_name(f"{path.stem}.backprop.tex")
        write(Result(((package, beside[0], None), (path, beside[1], made)), len(found), ()))
    return errors
