"""A session on an ordinary loop, joined to a real server on the same loop; no window."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunFiles
from stream_gui.settings import SettingsFile

PATIENCE_S = 10.0
ACCOUNT = ("delivered", "in_flight", "buffered", "dropped", "not_selected", "reduced")

Eventually = Callable[..., Awaitable[None]]


class SameLoop:
    """The client's thread is this one."""

    async def call(self, coroutine: Coroutine[Any, Any, Any], /) -> Any:
        return await asyncio.ensure_future(coroutine)


@pytest.fixture
async def server() -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0) as server:
        yield server


@pytest.fixture
async def session(qapp: object, tmp_path: Path) -> AsyncIterator[MonitorSession]:
    session = MonitorSession(
        SameLoop(), SettingsFile(tmp_path / "monitor.json"), RunFiles(tmp_path / "servers")
    )
    yield session
    await session.close(stop_processes=True)


@pytest.fixture
def eventually(session: MonitorSession) -> Eventually:
    """Wait until something holds, letting the session take what was posted."""

    async def wait(holds: Callable[[], object]) -> None:
        give_up = time.monotonic() + PATIENCE_S
        session.bridge.drain()
        while not holds():
            assert time.monotonic() < give_up, "it never came true"
            await asyncio.sleep(0.005)
            session.bridge.drain()

    return wait


@pytest.fixture
async def joined(
    session: MonitorSession, server: sc.Server, eventually: Eventually
) -> AsyncIterator[MonitorSession]:
    """A session joined to the server, whose account of every reader is right in the end."""
    session.join(Target(server.address, "monitor"))
    await eventually(lambda: session.state.connected)
    yield session
    async with sc.Client("auditor", server.address) as auditor:
        remote = await auditor.remote("server")
        for reader in await remote.reader_statistics():
            assert reader["published"] == sum(reader[part] for part in ACCOUNT)
