"""The wheel and the source archive hold what they should, and nothing else.

python docs/check_wheel.py build/dist
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# What the program reads besides its modules.
DATA = (
    "backprop_derive/py.typed",
    "backprop_derive/formats/solution.schema.json",
    *(f"backprop_derive/languages/{name}.mo" for name in ("de", "es", "fr", "zh")),
    *(f"backprop_derive/serving/page/{name}" for name in ("icon.svg", "page.css", "page.html", "page.js")),
)
SOURCE = (
    "LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Dockerfile", "pyproject.toml",
    "docs/conf.py", "tests/conftest.py",
)  # fmt: skip


def wanted() -> set[str]:
    """Every file that an installed program needs."""
    shipped = [file for folder in ("templates", "examples") for file in (CHECKOUT / folder).rglob("*")]
    found = {f"backprop_derive/{file.relative_to(CHECKOUT)}" for file in shipped if _is_source(file)}
    modules = (CHECKOUT / "backprop_derive").rglob("*.py")
    return found | set(DATA) | {str(file.relative_to(CHECKOUT)) for file in modules}


def _is_source(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts


def problems(folder: Path) -> list[str]:
    """What is missing, and what should not be there."""
    (wheel,), (archive,) = list(folder.glob("*.whl")), list(folder.glob("*.tar.gz"))
    inside = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(archive) as packed:
        source = {name.partition("/")[2] for name in packed.getnames()}
    found = [f"{wheel.name} lacks {name}" for name in sorted(wanted() - inside)]
    if not any(name.endswith("licenses/LICENSE") for name in inside):
        found.append(f"{wheel.name} lacks its license")
    found += [
        f"{wheel.name} holds {name}"
        for name in sorted(inside)
        if "__pycache__" in name or not name.startswith("backprop_derive")
    ]
    found += [f"{archive.name} lacks {name}" for name in SOURCE if name not in source]
    found += [
        f"{archive.name} holds {name}" for name in sorted(source) if "__pycache__" in name or "_generated" in name
    ]
    return found


if __name__ == "__main__":
    told = problems(Path(sys.argv[1]))
    print("\n".join(told) or "the wheel and the archive hold what they should")
    sys.exit(bool(told))
