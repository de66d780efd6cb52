"""A rig, a recorder, an analysis and a display on one channel at once, none slowing another.

What each chose when it subscribed: everything, chunks from a ring, the extremes of each second.
"""

import asyncio
import contextlib
import tempfile
from pathlib import Path

import numpy as np

import stream_core as sc

VOLTS = np.sin(np.arange(22_000) * 2 * np.pi * 50 / 10_000)  # what will be measured, at 10 kHz
VOLTS[12_345] = 7.0  # a spike, which the display shows too


async def sample(writer):
    for block in np.split(VOLTS, 220):
        await writer.send_samples(block)
        await asyncio.sleep(len(block) / 10_000)
    await writer.close()
    return f"sampled: {VOLTS.size}"


async def record(reader, path):
    with path.open("wb") as file, contextlib.suppress(sc.ChannelClosed):
        while True:
            file.write((await reader.get_block()).values)
    return f"recorded: {path.read_bytes() == VOLTS.tobytes()}, lost: {reader.lost}"


async def analyse(reader):
    levels = []
    with contextlib.suppress(sc.ChannelClosed):
        while True:
            levels.append(np.sqrt(np.mean(np.square(await reader.read_array(2000)))))
    return f"analysed: {len(levels)} chunks of {np.mean(levels):.3f} V rms"


async def show(reader):
    return "shown: " + ", ".join([f"{low:.1f} to {high:.1f} V" async for low, high in reader])


async def main():
    async with sc.Server(port=0) as server, contextlib.AsyncExitStack() as stack:
        rig, pc, control = (sc.Client(name, server.address) for name in ("rig1", "pc", "control"))
        for client in (rig, pc, control):
            await stack.enter_async_context(client)
        ai0 = await rig.create_channel("rig1/adc/ai0", unit="V", dtype="float64", rate_hz=10_000)
        recorder = await pc.subscribe("rig1/adc/ai0", overflow="wait")
        analysis = await pc.subscribe("rig1/adc/ai0", buffer_size=4000)
        screen = await control.subscribe("rig1/adc/ai0", buffer_size=10, envelope=10_000)
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ai0.f64"
        work = sample(ai0), record(recorder, path), analyse(analysis), show(screen)
        print(*await asyncio.gather(*work), sep="\n")


sc.run(main())
