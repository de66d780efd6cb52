from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest

import stream_core as sc
from stream_core.demo import rig as rig_module
from stream_core.demo.camera import SHAPE
from stream_core.demo.rig import Rig
from stream_core.demo.waveform import COLUMNS, RATE_HZ


@pytest.fixture
async def rig(server: sc.Server) -> AsyncIterator[Rig]:
    async with Rig("rig", server.address, seed=1) as rig:
        publishing = asyncio.ensure_future(rig.publish())
        yield rig
        publishing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await publishing


async def test_the_waveform_is_regular_samples_of_eight_columns(
    rig: Rig, client: sc.Client
) -> None:
    reader = await client.subscribe("rig/waveform", overflow="wait", wait=True)
    blocks = [await reader.get_block(timeout_s=5) for _ in range(4)]
    times_ns = np.concatenate([block.times_ns for block in blocks])
    values = np.concatenate([block.values for block in blocks])
    assert values.shape == (len(times_ns), len(COLUMNS))
    assert values.dtype == np.float32
    assert set(np.diff(times_ns)) == {1_000_000_000 // RATE_HZ}
    assert reader.info.columns == COLUMNS
    assert reader.info.unit == "V"
    assert reader.lost == 0


async def test_the_camera_makes_pictures_for_whoever_reads(rig: Rig, client: sc.Client) -> None:
    reader = await client.subscribe("rig/camera", wait=True)
    item = await reader.get_item(timeout_s=5)
    assert (item.value.shape, item.value.dtype) == (SHAPE, np.uint16)
    assert reader.info.unit == "counts"
    assert item.sequence == 0  # none was made before


async def test_calls_change_the_waveform_and_are_told_as_events(
    rig: Rig, client: sc.Client
) -> None:
    events = await client.subscribe("rig/events", wait=True)
    remote = await client.remote("rig")
    assert await remote.set_frequency(50) == 5.0
    assert await remote.set_amplitude(volts=1.5) == 2.0
    assert (rig.waveform.frequency_hz, rig.waveform.amplitude_v) == (50.0, 1.5)
    told = [await events.get(timeout_s=5) for _ in range(2)]
    assert told == ["frequency set to 50 Hz", "amplitude set to 1.5 V"]


@pytest.mark.parametrize(("method", "value"), [("set_frequency", 0.0), ("set_amplitude", 11.0)])
async def test_what_the_rig_cannot_do_it_refuses(
    method: str, value: float, rig: Rig, client: sc.Client
) -> None:
    remote = await client.remote("rig")
    with pytest.raises(sc.InvalidValue, match="must be float from"):
        await getattr(remote, method)(value)


async def test_a_sweep_gives_point_by_point_what_the_filter_does(
    rig: Rig, client: sc.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig_module, "POINT_S", 0.0)
    remote = await client.remote("rig")
    points = [point async for point in remote.calibration.sweep(1.0, 1000.0, points=4)]
    assert [round(point["hz"], 6) for point in points] == [1.0, 10.0, 100.0, 1000.0]
    assert [point["gain"] for point in points] == pytest.approx([1, 0.99, 0.51, 0.06], abs=0.05)


async def test_calibration_reports_its_steps_and_brings_the_gains_to_one(
    rig: Rig, client: sc.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig_module, "STEP_S", 0.001)
    remote = await client.remote("rig")
    steps: list[dict[str, float]] = []
    before = await remote.calibration.run(3).on_progress(steps.append)
    assert [step["step"] for step in steps] == [1, 2, 3]
    assert steps[-1]["error"] == 0
    assert before.keys() == set(COLUMNS)
    assert rig.waveform.gains == pytest.approx(np.ones(len(COLUMNS)))


async def test_a_method_that_fails_shows_where(rig: Rig, client: sc.Client) -> None:
    remote = await client.remote("rig")
    with pytest.raises(sc.RemoteError, match="no reference voltage") as raised:
        await remote.calibration.fail()
    assert "rpc_fail" in raised.value.traceback


async def test_the_temperature_is_near_that_of_the_room(rig: Rig, client: sc.Client) -> None:
    reader = await client.subscribe("rig/temperature", wait=True)
    assert 15 < await reader.get(timeout_s=5) < 40
