"""The hook that ships, and the one that the page shows: what they run, and what stops a commit."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT
from tests.docs.pages import blocks

yaml = pytest.importorskip("yaml", reason="the files of pre-commit are YAML; PyYAML is not installed")

RIGHT = "Given $x = 2$, $w = 3$.\n\n$y = w x = 6$\n"
WRONG = RIGHT + "\n$L = y^2$, $\\frac{dL}{dw} = 2 y w$\n"


def hooks() -> dict[str, dict[str, Any]]:
    """The hook of the repository, and those that the page writes out."""
    (shipped,) = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    page = (CHECKOUT / "docs" / "howto" / "pre-commit.md").read_text(encoding="utf-8")
    local, cloned = (yaml.safe_load(b.text)["repos"][0]["hooks"][0] for b in blocks(page) if b.language == "yaml")
    assert cloned == {"id": shipped["id"]}
    return {"shipped": shipped, "local": local}


@pytest.mark.parametrize("which", ["shipped", "local"])
def test_a_wrong_claim_stops_the_commit_and_right_ones_do_not(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hooks()[which]
    monkeypatch.chdir(tmp_path)
    Path("chapters").mkdir()
    files = ["chapters/one.md", "chapters/two.md"]
    assert all(re.search(hook["files"], file) for file in files)
    program, *words = shlex.split(hook["entry"])
    assert program == "backprop-derive"
    for text, status in ((RIGHT, 0), (WRONG, 1)):
        Path(files[0]).write_text(RIGHT, encoding="utf-8")
        Path(files[1]).write_text(text, encoding="utf-8")
        assert CliRunner().invoke(main, [*words, *files]).exit_code == status
