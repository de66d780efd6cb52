from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream_core.errors import ConnectionFailed, InvalidValue, NotAllowed
from stream_core.process import ServerProcess
from stream_core.values import Limits

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with ServerProcess(port=0, secret="not to be seen", limits=Limits(stall_s=float("inf"))) as it:
        yield it


def test_it_listens_when_start_returns(server: ServerProcess) -> None:
    assert server.is_alive()
    assert server.exitcode is None
    assert server.pid not in (None, os.getpid())
    assert listens(server.address)
    with pytest.raises(RuntimeError, match="once only"):
        server.start()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_the_secret_is_not_to_be_seen(server: ServerProcess) -> None:
    for file in ("cmdline", "environ"):
        assert b"not to be seen" not in Path(f"/proc/{server.pid}/{file}").read_bytes()


@posix_only
def test_terminate_ends_it_cleanly() -> None:
    server = ServerProcess(port=0)
    server.start()
    server.join(0)
    assert server.is_alive()
    server.terminate()
    server.join()
    assert not server.is_alive()
    assert server.exitcode == 0
    assert not listens(server.address)
    server.terminate()


@posix_only
def test_kill_ends_it_at_once() -> None:
    with ServerProcess(port=0) as server:
        server.kill()
        server.join()
        assert server.exitcode == -signal.SIGKILL


def test_a_server_that_cannot_start_says_why_in_one_sentence(server: ServerProcess) -> None:
    port = int(server.address.rpartition(":")[2])
    second = ServerProcess(port=port)
    with pytest.raises(ConnectionFailed, match=f"{port}: another program listens"):
        second.start()
    assert second.exitcode == 1
    assert not second.is_alive()


def test_wrong_arguments_are_refused_before_there_is_a_process() -> None:
    with pytest.raises(InvalidValue, match="port=-1"):
        ServerProcess(port=-1)
    with pytest.raises(NotAllowed, match="insecure"):
        ServerProcess("0.0.0.0", 0)


def test_before_the_start_there_is_nothing_to_stop() -> None:
    server = ServerProcess(port=0)
    assert (server.pid, server.exitcode, server.is_alive()) == (None, None, False)
    with pytest.raises(ConnectionFailed, match="not been started"):
        _ = server.address
    for action in (server.terminate, server.kill, server.join):
        with pytest.raises(RuntimeError, match="start it first"):
            action()


def test_its_log_is_ours(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "stream_core")
    with ServerProcess(port=0) as server:
        pass
    output, log = capfd.readouterr()
    assert output == ""
    assert f"INFO stream_core.server.server: listening at {server.address}" in log


def test_a_child_that_dies_before_it_answers_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ConnectionFailed, match="exit code 1"):
        ServerProcess(port=0).start()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ConnectionFailed, match="no server process could be started"):
        ServerProcess(port=0).start()


@posix_only
def test_it_survives_its_parent_and_ctrl_c_in_the_terminal(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[3])
    program = (
        f"import sys, os; sys.path.insert(0, {root!r})\n"
        "from stream_core.process import ServerProcess\n"
        "server = ServerProcess(port=0); server.start()\n"
        "print(server.pid, server.address, os.getpgid(server.pid) == os.getpgrp(), flush=True)\n"
    )
    (tmp_path / "queue.py").write_text("raise SystemExit('a module of the current directory')")
    parent = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=False,
        stdout=subprocess.PIPE, text=True, check=True, timeout=20,
    )  # fmt: skip
    pid, address, same_group = parent.stdout.split()
    try:
        assert same_group == "False"
        assert listens(address)
    finally:
        os.kill(int(pid), signal.SIGTERM)


def test_its_log_goes_to_a_file_that_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("before\n")
    server = ServerProcess("127.0.0.1", 0)
    server.log_file = log
    with server:
        assert listens(server.address)
    said = log.read_text()
    assert said.startswith("before\n")
    assert f"listening at {server.address}" in said
    assert "stopped listening" in said


def test_a_log_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    server = ServerProcess("127.0.0.1", 0)
    server.log_file = tmp_path / "nowhere" / "server.log"
    with pytest.raises(FileNotFoundError):
        server.start()
    assert not server.is_alive()
