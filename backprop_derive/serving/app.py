"""The page and its two questions: a solution to look at, and a file of it to keep.

Everything that is sent is in memory: no path of a request leads to a file.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import UsageError
from .asked import SUFFIXES, TYPES, Asked, read_asked
from .examples import examples_json
from .pool import Busy, Gone, Pool, TooMuch
from .worker import error_json

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "/": ("page.html", "text/html; charset=utf-8"), "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"), "/icon.svg": ("icon.svg", "image/svg+xml"),
}  # fmt: skip
# Styles within a line are those of a solution, which stands in a frame that runs no script.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()", "cache-control": "no-store",
}  # fmt: skip
_KEPT = 64_000_000  # bytes of answers
_READING = 10  # seconds in which a request must have come


def app(pool: Pool, hosts: tuple[str, ...] | None) -> Starlette:
    """The application over a pool of workers; `hosts` are the names that it answers to, None for any."""
    largest = 2 * dict(pool.bounds.limits)["text"] + 10_000  # JSON escapes some characters
    kept = _Kept()

    async def solve(request: Request) -> Response:
        asked = await _asked(request, largest)
        if isinstance(asked, Response):
            return asked
        kind, content, status = await _answer(pool, kept, asked, request.is_disconnected)
        if kind == b"e":
            return _json({"error": json.loads(content)}, status)
        return _json({"html": content.decode()}, status)

    async def download(request: Request) -> Response:
        asked = await _asked(request, largest)
        if isinstance(asked, Response):
            return asked
        kind, content, status = await _answer(pool, kept, asked, request.is_disconnected)
        if kind == b"e":
            return _json({"error": json.loads(content)}, status if status != 200 else 422)
        name = f"solution.{SUFFIXES[asked.format]}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=TYPES[asked.format], headers=headers)

    async def examples(request: Request) -> Response:
        return Response(examples_json(), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.start()
        yield
        await pool.close()

    routes = [Route(path, _static(*file)) for path, file in _FILES.items()]
    routes += [
        Route("/solve", solve, methods=["POST"]), Route("/download", download, methods=["POST"]),
        Route("/examples", examples),
    ]  # fmt: skip
    return Starlette(routes=routes, middleware=[Middleware(_Guard, hosts=hosts)], lifespan=lifespan)


def _static(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (_PAGE / name).read_bytes()

    async def send(request: Request) -> Response:
        return Response(content, media_type=kind)

    return send


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")


async def _asked(request: Request, largest: int) -> Asked | Response:
    """The request, or the refusal of it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # which no page of another origin can send unasked
        return _refusal(415, "a request is application/json")
    try:
        return read_asked(await asyncio.wait_for(_body(request, largest), _READING))
    except TimeoutError:
        return _refusal(408, "the request did not come in time")
    except ClientDisconnect:
        return Response(status_code=499)
    except OverflowError:
        return _refusal(413, f"the problem is too large: a request is at most {largest:,} bytes")
    except UsageError as error:
        return _json({"error": json.loads(error_json(error))}, 400)


async def _body(request: Request, largest: int) -> bytes:
    """What was sent. Raises OverflowError as soon as it is too much."""
    if int(request.headers.get("content-length", "0") or 0) > largest:
        raise OverflowError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise OverflowError
    return bytes(body)


async def _answer(
    pool: Pool, kept: _Kept, asked: Asked, is_gone: Callable[[], Awaitable[bool]]
) -> tuple[bytes, bytes, int]:
    request = asked.as_bytes()
    found = kept.get(request)
    if found is not None:
        return *found, 200
    try:
        found = await pool.answer(request, is_gone)
    except Busy:
        return b"e", error_json(UsageError("the server is busy", hint="again in a moment")), 503
    except Gone:
        return b"e", error_json(UsageError("nobody waits for this any more")), 499
    except TooMuch:
        what = f"the problem takes more than {pool.bounds.seconds} seconds or {pool.bounds.memory} MiB"
        return b"e", error_json(UsageError(what, hint="a smaller problem, or the command line")), 200
    kept.put(request, found)
    return *found, 200


def _refusal(status: int, what: str) -> Response:
    return _json({"error": json.loads(error_json(UsageError(what)))}, status)


class _Kept:
    """The last answers: a class looks at the same example."""

    def __init__(self) -> None:
        self.answers: OrderedDict[bytes, tuple[bytes, bytes]] = OrderedDict()
        self.size = 0

    def get(self, request: bytes) -> tuple[bytes, bytes] | None:
        key = sha256(request).digest()
        if key not in self.answers:
            return None
        self.answers.move_to_end(key)
        return self.answers[key]

    def put(self, request: bytes, answer: tuple[bytes, bytes]) -> None:
        key = sha256(request).digest()
        if key in self.answers or len(answer[1]) > _KEPT // 20:
            return
        self.answers[key] = answer
        self.size += len(answer[1])
        while self.size > _KEPT:
            _, (_, content) = self.answers.popitem(last=False)
            self.size -= len(content)


class _Guard:
    """Refuses names that are not ours (a page elsewhere may have its name lead here) and other pages; adds headers."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if self.hosts is not None and name.lower() not in self.hosts:
            await _refusal(421, "this server is asked by its own name only")(scope, receive, with_headers)
        elif headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and scope["method"] != "GET":
            await _refusal(403, "a request comes from the page itself")(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)
