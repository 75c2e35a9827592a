"""The hostile corpus through the server: what is shown, what is refused, and that it goes on after each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.test_hostile_corpus import CASES, DECIDED, HOSTILE, ORACLE

ASKED = {
    name: case for name, case in CASES.items()
    if "argv" not in case and not str(case.get("generator", "")).startswith("tpl_")
}  # fmt: skip


def _text(case: dict[str, Any], folder: Path) -> str:
    if "problem" in case:
        return str(case["problem"])
    subprocess.run([sys.executable, HOSTILE / "generate.py", folder, case["generator"]], check=True)
    made = folder / case["generator"]
    try:
        if made.is_file():
            return made.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        pass
    pytest.skip("a page sends text, and neither other bytes nor a folder or a pipe")


@pytest.mark.parametrize("name", ASKED)
def test_a_hostile_problem_is_shown_or_refused_as_it_should_be(name: str, client: TestClient, tmp_path: Path) -> None:
    case = ASKED[name]
    expected = DECIDED.get(name) or (None if case.get("either") else case["expect"])
    text = _text(case, tmp_path)
    formats = [form for form in ("html", "md", "tex") if form == "html" or form in case["formats"]]
    for form in formats:
        response = client.post("/download", json={"text": text, "format": form})
        assert response.status_code in (200, 422, 413), response.text[:500]
        if response.status_code == 200:
            assert expected != "error"
            shown = case if form in case["formats"] else {**case, "must_show": [], "must_not": []}
            assert ORACLE.violations(shown, form, response.text) == []
        else:
            said = "\n".join(str(part) for part in response.json()["error"].values())
            assert "Traceback" not in said
            assert ORACLE.violations({**case, "must_show": []}, "stderr", said) == []
    assert "html" in client.post("/solve", json={"text": f"Title: {name}\nGiven x = 1\nL = x^2"}).json()


def test_most_of_the_corpus_is_asked() -> None:
    assert len(ASKED) > 150
