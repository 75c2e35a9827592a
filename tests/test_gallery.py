"""The gallery shows every example, and each as it is solved now."""

from __future__ import annotations

import runpy

from tests.conftest import CHECKOUT

GALLERY = CHECKOUT / "docs" / "gallery"


def test_the_gallery_is_up_to_date() -> None:
    pages = dict(runpy.run_path(str(CHECKOUT / "docs" / "make_gallery.py"))["pages"]())
    kept = {path.name: path.read_text(encoding="utf-8") for path in GALLERY.glob("*.md")}
    assert sorted(kept) == sorted(pages), "python docs/make_gallery.py"
    assert [name for name, text in pages.items() if kept[name] != text] == [], "python docs/make_gallery.py"
