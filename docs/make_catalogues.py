"""Brings the catalogues of every language up to date with the sentences in the code, and compiles them.

    python docs/make_catalogues.py            writes the .po and .mo files, and says what is not translated
    python docs/make_catalogues.py --check    writes nothing; fails where a file is not as it would be written

A sentence whose English changed keeps its old translation, marked `fuzzy`, until somebody has looked at it.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from backprop_derive.languages import ENGLISH, FOLDER, LANGUAGES, Sentences
from backprop_derive.mistakes.table import MISTAKES
from backprop_derive.ops.table import LANGUAGE_OPERATIONS, SHARES

PACKAGE = FOLDER.parent
# A catalogue says when it was made; the same sentences are to give the same bytes.
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def messages() -> Iterator[tuple[str, str, str]]:
    """Context, English text and the file of every sentence that is told."""
    for path in sorted(PACKAGE.rglob("sentences.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for group in vars(import_module(name)).values():
            if isinstance(group, Sentences):
                yield from ((group.context(key), text, name) for key, text in group.english.items())
    conventions = {op.convention: None for op in (*LANGUAGE_OPERATIONS, *SHARES) if op.convention}
    yield from (("convention", text, "backprop_derive.ops") for text in conventions)
    feedback = {mistake.feedback: None for mistake in MISTAKES}
    yield from (("feedback", text, "backprop_derive.mistakes") for text in feedback)
    names = {mistake.name: None for mistake in MISTAKES}
    yield from (("mistake", text, "backprop_derive.mistakes") for text in names)


def catalogue(language: str) -> Catalog:
    """The catalogue of a language with every sentence of the code, translated as far as its file goes."""
    known = _read(language)
    found = Catalog(
        locale=language, project="backprop-derive", version="1", creation_date=MADE, revision_date=MADE,
        last_translator="backprop-derive contributors", language_team=language, fuzzy=False,
        header_comment="# Sentences of backprop-derive, kept up to date by docs/make_catalogues.py.",
    )  # fmt: skip
    for context, english, module in messages():
        old = known.get(context, {})
        string = old.get(english, "")
        flags = ()
        if not string and len(old) == 1 and context not in ("convention", "feedback", "mistake"):
            string, flags = next(iter(old.values())), ("fuzzy",)
        found.add(english, string, context=context, locations=[(module, None)], flags=flags)
    return found


def _read(language: str) -> dict[str, dict[str, str]]:
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    known: dict[str, dict[str, str]] = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            known.setdefault(message.context or "", {})[str(message.id)] = str(message.string)
    return known


def files(language: str) -> dict[Path, bytes]:
    """The files of a language as they are to be."""
    found = catalogue(language)
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, found, width=110, sort_output=False)
    write_mo(compiled, found)
    return {FOLDER / f"{language}.po": text.getvalue(), FOLDER / f"{language}.mo": compiled.getvalue()}


def untranslated(language: str) -> list[str]:
    """The contexts of what has no translation, or one that nobody has looked at since the English changed."""
    return [f"{m.context}: {m.id}" for m in catalogue(language) if m.id and (not m.string or m.fuzzy)]


def main() -> int:
    is_check = "--check" in sys.argv[1:]
    wrong = 0
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        for path, content in files(language).items():
            if not path.exists() or path.read_bytes() != content:
                wrong += is_check
                print(f"{path.name} is not up to date" if is_check else f"wrote {path.name}")
                if not is_check:
                    path.write_bytes(content)
        for each in untranslated(language):
            wrong += 1
            print(f"{language}: not translated: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
