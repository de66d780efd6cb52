"""Servers that are programs of their own: started on a free port, ended with the broker's part."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

__all__ = ["find_program", "free_port", "serving"]

PATH = "/usr/sbin:/usr/local/sbin"
"""Where Debian puts servers, which is not on every user's path."""

START_S = 10.0
STOP_S = 5.0


def find_program(name: str) -> str | None:
    """Return the path of a server's program, or None."""
    return shutil.which(name) or shutil.which(name, path=PATH)


def free_port() -> int:
    """Return a port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(name: str, arguments: Callable[[int], Sequence[str]]) -> Iterator[int]:
    """Run a server with the arguments for its port, which it must take; raises OSError else."""
    path = find_program(name)
    if path is None:
        raise FileNotFoundError(f"there is no program {name}")
    port = free_port()
    with subprocess.Popen([path, *arguments(port)], stdout=subprocess.DEVNULL) as server:
        try:
            _await_port(port, server)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    give_up_s = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if server.poll() is not None or time.monotonic() > give_up_s:
                raise
            time.sleep(0.01)
        else:
            return
