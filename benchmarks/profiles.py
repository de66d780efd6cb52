"""Profiles of the three processes of a run: looked at from outside, or counted from inside."""

from __future__ import annotations

import cProfile
import pstats
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

import stream_core as sc
from benchmarks.harness import Measurement, measure
from benchmarks.line import Line, PartError
from benchmarks.parts import Task, play
from benchmarks.processes import Part
from benchmarks.work import Pace, Work

__all__ = ["Profile", "by_cprofile", "by_py_spy", "read_stacks"]

LOOKS_PER_S = 500
WATCHED = 3
"""Writer, server and the first reader; or caller, server and callee."""

STOP_S = 10.0
HARNESS = "(benchmarks/line.py"
WAITING = ("_worker (concurrent/futures/thread.py", "wait (threading.py")
"""Innermost functions of threads that have nothing to do, though they may seem busy."""


@dataclass(frozen=True)
class Profile:
    """Own time of the functions of one process.

    Attributes:
        own: by function, in the unit.
        unit: of the times.
    """

    own: Counter[str]
    unit: str

    @property
    def total(self) -> float:
        """The time of all functions together."""
        return float(sum(self.own.values()))

    def rows(self, count: int) -> list[str]:
        """Return the functions with the largest own time, with their share."""
        total = self.total or 1.0
        return [
            f"{own / total:7.1%}  {own:10.5g}  {name}" for name, own in self.own.most_common(count)
        ]


# From outside


def by_py_spy(spy: str, work: Work, pace: Pace) -> tuple[Measurement, list[Profile]]:
    """Look at the processes; raises `PartError` with what py-spy says if it may not."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.txt" for number in range(WATCHED)]
        run = measure(work.ours, work, pace, watch=partial(_spying, spy, files))
        return run, [read_stacks(file.read_text(encoding="utf-8")) for file in files]


@contextmanager
def _spying(spy: str, files: Sequence[Path], parts: Sequence[Part]) -> Iterator[None]:
    writer, broker, reader, *_ = parts
    (server,) = psutil.Process(broker.pid).children()
    numbers = (writer.pid, server.pid, reader.pid)
    spies = [_spy_on(spy, pid, file) for pid, file in zip(numbers, files, strict=True)]
    try:
        yield
    finally:
        for each in spies:
            each.send_signal(signal.SIGINT)
        said = [each.communicate(timeout=STOP_S)[1].decode() for each in spies]
    if not all(file.exists() for file in files):
        raise PartError(next((text.strip() for text in said if text.strip()), "it says nothing"))


def _spy_on(spy: str, pid: int, file: Path) -> subprocess.Popen[bytes]:
    command = [spy, "record", "--pid", str(pid), "--rate", str(LOOKS_PER_S), "--function"]
    command += ["--format", "raw", "--output", str(file)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def read_stacks(text: str) -> Profile:
    """Count looks by the innermost function; a line is the stack, then how often it was seen.

    Threads that wait, for the harness or for work, may seem to be busy, and are left out.
    """
    own: Counter[str] = Counter()
    for line in text.splitlines():
        stack, _, looks = line.rpartition(" ")
        function = stack.rpartition(";")[2]
        if HARNESS not in stack and not any(name in function for name in WAITING):
            own[function] += int(looks)
    return Profile(own, "looks")


# From inside


def by_cprofile(work: Work, pace: Pace) -> tuple[Measurement, list[Profile]]:
    """Let the processes count themselves, in processor time of their main threads."""
    with tempfile.TemporaryDirectory() as folder:
        counting = _Counting(Path(folder))
        run = measure(work.ours, work, pace, part=counting)
        return run, [_read_counts(file) for file in counting.in_order()]


class _Counting:
    """Makes parts that count, the first of each name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}

    def __call__(self, task: Task) -> Part:
        name = f"the {task.part} of {task.peer}"
        if task.part in self._files:
            return Part(name, play, task)
        file = self._files[task.part] = self._folder / task.part
        return Part(name, _serve_counting if task.part == "broker" else _play_counting, task, file)

    def in_order(self) -> list[Path]:
        """Return the files of writer or caller, server, and reader or callee."""
        order = ("publisher", "caller", "broker", "subscriber", "callee")
        return [self._files[part] for part in order if part in self._files]


def _play_counting(line: Line, task: Task, file: Path) -> None:
    counts = cProfile.Profile(time.thread_time)
    try:
        counts.runcall(play, line, task)
    finally:
        counts.dump_stats(file)


def _serve_counting(line: Line, task: Task, file: Path) -> None:
    """Serve in this process, which can count, instead of in one of its own."""
    counts = cProfile.Profile(time.thread_time)
    try:
        counts.runcall(sc.run, _serve(line))
    finally:
        counts.dump_stats(file)


async def _serve(line: Line) -> None:
    async with sc.Server("127.0.0.1", 0) as server:
        line.say("ready", (server.address,))
        await line.until_stopped()


def _read_counts(file: Path) -> Profile:
    own: Counter[str] = Counter()
    statistics = pstats.Stats(str(file)).stats  # type: ignore[attr-defined] # it is documented
    for (path, number, name), (_, _, own_s, _, _) in statistics.items():
        own[_named(path, number, name)] += own_s * 1e3
    return Profile(own, "ms")


def _named(path: str, number: int, name: str) -> str:
    if path == "~":
        return name
    *_, package, module = ("", *Path(path).parts)
    return f"{name} ({package}/{module}:{number})"
