"""Jinja2 in its sandbox: shipped templates, or a user's own in front of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..document import Document
from ..errors import OutputError
from ..options import Options
from .views import BlockView

# TeX and Typst use braces and hashes themselves, so their templates have other delimiters.
_DELIMITERS = {
    "tex": {
        "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<",
        "variable_end_string": ">>", "comment_start_string": "<#", "comment_end_string": "#>",
    },
}  # fmt: skip
_DELIMITERS["typ"] = _DELIMITERS["tex"]


def template_folder(format: str) -> Path:
    """Where a format's templates are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates" / format
    return inside if inside.is_dir() else package.parent / "templates" / format


@lru_cache(maxsize=32)
def environment(format: str, own: Path | None) -> ImmutableSandboxedEnvironment:
    """The environment of a format, with a user's folder in front of the shipped one."""
    folders = [template_folder(format)] if own is None else [own, template_folder(format)]
    env = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=format == "html",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=32,
        **_DELIMITERS.get(format, {}),
    )
    env.filters["indented"] = indented
    return env


def indented(text: str, width: int) -> str:
    """The text with every line after the first indented."""
    return text.replace("\n", "\n" + " " * width)


def fill(format: str, document: Document, blocks: list[BlockView], options: Options, **more: Any) -> str:
    """The format's `body.j2` filled with a document. Raises OutputError naming template, line and reason."""
    try:
        template = environment(format, options.template).get_template("body.j2")
        return template.render(document=document, blocks=blocks, options=options, **more)
    except TemplateSyntaxError as error:
        raise OutputError(f"template {error.filename or error.name}, line {error.lineno}: {error.message}") from None
    except (SecurityError, TemplateError) as error:
        raise OutputError(f"template {_where(error)}: not allowed or not defined: {error.message}") from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, OSError) as error:
        if options.template is None:
            raise
        raise OutputError(f"template {_where(error)}: {error}") from None


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
