"""What `serve` does: the page, until it is interrupted."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import webbrowser

import click

from ..errors import UsageError
from ..serving.pool import Bounds, Pool

_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


def run_serve(host: str, port: int, workers: int | None, seconds: int, memory: int, opens: bool) -> None:
    """One call of `serve`. Raises UsageError where it cannot begin."""
    try:
        import uvicorn

        from ..serving.app import app
    except ImportError:
        raise UsageError("serve needs starlette and uvicorn", hint="pip install 'backprop-derive[web]'") from None
    for name, number in (("--workers", workers), ("--seconds", seconds), ("--memory", memory)):
        if number is not None and number < 1:
            raise UsageError(f"{name} {number}", expected="a whole number from 1 on")
    if not 0 <= port < 1 << 16:  # the system would take another one for it
        raise UsageError(f"--port {port}", expected="a number from 0 to 65535")
    is_local = _is_local(host)
    bound = _bound(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{bound.getsockname()[1]}/"
    # One worker more than processors: while one is replaced, the others have enough to do.
    pool = Pool(workers or (os.cpu_count() or 1) + 1, Bounds(seconds, memory))
    click.echo(f"{address}  (ends with Ctrl-C)")
    if not is_local:
        click.echo("warning: everybody on the network can reach this page", err=True)
    if opens and sys.stdout.isatty():
        threading.Timer(1.5, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        app(pool, _LOCAL if is_local else None), log_level="warning", access_log=False, server_header=False,
        timeout_keep_alive=15, limit_concurrency=2_000, h11_max_incomplete_event_size=32_000, lifespan="on",
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[bound])


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bound(host: str, port: int) -> socket.socket:
    """A socket of that address. Raises UsageError where it is taken, or none of this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except (OSError, OverflowError) as error:
        raise UsageError(f"cannot listen at {host}:{port}: {error}", hint="--port with another number") from None
    return found
