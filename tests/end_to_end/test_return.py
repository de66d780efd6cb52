"""Many clients lose their server at once: all are back soon, and none comes over and over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

import stream_core as sc
from stream_core.client import handshake

CLIENTS = 200
BACK_WITHIN_S = 5.0
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the times at which clients dial."""
    times_s: list[float] = []
    dial = handshake.dial

    async def counted(*args: object, **how: object) -> object:
        times_s.append(asyncio.get_running_loop().time())
        return await dial(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(handshake, "dial", counted)
    return times_s


@pytest.mark.parametrize("how", ["stopped", "gone without a word"])
async def test_two_hundred_clients_return_without_a_storm(
    attempts: list[float], until: Until, how: str
) -> None:
    server = sc.Server("127.0.0.1", 0)
    await server.start()
    port = int(server.address.rpartition(":")[2])
    async with AsyncExitStack() as stack:
        clients = [sc.Client(f"c{n}", server.address) for n in range(CLIENTS)]
        for client in clients:
            await stack.enter_async_context(client)
        attempts.clear()
        if how == "gone without a word":
            for connection in tuple(server._entrance.connections):
                connection.abort()
        await server.stop()
        await until(lambda: all(client.state is not sc.State.CONNECTED for client in clients))
        await asyncio.sleep(0.5)  # that is how long it takes to start it again
        successor = sc.Server("127.0.0.1", port)
        await successor.start()
        stack.push_async_callback(successor.stop)
        begun_s = asyncio.get_running_loop().time()
        await until(lambda: all(client.state is sc.State.CONNECTED for client in clients))
        assert asyncio.get_running_loop().time() - begun_s < BACK_WITHIN_S
        assert len(await clients[0].clients()) == CLIENTS
        assert len(attempts) < 10 * CLIENTS
