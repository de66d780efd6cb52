"""One run: starts a peer's processes for one piece of work, lets them speak, and measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from statistics import mean, median, quantiles
from typing import Any

import numpy as np

from benchmarks.line import hear_all
from benchmarks.parts import Called, Received, Sent, Task, play
from benchmarks.processes import Part, started
from benchmarks.work import Kind, Pace, Work

__all__ = ["MakePart", "Measurement", "Watch", "make_part", "measure", "stream_rate_per_s"]

SILENCE_S = 20.0

Watch = Callable[[Sequence[Part]], AbstractContextManager[object]]
"""Entered with the parts (writer or caller, broker, each reader or the callee) before they run."""

MakePart = Callable[[Task], Part]


@dataclass(frozen=True)
class Measurement:
    """What one run gave.

    Attributes:
        per_s: items that each reader had a second, the mean of the readers; or calls a second.
        count: items sent, the warm-up included; or calls, without it.
        lost: of these, those that did not arrive, summed over the readers.
        cpu_s: processor time that they took: of the writer or caller, the broker, each reader or
            the callee.
        p50_s: median duration of a call that no other overlaps, or median delay of an item that
            was sent at a rate; else 0.
        p99_s: what one of a hundred exceeds; else 0.
    """

    per_s: float
    count: int
    lost: int
    cpu_s: tuple[float, ...]
    p50_s: float = 0.0
    p99_s: float = 0.0


def make_part(task: Task) -> Part:
    """Start the process that does the task."""
    return Part(f"the {task.part} of {task.peer}", play, task)


def measure(
    peer: str, work: Work, pace: Pace, watch: Watch = nullcontext, part: MakePart = make_part
) -> Measurement:
    """Run one piece of work once; raises `PartError` with the reason if a process fails."""
    with started([part(Task("broker", peer, work, pace))]) as (broker,):
        (addresses,) = hear_all({broker.line: "ready"}, SILENCE_S)
        task = Task("", peer, work, pace, addresses)
        if work.kind is Kind.CALLS:
            return _measure_calls(broker, task, watch, part)
        return _measure_stream(broker, task, watch, part)


def _measure_stream(broker: Part, task: Task, watch: Watch, part: MakePart) -> Measurement:
    subscriber = replace(task, part="subscriber")
    with started([part(subscriber) for _ in range(task.work.readers)]) as readers:
        hear_all({reader.line: "ready" for reader in readers}, SILENCE_S)
        with started([part(replace(task, part="publisher"))]) as (writer,):
            hearing = {reader.line: "hearing" for reader in readers}
            hear_all({writer.line: "ready", **hearing}, SILENCE_S)
            parts = [writer, broker, *readers]
            facts, cpu_s = _go(parts, [writer, *readers], task.pace, watch)
    return _stream_measurement(facts[0], facts[1:], cpu_s, task.pace)


def _measure_calls(broker: Part, task: Task, watch: Watch, part: MakePart) -> Measurement:
    with started([part(replace(task, part="callee"))]) as (callee,):
        hear_all({callee.line: "ready"}, SILENCE_S)
        with started([part(replace(task, part="caller"))]) as (caller,):
            hear_all({caller.line: "ready"}, task.pace.warm_up_s + SILENCE_S)
            (called,), cpu_s = _go([caller, broker, callee], [caller], task.pace, watch)
    return _calls_measurement(called, cpu_s)


def _go(
    parts: Sequence[Part], speakers: Sequence[Part], pace: Pace, watch: Watch
) -> tuple[list[Any], tuple[float, ...]]:
    """Let the first begin; return what the speakers say at the end, and the parts' CPU time."""
    with watch(parts):
        before_s = [part.cpu_s() for part in parts]
        parts[0].line.say("go")
        expected = {part.line: "done" for part in speakers}
        facts = hear_all(expected, pace.warm_up_s + pace.measure_s + SILENCE_S)
        after_s = [part.cpu_s() for part in parts]
    return facts, tuple(after - before for before, after in zip(before_s, after_s, strict=True))


def _stream_measurement(
    sent: Sent, received: list[Received], cpu_s: tuple[float, ...], pace: Pace
) -> Measurement:
    first_s = sent.started_s + pace.warm_up_s
    rates = [stream_rate_per_s(account, sent, first_s) for account in received]
    lost = sum(sent.items - account.items for account in received)
    delays_s = [
        delay_s
        for account in received
        for (mark_s, _), delay_s in zip(account.marks, account.delays_s, strict=False)
        if first_s <= mark_s <= sent.stopped_s
    ]
    return Measurement(mean(rates), sent.items, lost, cpu_s, *_middle_and_tail(delays_s))


def stream_rate_per_s(received: Received, sent: Sent, first_s: float) -> float:
    """Return a reader's rate from a time until the writer stopped; what came later is left out.

    Between two marks, which bursts may set far apart, items are taken to have come evenly.
    """
    times_s, counts = zip((sent.started_s, 0), *received.marks, strict=True)
    begun, ended = np.interp((first_s, sent.stopped_s), times_s, counts)
    return float(ended - begun) / (sent.stopped_s - first_s)


def _calls_measurement(called: Called, cpu_s: tuple[float, ...]) -> Measurement:
    per_s = called.calls / called.elapsed_s
    return Measurement(per_s, called.calls, 0, cpu_s, *_middle_and_tail(called.durations_s))


def _middle_and_tail(times_s: Sequence[float]) -> tuple[float, float]:
    if len(times_s) < 2:
        return 0.0, 0.0
    return median(times_s), quantiles(times_s, n=100)[98]
