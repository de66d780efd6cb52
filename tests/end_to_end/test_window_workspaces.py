"""Workspaces in a real window: saved and opened by keys, brought back, alive when a server dies."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from stream_gui import assets
from tests.end_to_end.screen import CURVE, MISSING, PATIENCE_S, Screen, seen, soon

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(120),
]

WORKSPACE = """\
version = 1

[server]
address = "{address}"

[plots]
window_s = 5.0

[[plots.panels]]
number = 1

[[plots.panels.curves]]
channel = "rig/waveform"
column = "ch0"
"""
PLOTS = slice(120, 470), slice(400, 920)
"""Rows and columns of the screen where curves are drawn."""

Program = subprocess.Popen[bytes]


@contextmanager
def running(screen: Screen, *arguments: str) -> Iterator[Program]:
    """A program of this package, which is ended."""
    with subprocess.Popen(
        [sys.executable, "-m", "stream_core", *arguments],
        env=screen.environment,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            yield program
        finally:
            program.terminate()


@contextmanager
def server_at(screen: Screen, address: str) -> Iterator[Program]:
    host, _, port = address.rpartition(":")

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    with running(screen, "serve", "--port", port) as server:
        soon(listens)
        yield server


@pytest.fixture
def address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def is_drawn(screen: Screen) -> bool:
    part = screen.pixels()[PLOTS].astype(int)
    return int((np.abs(part - CURVE).sum(axis=2) < 90).sum()) > 500


def moves(screen: Screen) -> bool:
    """Whether the curve is drawn and goes on."""
    before = screen.pixels()[PLOTS]
    time.sleep(0.3)
    return is_drawn(screen) and not np.array_equal(before, screen.pixels()[PLOTS])


def finds_and_plots(screen: Screen, letters: str) -> bool:
    """Whether a channel was found and is drawn; it may not be there yet."""
    screen.do("key", "Escape", "key", "ctrl+k", "type", "--delay", "30", letters)
    screen.do("key", "--delay", "300", "Return")
    return seen(lambda: moves(screen), 3.0)


def warns(screen: Screen) -> bool:
    """Whether the band above the plots is there, by its edge in the colour of warnings."""
    colour = int(assets.theme("light").warning.removeprefix("#"), 16)
    wanted = colour >> 16, colour >> 8 & 255, colour & 255
    part = screen.pixels()[25:110, 360:480].astype(int)
    return int((np.abs(part - wanted).sum(axis=2) < 20).sum()) > 60


def is_called(screen: Screen, *parts: str) -> Callable[[], bool]:
    """Whether the active window has these in its title."""

    def holds() -> bool:
        title = screen.do("getactivewindow", "getwindowname")
        return all(part in title for part in parts)

    return holds


def test_a_workspace_lives_on_when_its_server_is_killed_and_started_again(
    screen: Screen, tmp_path: Path, address: str
) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(WORKSPACE.format(address=address))
    window = running(screen, "monitor", "--workspace", str(path), "--theme", "light")
    with window as monitor:
        soon(is_called(screen, "lab.toml"))
        soon(lambda: warns(screen))  # the server is waited for
        with server_at(screen, address) as server, running(screen, "publish-demo", address):
            soon(lambda: moves(screen))
            server.kill()
            soon(lambda: warns(screen))
            with server_at(screen, address):
                soon(lambda: not warns(screen))
                soon(lambda: moves(screen))
                screen.do("key", "ctrl+q")
                assert monitor.wait(PATIENCE_S) == 0


def test_a_workspace_is_saved_opened_and_brought_back_by_keys(
    screen: Screen, tmp_path: Path, address: str
) -> None:
    path = tmp_path / "mine.toml"
    with server_at(screen, address), running(screen, "publish-demo", address):
        with running(screen, "monitor", address, "--theme", "light") as monitor:
            soon(is_called(screen, address))
            soon(lambda: finds_and_plots(screen, "waveform ch0"))
            screen.do("key", "ctrl+alt+s")
            soon(is_called(screen, "Save the workspace"))
            screen.do("key", "ctrl+a", "type", str(path))
            screen.do("key", "Return")
            soon(is_called(screen, "mine.toml", address))
            assert 'channel = "rig/waveform"' in path.read_text()
            screen.do("key", "ctrl+alt+n")
            soon(lambda: not is_drawn(screen))
            screen.do("key", "ctrl+alt+o")
            soon(is_called(screen, "Open a workspace"))
            screen.do("type", str(path))
            screen.do("key", "Return")
            soon(lambda: moves(screen))
            screen.do("key", "ctrl+q")
            assert monitor.wait(PATIENCE_S) == 0
        with running(screen, "monitor", "--theme", "light") as again:
            soon(is_called(screen, "mine.toml", address))
            soon(lambda: moves(screen))
            screen.do("key", "ctrl+q")
            assert again.wait(PATIENCE_S) == 0
