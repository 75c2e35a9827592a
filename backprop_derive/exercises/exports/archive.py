"""ZIP archives, piece by piece, the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

# The earliest time that the format knows: an archive tells nothing of when it was made.
_TIME = (1980, 1, 1, 0, 0, 0)


class _Outlet(io.RawIOBase):
    """Takes what is written and hands it on; it cannot go back, so the archive is written from front to end."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


File = tuple[str, Iterable[bytes]]


def zipped(files: Iterable[File]) -> Iterator[bytes]:
    """The files, each a path and its content in pieces, as an archive."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for path, content in files:
            entry = zipfile.ZipInfo(path, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w") as place:
                for piece in content:
                    place.write(piece)
                    yield outlet.taken()
            yield outlet.taken()
    yield outlet.taken()
