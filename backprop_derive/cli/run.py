"""What `solve` and `derive` do: read the problem, solve it, write the result."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..errors import CertificateError, UsageError, shorten
from ..formats import SUFFIXES
from ..formats.files import check_target, write_whole
from ..limits import Limits, with_limits
from ..limits import time_limit as time_limit
from ..options import DEFAULT_OPTIONS, PROGRAMS, Options
from .reading import is_same_file, problem_text
from .viewing import file_to_view, view
from .waiting import waiting

_SUFFIXES = SUFFIXES | {
    ".py": "torch",
    ".svg": "svg", ".tikz": "tikz", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot",
}  # fmt: skip


def run(
    command: str,
    *,
    problem: str | None,
    text: str | None,
    given: tuple[str, ...],
    direction: tuple[str, ...],
    **choices: Any,
) -> None:
    """One call of the command line. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices.pop("limits"))
    output, opens = viewed(choices, problem)
    path = target(output, problem)
    format_ = format_for(choices.pop("format_") or format_of(path), output)
    check_choices(choices, format_)
    name, source = problem_text(problem, text, limits)
    options = read_options(choices, limits)
    wrt, loss, expand = choices["wrt"], choices["loss"], choices["expand"]
    with working(limits):
        from .. import api
        from ..language.reader import read_problem

        names = tuple(wrt.replace(",", " ").split())
        values = None if command == "derive" else read_given(given)
        read = read_problem(source, name=name, given=values, wrt=names, loss=loss, limits=limits)
        if command == "derive":
            solution = api.derive(read, expand=expand, options=options, limits=limits)
        else:
            along = read_given(direction, "--direction")
            engine = choices["check"]
            solution = api.solve(read, expand=expand, direction=along, check=engine, options=options, limits=limits)
            if choices["certify"]:
                _certify(solution)
        content = solution.render(format_)
    put(content, path, opens)
    if not all(comparison.agrees for comparison in solution.comparisons):
        click.echo(f"warning: {choices['check']} does not confirm this solution", err=True)
        sys.exit(1)


@contextmanager
def working(limits: Limits) -> Iterator[None]:
    """The work of a command: within its time, and with a sign of life. Raises LimitError."""
    with time_limit(limits.work), waiting():
        yield


def viewed(choices: dict[str, Any], problem: str | None = None) -> tuple[str | None, bool]:
    """What `-o` and `--open` say: the file to write, and whether to open it. Raises UsageError."""
    output, opens = choices.pop("output"), choices.pop("opens")
    if not opens:
        return output, False
    suffixes = {format: suffix for suffix, format in reversed(_SUFFIXES.items())}
    return file_to_view(output, problem, suffixes.get(choices["format_"], ".html")), True


def _certify(solution: Any) -> None:
    """Leave with status 1, naming the line, where a solution is not confirmed; nothing is written then."""
    try:
        solution.certify()
    except CertificateError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def target(output: str | None, *inputs: str | None) -> Path | None:
    """The file to write, None for standard output. Raises UsageError where it is an input, OutputError."""
    if output is None or output == "-":
        return None
    path = Path(output)
    if any(name is not None and is_same_file(path, name) for name in inputs):
        raise UsageError(f"{output} is the input: it would be overwritten", hint="another file for -o")
    check_target(path)
    return path


def targets(names: tuple[str, ...], option: str, suffixes: tuple[str, ...], *inputs: str | None) -> list[Path]:
    """Files to write besides the document. Raises UsageError where a suffix says nothing."""
    found = []
    for name in names:
        path = target(name, *inputs)
        if path is None or path.suffix.lower() not in suffixes:
            raise UsageError(f"{option} {name}", expected=f"a file that ends in {' or '.join(suffixes)}")
        found.append(path)
    return found


def format_for(chosen: str | None, output: str | None) -> str:
    """The format, where none is chosen by what standard output is. Raises UsageError for a PDF on a terminal."""
    if chosen == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("a PDF cannot be shown on a terminal", hint="-o solution.pdf")
    return chosen or ("txt" if sys.stdout.isatty() else "md")


def put(content: str | bytes, path: Path | None, opens: bool = False) -> None:
    """Write a result to its file, whole or not at all, or to standard output; open the file where that is asked for."""
    if path is not None:
        write_whole(path, content)
        if opens:
            view(path)
        return
    data = content if isinstance(content, bytes) else content.encode()
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def format_of(path: Path | None) -> str | None:
    """The format that a file's suffix stands for. Raises UsageError, listing those there are."""
    if path is None:
        return None
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(
            f"{path.name}: no format has the suffix {suffix or '(none)'}", expected=", ".join(sorted(set(_SUFFIXES))),
            hint="-f md to choose the format yourself",
        )  # fmt: skip
    return _SUFFIXES[suffix]


def read_options(choices: dict[str, Any], limits: Limits) -> Options:
    """The presentation options of a call. Raises UsageError, LimitError."""
    digits, template = choices["digits"], choices["template"]
    limits.check("digits", digits, "--digits")
    return Options(
        layout=choices.get("layout", DEFAULT_OPTIONS.layout),
        paths=choices.get("paths", DEFAULT_OPTIONS.paths), mode=choices.get("mode", DEFAULT_OPTIONS.mode),
        detail=choices["detail"], digits=digits, notation=choices["notation"], flavour=choices["flavour"],
        rules=choices["rules"], shapes=choices["shapes"], fragment=choices["fragment"], engine=choices["engine"],
        graph=choices.get("graph"), interactive=choices.get("interactive", False),
        template=None if template is None else Path(template), language=choices["lang"],
        layout_convention=choices["layout_convention"], backward=choices.get("backward"),
        execute=choices.get("execute", False),
    )  # fmt: skip


def check_choices(choices: dict[str, Any], chosen: str) -> None:
    """Refuse what this format would silently ignore. Raises UsageError."""
    if choices["backward"] is not None and chosen not in PROGRAMS:
        raise UsageError("--backward is a choice of scripts", hint="-f numpy --backward explicit")
    if choices.get("interactive") and chosen != "html":
        raise UsageError("--interactive makes a page", hint="-f html --interactive")
    if choices["execute"] and chosen != "ipynb":
        raise UsageError("--execute runs the cells of a notebook", hint="-f ipynb --execute")


def read_given(groups: tuple[str, ...], option: str = "--given") -> dict[str, Any]:
    """`x=1,w=2` as names and the text of their values. Raises UsageError."""
    values: dict[str, Any] = {}
    for group in groups:
        for part in _split(group):
            name, equals, value = part.partition("=")
            if not equals or not name.strip() or not value.strip() or value.startswith("="):
                raise UsageError(f"{option} {shorten(part)}", expected=f"name=value, such as {option} x=1,w=2")
            values[name.strip()] = value.strip()
    return values


def _split(text: str) -> Iterator[str]:
    """At the commas outside of brackets."""
    depth, start = 0, 0
    for position, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def read_limits(pairs: tuple[str, ...]) -> Limits:
    """`--limit NAME=VALUE`, any number of times. Raises UsageError."""
    raised = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if not (value.isascii() and value.isdigit() and len(value) <= 15):
            raise UsageError(f"--limit {shorten(pair)}", expected="NAME=VALUE with a whole number")
        raised[name.strip()] = int(value)
    return with_limits(raised)
