"""The rig behind the plots: channels of several columns each, at a fixed rate, in small blocks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

import stream_core as sc
from benchmarks.alone.trial import listen, ticks
from benchmarks.line import Line

__all__ = ["Rig", "write"]

BLOCK_S = 0.02


@dataclass(frozen=True)
class Rig:
    """What is written.

    Attributes:
        channels: how many.
        columns: curves in each.
        rate_hz: samples a second of each curve.
    """

    channels: int
    columns: int
    rate_hz: int

    @property
    def names(self) -> list[str]:
        """The channels' names."""
        return [f"rig/group{number}" for number in range(self.channels)]


async def write(line: Line, address: str, rig: Rig) -> None:
    """Write until told to stop: slow waves, noise, and spikes of one sample."""
    names = tuple(f"ch{number}" for number in range(rig.columns))
    rows = round(rig.rate_hz * BLOCK_S)
    noise = np.random.default_rng(1).normal(0, 0.1, (rows, rig.columns)).astype(np.float32)
    phases = np.linspace(0, 6, rig.columns, dtype=np.float32)
    async with sc.Client("rig", address) as client:
        writers = [
            await client.create_channel(
                name, dtype="float32", columns=names, unit="V", rate_hz=rig.rate_hz
            )
            for name in rig.names
        ]
        line.say("ready")
        ended = asyncio.ensure_future(listen(line))
        written = 0
        async for _ in ticks(BLOCK_S, ended):
            seconds = (written + np.arange(rows, dtype=np.float32)) / rig.rate_hz
            block = np.sin(seconds[:, None] * 3 + phases) + noise
            if written % (50 * rows) == 0:
                block[rows // 2] = 4.0
            written += rows
            for writer in writers:
                await writer.send_samples(block)
