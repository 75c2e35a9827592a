"""The PDF: by Typst, without a TeX installation, or by one where there is one."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from ..document import Document
from ..errors import OutputError
from ..languages import ENGLISH, NEEDS_FONTS
from ..options import Options
from .guard import within_limits

_TEX_SECONDS = 60
# Documents are the same bytes whenever they are made.
_TIMESTAMP = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def render(document: Document, options: Options) -> bytes:
    """The PDF's bytes, tagged for accessibility (PDF/UA-1) where Typst makes it. Raises OutputError."""
    return _by_latexmk(document, options) if options.engine == "latexmk" else _by_typst(document, options)


def _by_typst(document: Document, options: Options) -> bytes:
    from . import typ

    source = typ.render(document, options)
    if options.template is None:
        return set_by_typst(source, document.language)
    return within_limits(set_by_typst, options.template.resolve(), source, document.language)


def set_by_typst(source: str, language: str = ENGLISH) -> bytes:
    """The PDF of a Typst source; a character that no font has is named by its code point. Raises OutputError.

    A page in Chinese is not readable by code points, so that is refused where the machine has no font for it.
    """
    if language in NEEDS_FONTS:
        return _in_fonts_of_the_machine(source)
    try:
        return _compiled(source, system_fonts=False)
    except OutputError as error:
        missing = _without_glyph(error)
        if not missing:
            raise
    # Fonts of the machine are asked only for what Typst's own lack, so that a document is the same everywhere else.
    try:
        return _compiled(source, system_fonts=True)
    except OutputError as error:
        for character in _without_glyph(error):
            source = source.replace(character, f"U+{ord(character):04X} ")
        return _compiled(source, system_fonts=True)


def _in_fonts_of_the_machine(source: str) -> bytes:
    try:
        return _compiled(source, system_fonts=True)
    except OutputError as error:
        if not any(unicodedata.east_asian_width(character) in "WF" for character in _without_glyph(error)):
            raise
    raise OutputError(
        "no font for Chinese was found, and Typst brings none",
        expected="Noto Serif CJK SC, Source Han Serif SC or the like (Debian and Ubuntu: apt install fonts-noto-cjk),"
        " or a folder of fonts that the environment variable TYPST_FONT_PATHS names",
        hint="-f html, which a browser sets in its own fonts",
    )  # fmt: skip


# One compiler serves a process, and may do one thing at a time.
_COMPILING = Lock()


def _compiled(source: str, *, system_fonts: bool) -> bytes:
    import typst

    folders = os.environ.get("TYPST_FONT_PATHS", "") if system_fonts else ""
    typesetter = _compiler(system_fonts, tuple(filter(None, folders.split(os.pathsep))))
    try:
        with _COMPILING:
            compiled = typesetter.compile(source.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=_TIMESTAMP)
    except (typst.TypstError, RuntimeError, ValueError) as error:
        detail = re.sub(r"┌─ .*__typst_py_bytes__\.typ", "┌─ main.typ", str(getattr(error, "diagnostic", error)))
        raise OutputError(f"Typst could not set the document: {detail}") from None
    assert isinstance(compiled, bytes)
    return compiled


@lru_cache(maxsize=2)
def _compiler(system_fonts: bool, folders: tuple[str, ...]) -> Any:
    """A compiler with its fonts found once, which takes longer than most documents.

    Its root is an empty folder, which goes when the process ends: Typst finds no file of the machine, whatever a
    template asks for.
    """
    import typst

    empty = tempfile.TemporaryDirectory(prefix="backprop-derive-")
    _ROOTS.append(empty)
    fonts = typst.Fonts(include_system_fonts=system_fonts, font_paths=list(folders))
    return typst.Compiler(root=empty.name, font_paths=fonts)


_ROOTS: list[tempfile.TemporaryDirectory[str]] = []


def _without_glyph(error: OutputError) -> set[str]:
    """The characters that no font had, by Typst's own words."""
    return set("".join(re.findall(r'the text `"(.+?)"` could not be displayed', error.found)))


def _by_latexmk(document: Document, options: Options) -> bytes:
    from . import tex

    program = shutil.which("latexmk")
    if program is None:
        raise OutputError(
            "latexmk is not installed", expected="a TeX installation (TeX Live with latexmk)",
            hint="--engine typst, which needs none",
        )  # fmt: skip
    source = tex.render(document, options)
    engine = "-xelatex" if document.language in NEEDS_FONTS else "-pdf"
    if engine == "-xelatex" and shutil.which("xelatex") is None:
        raise OutputError("xelatex is not installed, which sets Chinese", expected="TeX Live with xelatex and ctex")
    with tempfile.TemporaryDirectory(prefix="backprop-derive-") as folder:
        (Path(folder) / "solution.tex").write_text(source, encoding="utf-8")
        command = [
            program, engine, "-norc", "-interaction=nonstopmode", "-halt-on-error", "-latexoption=-no-shell-escape",
            "solution.tex",
        ]  # fmt: skip
        # TeX may neither read nor write outside of this folder, whatever a document says.
        environment = {**os.environ, "openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "1767225600",
                       "FORCE_SOURCE_DATE": "1"}  # fmt: skip
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=_TEX_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise OutputError(f"latexmk took longer than {_TEX_SECONDS} seconds") from None
        result = Path(folder) / "solution.pdf"
        if done.returncode != 0 or not result.is_file():
            lines = done.stdout.decode(errors="replace").splitlines()
            reason = next((line for line in lines if line.startswith("!")), "see its log")
            raise OutputError(f"latexmk could not set the document: {reason}")
        return result.read_bytes()
