"""A link of bounded rate between one client and the server: it passes what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

STEP_BYTES = 4096
READ_BYTES = 16 * 1024  # as little as the streams hold back by themselves
PATIENCE_S = 20.0


class PacedLink:
    """Passes bytes in one direction when told to, in the other one at once.

    Args:
        server: its address.
        up: whether it is the direction to the server that waits.

    Attributes:
        address: where the client connects; passed: bytes in the direction that waits.
    """

    def __init__(self, server: str, *, up: bool = False) -> None:
        host, port = server.rsplit(":", 1)
        self._server = (host, int(port))
        self._up = up
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self._budget: int | None = None  # None: everything passes
        self._changed = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self.address = ""
        self.passed = 0

    async def __aenter__(self) -> PacedLink:
        self._listener = await asyncio.start_server(
            self._accepted, "127.0.0.1", 0, limit=READ_BYTES
        )
        self.address = f"127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        for writer in self._writers:
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        await self._listener.wait_closed()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._server, limit=READ_BYTES)
        self._writers += [writer, far_writer]
        for source, sink, waits in (
            (reader, far_writer, self._up),
            (far_reader, writer, not self._up),
        ):
            task = asyncio.get_running_loop().create_task(self._pump(source, sink, waits=waits))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, waits: bool
    ) -> None:
        try:
            while data := await source.read(await self._allowed() if waits else READ_BYTES):
                if waits:
                    self.passed += len(data)
                    if self._budget is not None:
                        self._budget = max(0, self._budget - len(data))
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        sink.transport.abort()

    async def _allowed(self) -> int:
        while self._budget == 0:
            self._changed.clear()
            await self._changed.wait()
        return READ_BYTES if self._budget is None else self._budget

    def stop(self) -> None:
        """Pass nothing more."""
        self._budget = 0

    def go_on(self) -> None:
        """Pass everything."""
        self._budget = None
        self._changed.set()

    async def step(self) -> None:
        """Pass a little, if there is anything to pass."""
        self._budget = STEP_BYTES
        self._changed.set()
        for _ in range(20):  # turns of the loop in which something may come
            if self._budget == 0:
                return
            await asyncio.sleep(0)

    async def pass_until(self, holds: Callable[[], bool]) -> int:
        """Pass as much as is needed until something holds; how many bytes that was."""
        before = self.passed
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await self.step()
        self.stop()
        return self.passed - before
