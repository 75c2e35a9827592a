"""What a run of many variants is: everything that its results depend on."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...limits import DEFAULT_LIMITS, Limits
from ...options import Options
from ...records import record
from ..task import DEFAULT_SHEETS, SheetOptions

# Positions of the seed's order that are worked off at once. What a killed run loses is at most this much a job.
BATCH = 50
_PROGRAM = "backprop-derive"
VERSION = version(_PROGRAM)


# Its slots leave no room for weak references, and so Dask sends it with every task. What it can refer to weakly it puts
# on some of the workers, where it is lost with them.
@record
class Plan:
    """`count` variants of the exercise `text`, in the order of `seed`, each shown as `kind` in `format`."""

    text: str
    name: str
    seed: int
    count: int
    format: str
    kind: str = "full"
    options: SheetOptions = DEFAULT_SHEETS
    limits: Limits = DEFAULT_LIMITS
    version: str = VERSION

    @property
    def stem(self) -> str:
        """What the files of the run are called after: the problem's file, without its suffix."""
        path = Path(self.name)
        return path.stem if path.suffix else "exercise"

    def described(self) -> dict[str, Any]:
        """The plan as the manifest writes it: two plans with one description have the same results."""
        sheets = {each.name: getattr(self.options, each.name) for each in fields(SheetOptions)}
        shown = self.options.presentation
        options = {each.name: getattr(shown, each.name) for each in fields(Options)}
        return {
            "program": _PROGRAM,
            "version": self.version,
            "problem": self.stem,
            "text": sha256(self.text.encode()).hexdigest(),
            "seed": self.seed,
            "variants": self.count,
            "format": self.format,
            "kind": self.kind,
            "options": {
                **sheets,
                "rules": list(self.options.rules),
                "presentation": {**options, "template": _digest(shown.template)},
            },
            "limits": {each.name: getattr(self.limits, each.name) for each in fields(Limits)},
            "batch": BATCH,
        }


def _digest(template: Path | None) -> str | None:
    """The contents of a folder of templates: one that was changed is another."""
    if template is None:
        return None
    digest = sha256()
    for path in sorted(template.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(template)}\n".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
