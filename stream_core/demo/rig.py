"""The client "rig": a simulated experiment with channels to watch and methods to call."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta

import stream_core as sc
from stream_core.demo.camera import FRAME_RATE_HZ, SHAPE, Camera
from stream_core.demo.waveform import COLUMNS, RANGE_V, RATE_HZ, Waveform

__all__ = ["Calibration", "Rig"]

BLOCK_S = 0.02
LATE_S = 1.0
"""A rig that falls behind so far, because it was paused or suspended, goes on from now."""
ROOM_C = 21.0
STEP_S = 0.15
POINT_S = 0.05
CORNER_HZ = 60.0
"""Of the simulated filter at the output."""
HAPPENINGS = (
    "valve 2 opened",
    "valve 2 closed",
    "pump reached its speed",
    "cooling water: flow normal",
    "shutter opened",
    "shutter closed",
    "door interlock checked",
)


class Rig(sc.Client):
    """A source of waveforms, pictures, a temperature and events; `publish` runs it until cancelled.

    Args:
        name: what the server knows it by.
        address: of the server.
        seed: of its noise; None: another at each start.
        client: the other arguments of `Client`.
    """

    def __init__(self, name: str, address: str, *, seed: int | None = None, **client: Any) -> None:
        super().__init__(name, address, **client)
        self.waveform = Waveform(seed=seed)
        self.camera = Camera(seed=seed)
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.rpc_calibration = Calibration(self)
        self.chance = random.Random(seed)

    # the calls -----------------------------------------------------------------------------------

    async def rpc_set_frequency(self, hz: Annotated[float, Meta(ge=0.01, le=1000.0)]) -> float:
        """Set the fundamental of the waveforms.

        Returns:
            The frequency before.
        """
        before, self.waveform.frequency_hz = self.waveform.frequency_hz, hz
        self.tell(f"frequency set to {hz:g} Hz")
        return before

    async def rpc_set_amplitude(self, volts: Annotated[float, Meta(ge=0.0, le=RANGE_V)]) -> float:
        """Set the amplitude of the waveforms.

        Returns:
            The amplitude before.
        """
        before, self.waveform.amplitude_v = self.waveform.amplitude_v, volts
        self.tell(f"amplitude set to {volts:g} V")
        return before

    def tell(self, event: str) -> None:
        """Let `event` appear in the channel of events."""
        self.events.put_nowait(event)

    # the channels --------------------------------------------------------------------------------

    async def publish(self) -> None:
        """Publish everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._publish_waveform(), name="rig/waveform")
            tasks.create_task(self._publish_temperature(), name="rig/temperature")
            tasks.create_task(self._publish_events(), name="rig/events")
            tasks.create_task(self._publish_camera(), name="rig/camera")

    async def _publish_waveform(self) -> None:
        writer = await self.create_channel(
            "rig/waveform",
            dtype="float32",
            columns=COLUMNS,
            unit="V",
            rate_hz=RATE_HZ,
            description="simulated signals with noise and rare spikes of one sample",
        )
        loop = asyncio.get_running_loop()
        count = round(BLOCK_S * RATE_HZ)
        interval_ns = 1_000_000_000 // RATE_HZ
        while True:
            await writer.wait_active()
            due_s, time_ns = loop.time() + BLOCK_S, self.now_ns()
            while writer.active and loop.time() - due_s < LATE_S:
                await asyncio.sleep(due_s - loop.time())
                samples = self.waveform.block(count)
                await writer.send_samples(samples, time_ns=time_ns, interval_ns=interval_ns)
                due_s, time_ns = due_s + BLOCK_S, time_ns + count * interval_ns

    async def _publish_temperature(self) -> None:
        writer = await self.create_channel(
            "rig/temperature",
            dtype="float32",
            unit="°C",
            rate_hz=1,
            description="of the sample holder; the more amplitude, the warmer",
        )
        celsius = ROOM_C
        while True:
            goal = ROOM_C + self.waveform.amplitude_v**2
            celsius += 0.05 * (goal - celsius) + self.chance.gauss(0.0, 0.03)
            await writer.send(celsius, time_ns=self.now_ns())
            await asyncio.sleep(1.0)

    async def _publish_events(self) -> None:
        writer = await self.create_channel("rig/events", description="what happens at the rig")
        while True:
            event = self.chance.choice(HAPPENINGS)
            with contextlib.suppress(TimeoutError):
                event = await asyncio.wait_for(self.events.get(), self.chance.uniform(2.0, 6.0))
            await writer.send(event, time_ns=self.now_ns())

    async def _publish_camera(self) -> None:
        writer = await self.create_channel(
            "rig/camera",
            dtype="uint16",
            shape=SHAPE,
            unit="counts",
            rate_hz=FRAME_RATE_HZ,
            description="two spots on a sensor with a hot pixel; the more amplitude, the brighter",
        )
        while True:
            await writer.wait_active()
            while writer.active:
                frame = self.camera.frame(self.waveform.amplitude_v)
                await writer.send(frame, time_ns=self.now_ns())
                await asyncio.sleep(1 / FRAME_RATE_HZ)


class Calibration:
    """The group of methods `calibration`."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    async def rpc_run(self, steps: Annotated[int, Meta(ge=1, le=1000)] = 10) -> dict[str, float]:
        """Bring the gain of every column to 1, step by step, and report each step.

        Args:
            steps: how many; each takes 0.15 s.

        Returns:
            The gain of each column before.
        """
        waveform = self._rig.waveform
        before = waveform.gains.copy()
        self._rig.tell("calibration started")
        for step in range(1, steps + 1):
            await asyncio.sleep(STEP_S)
            waveform.gains = before + (1.0 - before) * (step / steps)
            sc.current_call().progress({"step": step, "of": steps, "error": self.error()})
        self._rig.tell("calibration finished")
        return {name: round(float(gain), 4) for name, gain in zip(COLUMNS, before, strict=True)}

    async def rpc_sweep(
        self,
        start_hz: Annotated[float, Meta(gt=0.0)] = 1.0,
        stop_hz: Annotated[float, Meta(gt=0.0)] = 1000.0,
        points: Annotated[int, Meta(ge=2, le=10_000)] = 50,
        spacing: Literal["logarithmic", "linear"] = "logarithmic",
    ) -> AsyncIterator[dict[str, float]]:
        """Measure the response of the filter at the output, one frequency after the other.

        Args:
            start_hz: the first frequency.
            stop_hz: the last one.
            points: how many; each takes 0.05 s.
            spacing: of the frequencies.

        Returns:
            Frequency and gain of each point.
        """
        space = np.geomspace if spacing == "logarithmic" else np.linspace
        for hz in space(start_hz, stop_hz, points):
            await asyncio.sleep(POINT_S)
            gain = 1 / abs(1 + 1j * hz / CORNER_HZ) * self._rig.chance.gauss(1.0, 0.005)
            yield {"hz": round(float(hz), 4), "gain": round(gain, 5)}

    async def rpc_fail(self) -> None:
        """Fail, as an instrument may: to show how a remote error arrives."""
        raise RuntimeError("no reference voltage at the input: is the calibrator connected?")

    def error(self) -> float:
        """Give the largest deviation of a gain from 1."""
        return round(float(np.abs(self._rig.waveform.gains - 1.0).max()), 4)
