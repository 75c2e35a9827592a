"""Every link within the built site leads to a file, and to a place in it that exists.

    python docs/check_links.py build/docs/html

Nothing is asked of the network: addresses of other sites are passed over.
"""

from __future__ import annotations

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page links to, and the places that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name, tag) in (("href", "a"), ("href", "link"), ("src", "img"), ("src", "script")):
                self.targets.append(value)
            elif value and name in ("id", "name"):
                self.places.add(value)


@cache
def page(path: Path) -> Page:
    """A page as it was read."""
    found = Page()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def broken(root: Path) -> list[str]:
    """Every link that leads nowhere, with the page that it stands on."""
    found = []
    for path in sorted(root.rglob("*.html")):
        for target in page(path).targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not file.exists():
                found.append(f"{path.relative_to(root)}: {target}: there is no such file")
            elif place and file.suffix == ".html" and place not in page(file).places:
                found.append(f"{path.relative_to(root)}: {target}: there is no such place")
    return found


if __name__ == "__main__":
    problems = broken(Path(sys.argv[1]))
    print("\n".join(problems) or "every link leads somewhere")
    sys.exit(bool(problems))
