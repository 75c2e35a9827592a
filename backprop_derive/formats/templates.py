"""Jinja2 in its sandbox: shipped templates, or a user's own in front of them."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..document import Document
from ..errors import OutputError
from ..languages import NEEDS_FONTS
from ..options import Options
from ..shipped import shipped
from .files import write_whole
from .guard import within_limits
from .views import BlockView

# TeX and Typst use braces and hashes themselves, so their templates have other delimiters.
_DELIMITERS: dict[str, dict[str, Any]] = {
    "tex": {
        "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<",
        "variable_end_string": ">>", "comment_start_string": "<#", "comment_end_string": "#>",
    },
}  # fmt: skip
_DELIMITERS["typ"] = _DELIMITERS["tikz"] = _DELIMITERS["tex"]
_LONGEST = 50_000_000  # characters that a user's own templates may write
# What a template may know of the options: words and switches, and no path, whose methods would open files.
_CHOICES = (
    "layout", "layout_convention", "detail", "digits", "notation", "flavour", "rules", "fragment", "language"
)  # fmt: skip


def fill(format: str, document: Document, blocks: list[BlockView], options: Options, **more: Any) -> str:
    """The format's `body.j2` filled with a document. Raises OutputError naming template, line and reason."""
    choices = {name: getattr(options, name) for name in _CHOICES}
    context = {
        "document": document, "blocks": blocks, "options": choices,
        "needs_fonts": document.language in NEEDS_FONTS, **more,
    }  # fmt: skip
    if options.template is None:
        return filled(format, None, context)
    own = options.template.resolve()
    return within_limits(filled, own, format, own, context, _LONGEST).decode()


def filled(format: str, own: Path | None, context: dict[str, Any], longest: int | None = None) -> str:
    """The template's text, at most `longest` characters of it. Raises OutputError."""
    try:
        template = environment(format, own).get_template("body.j2")
        if longest is None:
            return template.render(context)
        return _bounded(template, context, longest)
    except TemplateSyntaxError as error:
        raise OutputError(f"template {error.filename or error.name}, line {error.lineno}: {error.message}") from None
    except (SecurityError, TemplateError) as error:
        raise OutputError(f"template {_where(error)}: not allowed or not defined: {error.message}") from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, OSError, RecursionError) as error:
        if own is None:
            raise
        raise OutputError(f"template {_where(error)}: {error}") from None


def _bounded(template: jinja2.Template, context: dict[str, Any], longest: int) -> str:
    pieces, length = [], 0
    for piece in template.generate(context):
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            raise OutputError(f"template {template.filename}: it writes more than {longest:,} characters")
    return "".join(pieces)


def template_folder(format: str) -> Path:
    """Where a format's templates are: inside an installed package, or beside it in a checkout."""
    return shipped("templates") / format


@lru_cache(maxsize=32)
def environment(format: str, own: Path | None) -> jinja2.Environment:
    """The environment of a format, with a user's folder in front of the shipped one; a sandbox where there is one."""
    folders = [template_folder(format)] if own is None else [own, template_folder(format)]
    kind = jinja2.Environment if own is None else ImmutableSandboxedEnvironment
    env = kind(
        loader=_Loader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=format == "html",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=32,
        auto_reload=own is not None,  # shipped templates do not change while a program runs
        bytecode_cache=_Compiled(folders[0]) if own is None else None,
        **_DELIMITERS.get(format, {}),
    )
    env.filters["indented"] = indented
    return env


class _Loader(jinja2.FileSystemLoader):
    """Templates of its folders and of no other, not even by a link that lies in one of them."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_current = super().get_source(environment, template)
        real = Path(filename).resolve()
        if not any(real.is_relative_to(Path(folder).resolve()) for folder in self.searchpath):
            raise jinja2.TemplateNotFound(template, f"{template!r} lies outside of the folder of templates")
        return source, filename, is_current


class _Compiled(BytecodeCache):
    """Shipped templates compiled, where Python keeps its compiled modules. It may be lost or broken at any moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(importlib.util.cache_from_source(str(folder / "body.py"))).parent

    def file(self, bucket: Bucket) -> Path:
        kind = type(bucket.environment).__name__  # a sandbox compiles every call otherwise
        return self.folder / f"{bucket.key}.{sys.implementation.cache_tag}-jinja2-{jinja2.__version__}-{kind}.j2c"

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            with self.file(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except Exception:  # whatever pickle makes of a broken file
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError, OutputError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.file(bucket), bucket.bytecode_to_string())


def indented(text: str, width: int) -> str:
    """The text with every line after the first indented, but for empty ones."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)


def _where(error: BaseException) -> str:
    """File and line of the template that was running."""
    found = "body.j2"
    traceback = error.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.endswith(".j2"):
            found = f"{name}, line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found
