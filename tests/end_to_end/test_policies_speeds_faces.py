"""Each overflow policy, for readers of each speed, in each face and in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import stream_core as sc
from tests.end_to_end import reader_program
from tests.end_to_end.reader_program import BlockingReader

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

pytestmark = pytest.mark.calm  # how much is on its way to a reader depends on the network

ITEMS, SIZE = 45, 10
ROUND = 5  # items sent before a reader takes some
TAKEN = {"fast": ROUND, "slow": 1, "stalled": 0}


# The readers


class AsyncioReader:
    """What `BlockingReader` does, in a loop."""

    async def open(self, address: str, name: str, parameters: dict[str, Any]) -> None:
        self._client = sc.Client("reader", address)
        await self._client.connect()
        self._reader = await self._client.subscribe(name, **parameters)
        self._losses: list[sc.Loss] = []
        self._reader.on_lost(self._losses.append)

    async def take(self, count: int) -> list[int]:
        values = [await self._reader.get(timeout_s=10) for _ in range(count)]
        await self._reader.statistics()
        return values

    async def rest(self) -> tuple[list[int], str | None]:
        values: list[int] = []
        try:
            async for value in self._reader:
                values.append(value)
        except sc.StreamError as error:
            return values, f"{type(error).__name__}: {error}"
        return values, None

    async def close(self) -> tuple[list[Any], dict[str, Any]]:
        account = msgspec.to_builtins(await self._reader.statistics())
        await self._client.close()
        losses = [[loss.first, loss.last, loss.count, loss.reason] for loss in self._losses]
        return losses, account


class ThreadReader:
    """The blocking face, in threads."""

    def __init__(self) -> None:
        self._reader = BlockingReader()

    def __getattr__(self, method: str) -> Any:
        return lambda *arguments: asyncio.to_thread(getattr(self._reader, method), *arguments)


class ProcessReader:
    """The blocking face, in another process."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def __getattr__(self, method: str) -> Any:
        return lambda *arguments: asyncio.to_thread(self._ask, method, *arguments)

    def _ask(self, *line: Any) -> Any:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(line) + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())


