"""What the documents say is so: nothing is left out, their links lead somewhere. Their blocks are run in tests/docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive.cli.main import main
from backprop_derive.limits import Limits
from backprop_derive.ops.table import CALLABLE
from tests.conftest import CHECKOUT

DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
DOCUMENTS = [path for path in DOCUMENTS if "_generated" not in path.parts]
LANGUAGE = (CHECKOUT / "docs" / "language.md").read_text(encoding="utf-8")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_solved_in_every_layout(example: Path) -> None:
    solution = bd.solve(example.read_text(encoding="utf-8"))
    for layout in ("solution", "lesson"):
        assert "**Find**" in solution.to_markdown(layout=layout)


@pytest.mark.parametrize("function", sorted(CALLABLE))
def test_the_language_page_names_every_function(function: str) -> None:
    assert re.search(rf"`{re.escape(function)}[`(]", LANGUAGE), f"{function} is missing in docs/language.md"


def test_the_language_page_names_every_limit() -> None:
    table = LANGUAGE[LANGUAGE.index("## Limits") :]
    assert [name for name in Limits.__dataclass_fields__ if f"`{name}`" not in table] == []


def test_the_error_of_the_readme_is_the_one_you_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (shown,) = re.findall(r"```text\n(error: .*?)```", README, re.DOTALL)
    (tmp_path / "problem.txt").write_text("Given x = 1, y = 2, w = 1\n\n1. y^ = x * w\n2. s = yhat - y\n")
    result = CliRunner().invoke(main, ["solve", "problem.txt"])
    assert result.stderr == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_link_within_the_documents_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_readme_shows_the_solution_of_the_notes_example() -> None:
    solution = bd.solve((CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")).to_markdown()
    quoted = [line.removeprefix("> ") for line in README.splitlines() if line.startswith("> ")]
    assert [line for line in quoted if line and line not in solution] == []


WEAVING = (CHECKOUT / "docs" / "weave.md").read_text(encoding="utf-8")


def test_the_document_of_the_weaving_page_is_woven_and_the_page_itself_stays() -> None:
    from backprop_derive.weaving.weave import weave

    (document,) = re.findall(r"^````markdown\n(.*?)^````", WEAVING, re.DOTALL | re.MULTILINE)
    woven = weave(document)
    assert woven.errors == ()
    assert woven.text.endswith("The gradient is $-2$, so w grows.\n")
    assert weave(WEAVING).text == WEAVING


def test_the_weaving_page_names_every_option_and_kind() -> None:
    from backprop_derive.weaving.settings import KINDS, OPTIONS

    assert [name for name in (*KINDS, *OPTIONS) if name != "label" and f"`{name}`" not in WEAVING] == []
