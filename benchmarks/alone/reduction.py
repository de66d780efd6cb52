"""A fast channel to twenty displays that take a hundredth of it, ten times a second each.

Beside it what one reader of everything costs the server. With `every` the writer itself leaves out
what nobody wants, unless somebody reads everything too; envelopes are folded by the server. Costs
are those of a million samples, so that a machine that cannot do a million a second is measured too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import sleep
from typing import Any

import numpy as np

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, in_loop, listen, ticks, usage_over
from benchmarks.line import Line, PartError, hear_all
from benchmarks.processes import Part, started
from benchmarks.work import Pace

__all__ = ["TRIAL"]

SAMPLES_PER_S = 1_000_000
BLOCK = 1000
DISPLAYS = 20
REDUCTION = 100
INTERVAL_S = 0.1
CHANNEL = "rig/fast"
LEAST_S = 2.0
LEAST_SHARE = 0.5
SILENCE_S = 20.0

Parameters = dict[str, Any]

RECORDER: Parameters = {}
EVERY: Parameters = {"every": REDUCTION, "min_interval_s": INTERVAL_S}
ENVELOPE: Parameters = {"envelope": REDUCTION, "min_interval_s": INTERVAL_S}


def _measure(pace: Pace) -> Mapping[str, float]:
    one = _cost_s([RECORDER], pace)
    every = _cost_s([EVERY] * DISPLAYS, pace)
    envelope = _cost_s([ENVELOPE] * DISPLAYS, pace)
    beside = _cost_s([RECORDER, *[EVERY] * DISPLAYS], pace)
    return {
        "every": every / one,
        "envelope": envelope / one,
        "beside": beside / one,
        "one": one * 100,
    }


def _cost_s(readers: Sequence[Parameters], pace: Pace) -> float:
    """Return the server's processor time for a million samples, of which these take their part."""
    duration_s = max(LEAST_S, pace.measure_s)
    with sc.ServerProcess("127.0.0.1", 0) as server:
        source = Part("the writer", in_loop, _write, server.address)
        with started([source]):
            hear_all({source.line: "ready"}, SILENCE_S)
            sink = Part("the displays", in_loop, _read, server.address, readers)
            with started([sink]):
                hear_all({sink.line: "ready"}, SILENCE_S)
                source.line.say("begin")
                sleep(pace.warm_up_s + INTERVAL_S)
                sink.line.say("count")
                usage = usage_over(server, duration_s)
                sink.line.say("end")
                (samples,) = hear_all({sink.line: "done"}, SILENCE_S)
    return usage.cpu_s / _millions(samples, readers, duration_s)


def _millions(counts: Sequence[int], readers: Sequence[Parameters], duration_s: float) -> float:
    """Return how many samples have passed; refuses a run in which a reader had too few of them."""
    millions = [
        count * (REDUCTION if parameters else 1) / 1e6
        for count, parameters in zip(counts, readers, strict=True)
    ]
    least = LEAST_SHARE * (duration_s - INTERVAL_S) * SAMPLES_PER_S / 1e6
    if min(millions) < least:
        raise PartError(f"a reader had {min(millions):.2f} million samples, not {least:.2f}")
    return sum(millions) / len(millions)


async def _write(line: Line, address: str) -> None:
    block = np.sin(np.arange(BLOCK) / 10)
    async with sc.Client("writer", address) as client:
        writer = await client.create_channel(CHANNEL, dtype="float64", rate_hz=SAMPLES_PER_S)
        line.say("ready")
        await listen(line, "begin")
        ended = asyncio.ensure_future(listen(line))
        async for _ in ticks(BLOCK / SAMPLES_PER_S, ended):
            await writer.send_samples(block)


async def _read(line: Line, address: str, readers: Sequence[Parameters]) -> None:
    """Be a client for each reader; count what each gets between two words, and what it loses."""
    clients = [sc.Client(f"display {number}", address) for number in range(len(readers))]
    counts = [0] * len(readers)
    for client in clients:
        await client.connect()
    handles = [
        await client.subscribe(CHANNEL, overflow="wait", **parameters)
        for client, parameters in zip(clients, readers, strict=True)
    ]
    tasks = [asyncio.ensure_future(_take(reader, counts, i)) for i, reader in enumerate(handles)]
    line.say("ready")
    await listen(line, "count")
    before = list(counts)
    await listen(line, "end")
    if lost := sum(reader.lost for reader in handles):
        raise PartError(f"{lost} items were lost")
    line.say("done", [now - then for now, then in zip(counts, before, strict=True)])
    await listen(line)
    for task in tasks:
        task.cancel()
    for client in clients:
        await client.close()


async def _take(reader: sc.Reader, counts: list[int], index: int) -> None:
    while True:
        counts[index] += len((await reader.get_block()).sequences)


TRIAL = Trial(
    "reduction",
    "1 MS/s to 20 readers with min_interval_s=0.1, server CPU to that of one full-rate reader",
    (
        Reading("every", "every=100", at_most=1.5),
        Reading("envelope", "envelope=100", at_most=1.5),
        Reading("beside", "every=100, beside the full-rate reader"),
        Reading("one", "the full-rate reader at 1 MS/s, of a core", " %"),
    ),
    _measure,
)
