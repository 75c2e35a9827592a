"""A script of Node that drives Chromium, for tests of what a browser shows."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def in_browser(script: Path, text: str, folder: Path, *packages: str) -> dict[str, Any]:
    """What the script prints of a file with this text as JSON; skips the test where Node, Chromium or packages lack."""
    if NODE is None or BROWSER is None:
        pytest.skip("Node or Chromium is not installed")
    needed = ("playwright-core", *packages)
    resolved = ", ".join(f"require.resolve('{name}')" for name in needed)
    if subprocess.run([NODE, "-e", resolved], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{' and '.join(needed)} are not installed: npm install them, and set NODE_PATH to the folder")
    target = folder / "page.html"
    target.write_text(text, encoding="utf-8")
    command = [NODE, str(script), str(target), BROWSER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
