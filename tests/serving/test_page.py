"""The command itself: a real server on loopback, and its page in a real browser."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT

pytest.importorskip("uvicorn")

NODE = shutil.which("node")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def _has_package(package: str) -> bool:
    if NODE is None:
        return False
    found = subprocess.run(
        [NODE, "-e", f"require.resolve('{package}')"], cwd=CHECKOUT, capture_output=True, check=False
    )
    return found.returncode == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "backprop_derive", "serve", "--port", "0", "--workers", "2", "--no-open"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/  \(ends with Ctrl-C\)\n", line)
        assert address is not None
        found = int(address[1])
        until = time.monotonic() + 90
        while True:
            try:
                _ask(found, "GET", "/")
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield found
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=20)
        assert "Traceback" not in said
    finally:
        server.kill()
        server.wait()


def _ask(port: int, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()


def test_a_server_answers(port: int) -> None:
    status, content = _ask(port, "POST", "/solve", {"text": "Given x = 3\nL = x^2"})
    assert status == 200
    assert "html" in json.loads(content)
    assert _ask(port, "GET", "/../../etc/passwd")[0] == 404


def test_two_servers_cannot_have_one_port(port: int) -> None:
    done = CliRunner().invoke(main, ["serve", "--port", str(port), "--no-open"])
    assert done.exit_code == 2
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--workers", "0"], ["--seconds", "-1"], ["--port", "99999"], ["--host", "not a host"]]
)
def test_what_cannot_be_served_is_refused(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, ["serve", "--no-open", *arguments])
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")


@pytest.mark.skipif(not BROWSER, reason="Chromium is not installed")
@pytest.mark.skipif(
    not _has_package("playwright-core") or not _has_package("axe-core"),
    reason="npm install playwright-core axe-core, and set NODE_PATH",
)
def test_the_page_in_a_browser(port: int) -> None:
    command = [str(NODE), CHECKOUT / "tests" / "serving" / "drive.cjs", f"http://127.0.0.1:{port}/", str(BROWSER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert found["error"] == "Line 3, column 17: unknown name foo"
    assert found["marked"] == ["loss = (z - 1 + foo)^2", "f"]
    assert (found["mended"], found["said"]) == ("loss = (z - 1 + 0)^2", "")
    assert found["scrolled"] == 300
    assert found["files"][0] == ["solution.pdf", "%PDF-"]
    assert [name for name, _ in found["files"][1:]] == ["solution.tex", "solution.py"]
    assert found["same"] is True
    assert "damaged" in found["damaged"]
    assert found["axe"] == []
    assert found["overflow"] == [0, 0, 0, 0]
