"""One run: starts a peer's processes for one piece of work, lets them speak, and measures."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import mean, median, quantiles
from typing import Any

import psutil

from benchmarks.line import Line, hear_all
from benchmarks.parts import Called, Received, Sent, Task, run_part
from benchmarks.work import Kind, Pace, Work

__all__ = ["Measurement", "measure", "stream_rate_per_s"]

SILENCE_S = 20.0
GRACE_S = 5.0


@dataclass(frozen=True)
class Measurement:
    """What one run gave.

    Attributes:
        per_s: items that each reader had a second, the mean of the readers; or calls a second.
        count: items sent, the warm-up included; or calls.
        lost: of these, those that did not arrive, summed over the readers.
        cpu_s: processor time over the run: of the writer or caller, the broker, each reader or
            the callee.
        p50_s: median duration of a call; 0 for other work.
        p99_s: what one call in a hundred exceeds; 0 for other work.
    """

    per_s: float
    count: int
    lost: int
    cpu_s: tuple[float, ...]
    p50_s: float = 0.0
    p99_s: float = 0.0


class Part:
    """One process and the line to it."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.line = Line(ours, f"the {task.part} of {task.peer}")
        self._process = context.Process(target=run_part, args=(task, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def cpu_s(self) -> float:
        """Return the processor time that it and its children have used."""
        parent = psutil.Process(self._process.pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        return float(sum(time.user + time.system for time in times))

    def end(self) -> None:
        """Wait until it has ended, by force if need be."""
        for force in (self._process.terminate, self._process.kill):
            self._process.join(GRACE_S)
            if self._process.is_alive():
                force()
        self._process.join()
        self._process.close()
        self.line.connection.close()


@contextmanager
def _started(*tasks: Task) -> Iterator[list[Part]]:
    parts = [Part(task) for task in tasks]
    try:
        yield parts
    finally:
        for part in parts:
            part.line.say("stop")
        for part in parts:
            part.end()


def measure(peer: str, work: Work, pace: Pace) -> Measurement:
    """Run one piece of work once; raises `PartError` with the reason if a process fails."""
    with _started(Task("broker", peer, work, pace)) as (broker,):
        (addresses,) = hear_all({broker.line: "ready"}, SILENCE_S)
        task = Task("", peer, work, pace, addresses)
        if work.kind is Kind.CALLS:
            return _measure_calls(broker, task)
        return _measure_stream(broker, task)


def _measure_stream(broker: Part, task: Task) -> Measurement:
    subscriber = replace(task, part="subscriber")
    with _started(*[subscriber] * task.work.readers) as readers:
        hear_all({reader.line: "ready" for reader in readers}, SILENCE_S)
        with _started(replace(task, part="publisher")) as (writer,):
            hearing = {reader.line: "hearing" for reader in readers}
            hear_all({writer.line: "ready", **hearing}, SILENCE_S)
            facts, cpu_s = _go([writer, broker, *readers], writer, [writer, *readers], task.pace)
    return _stream_measurement(facts[0], facts[1:], cpu_s, task.pace)


def _measure_calls(broker: Part, task: Task) -> Measurement:
    with _started(replace(task, part="callee")) as (callee,):
        hear_all({callee.line: "ready"}, SILENCE_S)
        with _started(replace(task, part="caller")) as (caller,):
            hear_all({caller.line: "ready"}, SILENCE_S)
            (called,), cpu_s = _go([caller, broker, callee], caller, [caller], task.pace)
    return _calls_measurement(called, cpu_s)


def _go(
    parts: Sequence[Part], first: Part, speakers: Sequence[Part], pace: Pace
) -> tuple[list[Any], tuple[float, ...]]:
    """Let the first begin; return what the speakers say at the end, and the parts' CPU time."""
    before_s = [part.cpu_s() for part in parts]
    first.line.say("go")
    expected = {part.line: "done" for part in speakers}
    facts = hear_all(expected, pace.warm_up_s + pace.measure_s + SILENCE_S)
    after_s = [part.cpu_s() for part in parts]
    return facts, tuple(after - before for before, after in zip(before_s, after_s, strict=True))


def _stream_measurement(
    sent: Sent, received: list[Received], cpu_s: tuple[float, ...], pace: Pace
) -> Measurement:
    first_s = sent.started_s + pace.warm_up_s
    rates = [stream_rate_per_s(account, first_s, sent.stopped_s) for account in received]
    lost = sum(sent.items - account.items for account in received)
    return Measurement(mean(rates), sent.items, lost, cpu_s)


def stream_rate_per_s(received: Received, first_s: float, last_s: float) -> float:
    """Return a reader's rate between two times; what comes when the writer rests is left out."""
    inside = [mark for mark in received.marks if first_s <= mark[0] <= last_s]
    if len(inside) < 2:
        raise ValueError(f"{len(inside)} chunks arrived in the time measured: measure longer")
    (first_mark_s, first), (last_mark_s, last) = inside[0], inside[-1]
    return (last - first) / (last_mark_s - first_mark_s)


def _calls_measurement(called: Called, cpu_s: tuple[float, ...]) -> Measurement:
    return Measurement(
        per_s=called.calls / called.elapsed_s,
        count=called.calls,
        lost=0,
        cpu_s=cpu_s,
        p50_s=median(called.durations_s),
        p99_s=quantiles(called.durations_s, n=100)[98],
    )
