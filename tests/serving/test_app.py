"""The page and its questions: what is answered, what is refused, and that nothing of the machine gets out."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import backprop_derive as bd
from backprop_derive.options import DEFAULT_OPTIONS
from backprop_derive.serving.asked import CHOICES, SUFFIXES, read_asked
from backprop_derive.serving.pool import Pool
from tests.conftest import CHECKOUT

LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
PAGE = CHECKOUT / "backprop_derive" / "serving" / "page"
# A product of many sines in each of many steps: derived for longer than a request may take.
NAMES = range(1, 50)
ENDLESS = "\n".join(
    [
        "Given " + ", ".join(f"x{k} = {k}/7" for k in NAMES),
        *(f"a{k} = " + " * ".join(f"sin(x{j} + x{k})^{j}" for j in NAMES) for k in NAMES),
        "L = " + " * ".join(f"a{k}" for k in NAMES),
    ]
)


def asked(client: TestClient, text: str, **more: Any) -> Any:
    response = client.post("/solve", json={"text": text, **more})
    assert response.status_code == 200
    return response.json()


def test_a_solution_is_the_format_s_own_output(client: TestClient) -> None:
    found = asked(client, LESSON, options={"layout": "lesson", "rules": True})
    assert found == {"html": bd.solve(LESSON).to_html(layout="lesson", rules=True)}


def test_an_error_has_its_line_and_column(client: TestClient) -> None:
    error = asked(client, "Given x = 1\n\nloss = x * fo\n")["error"]
    assert (error["line"], error["column"], error["text"]) == (3, 12, "loss = x * fo")
    assert error["found"] == "unknown name fo"
    assert error["expected"]


@pytest.mark.parametrize("format", SUFFIXES)
def test_every_format_is_downloaded(format: str, client: TestClient) -> None:
    response = client.post("/download", json={"text": LESSON, "format": format})
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f'attachment; filename="solution.{SUFFIXES[format]}"'
    made = bd.solve(LESSON).render(format)
    assert response.content == (made if isinstance(made, bytes) else made.encode())


def test_a_file_of_a_wrong_problem_is_an_error(client: TestClient) -> None:
    response = client.post("/download", json={"text": "loss = foo", "format": "pdf"})
    assert response.status_code == 422
    assert response.json()["error"]["found"] == "unknown name foo"


def test_the_examples_are_those_that_ship_and_all_are_solved(client: TestClient) -> None:
    examples = client.get("/examples").json()
    assert examples[0]["text"] == LESSON
    assert len(examples) == len(list((CHECKOUT / "examples").glob("*.txt")))
    for example in examples:
        assert "html" in asked(client, example["text"]), example["name"]


def test_the_page_takes_nothing_from_elsewhere_and_may_not(client: TestClient) -> None:
    for path, kind in {"/": "html", "/page.js": "javascript", "/page.css": "css", "/icon.svg": "svg"}.items():
        response = client.get(path)
        assert kind in response.headers["content-type"]
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "script-src 'self';" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?(?:https?:)?//", response.text)
    page = client.get("/").text
    assert "<script>" not in page
    assert " onclick" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/page/../app.py", "/page.html", "/app.py",
        "/static/page.js", "//etc/passwd", "/examples/lesson.txt", "/%00",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(path: str, client: TestClient) -> None:
    assert client.get(path).status_code in (404, 405)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{", 400), (b'{"text": 1}', 400), (b"[" * 50_000, 400), (b"\xff\xfe", 400),
        (b'{"text": "L = 1", "format": "exe"}', 400), (b'{"text": "L = 1", "template": "/etc"}', 400),
        (b'{"text": "L = 1", "options": {"template": "/etc"}}', 400),
        (b'{"text": "L = 1", "options": {"engine": "latexmk"}}', 400),
        (b'{"text": "L = 1", "options": {"execute": true}}', 400),
        (b'{"text": "L = 1", "options": {"digits": "4"}}', 400),
        (b'{"text": "L = 1", "options": {"digits": true}}', 400),
        (b'{"text": "L = 1", "options": {"layout": "poster"}}', 400), (b'{"text": "L = 1", "options": []}', 400),
        (b'{"text": "L = 1", "expand": 1}', 400), (b'{"text": "' + b"x" * 300_000 + b'"}', 413),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/solve", "/download"])
def test_what_is_no_request_is_refused(path: str, body: bytes, status: int, client: TestClient) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert set(response.json()) == {"error"}


def test_a_body_without_a_length_is_read_no_further_than_is_allowed(client: TestClient) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b"x" * 10_000

    response = client.post("/solve", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413


def test_a_page_of_elsewhere_cannot_ask(client: TestClient) -> None:
    body = json.dumps({"text": LESSON})
    assert client.post("/solve", content=body, headers={"content-type": "text/plain"}).status_code == 415
    crossed = {"content-type": "application/json", "sec-fetch-site": "cross-site"}
    assert client.post("/solve", content=body, headers=crossed).status_code == 403
    renamed = {"content-type": "application/json", "host": "evil.example:8000"}
    assert client.post("/solve", content=body, headers=renamed).status_code == 421
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": "127.0.0.1"}).status_code == 200


def test_what_takes_too_long_is_ended_and_others_go_on(client: TestClient, pool: Pool) -> None:
    began = time.monotonic()
    error = asked(client, ENDLESS)["error"]
    assert time.monotonic() - began < 10
    assert "took too long" in error["found"] or "takes more than 3 seconds" in error["found"]
    assert "html" in asked(client, LESSON + "\n")
    assert pool.count == 2


def test_half_of_a_letter_is_no_accident(client: TestClient) -> None:
    response = client.post(
        "/solve", content=b'{"text": "Title: \\ud800\\nL = 1"}', headers={"content-type": "application/json"}
    )
    assert response.status_code == 200


def test_what_may_be_chosen_names_no_file_and_runs_nothing() -> None:
    assert {"template", "engine", "execute"}.isdisjoint(CHOICES)
    assert read_asked(json.dumps({"text": "L = 1"}).encode()).options == DEFAULT_OPTIONS


def test_the_page_s_files_are_those_that_are_served() -> None:
    assert sorted(file.name for file in PAGE.iterdir()) == ["icon.svg", "page.css", "page.html", "page.js"]
    assert all(Path(file).stat().st_size < 20_000 for file in PAGE.iterdir())
