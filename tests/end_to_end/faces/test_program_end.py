"""Programs that end without closing anything: at once, silently, and with nothing unsent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import stream_core as sc

Connected = Callable[..., sc.blocking.Client]
Program = Callable[..., subprocess.Popen[str]]

PROMPT_S = 1.9  # less than any time-out of the library, even while the computer is busy

BEGIN = """
import asyncio, logging, multiprocessing, os, sys, threading, time, warnings
import stream_core as sc
# that a callback took long is no fault of a program on a busy computer
logging.getLogger("asyncio").addFilter(lambda record: not record.msg.startswith("Executing"))
address = sys.argv[1]
"""

OPEN = """
client = sc.blocking.Client("child", address); client.connect()
writer = client.create_channel("x")
reader = client.subscribe("x")
"""

EMBEDDED = """
thread = sc.LoopThread("server").start(); server = sc.Server(port=0); thread.run(server.start())
address = server.address
"""

WAITING = """
def waits(work):
    def wait():
        begun.set()
        work()
    begun, look = threading.Event(), None
    thread = threading.Thread(target=wait, daemon=True)
    thread.start(); begun.wait()
    while (now := sys._current_frames()[thread.ident]).f_lasti != look:
        look = now.f_lasti
        time.sleep(0.005)
"""

ENDS = {
    "an open client": OPEN,
    "an exit": OPEN + "writer.send(1); print('ends', flush=True); sys.exit()",
    "a server in a thread": EMBEDDED + OPEN + "changes = client.watch(); next(changes)",
    "daemon threads that wait": EMBEDDED
    + OPEN
    + WAITING
    + """
for work in (
    reader.get,
    lambda: list(client.subscribe("x")),
    client.create_channel("y").wait_active,
    lambda: client.remote("nobody", wait_s=60),
    lambda: list(client.watch()),
):
    waits(work)
""",
    "a daemon thread that sends": OPEN
    + """
def work():
    while True: writer.send("as much as it can")
threading.Thread(target=work, daemon=True).start(); reader.get()
""",
    "work in a loop thread": WAITING
    + """
thread = sc.LoopThread().start()
async def endless():
    await asyncio.Event().wait()
waits(lambda: thread.run(endless()))
""",
    "asyncio clients and servers": """
async def main():
    server = sc.Server(port=0); await server.start()
    client = sc.Client("c", server.address); await client.connect()
    writer = await client.create_channel("x"); reader = await client.subscribe("x")
    asyncio.get_running_loop().kept = asyncio.ensure_future(anext(client.watch("none")))
    await writer.send(1)
sc.run(main())
asyncio.run(main())
""",
}


@pytest.mark.parametrize("left_open", ENDS)
def test_a_program_that_closes_nothing_ends_at_once_and_silently(
    program: Program, address: str, left_open: str
) -> None:
    child = program(BEGIN + ENDS[left_open] + "\nprint('ends', flush=True)\n", address)
    assert child.stdout is not None
    assert child.stdout.readline() == "ends\n"
    begin_s = time.monotonic()
    output, _ = child.communicate(timeout=20)
    assert (output, child.returncode) == ("", 0)
    assert time.monotonic() - begin_s < PROMPT_S


SENDERS = {
    "blocking": """
client = sc.blocking.Client("child", address); client.connect()
writer = client.create_channel("numbers"); writer.wait_active(10)
for number in range(5000): writer.send(number)
""",
    "asyncio": """
async def main():
    client = sc.Client("child", address); await client.connect()
    writer = await client.create_channel("numbers"); await writer.wait_active(10)
    for number in range(5000): await writer.send(number)
sc.run(main())
""",
    "a child of multiprocessing": """
def send():
    client = sc.blocking.Client("child", address); client.connect()
    writer = client.create_channel("numbers"); writer.wait_active(10)
    for number in range(5000): writer.send(number)
warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
child = multiprocessing.get_context("fork").Process(target=send)
child.start(); child.join(); assert child.exitcode == 0
""",
}


@pytest.mark.parametrize("sender", SENDERS)
def test_what_was_sent_last_arrives(
    program: Program, client: Connected, address: str, sender: str
) -> None:
    if "multiprocessing" in sender and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    reader = client("ours").subscribe("numbers", overflow="wait", wait=True)
    child = program(BEGIN + SENDERS[sender], address)
    assert [reader.get(timeout_s=10) for _ in range(5000)] == list(range(5000))
    output, _ = child.communicate(timeout=20)
    assert (output, child.returncode) == ("", 0)


def test_a_thread_that_is_no_daemon_is_served_to_its_end(
    program: Program, client: Connected, address: str
) -> None:
    go = client("ours").create_channel("go")
    child = program(
        BEGIN + OPEN + "orders = client.subscribe('go')\n"
        "threading.Thread(target=lambda: print(orders.get(), client.state)).start()\n"
        "print('ends', flush=True)\n",
        address,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ends\n"
    go.send("on")
    output, _ = child.communicate(timeout=20)
    assert (output, child.returncode) == ("on connected\n", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_server_process_outlives_a_program_silently(program: Program, tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:  # a pipe would end with the server only
        child = program(
            BEGIN + "server = sc.ServerProcess(port=0); server.start()\n"
            "print(server.pid, server.address)\n",
            "",
            stderr=stderr,
        )
        output, _ = child.communicate(timeout=20)
    pid, address = output.split()
    try:
        assert ((tmp_path / "stderr").read_text(), child.returncode) == ("", 0)
        with sc.blocking.Client("c", address) as client:
            assert client.ping() > 0
    finally:
        os.kill(int(pid), signal.SIGTERM)
