"""Whether everything that is written has the same bytes, whatever Python's hashes, the time zone and the locale are.

    python benchmarks/same_bytes.py [--seeds 20] [--with digests.json]

`--here` prints the digests of one process; those of another Python are compared with `--with`.

Each process renders problems in every format, sheets, an export, a woven document and grades, and prints
digests of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PROBLEMS = ("lesson", "mlp-batch", "diamond", "symbols-only")
FORMATS = ("md", "tex", "typ", "html", "json", "txt", "ipynb", "pdf", "svg", "dot", "mermaid", "torch", "numpy")
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns")
LOCALES = ("C", "C.UTF-8")


def digests() -> dict[str, str]:
    """The digest of each thing that is made in this process."""
    import backprop_derive as bd
    from backprop_derive.exercises.bulk import run
    from backprop_derive.exercises.bulk.plan import Plan
    from backprop_derive.formats import render
    from backprop_derive.options import Options
    from backprop_derive.weaving.weave import weave

    made: dict[str, str | bytes] = {}
    for name in PROBLEMS:
        text = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
        solution = bd.solve(text)
        for format in FORMATS:
            if name != "symbols-only" or format not in ("torch", "numpy"):
                made[f"{name}.{format}"] = solution.render(format)
    lesson = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
    made["lesson"] = bd.solve(lesson).render("html", layout="lesson")
    varied = f"{lesson}\nVary x in -9..9 except 0, y in -9..9, w in -9..9 except 0\n"
    (variant,) = bd.Exercise(varied).variants(1, seed=7)
    for kind in ("full", "faded", "choice", "spot"):
        made[f"sheet.{kind}"] = render(variant.sheet_document(kind), "html", Options())
    for format, kind in (("moodle", "choice"), ("jsonl", "numerical")):
        made[f"exercise.{format}"] = b"".join(run.pieces(Plan(varied, "net", 7, 4, format, kind)))
    made["woven"] = weave(f"```backprop\n{lesson}\n```\n{{backprop}}`w.grad =`\n").text
    made["graded"] = repr(bd.grade(lesson, "y^ = 1\ns = -1\nloss = 1\ndloss/dw = 2"))
    return {
        name: hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
        for name, content in made.items()
    }


def made_with(seed: int, zone: str, locale: str) -> dict[str, str]:
    """The digests of another process."""
    changed = {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, __file__, "--here"]
    done = subprocess.run(command, env={**os.environ, **changed}, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def differing(seeds: range) -> list[str]:
    """What is not the same in all processes: one a seed, with zones and locales in turn."""
    first = made_with(seeds[0], ZONES[0], LOCALES[0])
    wrong = []
    for seed in seeds[1:]:
        zone, locale = ZONES[seed % len(ZONES)], LOCALES[seed % len(LOCALES)]
        found = made_with(seed, zone, locale)
        names = sorted(name for name in first if found.get(name) != first[name])
        wrong += [f"{name} with PYTHONHASHSEED={seed} TZ={zone} LC_ALL={locale}" for name in names]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--here", action="store_true", help="print the digests of this process")
    parser.add_argument("--with", dest="others", type=Path, help="digests that another Python printed with --here")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(digests()))
        return
    if options.others is not None:
        others, own = json.loads(options.others.read_text(encoding="utf-8")), digests()
        different = sorted(name for name in own if others.get(name) != own[name])
        print("\n".join(different) or "both wrote the same bytes")
        sys.exit(bool(different))
    wrong = differing(range(options.seeds))
    print("\n".join(wrong) or f"{options.seeds} processes wrote the same bytes")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
