"""Where the tests find what they share."""

from __future__ import annotations

from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def corpus() -> Path:
    """The corpus of worked and hostile cases: the one beside the checkout, or else the copy kept here."""
    beside = CHECKOUT.parent / "shared" / "corpus"
    return beside if (beside / "worked").is_dir() else CHECKOUT / "tests" / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files in tests/golden")
