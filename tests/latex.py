"""Whether this machine can typeset our LaTeX: pdflatex with TikZ, for pictures, and beamer, for slides."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache

import pytest


@lru_cache
def has_latex() -> bool:
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return False
    found = subprocess.run(["kpsewhich", "tikz.sty", "beamer.cls"], capture_output=True, text=True, check=False)
    return found.stdout.count("\n") == 2


needs_latex = pytest.mark.skipif(not has_latex(), reason="pdflatex with tikz and beamer is not installed")
