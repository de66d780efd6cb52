"""Ctrl-C: it ends the wait at once, loses nothing, and leaves what it met in working order."""

from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_core.process import server_process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")

Connected = Callable[..., sc.blocking.Client]
CtrlC = Callable[..., AbstractContextManager[None]]
Program = Callable[..., subprocess.Popen[str]]

PROMPT_S = 2.0


class Slow(sc.blocking.Client):
    """Offers calls that take as long as the test."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.begun = threading.Event()
        self.goes_on = threading.Event()
        self.cancelled = threading.Event()

    def rpc_wait(self) -> str:
        call = sc.current_call()
        self.begun.set()
        while not call.cancelled and not self.goes_on.wait(0.001):
            pass
        if call.cancelled:
            self.cancelled.set()
        return "done"

    async def rpc_count(self) -> Any:
        yield 0
        await asyncio.Event().wait()

    def rpc_echo_all(self, values: list[int]) -> list[int]:
        return values


TAKES: dict[str, Callable[[sc.blocking.Reader], Any]] = {
    "get": lambda reader: reader.get(),
    "get with a time-out": lambda reader: reader.get(60),
    "get_item": lambda reader: reader.get_item().value,
    "get_block": lambda reader: reader.get_block().values[0],
    "next": next,
    "transfer": lambda reader: next(reader.transfer()),
    "read_array": lambda reader: reader.read_array(1)[0],
}


@pytest.mark.parametrize("how", TAKES)
def test_a_wait_for_an_item_ends_at_once_and_loses_none(
    client: Connected, ctrl_c: CtrlC, how: str
) -> None:
    ours = client("ours")
    writer = ours.create_channel("x", dtype="int64")
    reader = ours.subscribe("x")
    for number in range(3):
        with pytest.raises(KeyboardInterrupt), ctrl_c():
            TAKES[how](reader)
        assert writer.send_samples(np.array([number]))
        writer.flush()
        assert TAKES[how](reader) == number
    assert reader.statistics().delivered == 3


def test_a_wait_for_many_samples_gives_back_those_it_had(client: Connected, ctrl_c: CtrlC) -> None:
    ours = client("ours")
    writer = ours.create_channel("x", dtype="int64")
    reader = ours.subscribe("x")
    writer.send_samples(np.arange(5))
    with pytest.raises(KeyboardInterrupt), ctrl_c():
        reader.read_array(9)
    writer.send_samples(np.arange(5, 9))
    assert reader.read_array(9).tolist() == list(range(9))


def test_a_channel_that_never_comes_is_not_waited_for_any_more(
    client: Connected, ctrl_c: CtrlC
) -> None:
    ours = client("ours")
    reader = ours.subscribe("later", wait=True)
    with pytest.raises(KeyboardInterrupt), ctrl_c():
        reader.get()
    ours.create_channel("later").send("came")
    assert reader.get(timeout_s=10) == "came"


def test_a_paused_send_is_given_up_and_what_was_sent_before_is_not(
    client: Connected, ctrl_c: CtrlC
) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("x")
    reader = other.subscribe("x", overflow="wait", buffer_size=4)
    numbers = itertools.count()
    sent: list[object] = []
    interrupted: list[object] = []

    def send() -> None:
        for number in numbers:
            interrupted.append(number)
            writer.send(number)
            sent.append(interrupted.pop())

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt), ctrl_c():
            send()
    assert len(sent) > 4
    received: list[object] = []
    reading = threading.Thread(target=lambda: received.extend(reader))
    reading.start()
    writer.send("after")
    writer.close()
    reading.join()
    # what was interrupted may have left at that very moment, but all else is there, and in order
    assert [value for value in received if value not in interrupted] == [*sent, "after"]


@pytest.mark.parametrize(
    "wait",
    [
        lambda ours: ours.remote("slow").wait(),
        lambda ours: list(ours.remote("slow").count()),
        lambda ours: ours.remote("nobody", wait_s=60),
        lambda ours: list(ours.watch("a/*")),
        lambda ours: list(ours.subscribe_all("a/*")),
        lambda ours: ours.create_channel("b").wait_active(),
        lambda ours: ours.create_channel("c").send(1, wait_active=True),
    ],
    ids=["call", "results", "remote", "watch", "subscribe_all", "wait_active", "send"],
)
def test_every_other_wait_ends_too(
    client: Connected, ctrl_c: CtrlC, wait: Callable[[sc.blocking.Client], Any]
) -> None:
    slow, ours = client("slow", Slow), client("ours")
    assert isinstance(slow, Slow)
    begin_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ctrl_c():
        wait(ours)
    assert time.monotonic() - begin_s < PROMPT_S
    assert ours.remote("slow").echo_all([1, 2]) == [1, 2]
    assert ours.ping() > 0


def test_a_call_that_is_given_up_is_cancelled_at_its_target(
    client: Connected, ctrl_c: CtrlC
) -> None:
    slow, ours = client("slow", Slow), client("ours")
    assert isinstance(slow, Slow)
    remote = ours.remote("slow")
    with pytest.raises(KeyboardInterrupt), ctrl_c(slow.begun):
        remote.wait()
    assert slow.cancelled.wait(10)


def test_connecting_is_given_up_and_may_be_tried_again(ctrl_c: CtrlC, address: str) -> None:
    with sc.LoopThread("mute") as thread:

        async def listen() -> asyncio.Server:
            return await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)

        mute = thread.run(listen())
        port = mute.sockets[0].getsockname()[1]
        client = sc.blocking.Client("c", f"127.0.0.1:{port}", connect_timeout_s=60)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt), ctrl_c():
                client.connect()
            assert client.state is sc.State.CLOSED
        client.close()

        async def close() -> None:
            mute.close()

        thread.run(close())


def test_work_in_a_loop_thread_is_cancelled(ctrl_c: CtrlC) -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    with sc.LoopThread() as thread:
        with pytest.raises(KeyboardInterrupt), ctrl_c():
            thread.run(endless())
        assert ended == ["cancelled"]
        assert thread.run(asyncio.sleep(0, "works")) == "works"


@pytest.mark.parametrize("runner", [sc.run, asyncio.run], ids=["sc.run", "asyncio.run"])
def test_a_program_on_a_loop_is_ended_in_order(
    address: str, ctrl_c: CtrlC, runner: Callable[[Any], Any]
) -> None:
    seen: list[str] = []
    ready = threading.Event()

    async def main() -> None:
        async with sc.Client("c", address) as client:
            reader = await client.subscribe("later", wait=True)
            try:
                ready.set()
                await reader.get()
            except asyncio.CancelledError:
                seen.append(f"cancelled while {client.state}")
                raise

    with pytest.raises(KeyboardInterrupt), ctrl_c(ready):
        runner(main())
    assert seen == ["cancelled while connected"]
    with sc.blocking.Client("c", address) as again:  # the name is free
        assert [client.name for client in again.clients()] == ["c"]


def test_a_server_process_that_does_not_answer_is_not_waited_for(
    ctrl_c: CtrlC, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\nexec sleep 60\n")
    mute.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(mute))
    server, ready = sc.ServerProcess(port=0), threading.Event()
    answer_of = server_process.answer_of

    def ready_to_read(child: subprocess.Popen[bytes]) -> object:
        ready.set()
        return answer_of(child)

    monkeypatch.setattr(server_process, "answer_of", ready_to_read)
    with pytest.raises(KeyboardInterrupt), ctrl_c(ready):
        server.start()
    assert server.exitcode == -signal.SIGKILL
    assert server.pid is None


INTERRUPTED: dict[str, str] = {
    "get": """
