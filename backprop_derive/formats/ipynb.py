"""Jupyter notebooks: prose as Markdown cells, code as code cells with what it prints; run only when asked to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..document import Block, CodeBlock, Document, Heading
from ..errors import OutputError
from ..options import Options
from . import markdown

# A heading of this level or a higher one begins a cell.
_CELL_LEVEL = 3
_TIMEOUT = 120


def render(document: Document, options: Options) -> str:
    """The notebook as JSON of nbformat 4.5. Raises OutputError where it is to be executed and cannot."""
    cells = list(_cells(document, replace(options, flavour="dollar")))
    notebook = {
        "cells": [{**cell, "id": f"{number:03d}-{cell['cell_type']}"} for number, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "title": document.title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    if options.execute:
        notebook = _executed(notebook)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cells(document: Document, options: Options) -> Iterator[dict[str, Any]]:
    prose: list[Block] = []
    blocks = list(document.blocks)
    for position, block in enumerate(blocks):
        is_code = isinstance(block, CodeBlock) and block.language == "python"
        if prose and (is_code or (isinstance(block, Heading) and block.level <= _CELL_LEVEL)):
            yield _markdown(document, prose, options)
            prose = []
        if isinstance(block, CodeBlock) and is_code:
            following = blocks[position + 1] if position + 1 < len(blocks) else None
            is_output = isinstance(following, CodeBlock) and not following.language
            yield _code(block.text, following.text if isinstance(following, CodeBlock) and is_output else "")
        elif not (_is_output(blocks, position)):
            prose.append(block)
    if prose:
        yield _markdown(document, prose, options)


def _is_output(blocks: list[Block], position: int) -> bool:
    """Whether a block is what the code before it prints."""
    block, before = blocks[position], blocks[position - 1] if position else None
    printed = isinstance(block, CodeBlock) and not block.language
    return printed and isinstance(before, CodeBlock) and before.language == "python"


def _markdown(document: Document, blocks: list[Block], options: Options) -> dict[str, Any]:
    text = markdown.render(replace(document, blocks=tuple(blocks)), options).strip()
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(source: str, output: str) -> dict[str, Any]:
    outputs = [{"name": "stdout", "output_type": "stream", "text": _lines(output + "\n")}] if output else []
    return {
        "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": outputs, "source": _lines(source)
    }  # fmt: skip


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with what its cells really print, run by a Jupyter kernel."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    except ImportError:
        raise OutputError(
            "executing a notebook needs Jupyter's nbclient, nbformat and ipykernel",
            hint='pip install "backprop-derive[notebook]"',
        ) from None
    reads: Any = nbformat.reads  # untyped
    cells = reads(json.dumps(notebook), as_version=4)
    try:
        client = NotebookClient(
            cells, timeout=_TIMEOUT, kernel_name="python3", record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=40"],
        )  # fmt: skip
        client.execute()
    except CellExecutionError as error:
        raise OutputError(f"a cell of the notebook failed: {error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError, OSError) as error:
        raise OutputError(f"the notebook could not be executed: {error}") from None
    except Exception as error:  # jupyter_client raises errors of its own where there is no kernel
        if type(error).__name__ != "NoSuchKernel":
            raise
        raise OutputError(
            "there is no Python kernel for the notebook", hint='pip install "backprop-derive[notebook]"'
        ) from None
    writes: Any = nbformat.writes
    executed: dict[str, Any] = json.loads(writes(cells))
    return executed
