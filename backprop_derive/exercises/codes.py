"""A variant's name as a code to scan."""

from __future__ import annotations

from ..document import Squares
from ..errors import UsageError

_QUIET = 2  # squares of white around the code


def code_of(name: str) -> Squares:
    """The QR code of a name. Raises UsageError where segno is not installed."""
    try:
        import segno
    except ModuleNotFoundError:
        raise UsageError(
            "a code to scan needs segno, which is not installed", expected="segno",
            hint="pip install 'backprop-derive[exercises]'",
        ) from None  # fmt: skip
    matrix = segno.make_qr(name, error="m", boost_error=False).matrix_iter(border=_QUIET)
    return Squares(tuple("".join(str(int(bool(square))) for square in row) for row in matrix), name)