@pytest.fixture(scope="module")
def program() -> Iterator[subprocess.Popen[str]]:
    root = str(Path(__file__).parent.parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *sys.path])}
    with subprocess.Popen(
        [sys.executable, reader_program.__file__],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.terminate()


# What must come


class Policy:
    """A buffer of single items, and what its reader gets and loses."""

    def __init__(self, overflow: str) -> None:
        self.overflow = overflow
        self.on_its_way: deque[int] = deque()
        self.buffered: deque[int] = deque()
        self.lost: list[int] = []
        self.over = False

    def item(self, number: int) -> None:
        if self.over:
            return
        if not self.buffered and len(self.on_its_way) < SIZE:
            self.on_its_way.append(number)
        elif len(self.buffered) < SIZE:
            self.buffered.append(number)
        else:
            self.overrun(number)

    def overrun(self, number: int) -> None:
        if self.overflow in ("skip", "raise"):
            self.over = self.overflow == "raise"
            self.lost.append(number)
            return
        for _ in range(1 if self.overflow == "ring" else SIZE):
            self.lost.append(self.buffered.popleft())
        self.buffered.append(number)

    def take(self, count: int) -> list[int]:
        taken = [self.on_its_way.popleft() for _ in range(count)]
        while self.buffered and len(self.on_its_way) < SIZE:
            self.on_its_way.append(self.buffered.popleft())
        return taken


# The tests


class Bench:
    """A writer, the reader in question, and a fast one beside it that must get everything."""

    def __init__(self, writer: sc.Writer, reader: Any, beside: sc.Reader) -> None:
        self.writer = writer
        self.reader = reader
        self.got_beside: list[int] = []
        self._beside = beside
        self.reading = asyncio.create_task(self._read_beside())

    async def _read_beside(self) -> None:
        async for value in self._beside:
            self.got_beside.append(value)

    async def send(self, numbers: range) -> None:
        for number in numbers:
            await self.writer.send(number)
            await self.writer.flush()  # each is a block of its own

    async def end(self) -> tuple[list[int], str | None, list[int], set[str], dict[str, int]]:
        """End the channel; what still came, the error, what was lost and why, and the account."""
        await self.writer.close()
        values, error = await self.reader.rest()
        losses, account = await self.reader.close()
        await self.reading
        lost = [number for first, last, _, _ in losses for number in range(first, last + 1)]
        assert sum(count for _, _, count, _ in losses) == len(lost)
        assert account["published"] == account["delivered"] + account["dropped"]
        assert account["dropped"] == len(lost)
        assert self.got_beside == list(range(ITEMS))
        return values, error, lost, {reason for *_, reason in losses}, account


@pytest.fixture
async def bench(
    request: pytest.FixtureRequest,
    connect: Connect,
    server_address: str,
    program: subprocess.Popen[str],
    face: str,
    overflow: str,
) -> Bench:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x")
    reader: Any = ProcessReader(program) if face == "process" else None
    reader = reader or (AsyncioReader() if face == "asyncio" else ThreadReader())
    await reader.open(server_address, "x", {"overflow": overflow, "buffer_size": SIZE})
    return Bench(writer, reader, await pc.subscribe("x", buffer_size=None))


faces = pytest.mark.parametrize("face", ["asyncio", "blocking", "process"])
speeds = pytest.mark.parametrize("speed", ["fast", "slow", "stalled"])


@faces
@speeds
@pytest.mark.parametrize("overflow", ["ring", "clear", "skip", "raise"])
async def test_a_policy_drops_what_it_says_and_nothing_else(
    bench: Bench, until: Until, overflow: str, speed: str
) -> None:
    policy, got, expected = Policy(overflow), [], []
    for start in range(0, ITEMS, ROUND):
        numbers = range(start, start + ROUND)
        await bench.send(numbers)
        for number in numbers:
            policy.item(number)
        if not policy.over:
            got += await bench.reader.take(TAKEN[speed])
            expected += policy.take(TAKEN[speed])
    await until(lambda: len(bench.got_beside) == ITEMS)  # whatever the other one does
    values, error, lost, reasons, account = await bench.end()
    assert got + values == [*expected, *policy.on_its_way, *policy.buffered]
    assert (sorted(lost), reasons) == (sorted(policy.lost), {"overflow"} if policy.lost else set())
    assert account["delivered"] == len(got + values)
    if policy.over:
        assert error is not None
        assert error.startswith("BufferOverflow: its buffer was full at buffer_size=10")
    else:
        assert error is None
    assert bool(policy.lost) == (speed != "fast")


@faces
@pytest.mark.parametrize("speed", ["fast", "slow"])
@pytest.mark.parametrize("overflow", ["wait"])
async def test_wait_loses_nothing(bench: Bench, overflow: str, speed: str) -> None:
    demands: list[str] = []
    bench.writer.on_demand(lambda demand: demands.append(demand.state))
    sending = asyncio.create_task(bench.send(range(ITEMS)))
    got: list[int] = []
    if speed == "slow":
        await _paused(bench.writer)
    while len(got) < ITEMS:
        got += await bench.reader.take(TAKEN[speed])
    await sending
    assert got == list(range(ITEMS))
    assert (await bench.end())[:3] == ([], None, [])
    assert speed == "fast" or "paused" in demands


@faces
@pytest.mark.parametrize("overflow", ["wait"])
@pytest.mark.parametrize("limits", [sc.Limits(stall_s=0.1)], ids=["stalled"])
async def test_wait_pauses_by_demand_until_the_stalled_reader_is_ended(
    bench: Bench, until: Until, overflow: str, limits: sc.Limits
) -> None:
    sending = asyncio.create_task(bench.send(range(ITEMS)))
    await _paused(bench.writer)
    await until(lambda: len(bench.got_beside) >= 2 * SIZE)
    await sending
    values, error, lost, _, account = await bench.end()
    assert (values, lost) == (list(range(2 * SIZE)), [])
    assert error == "BufferOverflow: the reader held up the writers for stall_s=0.1"
    assert account["delivered"] == 2 * SIZE


async def _paused(writer: sc.Writer) -> None:
    """Wait until the writer is paused."""
    paused = asyncio.Event()
    writer.on_demand(lambda demand: demand.state == "paused" and paused.set())
    if writer.demand.state != "paused":
        async with asyncio.timeout(10):
            await paused.wait()
