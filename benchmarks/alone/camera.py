"""A camera and twenty thermometers to one client that takes half of what the camera gives.

The client's buffer for the camera drops the oldest, those for the thermometers lose nothing. How
much later than they were sent are the thermometers' samples in the client's hands?
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import numpy as np

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, Usage, in_loop, listen, ticks, usage_over
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.work import Pace

__all__ = ["TRIAL"]

FRAME_BYTES = 1024 * 1024
CAMERA_BYTES_PER_S = 200e6
TAKEN_BYTES_PER_S = 100e6
THERMOMETERS = 20
THERMOMETER_HZ = 1000
LEAST_S = 1.5
SILENCE_S = 20.0


@dataclass(frozen=True)
class _Seen:
    """What the client has had: a row of time and delay for each sample, and times of frames."""

    samples: np.ndarray[Any, np.dtype[np.float64]]
    frames_s: list[float]


def _measure(pace: Pace) -> Mapping[str, float]:
    with sc.ServerProcess("127.0.0.1", 0) as server:
        sources = [_part("camera", _film, server), _part("thermometers", _read_off, server)]
        with started(sources) as (camera, thermometers):
            hear_all({camera.line: "ready", thermometers.line: "ready"}, SILENCE_S)
            with started([_part("client", _look, server)]) as (client,):
                hear_all({client.line: "ready"}, SILENCE_S)
                camera.line.say("begin")
                thermometers.line.say("begin")
                sleep(pace.warm_up_s)
                begun_s = monotonic()
                usage = usage_over(server, max(LEAST_S, pace.measure_s))
                ended_s = monotonic()
                thermometers.line.say("end")
                expected = {thermometers.line: "done", client.line: "done"}
                sent, seen = hear_all(expected, SILENCE_S)
                camera.line.say("end")
                (filmed_s,) = hear_all({camera.line: "done"}, SILENCE_S)
    return _readings(sent, filmed_s, seen, usage, (begun_s, ended_s))


def _part(name: str, part: Any, server: sc.ServerProcess) -> Part:
    return Part(f"the {name}", in_loop, part, server.address)


def _readings(
    sent: int, filmed_s: list[float], seen: _Seen, usage: Usage, window: tuple[float, float]
) -> Mapping[str, float]:
    begun_s, ended_s = window
    sent_s, delays_s = seen.samples[:, 0], seen.samples[:, 1]
    inside = delays_s[(sent_s >= begun_s) & (sent_s <= ended_s)]

    def mb_per_s(times_s: list[float]) -> float:
        frames = sum(begun_s <= time_s <= ended_s for time_s in times_s)
        return frames * FRAME_BYTES / 1e6 / (ended_s - begun_s)

    return {
        "p50_ms": float(np.quantile(inside, 0.5)) * 1e3,
        "p99_ms": float(np.quantile(inside, 0.99)) * 1e3,
        "lost": sent - len(sent_s),
        "filmed": mb_per_s(filmed_s),
        "taken": mb_per_s(seen.frames_s),
        "share": usage.share * 100,
    }


async def _film(line: Line, address: str) -> None:
    frame = np.full(FRAME_BYTES // 8, 1.5)
    frame.flags.writeable = False
    filmed_s: list[float] = []
    async with sc.Client("camera", address) as client:
        writer = await client.create_channel("camera/frames")
        line.say("ready")
        await listen(line, "begin")
        ended = asyncio.ensure_future(listen(line, "end"))
        async for _ in ticks(FRAME_BYTES / CAMERA_BYTES_PER_S, ended):
            if await writer.send(frame):
                filmed_s.append(monotonic())
        line.say("done", filmed_s)
        await listen(line)


async def _read_off(line: Line, address: str) -> None:
    """Send the time as a sample of each thermometer, a thousand times a second; then no number."""
    count = 0
    async with sc.Client("thermometers", address) as client:
        writers = [
            await client.create_channel(f"thermometer/{number}", dtype="float64")
            for number in range(THERMOMETERS)
        ]
        line.say("ready")
        await listen(line, "begin")
        ended = asyncio.ensure_future(listen(line, "end"))
        async for _ in ticks(1 / THERMOMETER_HZ, ended):
            for writer in writers:
                await _send(writer, monotonic())
            count += len(writers)
        for writer in writers:
            await _send(writer, math.nan)
        line.say("done", count)
        await listen(line)


async def _send(writer: sc.Writer, value: float) -> None:
    if writer.ready:
        writer.send_nowait(value)
    else:
        await writer.send(value)


async def _look(line: Line, address: str) -> None:
    frames_s: list[float] = []
    async with sc.Client("client", address) as client:
        camera = await client.subscribe("camera/frames")
        readers = [
            await client.subscribe(f"thermometer/{number}", overflow="wait")
            for number in range(THERMOMETERS)
        ]
        line.say("ready")
        showing = asyncio.ensure_future(_show(camera, frames_s))
        logs = await asyncio.gather(*(_log(reader) for reader in readers))
        showing.cancel()
        line.say("done", _Seen(np.concatenate(logs), frames_s))
        await listen(line)


async def _show(camera: sc.Reader, frames_s: list[float]) -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async for _ in ticks(FRAME_BYTES / TAKEN_BYTES_PER_S, never):
        await camera.get()
        frames_s.append(monotonic())


async def _log(reader: sc.Reader) -> np.ndarray[Any, np.dtype[np.float64]]:
    rows: list[tuple[float, float]] = []
    async for sent_s in reader:
        if math.isnan(sent_s):
            break
        rows.append((sent_s, monotonic() - sent_s))
    return np.array(rows).reshape(-1, 2)


TRIAL = Trial(
    "camera",
    "200 MB/s of 1 MiB arrays and 20 channels of 1 kHz to one client that takes 100 MB/s",
    (
        Reading("p99_ms", "1 kHz channels, p99", " ms", at_most=10),
        Reading("lost", "1 kHz channels, lost", at_most=0),
        Reading("p50_ms", "1 kHz channels, p50", " ms"),
        Reading("filmed", "camera, sent", " MB/s"),
        Reading("taken", "camera, taken", " MB/s"),
        Reading("share", "server, of a core", " %"),
    ),
    _measure,
)
