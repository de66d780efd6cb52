"""A server in a thread of its own, blocking clients of it, programs, and somebody at Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc

PATIENCE_S = 20.0
LOOK_S = 0.001
STILL_LOOKS = 4
"""So often in a row a thread must have been seen at the same instruction to count as waiting."""


@pytest.fixture
def server() -> Iterator[sc.Server]:
    """Override the server of the tests that run in a loop: these here may block theirs."""
    with sc.LoopThread("server") as thread:
        server = sc.Server(port=0)
        thread.run(server.start())
        yield server
        thread.run(server.stop())


@pytest.fixture
def address(server: sc.Server) -> str:
    return server.address


@pytest.fixture
def client(address: str) -> Iterator[Callable[..., sc.blocking.Client]]:
    """Give a function that connects a blocking client, which is closed in the end."""
    clients: list[sc.blocking.Client] = []

    def connected(
        name: str, kind: type[sc.blocking.Client] = sc.blocking.Client, **arguments: object
    ) -> sc.blocking.Client:
        made = kind(name, address, **arguments)  # type: ignore[arg-type]
        made.connect()
        clients.append(made)
        return made

    yield connected
    for made in clients:
        made.close()


def wait_until_waiting(thread: threading.Thread | int) -> None:
    """Return when that thread stands still, in whatever it waits for."""
    ident = thread.ident if isinstance(thread, threading.Thread) else thread
    give_up_s = time.monotonic() + PATIENCE_S
    before, still = None, 0
    while still < STILL_LOOKS:
        assert time.monotonic() < give_up_s, "it never waits"
        frame = sys._current_frames().get(ident or 0)
        now = None if frame is None else (id(frame), frame.f_lasti)
        still = still + 1 if now is not None and now == before else 0
        before = now
        del frame  # it must not keep alive what it has seen
        time.sleep(LOOK_S)


@pytest.fixture
def until_waiting() -> Callable[[threading.Thread], None]:
    """Give a function that returns when a thread waits for something."""
    return wait_until_waiting


@pytest.fixture
def ctrl_c() -> Callable[..., object]:
    """Give a context in which Ctrl-C is pressed once, when the test waits for something.

    In a loop it always seems to; `ready` says there when it does.
    """

    @contextmanager
    def pressed(ready: threading.Event | None = None) -> Iterator[None]:
        main = threading.main_thread()
        assert main.ident is not None

        def press() -> None:
            if ready is not None:
                ready.wait(PATIENCE_S)
            wait_until_waiting(main)
            signal.pthread_kill(main.ident or 0, signal.SIGINT)

        finger = threading.Thread(target=press)
        finger.start()
        try:
            yield
        finally:
            finger.join()

    return pressed


@pytest.fixture
def program() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give a function that starts a program in which every warning is an error that is printed."""
    root = Path(__file__).parents[3]
    children: list[subprocess.Popen[str]] = []

    def start(text: str, *arguments: str, **pipes: Any) -> subprocess.Popen[str]:
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        child = subprocess.Popen(
            [sys.executable, "-X", "dev", "-W", "error", "-c", text, *arguments],
            stdout=subprocess.PIPE,
            stderr=pipes.pop("stderr", subprocess.STDOUT),
            **pipes,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        children.append(child)
        return child

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()
