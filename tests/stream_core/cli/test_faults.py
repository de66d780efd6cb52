"""What goes wrong outside the program is said in one clear sentence, with its remedy."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import stream_core as sc
from stream_core.cli.certificates import Authority
from stream_core.client.greeting import Greeting
from stream_core.wire import messages
from stream_core.wire.header import HEADER, Kind, header

Words = list[str]
Fault = Callable[["Lab"], Words]
FAULTS: dict[str, tuple[Fault, str, int]] = {}


class Lab(msgspec.Struct):
    """What a fault is arranged with."""

    path: Path
    portal: sc.LoopThread
    certificates: Any
    patch: pytest.MonkeyPatch
    stop: list[Callable[[], object]] = []

    def serve(self, **arguments: Any) -> str:
        server = sc.Server("127.0.0.1", 0, **arguments)
        self.portal.run(server.start())
        self.stop.append(lambda: self.portal.run(server.stop()))
        return server.address


def said(sentence: str, code: int = 1) -> Callable[[Fault], Fault]:
    """Keep a fault: it gives the command, which says this sentence and ends with that code."""

    def keep(fault: Fault) -> Fault:
        FAULTS[fault.__name__.replace("_", " ")] = fault, sentence, code
        return fault

    return keep


@said("cannot write {path}/authority.key: No space left on device")
def disk_full(lab: Lab) -> Words:
    _refuse_files(lab, errno.ENOSPC)
    return ["certificate", "localhost", "--directory", str(lab.path)]


@said("cannot write {path}/authority.key: Permission denied")
def no_permission(lab: Lab) -> Words:
    _refuse_files(lab, errno.EACCES)
    return ["certificate", "localhost", "--directory", str(lab.path)]


@said("cannot read {path}/secret, named by --secret-file: Permission denied")
def no_permission_to_read_the_secret(lab: Lab) -> Words:
    denied = PermissionError(errno.EACCES, "Permission denied", "secret")
    lab.patch.setattr(Path, "read_text", _raises(denied))
    return ["list", "--secret-file", str(lab.path / "secret")]


@said(
    "cannot listen at {address}: another program listens there; "
    "choose another port, or 0 for any free one",
    3,
)
def port_in_use(lab: Lab) -> Words:
    return ["serve", "--log-level", "error", "--port", lab.serve().rpartition(":")[2]]


@said(
    "cannot listen at 127.0.0.1:0: this user may not listen there; "
    "choose another port, or 0 for any free one",
    3,
)
def port_not_permitted(lab: Lab) -> Words:
    denied = PermissionError(errno.EACCES, "Permission denied")
    lab.patch.setattr(socket.socket, "bind", _raises(denied))
    return ["serve", "--log-level", "error", "--port", "0"]


@said(
    "cannot listen at 192.0.2.1:0: this computer has no such address; "
    "127.0.0.1 is this computer alone, 0.0.0.0 every network of it",
    3,
)
def address_of_another_computer(lab: Lab) -> Words:
    return ["serve", "--log-level", "error", "--insecure", "--host", "192.0.2.1", "--port", "0"]


@said("host 'no-such-host.invalid' is unknown; check the address no-such-host.invalid:50012", 3)
def address_unknown(lab: Lab) -> Words:
    return ["list", "--server", "no-such-host.invalid"]


@said(
    "no server listens at 127.0.0.1:1; start one with 'streamscope serve'",
    3,
)
def nobody_listens(lab: Lab) -> Words:
    return ["list", "--server", "127.0.0.1:1"]


@said(
    "the server at {address} has a certificate that is not valid yet; "
    "set the clocks of both computers",
    3,
)
def clock_behind(lab: Lab) -> Words:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    authority = Authority.load(lab.certificates.files("ours"))
    files = lab.certificates.files("tomorrow")
    authority.sign(files, name="tomorrow", hosts=["127.0.0.1"], days=1, since=tomorrow)
    return _list_by_tls(lab, "tomorrow")


@said(
    "the server at {address} has a certificate that has expired; "
    "give it a new one ('streamscope certificate')",
    3,
)
def certificate_expired(lab: Lab) -> Words:
    return _list_by_tls(lab, "expired")


@said(
    "the client speaks version 1 of the protocol, this server version 2; "
    "install the same version of streamscope",
    3,
)
def server_of_a_later_version(lab: Lab) -> Words:
    reason = (
        "the client speaks version 1 of the protocol, this server version 2; "
        "install the same version of streamscope"
    )
    goodbye = messages.Goodbye(reason, "ProtocolError")
    return ["list", "--server", _answering(lab, Kind.GOODBYE, goodbye)]


@said(
    "the server speaks version 2 of the protocol, this client version 1; "
    "install the same version of streamscope",
    3,
)
def server_that_takes_us_for_one_of_its_version(lab: Lab) -> Words:
    welcome = messages.Welcome(
        version=2, name="x", number=1, session="s", epoch=1, now_ns=1, frame_bytes=10_000,
        heartbeat_s=5.0, resume_s=5.0,
    )  # fmt: skip
    return ["list", "--server", _answering(lab, Kind.WELCOME, welcome)]


@said(
    "the client speaks version 2 of the protocol, this server version 1; "
    "install the same version of streamscope",
    3,
)
def client_of_a_later_version(lab: Lab) -> Words:
    address = lab.serve()
    hello = Greeting.hello

    def later(greeting: Greeting) -> messages.Hello:
        return msgspec.structs.replace(hello(greeting), version=2)

    lab.patch.setattr(Greeting, "hello", later)
    return ["list", "--server", address]


@said(
    "{address} is no stream server of this version: "
    "a frame body of 1347703880 bytes exceeds frame_bytes=268435456",
    3,
)
def something_else_answers(lab: Lab) -> Words:
    return ["list", "--server", _listening(lab, b"HTTP/1.1 400 Bad Request\r\n" * 3)]


def _raises(error: BaseException) -> Callable[..., None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    return refuse


def _refuse_files(lab: Lab, number: int) -> None:
    """No file can be opened for writing."""

    def refuse(file: Any, *_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number), str(file))

    lab.patch.setattr("os.open", refuse)


def _list_by_tls(lab: Lab, name: str) -> Words:
    address = lab.serve(tls=lab.certificates.server(name))
    authority = str(lab.certificates.files("ours").certificate)
    return ["list", "--server", address, "--tls-authority", authority]


def _answering(lab: Lab, kind: Kind, message: msgspec.Struct) -> str:
    body = messages.encode(message)
    return _listening(lab, header(kind, len(body)) + body)


def _listening(lab: Lab, answer: bytes) -> str:
    """Something that answers whatever it is told by these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(HEADER.size)
            connection.sendall(answer)
            while connection.recv(4096):
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    lab.stop.append(thread.join)
    host, port = listener.getsockname()
    return f"{host}:{port}"


@pytest.fixture
def lab(
    portal: sc.LoopThread, certificates: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lab]:
    lab = Lab(tmp_path, portal, certificates, monkeypatch, [])
    yield lab
    monkeypatch.undo()
    for stop in lab.stop:
        stop()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence(lab: Lab, run: Callable[..., Any], name: str) -> None:
    fault, sentence, code = FAULTS[name]
    words = fault(lab)
    outcome = run(*words)
    address = words[words.index("--server") + 1] if "--server" in words else ""
    if "--port" in words:
        address = f"127.0.0.1:{words[words.index('--port') + 1]}"
    expected = sentence.format(path=lab.path, address=address)
    assert outcome.stderr == f"streamscope: {expected}\n"
    assert outcome.exit_code == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_output_to_a_full_disk(client: sc.blocking.Client, server: sc.Server) -> None:
    client.create_channel("x")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "stream_core", "list", "--server", server.address],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.stderr == "streamscope: the disk is full; make room, or write somewhere else\n"
    assert done.returncode != 0
