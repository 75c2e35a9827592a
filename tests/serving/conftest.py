"""One server for all tests: the application over two workers, asked as a browser asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx")

from starlette.testclient import TestClient

from backprop_derive.serving.app import app
from backprop_derive.serving.pool import Bounds, Pool


@pytest.fixture(scope="session")
def pool() -> Pool:
    return Pool(2, Bounds(seconds=3, memory=400))


@pytest.fixture(scope="session")
def client(pool: Pool) -> Iterator[TestClient]:
    with TestClient(app(pool, ("127.0.0.1",)), base_url="http://127.0.0.1:8000") as found:
        yield found
