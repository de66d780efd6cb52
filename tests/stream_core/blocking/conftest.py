"""A server in a thread of its own, and clients of it that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from stream_core import Server, blocking
from stream_core.loop_thread import LoopThread


@pytest.fixture
def address() -> Iterator[str]:
    with LoopThread("server") as thread:
        server = Server(port=0)
        thread.run(server.start())
        yield server.address
        thread.run(server.stop())


@pytest.fixture
def client(address: str) -> Iterator[Callable[..., blocking.Client]]:
    clients: list[blocking.Client] = []

    def connected(name: str, kind: type[blocking.Client] = blocking.Client) -> blocking.Client:
        made = kind(name, address)
        made.connect()
        clients.append(made)
        return made

    yield connected
    for made in clients:
        made.close()
