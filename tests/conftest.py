"""Where the tests find what they share."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def corpus() -> Path:
    """The corpus of worked and hostile cases: the one beside the checkout, or else the copy kept here."""
    beside = CHECKOUT.parent / "shared" / "corpus"
    return beside if (beside / "worked").is_dir() else CHECKOUT / "tests" / "corpus"
