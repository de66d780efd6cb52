from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

import pytest

from stream_core.transport.forks import inherited_reason, keep_from_forks, let_go

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


def in_a_fork(work: Callable[[], object]) -> str:
    output, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(inlet, str(work()).encode())
        finally:
            os._exit(0)
    os.close(inlet)
    with os.fdopen(output) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


class Kept:
    """Something that belongs to one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reason = ""

    def inherited(self) -> None:
        self.lock = threading.Lock()
        self.reason = inherited_reason()


def test_a_fork_is_told_what_it_has_inherited_and_from_whom() -> None:
    kept, gone = Kept(), Kept()
    keep_from_forks(kept, Kept.inherited)
    keep_from_forks(gone, Kept.inherited)
    del gone
    with kept.lock:
        told = in_a_fork(lambda: f"{kept.lock.acquire(blocking=False)} {kept.reason}")
    assert told.startswith(f"True belongs to process {os.getpid()}, of which this process (")
    assert "make a new client here" in told
    assert kept.reason == ""


def test_a_fork_of_a_fork_is_told_of_the_fork() -> None:
    def again() -> str:
        kept = Kept()
        keep_from_forks(kept, Kept.inherited)
        return f"{os.getpid()} {in_a_fork(lambda: kept.reason)}"

    fork, told = in_a_fork(again).split(" ", 1)
    assert f"belongs to process {fork}," in told


def test_one_that_cannot_be_told_keeps_nothing_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: Kept) -> None:
        raise ZeroDivisionError

    first, second = Kept(), Kept()
    keep_from_forks(first, fail)
    keep_from_forks(second, Kept.inherited)
    assert "belongs to process" in in_a_fork(lambda: second.reason)


def test_a_socket_that_was_let_go_leads_nowhere_there_and_where_it_did_here() -> None:
    ours, peer = socket.socketpair()
    with ours, peer:

        def let_go_and_write() -> int:
            let_go(ours)
            ours.close()
            return os.write(peer.fileno(), b"the peer is still connected")

        assert in_a_fork(let_go_and_write) == "27"
        assert ours.recv(100) == b"the peer is still connected"
        ours.sendall(b"and so are we")
        assert peer.recv(100) == b"and so are we"
    let_go(ours)  # it is closed already
    let_go(None)
