"""Calls and administration in a real window, by keys alone, judged by what the clients see."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from msgspec import Meta

import stream_core as sc
from tests.end_to_end.screen import MISSING, PATIENCE_S, Screen, soon

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(60),
]


class Rig(sc.blocking.Client):
    """Remembers what it was asked for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.levels: list[float] = []
        self.waiting = self.cancelled = 0

    def rpc_level(self, volts: Annotated[float, Meta(ge=0, le=10)], note: str = "") -> float:
        """Set the level."""
        self.levels.append(volts)
        return volts

    async def rpc_wait(self) -> None:
        """Wait for what never comes."""
        self.waiting += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@pytest.fixture
def server() -> Iterator[sc.ServerProcess]:
    with sc.ServerProcess("127.0.0.1", 0) as server:
        yield server


@pytest.fixture
def rig(server: sc.ServerProcess) -> Iterator[Rig]:
    with Rig("rig", server.address, reconnect=False) as rig:
        yield rig


@pytest.fixture
def monitor(screen: Screen, server: sc.ServerProcess, rig: Rig) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "stream_core", "monitor", server.address]
    command += ["--name", "eye", "--theme", "light"]
    with subprocess.Popen(
        command,
        env=screen.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        soon(lambda: server.address in screen.do("getactivewindow", "getwindowname"))
        yield process
        screen.do("key", "Escape", "key", "ctrl+q")
        told, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, told


def type_call(screen: Screen, line: str) -> None:
    screen.do("key", "--delay", "150", "ctrl+r")
    screen.do("type", "--delay", "20", line)
    screen.do("key", "--delay", "150", "Escape", "Return")


def test_a_call_is_typed_filled_in_refused_and_repeated(
    screen: Screen, rig: Rig, monitor: subprocess.Popen[str]
) -> None:
    type_call(screen, "rig.level(2.5)")
    soon(lambda: rig.levels == [2.5])
    # the form has followed the line
    screen.do("key", "--delay", "100", "ctrl+i", "ctrl+a")
    screen.do("type", "--delay", "20", "11")
    screen.do("key", "--delay", "150", "Return", "BackSpace", "0", "Up", "Down", "Return")
    soon(lambda: rig.levels == [2.5, 9.0])  # 11 never left; 10 is the most, and 9 below it
    screen.do("key", "ctrl+shift+Return")
    soon(lambda: len(rig.levels) >= 4)
    screen.do("key", "ctrl+period")
    soon(lambda: rig.levels[2:] == [9.0] * len(rig.levels[2:]))


def test_a_call_is_cancelled_at_its_target(
    screen: Screen, rig: Rig, monitor: subprocess.Popen[str]
) -> None:
    type_call(screen, "rig.wait()")
    type_call(screen, "rig.wait()")
    soon(lambda: rig.waiting == 2)
    type_call(screen, "rig.level(1)")
    soon(lambda: rig.levels == [1])
    screen.do("key", "--delay", "150", "ctrl+period")
    soon(lambda: rig.cancelled == 1)
    screen.do("key", "--delay", "150", "ctrl+period")
    soon(lambda: rig.cancelled == 2)


def test_a_client_is_kicked_and_kept_away(
    screen: Screen, server: sc.ServerProcess, rig: Rig, monitor: subprocess.Popen[str]
) -> None:
    type_call(screen, "rig.level(1)")
    soon(lambda: rig.levels == [1])
    screen.do("key", "--delay", "200", "ctrl+3", "Down", "Down", "Delete")
    soon(lambda: "Disconnect rig" in screen.do("getactivewindow", "getwindowname"))
    assert rig.state is sc.State.CONNECTED
    screen.do("key", "--delay", "150", "Down", "Down", "Tab")  # after a minute
    screen.do("type", "--delay", "20", "it floods")
    screen.do("key", "alt+d")
    soon(lambda: rig.state is sc.State.CLOSED)
    with pytest.raises(sc.StreamError, match="may return in"):
        Rig("rig", server.address, reconnect=False).connect()
