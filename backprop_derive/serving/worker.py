"""The process that does the work of requests. It holds nothing but this program, and can be killed at any moment.

After it has warmed up it may not open a file that is no part of the program, start a process, connect, or take more
memory and time than it is given.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import sysconfig
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import BackpropError, printable
from ..limits import DEFAULT_LIMITS, Limits, time_limit
from .asked import Asked, from_bytes

HEAD = struct.Struct(">cI")  # what an answer is, and how many bytes: r, a result; e, an error as JSON
WARM = "Given x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"
TENSORS = "Given W = [[1, 2], [3, 4]], x = [1, 0]\nz = W @ x\np = softmax(z)\nL = cross_entropy(p, 0)\nFind dL/dW"
_REFUSED = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "socket.",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate",
    "shutil.", "ctypes.dlopen", "urllib.", "http.client.", "ftplib.", "smtplib.", "webbrowser.",
)  # fmt: skip


def main() -> None:
    """Answer requests from standard input, one after the other, until it ends.

    Arguments: seconds and mebibytes that a request may take, and the limits of a problem as JSON.
    """
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    limits = replace(DEFAULT_LIMITS, **json.loads(sys.argv[3]))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _leave_the_streams()
    for text in (WARM, TENSORS):
        for format in ("html", "pdf", "ipynb", "numpy", "json", "txt", "md", "tex"):
            answered(Asked(text, format), limits)
    _confine(memory)
    _send(answers, b"r", b"")
    while (size := requests.read(4)) and len(size) == 4:
        asked = from_bytes(requests.read(struct.unpack(">I", size)[0]))
        _allow_seconds(2 * seconds)
        try:
            with time_limit(seconds):
                answer = answered(asked, limits)
        except BackpropError as error:  # the bell rang outside of the work itself
            answer = b"e", error_json(error)
        # Outside of the time limit: of an answer cut short, the rest would be taken for that of the next request.
        _send(answers, *answer)


def answered(asked: Asked, limits: Limits) -> tuple[bytes, bytes]:
    """What is sent for a request: the result, or what is wrong with the problem."""
    from .. import api
    from ..language.reader import read_problem

    try:
        problem = read_problem(asked.text, name="problem", limits=limits)
        solution = api.solve(problem, expand=asked.expand, options=asked.options, limits=limits)
        content = solution.render(asked.format)
    except BackpropError as error:
        return b"e", error_json(error)
    except RecursionError:
        return b"e", error_json(BackpropError("the problem is nested too deeply"))
    except MemoryError:
        return b"e", error_json(BackpropError("the problem needs more memory than a request may take"))
    return b"r", content if isinstance(content, bytes) else content.encode()


def error_json(error: BackpropError) -> bytes:
    """The parts of an error, for the page."""
    place = error.place
    return json.dumps(
        {
            "found": error.found, "expected": error.expected, "hint": error.hint,
            "line": place.line if place else None, "column": place.column if place else None,
            "text": "".join(map(printable, place.text[:2000])) if place else None,
        }
    ).encode()  # fmt: skip


def _send(answers: BinaryIO, kind: bytes, content: bytes) -> None:
    answers.write(HEAD.pack(kind, len(content)) + content)
    answers.flush()


def _leave_the_streams() -> None:
    """Nothing that a library prints may stand between answers."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.close(nothing)


def _confine(memory: int) -> None:
    """From now on: so much memory more than there is, no file written, none read but the program's own."""
    with suppress(ImportError, OSError, ValueError):  # where a system has no such limits, the parent's clock remains
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        bound = pages * resource.getpagesize() + (memory << 20)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.dont_write_bytecode = True
    own = _own_folders()

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = (*arguments, None, None, None)[:3]
            if isinstance(path, int):
                return
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 3)
            if writes or not os.path.realpath(os.fsdecode(path)).startswith(own):
                raise PermissionError("a request reads and writes no file")
        elif event in ("os.listdir", "os.scandir"):  # Python looks for modules
            if not (os.path.realpath(os.fsdecode(arguments[0] or ".")) + os.sep).startswith(own):
                raise PermissionError("a request looks into no folder")
        elif event.startswith(_REFUSED):
            raise PermissionError(f"a request has no use for {event}")

    sys.addaudithook(audit)


def _own_folders() -> tuple[str, ...]:
    """Where the program, its libraries and its templates are."""
    from ..formats.templates import template_folder

    package = Path(__file__).resolve().parent.parent
    folders = {
        package,
        template_folder("html").parent,
        *(Path(sysconfig.get_path(k)) for k in ("stdlib", "platstdlib")),
    }
    folders |= {Path(sysconfig.get_path(k)) for k in ("purelib", "platlib")}
    return tuple(os.path.realpath(folder) + os.sep for folder in folders)


def _allow_seconds(seconds: int) -> None:
    """So much time of the processor from now on, whatever Python is doing."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most))


if __name__ == "__main__":
    main()
