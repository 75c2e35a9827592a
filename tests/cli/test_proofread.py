"""The command `proofread`: input, output, exit status."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from backprop_derive.cli.main import main


def call(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["proofread", *arguments], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_status_0_where_nothing_is_wrong_and_1_where_something_is() -> None:
    assert call("-", stdin="1 + 1 = 2")[0] == 0
    status, shown, _ = call("-", stdin="1 + 1 = 3")
    assert status == 1
    assert "should be: 2" in shown


def test_status_2_with_one_message_where_the_notes_cannot_be_read(tmp_path: Path) -> None:
    status, shown, error = call(str(tmp_path / "none.md"))
    assert (status, shown) == (2, "")
    assert error.startswith("error: ")


def test_a_file_gets_the_format_of_its_suffix(tmp_path: Path) -> None:
    notes, report = tmp_path / "notes.md", tmp_path / "report.sarif"
    notes.write_text("1 + 1 = 3", encoding="utf-8")
    assert call(str(notes), "-o", str(report))[0] == 1
    assert json.loads(report.read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_the_notes_are_not_overwritten(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("1 + 1 = 2", encoding="utf-8")
    assert call(str(notes), "-o", str(notes))[0] == 2
    assert notes.read_text(encoding="utf-8") == "1 + 1 = 2"


def test_several_notes_are_judged_in_turn_and_the_worst_decides(tmp_path: Path) -> None:
    right, wrong, plain = tmp_path / "right.md", tmp_path / "wrong.md", tmp_path / "plain.md"
    right.write_text("1 + 1 = 2", encoding="utf-8")
    wrong.write_text("1 + 1 = 3", encoding="utf-8")
    plain.write_text("Words only.", encoding="utf-8")
    assert call(str(right), str(plain))[0] == 0
    status, shown, _ = call(str(wrong), str(right))
    assert status == 1
    assert f"{wrong}:1:" in shown
    assert str(right) in shown
    status, _, error = call(str(right), str(wrong), "-f", "json")
    assert status == 2
    assert "one call a file" in error
