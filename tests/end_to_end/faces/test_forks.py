"""Forks: what they inherit says why it cannot be used there, and stays whole where it belongs."""

from __future__ import annotations

import asyncio
import gc
import itertools
import multiprocessing
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import stream_core as sc

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    # Python 3.12 and later warn of forks of a process with threads, which is what these are about.
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]

Connected = Callable[..., sc.blocking.Client]
Program = Callable[..., subprocess.Popen[str]]
UntilWaiting = Callable[[threading.Thread], None]

WHY = "is a fork"
REMEDY = "make a new client here"


def in_a_fork(work: Callable[[], object]) -> str:
    """What the work gives there, or the traceback of what it raised."""
    output, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(inlet, str(work()).encode())
        except BaseException:
            os.write(inlet, traceback.format_exc().encode())
        os._exit(0)
    os.close(inlet)
    with os.fdopen(output) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def refusals(*uses: Callable[[], object]) -> str:
    """Nothing, if each of these is refused with the reason and the remedy."""
    for number, use in enumerate(uses):
        try:
            use()
        except (RuntimeError, sc.StreamError) as error:
            if WHY not in str(error) or REMEDY not in str(error):
                return f"use {number}: {error!r}"
        else:
            return f"use {number} was not refused"
    return ""


def test_every_handle_says_why_it_cannot_be_used_in_a_fork(client: Connected) -> None:
    ours = client("ours")
    writer, samples = ours.create_channel("x"), ours.create_channel("y", dtype="float64")
    reader = ours.subscribe("x")
    ours.subscribe("y")
    remote = ours.remote("ours")
    changes = ours.watch()
    next(changes)
    for number in range(3):
        writer.send(number)
    assert reader.get(timeout_s=5) == 0  # the others are here already, or soon

    told = in_a_fork(
        lambda: refusals(
            ours.connect,
            ours.ping,
            ours.channels,
            lambda: ours.create_channel("z"),
            lambda: ours.subscribe("x"),
            lambda: next(iter(ours.watch())),
            lambda: ours.remote("server"),
            lambda: remote.echo(1),
            lambda: next(changes),
            lambda: writer.send(1),
            lambda: writer.send_nowait(1),
            lambda: samples.send_samples([1.0]),
            writer.flush,
            writer.end,
            writer.wait_active,
            reader.get,
            reader.get_nowait,
            reader.get_item,
            reader.get_block,
            lambda: reader.read_array(1),
            lambda: next(reader),
            lambda: next(reader.transfer()),
            reader.statistics,
            reader.configure,
            reader.clear,
        )
    )
    assert told == ""
    assert [reader.get(timeout_s=5) for _ in range(2)] == [1, 2]
    writer.send(3)
    assert reader.get(timeout_s=5) == 3


def test_closing_and_forgetting_in_a_fork_does_nothing_here(client: Connected) -> None:
    ours = client("ours")
    writer = ours.create_channel("x")
    reader = ours.subscribe("x")

    def use() -> str:
        with ours.__class__("other", "127.0.0.1:1"):  # never connects
            pass
        return ""

    def close_all() -> str:
        nonlocal writer, reader
        ours.close()
        ours.__exit__(None, None, None)
        states = f"{ours.state} {ours.name}"
        del writer, reader
        gc.collect()
        return states

    assert "ConnectionFailed" in in_a_fork(use)
    assert in_a_fork(close_all) == "closed ours"
    writer.send("still here")
    assert reader.get(timeout_s=5) == "still here"
    assert ours.state is sc.State.CONNECTED


def test_threads_that_wait_or_send_here_hold_no_lock_there(
    client: Connected, until_waiting: UntilWaiting
) -> None:
    ours = client("ours")
    writer = ours.create_channel("x")
    reader = ours.subscribe("x", overflow="wait")
    changes = ours.watch("none")
    waiting = ours.subscribe("later", wait=True)
    got: list[Any] = []
    getting = threading.Thread(target=lambda: got.append(waiting.get()))
    watching = threading.Thread(target=lambda: got.extend(changes))
    stop = threading.Event()

    def send_and_get() -> None:
        while not stop.is_set():
            writer.send(1)
            reader.get()

    busy = threading.Thread(target=send_and_get)
    for thread in (getting, watching, busy):
        thread.start()
    until_waiting(getting)
    until_waiting(watching)
    for _ in range(5):
        told = in_a_fork(
            lambda: refusals(
                waiting.get,
                waiting.get_nowait,
                lambda: next(changes),
                reader.get,
                lambda: writer.send(1),
                ours.ping,
                ours.connect,
            )
        )
        assert told == ""
    stop.set()
    busy.join()
    ours.create_channel("later").send("came")
    getting.join()
    changes.close()  # type: ignore[attr-defined]
    watching.join()
    assert got == ["came"]


def test_a_new_client_in_a_fork_works_beside_the_one_here(client: Connected, address: str) -> None:
    ours = client("ours")
    reader = ours.subscribe("theirs", wait=True)

    def work() -> str:
        with sc.blocking.Client("theirs", address) as theirs:
            writer = theirs.create_channel("theirs")
            writer.wait_active(10)
            writer.send("from the fork")
            writer.flush()
            return ",".join(sorted(found.name for found in theirs.clients()))

    assert in_a_fork(work) == "ours,theirs"
    assert reader.get(timeout_s=5) == "from the fork"


