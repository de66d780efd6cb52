from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stream_core.process import serve_until_signal
from stream_core.server import Server
from tests.stream_core.process.test_server_process import listens, posix_only


def test_the_command_alone_says_what_it_is_for() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "stream_core", "serve", "--from-stdin"],
        input=b"junk", capture_output=True, timeout=20, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert child.returncode == 1
    assert b"only ServerProcess runs" in child.stdout


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_embedded_server_runs_until_a_signal(number: signal.Signals) -> None:
    server = Server(port=0)

    def ready() -> None:
        assert listens(server.address)
        os.kill(os.getpid(), number)

    async with asyncio.timeout(10):
        await serve_until_signal(server, ready)
    assert not listens(server.address)
