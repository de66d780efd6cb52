"""A server, clients of it, and a proxy between them that can be cut, stalled and half closed."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc
from stream_core.transport.loops import new_loop

PATIENCE_S = 10.0
ON_BOTH_LOOPS = (
    "test_reconnection.py",
    "test_policies.py",
    "test_calls.py",
    "test_client.py",
    "test_history.py",
    "test_envelopes.py",
)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests of the core on both loops."""
    if item.path.name in ON_BOTH_LOOPS:
        return {"asyncio": asyncio.new_event_loop, "best": new_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture
async def _nothing_left_in_loop() -> AsyncIterator[None]:
    """Fail a test that leaves tasks or sockets; some loops open two of their own for each run."""
    before = _sockets()
    yield
    try:
        async with asyncio.timeout(2):
            while _tasks() or _sockets() > before:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.001)
    except TimeoutError:
        pytest.fail(f"left behind: {_tasks()}, {_sockets() - before} sockets", pytrace=False)


def _tasks() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def _sockets() -> int:
    links = Path("/proc/self/fd")
    if not links.exists():
        return 0
    found = 0
    for link in links.iterdir():
        with contextlib.suppress(OSError):
            found += os.readlink(link).startswith("socket:")
    return found


@pytest.fixture
async def limits() -> sc.Limits:
    return sc.Limits(resume_s=5.0)


@pytest.fixture
async def server(limits: sc.Limits) -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, limits=limits) as server:
        yield server


@pytest.fixture
async def connect(server: sc.Server) -> AsyncIterator[Callable[..., Awaitable[sc.Client]]]:
    """Give a function that connects a client, which is closed in the end."""
    async with AsyncExitStack() as stack:

        async def connect(name: str | None = None, **arguments: Any) -> sc.Client:
            arguments.setdefault("address", server.address)
            client = sc.Client(name, **arguments)
            return await stack.enter_async_context(client)

        yield connect


@pytest.fixture
async def balanced() -> Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]:
    """Give a function that asks for a reader's account and holds it to the identity."""

    async def balanced(reader: sc.Reader) -> sc.ReaderStatistics:
        account = await reader.statistics()
        assert account.published == (
            account.delivered
            + account.in_flight
            + account.buffered
            + account.dropped
            + account.not_selected
            + account.reduced
        )
        return account

    return balanced


@pytest.fixture
async def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Give a function that turns the loop until something holds."""

    async def until(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.001)

    return until


class _Half(asyncio.Protocol):
    """One of the two connections of a pair: what comes is written to the other."""

    def __init__(self, proxy: Proxy, *, of_client: bool) -> None:
        self.proxy = proxy
        self.of_client = of_client
        self.other: _Half | None = None
        self.transport: asyncio.Transport | None = None
        self.waiting = bytearray()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.proxy.halves.append(self)
        if self.of_client:
            self.proxy.accepted(self)

    def data_received(self, data: bytes) -> None:
        if self.of_client:
            self.proxy.bytes_up += len(data)
        self.waiting += data
        self.forward()

    def forward(self) -> None:
        if self.other is None or self.other.transport is None or self.proxy.stalled:
            return
        self.other.transport.write(bytes(self.waiting))
        self.waiting.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.proxy.halves.remove(self)
        if self.other is not None and self.other.transport is not None and not self.proxy.deaf:
            self.other.transport.close()


class Proxy:
    """Stands between clients and a server.

    Attributes:
        address: where clients connect; bytes_up: from clients to the server so far.
        stalled: nothing is passed on; deaf: the end of one side is not told to the other.
        refusing: new connections are aborted.
    """

    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.address = ""
        self.bytes_up = 0
        self.accepts = 0
        self.stalled = False
        self.deaf = False
        self.refusing = False
        self.halves: list[_Half] = []
        self._dialling: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        make = functools.partial(_Half, self, of_client=True)
        self._listener = await loop.create_server(make, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._listener is not None
        self._listener.close()
        self.refusing = True
        while self.halves or self._dialling:
            self.cut()
            await asyncio.sleep(0)
        await self._listener.wait_closed()

    def accepted(self, half: _Half) -> None:
        self.accepts += 1
        if self.refusing:
            assert half.transport is not None
            half.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._dial(half))
        self._dialling.add(task)
        task.add_done_callback(self._dialling.discard)

    async def _dial(self, half: _Half) -> None:
        loop = asyncio.get_running_loop()
        make = functools.partial(_Half, self, of_client=False)
        try:
            _, other = await loop.create_connection(make, *self.target)
        except OSError:
            if half.transport is not None:
                half.transport.abort()
            return
        half.other, other.other = other, half
        if half.transport is None and other.transport is not None:
            other.transport.abort()
        half.forward()

    def cut(self) -> None:
        """Break every connection, on both sides."""
        for half in tuple(self.halves):
            if half.transport is not None:
                half.transport.abort()

    def cut_clients(self) -> None:
        """Break the clients' sides only; the server hears nothing of it."""
        self.deaf = True
        for half in tuple(self.halves):
            if half.of_client and half.transport is not None:
                half.transport.abort()

    def pause(self) -> None:
        """Read no more, so that the sockets fill."""
        for half in self.halves:
            assert half.transport is not None
            half.transport.pause_reading()

    def go_on(self) -> None:
        for half in self.halves:
            assert half.transport is not None
            half.transport.resume_reading()

    def stall(self) -> None:
        self.stalled = True

    def flow(self) -> None:
        self.stalled = False
        for half in self.halves:
            half.forward()


@pytest.fixture
async def make_proxy() -> Callable[[str], AbstractAsyncContextManager[Proxy]]:
    """Give a function that stands another proxy before a server."""

    @asynccontextmanager
    async def make(address: str) -> AsyncIterator[Proxy]:
        proxy = Proxy(address)
        await proxy.start()
        yield proxy
        await proxy.stop()

    return make


@pytest.fixture
async def proxy(server: sc.Server) -> AsyncIterator[Proxy]:
    proxy = Proxy(server.address)
    await proxy.start()
    yield proxy
    await proxy.stop()