def test_the_children_of_multiprocessing(client: Connected, address: str) -> None:
    ours = client("ours")
    context = multiprocessing.get_context("fork")
    told: Any = context.SimpleQueue()

    def work() -> None:
        told.put(refusals(ours.ping))
        with sc.blocking.Client("theirs", address) as theirs:
            told.put(theirs.remote("ours").echo("called"))

    child = context.Process(target=work)
    child.start()
    assert [told.get(), told.get()] == ["", "called"]
    child.join()
    assert child.exitcode == 0
    assert ours.ping() > 0
    told.close()


def test_a_server_in_this_process_is_not_kept_alive_by_a_fork() -> None:
    """Its port is free again when it stops, although a fork lives on that inherited its socket."""
    with sc.LoopThread("server") as thread:
        server = sc.Server(port=0)
        thread.run(server.start())
        port = int(server.address.rpartition(":")[2])
        go_on, inlet = os.pipe()
        begun, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(told, b"!")  # what a fork does first has been done
            os.close(inlet)
            os.read(go_on, 1)
            os._exit(0)
        try:
            os.close(go_on)
            os.read(begun, 1)
            thread.run(server.stop())
            with pytest.raises(sc.ConnectionFailed, match="no server listens"):
                sc.blocking.Client("c", f"127.0.0.1:{port}").connect()
        finally:
            for descriptor in (inlet, begun, told):
                os.close(descriptor)
            os.waitpid(child, 0)


def test_a_link_ends_with_its_process_although_a_fork_lives_on(
    program: Program, client: Connected, address: str
) -> None:
    ours = client("ours")
    child = program(
        "import os, sys, warnings\nimport stream_core as sc\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "client = sc.blocking.Client('child', sys.argv[1]); client.connect()\n"
        "if os.fork() == 0: sys.stdin.read(); os._exit(0)\n"
        "print('forked', flush=True); sys.stdin.read()\n",
        address,
        stdin=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "forked\n"
    remote = ours.remote("child")
    begin_s = time.monotonic()
    child.kill()
    with pytest.raises(sc.TargetNotFound):
        all(remote.echo(True) for _ in itertools.count())
    assert time.monotonic() - begin_s < 10  # else only the missing heartbeat would tell
    child.communicate()


async def use_an_asyncio_client(
    client: sc.Client, writer: sc.Writer, reader: sc.Reader, remote: sc.Remote
) -> str:
    uses: list[Callable[[], Any]] = [
        client.connect,
        client.ping,
        client.channels,
        lambda: client.subscribe("x"),
        lambda: anext(client.watch()),
        lambda: client.remote("server"),
        lambda: remote.echo(1),
        lambda: writer.send(1),
        writer.flush,
        writer.end,
        writer.wait_active,
        reader.get,
        lambda: anext(reader),
        reader.get_block,
        reader.statistics,
    ]
    for number, use in enumerate(uses):
        try:
            await use()
        except (RuntimeError, sc.StreamError) as error:
            if WHY not in str(error) or REMEDY not in str(error):
                return f"use {number}: {error!r}"
        else:
            return f"use {number} was not refused"
    told = refusals(lambda: writer.send_nowait(1), reader.get_nowait)
    reader.clear()
    await reader.close()
    await writer.close()
    await client.close()
    return told


@pytest.mark.parametrize("runner", [sc.run, asyncio.run], ids=["best loop", "asyncio"])
def test_an_asyncio_client_in_a_fork(address: str, runner: Callable[[Any], Any]) -> None:
    async def main() -> None:
        async with sc.Client("c", address) as client:
            writer, remote = await client.create_channel("x"), await client.remote("c")
            reader = await client.subscribe("x")
            await writer.send("before")
            await client.ping()
            handles = (client, writer, reader, remote)
            told = in_a_fork(lambda: asyncio.run(use_an_asyncio_client(*handles)))
            assert told == ""
            await writer.send("after")
            assert [await reader.get(timeout_s=5) for _ in range(2)] == ["before", "after"]

    runner(main())


def test_a_server_process_belongs_to_who_started_it() -> None:
    with sc.ServerProcess(port=0) as server:

        def use() -> str:
            with sc.blocking.Client("fork", server.address) as theirs:
                theirs.ping()
            server.__exit__(None, None, None)
            for act in (server.terminate, server.kill, server.join, server.is_alive):
                with pytest.raises(RuntimeError, match="is a fork of the one that started it"):
                    act()
            return repr(server)

        assert f"of process {os.getpid()}" in in_a_fork(use)
        assert server.is_alive()
        with sc.blocking.Client("c", server.address) as client:
            assert client.ping() > 0


def test_a_program_whose_fork_ends_first_goes_on(program: Program, address: str) -> None:
    """The fork ends as an interpreter does, with all that this cleans up."""
    child = program(
        "import os, sys, warnings\nimport stream_core as sc\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "with sc.blocking.Client('child', sys.argv[1]) as client:\n"
        "    writer = client.create_channel('x'); reader = client.subscribe('x')\n"
        "    fork = os.fork()\n"
        "    if fork == 0: sys.exit()\n"
        "    assert os.waitpid(fork, 0)[1] == 0\n"
        "    writer.send('goes on'); print(reader.get(5), client.ping() > 0)\n",
        address,
    )
    output, _ = child.communicate(timeout=20)
    assert (output, child.returncode) == ("goes on True\n", 0)
