"""The client "computer": puts measurements into channels while somebody reads them."""

from __future__ import annotations

import asyncio

import numpy as np

import stream_core as sc
from stream_core.demo.measurements import Measurement, measurements

__all__ = ["publish_computer"]


async def publish_computer(client: sc.Client) -> None:
    """Publish every measurement of this computer until cancelled."""
    found = await asyncio.to_thread(measurements)
    async with asyncio.TaskGroup() as tasks:
        for measurement in found:
            tasks.create_task(_publish(client, measurement), name=measurement.channel)


async def _publish(client: sc.Client, measurement: Measurement) -> None:
    writer = await client.create_channel(
        measurement.channel,
        dtype="float32",
        columns=measurement.columns,
        unit=measurement.unit,
        rate_hz=measurement.rate_hz,
        description=measurement.description,
    )
    loop = asyncio.get_running_loop()
    while True:
        await writer.wait_active()
        await asyncio.to_thread(measurement.read, loop.time())  # where rates begin
        due_s = loop.time() + 1 / measurement.rate_hz
        while writer.active:
            await asyncio.sleep(due_s - loop.time())
            values = await asyncio.to_thread(measurement.read, loop.time())
            await writer.send(_item(values, measurement), time_ns=client.now_ns())
            due_s = max(due_s + 1 / measurement.rate_hz, loop.time())


def _item(values: tuple[float, ...], measurement: Measurement) -> object:
    return values[0] if measurement.columns is None else np.array(values, dtype=np.float32)
