"""Where the tests find what they share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parent.parent

# A shell starts what runs in the background with Ctrl-C ignored, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Inputs are drawn slowly where the machine is busy, which says nothing of what is tested.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def corpus() -> Path:
    """The corpus of worked and hostile cases: the one beside the checkout, or else the copy kept here."""
    beside = CHECKOUT.parent / "shared" / "corpus"
    return beside if (beside / "worked").is_dir() else CHECKOUT / "tests" / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files in tests/golden")
