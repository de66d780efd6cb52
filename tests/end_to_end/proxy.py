"""A relay between clients and a server that a test cuts and stalls; it does nothing by itself."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import stream_core as sc

__all__ = ["Half", "Proxy"]


class Half(asyncio.Protocol):
    """One of the two connections of a pair: what comes is written to the other."""

    def __init__(self, proxy: Proxy, *, of_client: bool) -> None:
        self.proxy = proxy
        self.of_client = of_client
        self.other: Half | None = None
        self.transport: asyncio.Transport | None = None
        self.waiting = bytearray()

    @property
    def way(self) -> asyncio.Transport | None:
        """Where what waits may be written to now; None: nowhere."""
        if self.other is None or self.proxy.stalled or (self.proxy.mute and not self.of_client):
            return None
        transport = self.other.transport
        return None if transport is None or transport.is_closing() else transport

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
        """Pass on what waits."""
        if (way := self.way) is not None:
            way.write(bytes(self.waiting))
            self.waiting.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.proxy.halves.remove(self)
        if self.other is not None and not self.proxy.deaf:
            self.close_other()

    def close_other(self) -> None:
        """Tell the other side that this one has ended."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Proxy:
    """Stands between clients and a server.

    Attributes:
        address: where clients connect; bytes_up: from clients to the server so far.
        stalled: nothing is passed on; mute: nothing of the server's.
        deaf: the end of one side is not told to the other.
        refusing: new connections are aborted.
        halves: the connections that are open.
    """

    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.address = ""
        self.bytes_up = 0
        self.accepts = 0
        self.stalled = False
        self.mute = False
        self.deaf = False
        self.refusing = False
        self.halves: list[Half] = []
        self._dialling: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    def half(self, *, of_client: bool) -> Half:
        """A connection of this kind of proxy."""
        return Half(self, of_client=of_client)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        make = functools.partial(self.half, of_client=True)
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

    def accepted(self, half: Half) -> None:
        self.accepts += 1
        if self.refusing:
            assert half.transport is not None
            half.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._dial(half))
        self._dialling.add(task)
        task.add_done_callback(self._dialling.discard)

    async def _dial(self, half: Half) -> None:
        loop = asyncio.get_running_loop()
        make = functools.partial(self.half, of_client=False)
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

    async def cut_off(self, client: sc.Client) -> None:
        """Break every connection; returns when the client has noticed, if it is back or not."""
        noticed = asyncio.Event()
        client.on_state(lambda state: noticed.set())
        self.cut()
        async with asyncio.timeout(10):
            await noticed.wait()

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
