"""A server under load for long, while clients die around it: `python -m tests.soak`.

Four channels are written at a share of what this computer can do, which is measured first; eight
readers hold every number to account, some by links that are cut all the time. Beside them programs
that record, sleep, flood, call, babble or say nothing are killed, one a second, and once thousands
connect at the same moment. The server's memory, files and tasks are taken every second; their
slopes are printed at the end, and decide.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests.soak.slope import slope_per_minute
from tests.soak.victims import VICTIMS, burst, live
from tests.soak.work import Work

ROOT = Path(__file__).parent.parent.parent
CALIBRATE_S = 8.0
CALIBRATE_FROM_S = 2.0
VICTIMS_AT_ONCE = 4
KILL_EVERY_S = 1.0
CUT_EVERY_S = 7.0
SETTLE_S = 8.0  # sessions of the killed are kept for 5 seconds
TELL_EVERY_S = 60.0
BURST_AT = 1 / 6  # of the time
WARM_UP = 1 / 3  # of the time, that the slopes leave out

MEBIBYTE = 1024 * 1024
STEEPEST = {"resident_bytes": 1.0 * MEBIBYTE, "files": 0.5, "tasks": 0.5}  # a minute
NOISE = {"resident_bytes": 32 * MEBIBYTE, "files": 20, "tasks": 20}  # over the whole run


class Sample(NamedTuple):
    """What the server had at a time."""

    time_s: float
    facts: dict[str, Any]


class Host:
    """The server's process, and what it has told."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process = process
        self.address = address
        self.samples: list[Sample] = []

    async def hear(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            sample = Sample(time.monotonic(), json.loads(line))
            assert sample.facts["balanced"], "a reader's account does not balance"
            self.samples.append(sample)


@asynccontextmanager
async def hosted() -> AsyncIterator[Host]:
    """A server while the block runs."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak.host", stdin=pipe, stdout=pipe, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    host = Host(process, (await process.stdout.readline()).decode().strip())
    hearing = asyncio.create_task(host.hear())
    try:
        yield host
        assert process.returncode is None, "the server has ended"
    finally:
        process.stdin.close()
        await process.wait()
        await hearing


class Reaper:
    """Starts victims, and kills them."""

    def __init__(self, address: str, chance: random.Random) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.soak.victims"])
        self._address = address
        self._chance = chance
        self._living: list[Any] = []
        self._next = 0
        self.killed = 0

    def _start(self, duty: Callable[..., None], *arguments: Any) -> Any:
        process = self._context.Process(target=duty, args=arguments, daemon=True)
        process.start()
        return process

    def strike(self) -> None:
        """One more is born; the oldest of too many dies."""
        kind = VICTIMS[self._next % len(VICTIMS)]
        self._next += 1
        self._living.append(self._start(live, kind, self._address))
        if len(self._living) > VICTIMS_AT_ONCE:
            self._kill(self._living.pop(self._chance.randrange(2)))

    async def burst(self, connections: int) -> None:
        process = self._start(burst, self._address, connections)
        await asyncio.to_thread(process.join)

    def _kill(self, process: Any) -> None:
        process.kill()
        process.join()
        process.close()
        self.killed += 1

    def end(self) -> None:
        while self._living:
            self._kill(self._living.pop())


async def capacity(work: Work) -> dict[str, float]:
    """How many items a second each channel carries at most, all of them together."""
    await asyncio.sleep(CALIBRATE_FROM_S)
    before, began_s = work.delivered(), time.monotonic()
    await asyncio.sleep(CALIBRATE_S)
    took_s = time.monotonic() - began_s
    return {name: (newest - before[name]) / took_s for name, newest in work.delivered().items()}


async def soak(options: argparse.Namespace) -> bool:
    """Run it all; whether everything held."""
    chance = random.Random(options.seed)
    async with hosted() as host:
        reaper = Reaper(host.address, chance)
        async with Work(host.address, chance) as work:
            most = await capacity(work)
            for name, feed in work.feeds.items():
                feed.rate_hz = options.load * most[name]
            _tell("at most, items a second", {name: f"{rate:,.0f}" for name, rate in most.items()})
            try:
                await _run(options, host, work, reaper)
            finally:
                await asyncio.to_thread(reaper.end)
            sent = work.sent()
            lost = await work.finish()
            await asyncio.sleep(SETTLE_S)
            left = host.samples[-1].facts
            return _report(options, host, reaper, work, sent, lost, left)


async def _run(options: argparse.Namespace, host: Host, work: Work, reaper: Reaper) -> None:
    began_s = time.monotonic()
    ends_s, told_s = began_s + 60 * options.minutes, began_s
    bursting: asyncio.Task[None] | None = None
    cut_s = began_s
    while (now_s := time.monotonic()) < ends_s:
        work.check()
        await asyncio.to_thread(reaper.strike)
        if now_s - cut_s > CUT_EVERY_S:
            cut_s = now_s
            work.cut()
        if bursting is None and now_s - began_s > 60 * BURST_AT * options.minutes:
            bursting = asyncio.create_task(reaper.burst(options.burst))
        if now_s - told_s > TELL_EVERY_S:
            told_s = now_s
            _tell(f"{(now_s - began_s) / 60:.0f} min", host.samples[-1].facts)
        await asyncio.sleep(KILL_EVERY_S)
    if bursting is not None:
        await bursting


def _report(
    options: argparse.Namespace,
    host: Host,
    reaper: Reaper,
    work: Work,
    sent: dict[str, int],
    lost: dict[str, int],
    left: dict[str, Any],
) -> bool:
    samples = host.samples[int(len(host.samples) * WARM_UP) : -int(SETTLE_S)]
    times_s = [sample.time_s for sample in samples]
    minutes = (times_s[-1] - times_s[0]) / 60
    print(f"\n{date.today()}: {options.minutes:g} minutes at {options.load:.0%} of capacity")
    print(f"{reaper.killed} clients killed, {work.cuts} links cut, a burst of {options.burst}")
    print("items sent:", ", ".join(f"{name} {count:,}" for name, count in sent.items()))
    failures = []
    for label, count in lost.items():
        print(f"  {label}: every number accounted for, {count:,} reported lost")
        if "wait, undisturbed" in label and count:
            failures.append(f"{label} lost {count}")
    for fact, steepest in STEEPEST.items():
        values = [sample.facts[fact] for sample in samples]
        slope = slope_per_minute(times_s, values)
        print(
            f"{fact}: {slope:+,.2f} a minute over the last {minutes:.0f} minutes, "
            f"from {min(values):,} to {max(values):,}"
        )
        if slope > steepest and slope * minutes > NOISE[fact]:
            failures.append(f"{fact} grows by {slope:,.2f} a minute")
    most = {fact: max(sample.facts[fact] for sample in host.samples) for fact in STEEPEST}
    print(f"at most, from the beginning on, the burst included: {most}")
    cpu = (samples[-1].facts["cpu_s"] - samples[0].facts["cpu_s"]) / (60 * minutes)
    print(f"the server took {cpu:.0%} of a processor; load of this computer {os.getloadavg()}")
    print(f"when all have gone: {left}")
    if left["sessions"] != 3 or left["connections"] != 3:
        failures.append("somebody is still there")
    for failure in failures:
        print(f"FAILED: {failure}")
    return not failures


def _tell(what: str, facts: dict[str, Any]) -> None:
    print(f"{what}: {facts}", flush=True)


def main() -> int:
    """Run what the command line asks for; 1 if anything did not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--load", type=float, default=0.8, help="share of the capacity")
    parser.add_argument("--burst", type=int, default=10_000, help="connections at once")
    parser.add_argument("--seed", type=int, default=1)
    return 0 if asyncio.run(soak(parser.parse_args())) else 1


if __name__ == "__main__":
    sys.exit(main())
