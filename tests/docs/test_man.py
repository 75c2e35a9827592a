"""The manual pages: one for each command, with its options and its examples."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess

import pytest

from backprop_derive.cli import epilogs
from tests.conftest import CHECKOUT

pytest.importorskip("click_man", reason="click-man makes the manual pages; it is not installed")
MAKER = runpy.run_path(str(CHECKOUT / "docs" / "make_man.py"))
PAGES = dict(MAKER["pages"](MAKER["program"], "backprop-derive"))


def test_every_command_has_a_page_with_its_options_and_examples() -> None:
    assert {"backprop-derive", "backprop-derive-solve", "backprop-derive-examples-copy"} <= set(PAGES)
    weave = PAGES["backprop-derive-weave"]
    assert r"\fB\-\-fragments\fP" in weave
    examples = weave.partition(".SH EXAMPLES\n")[2].replace(r"\-", "-")
    written = [line.strip() for line in epilogs.WEAVE.splitlines() if "backprop-derive" in line]
    assert [line for line in examples.splitlines() if line.startswith("backprop-derive")] == written


@pytest.mark.skipif(shutil.which("man") is None, reason="man shows the pages; it is not installed")
def test_man_shows_the_examples_as_they_are_typed() -> None:
    for name in ("backprop-derive", "backprop-derive-solve"):
        shown = subprocess.run(["man", "-l", "-"], input=PAGES[name], capture_output=True, text=True, check=True).stdout
        assert re.search(r"^ +backprop-derive .*-o \S+\.pdf", shown, re.MULTILINE)
