"""The folders that ship are found in a checkout and inside an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_derive import shipped
from tests.conftest import CHECKOUT


def test_beside_the_package_in_a_checkout() -> None:
    assert shipped.shipped("templates") == CHECKOUT / "templates"
    assert shipped.example_files()[0] == CHECKOUT / "examples" / "lesson.txt"


def test_inside_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package" / "examples").mkdir(parents=True)
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "package")
    assert shipped.shipped("examples") == tmp_path / "package" / "examples"
    assert shipped.shipped("templates") == tmp_path / "templates"
