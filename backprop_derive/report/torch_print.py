"""How PyTorch prints a tensor: four decimals, columns aligned, scientific where the entries differ much in size."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from ..records import record
from ..solution import TensorValue, Value

_LINE, _PRECISION, _PREFIX = 80, 4, len("tensor(")


def printed(value: TensorValue) -> str:
    """What `print` shows of a tensor without history."""
    numbers = [float(entry.decimal) for entry in value.entries]
    form = _form(numbers)
    return f"tensor({_nested(numbers, value.shape, _PREFIX, form)})"


def printed_number(value: Value) -> str:
    """A number as PyTorch prints a scalar: `1.`, `-0.3769`, `1.2346e-05`."""
    number = float(value.decimal)
    return _form([number]).show(number)


def is_single(value: Value) -> bool:
    """Whether a number is one of PyTorch's default type, a float of 32 bits, exactly."""
    if value.exact is None:
        return False
    number = float(value.exact)
    try:
        (single,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        return False
    return number == value.exact and bool(single == number)


@record
class _Form:
    """How all entries of one tensor are shown."""

    whole: bool
    scientific: bool
    width: int = 1

    def show(self, number: float) -> str:
        if math.isinf(number):
            text = str(number)
        elif self.scientific:
            text = f"{number:.{_PRECISION}e}"
        elif self.whole:
            text = f"{number:.0f}."
        else:
            text = f"{number:.{_PRECISION}f}"
        return text.rjust(self.width)


def _form(numbers: Sequence[float]) -> _Form:
    """Zeros and infinities have no say in it."""
    sizes = [abs(number) for number in numbers if number and math.isfinite(number)]
    if not sizes:
        return _Form(True, False)
    whole = all(size == math.ceil(size) for size in sizes)
    scientific = max(sizes) / min(sizes) > 1000 or max(sizes) > 1e8 or min(sizes) < 1e-4
    form = _Form(whole, scientific)
    return _Form(whole, scientific, max(len(form.show(n)) for n in numbers if n and math.isfinite(n)))


def _nested(numbers: Sequence[float], shape: Sequence[int], indent: int, form: _Form) -> str:
    if not shape:
        return form.show(numbers[0])
    if len(shape) == 1:
        a_line = max(1, (_LINE - indent) // (form.width + 2))
        lines = [", ".join(map(form.show, numbers[k : k + a_line])) for k in range(0, len(numbers), a_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    step = len(numbers) // shape[0]
    parts = (_nested(numbers[k * step : (k + 1) * step], shape[1:], indent + 1, form) for k in range(shape[0]))
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(parts) + "]"
