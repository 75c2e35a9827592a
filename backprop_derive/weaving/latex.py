r"""Where LaTeX source holds blocks and roles: \begin{backprop}[options] … \end{backprop}, and \backprop{w.grad}.

What is behind a percent sign, in a verbatim environment or after the document is text.
"""

from __future__ import annotations

import re

from ..errors import ProblemError
from ..syntax.source import Source
from .found import Block, Found, Line, Role
from .infos import inner_options, listed_options, role_parts

_VERBATIM = r"verbatim\*?|Verbatim\*?|lstlisting|minted|comment|alltt|filecontents\*?"
_SIGN = re.compile(
    rf"\\begin\{{(?P<verbatim>{_VERBATIM})\}}"
    r"|\\verb\*?(?P<bar>[^a-zA-Z\s*])"
    r"|\\begin\{backprop\}(?:\[(?P<options>[^\]\r\n]*)\])?"
    r"|\\backprop(?:\[(?P<block>[^\]\r\n]*)\])?\{(?P<asked>[^{}\r\n]*)\}"
    r"|(?P<end>\\end\{document\})"
    r"|\\."
    r"|(?P<percent>%)",
    re.DOTALL,
)
_END = re.compile(r"^[ \t]*\\end\{backprop\}", re.MULTILINE)


def find(text: str, name: str) -> tuple[list[Found], list[ProblemError]]:
    """The blocks and roles of a document in order, and what is wrong with blocks that do not end."""
    source = Source(name, text)
    found: list[Found] = []
    errors: list[ProblemError] = []
    position = 0
    while (match := _SIGN.search(text, position)) is not None and match["end"] is None:
        position = match.end()
        if match["percent"]:
            position = (text.find("\n", position) + 1) or len(text)
        elif match["bar"]:
            position = (text.find(match["bar"], position) + 1) or len(text)
        elif match["verbatim"]:
            closing = f"\\end{{{match['verbatim']}}}"
            position = text.find(closing, position)
            position = len(text) if position < 0 else position + len(closing)
        elif match["asked"] is not None:
            block, asked = role_parts(match["asked"])
            where = source.place(match.start("asked"))
            found.append(Role(match.start(), match.end(), match["block"] or block, asked, where))
        elif match[0].startswith("\\begin{backprop}"):
            closing_line = _END.search(text, position)
            if closing_line is None:
                errors.append(
                    ProblemError(
                        "this block is never closed", place=source.place(match.start()),
                        expected=r"a line \end{backprop} after the problem",
                    )
                )  # fmt: skip
                break
            found.append(_block(source, match, closing_line))
            position = closing_line.end()
    return found, errors


def _block(source: Source, match: re.Match[str], closing: re.Match[str]) -> Block:
    opening, text = source.place(match.start()), source.text[match.end() : closing.start()]
    written = listed_options(match["options"], source.place(match.start("options"))) if match["options"] else []
    inner = [line.rstrip("\r") for line in text.split("\n")]
    lines = [
        Line(opening.line, opening.column - 1 + match.end() - match.start(), opening.text),
        *(Line(opening.line + k, 0, line) for k, line in enumerate(inner[1:], 1)),
    ]
    own = inner_options(inner[1:], lines[1:], source.name)
    blanked = [inner[0], *([""] * len(own)), *inner[1 + len(own) :]]
    return Block(match.start(), closing.end(), "\n".join(blanked), tuple(lines), (*written, *own), opening,
                 ends_with_return="\r\n" in text)  # fmt: skip
