from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from stream_core.blocking.client_thread import ClientThread
from stream_core.server import Server
from stream_core.transport import Address


@pytest.fixture
def thread() -> Iterator[ClientThread]:
    with ClientThread("client", Address("127.0.0.1", 1)) as thread:
        yield thread


async def answer() -> int:
    return 42


def test_it_runs_what_it_is_given(thread: ClientThread) -> None:
    assert thread.run(answer()) == 42


async def test_another_loop_may_wait_for_it(thread: ClientThread) -> None:
    async with Server(port=0):
        assert thread.run(answer()) == 42


def test_it_does_not_wait_for_itself(thread: ClientThread) -> None:
    async def wait() -> None:
        thread.run(answer())

    with pytest.raises(RuntimeError, match=r"'client' cannot wait for itself.*use a `def` method"):
        thread.run(wait())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_the_loop_of_its_server_does_not_wait_for_it(host: str) -> None:
    server = Server(port=0)
    await server.start()
    address = Address(host, int(server.address.rpartition(":")[2]))
    with ClientThread("client", address) as thread:
        with pytest.raises(RuntimeError, match=f"server at {address} runs in the event loop"):
            thread.run(answer())
        assert await asyncio.to_thread(thread.run, answer()) == 42
        await server.stop()
        assert thread.run(answer()) == 42
