"""A trial of streamscope alone: what it reads off, what shall come out, what its parts share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import monotonic, sleep
from typing import Any

import psutil

import stream_core as sc
from benchmarks.line import Line, PartError
from benchmarks.work import Pace

__all__ = [
    "Outcome",
    "Reading",
    "Trial",
    "Usage",
    "in_loop",
    "listen",
    "ticks",
    "usage_over",
]


@dataclass(frozen=True)
class Reading:
    """One figure of a trial.

    Attributes:
        key: its short name.
        title: its name in the table.
        unit: what follows the number.
        at_most, at_least: the goal; both None where it is only told.
    """

    key: str
    title: str
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words; "" if there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}{self.unit}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}{self.unit}"

    def met_by(self, value: float) -> bool:
        """Whether that is good enough."""
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )

    def text(self, value: float) -> str:
        """Return the value with its unit."""
        return f"{value:,.{0 if value >= 1000 else 1 if value >= 10 else 2}f}{self.unit}"


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        key: its short name, for the command line.
        title: its name in the tables.
        readings: what it gives.
        measure: runs it once; gives each reading by its key, or raises `PartError`.
    """

    key: str
    title: str
    readings: tuple[Reading, ...]
    measure: Callable[[Pace], Mapping[str, float]]


@dataclass
class Outcome:
    """All runs of one trial."""

    trial: Trial
    runs: list[Mapping[str, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, pace: Pace) -> str:
        """Run once more; return in words what came out."""
        try:
            run = self.trial.measure(pace)
        except PartError as error:
            self.failures.append(str(error))
            return f"failed: {error}"
        self.runs.append(run)
        return ", ".join(f"{one.title} {one.text(run[one.key])}" for one in self.trial.readings)

    def value(self, reading: Reading) -> float:
        """The median over the runs."""
        return median(run[reading.key] for run in self.runs)


@dataclass(frozen=True)
class Usage:
    """What the server took over some time.

    Attributes:
        cpu_s: processor time.
        share: of one core.
        memory_bytes: resident, at the end.
    """

    cpu_s: float
    share: float
    memory_bytes: int


def usage_over(server: sc.ServerProcess, duration_s: float) -> Usage:
    """Wait for that time; return what the server took."""
    process = psutil.Process(server.pid)
    started_s, before = monotonic(), process.cpu_times()
    sleep(duration_s)
    after, elapsed_s = process.cpu_times(), monotonic() - started_s
    cpu_s = after.user + after.system - before.user - before.system
    return Usage(cpu_s, cpu_s / elapsed_s, process.memory_info().rss)


def in_loop(line: Line, part: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
    """Do a part that is a coroutine function, in the best loop; it is given the line first."""
    sc.run(part(line, *arguments))


async def listen(line: Line, word: str = "stop") -> None:
    """Wait for the word, or for the end, while the loop goes on."""
    while await asyncio.to_thread(line.listen) not in (word, "stop"):
        pass


async def ticks(interval_s: float, until: asyncio.Future[None]) -> AsyncIterator[None]:
    """Yield at that interval; what was late is made up for."""
    due_s = monotonic()
    while not until.done():
        await asyncio.sleep(max(0.0, due_s - monotonic()))
        yield
        due_s += interval_s