client = sc.blocking.Client("c", sys.argv[1]); client.connect()
reader = client.subscribe("later", wait=True)
print("waiting", flush=True)
reader.get()
""",
    "with ServerProcess": """
with sc.ServerProcess(port=0) as server, sc.blocking.Client("c", server.address) as client:
    reader = client.subscribe("later", wait=True)
    print("waiting", flush=True)
    reader.get()
""",
    "sc.run": """
async def main():
    async with sc.Server(port=0) as server, sc.Client("c", server.address) as client:
        reader = await client.subscribe("later", wait=True)
        print("waiting", flush=True)
        await reader.get()
sc.run(main())
""",
    "threads": """
thread = sc.LoopThread("server").start(); server = sc.Server(port=0); thread.run(server.start())
client = sc.blocking.Client("c", server.address); client.connect()
reader = client.subscribe("later", wait=True)
threading.Thread(target=reader.get, daemon=True).start()
print("waiting", flush=True)
threading.Event().wait()
""",
}


@pytest.mark.parametrize("where", INTERRUPTED)
def test_a_program_that_does_not_mind_ends_as_python_does(
    program: Program, address: str, where: str
) -> None:
    imports = "import sys, threading\nimport stream_core as sc\n"
    child = program(imports + INTERRUPTED[where], address)
    assert child.stdout is not None
    assert child.stdout.readline() == "waiting\n"
    begin_s = time.monotonic()
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=20)
    assert time.monotonic() - begin_s < PROMPT_S
    assert child.returncode == -signal.SIGINT
    assert output.startswith("Traceback")
    assert output.endswith("\nKeyboardInterrupt\n")
    assert "Exception in thread" not in output
    assert "ignored" not in output
    assert "destroyed" not in output
