"""A server in the test's own loop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import stream_core as sc


@pytest.fixture
async def server() -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0) as server:
        yield server


@pytest.fixture
async def client(server: sc.Server) -> AsyncIterator[sc.Client]:
    async with sc.Client("tester", server.address) as client:
        yield client
