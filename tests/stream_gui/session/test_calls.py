"""Remote calls made from the session."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import stream_core as sc
from stream_gui.models.call_history import CallRecord, CallStatus
from stream_gui.models.command_line import parse
from stream_gui.session.monitor_session import MonitorSession


class Calibration:
    async def rpc_run(self, steps: int = 2) -> str:
        """Run the calibration."""
        for step in range(steps):
            sc.current_call().progress((step + 1, steps))
        return "calibrated"


class Rig(sc.Client):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.rpc_calibration = Calibration()
        self.go_on = asyncio.Event()

    async def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""
        return a + b

    async def rpc_wait(self) -> None:
        await self.go_on.wait()

    async def rpc_fail(self) -> None:
        raise ValueError("no reference")

    async def rpc_count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    async def rpc_mean(self, values: NDArray[np.float64]) -> float:
        return float(values.mean())


@pytest.fixture
async def rig(joined: MonitorSession, server: sc.Server) -> AsyncIterator[Rig]:
    async with Rig("rig", server.address) as rig:
        yield rig


async def outcome(joined: MonitorSession, eventually: Any, line: str) -> CallRecord:
    number = joined.calls.call(parse(line), line)
    record = joined.calls.history.record(number)
    assert record is not None
    await eventually(lambda: record.status is not CallStatus.RUNNING)
    return record


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("rig.add(1)", "2"),
        ("rig.add(1, b=2.5, tto=3)", "3.5"),
        ("rig.calibration.run(steps=3)", "calibrated"),
        ("rig.count(3)", "3 results, the latest 2"),
        ("rig.mean([1, 2, 3])", "2"),
        ("server.echo([1, (2, None)])", "[1, (2, None)]"),
    ],
)
async def test_a_call_gives_its_result(
    joined: MonitorSession, rig: Rig, eventually: Any, line: str, result: str
) -> None:
    record = await outcome(joined, eventually, line)
    assert (record.status, record.result) == (CallStatus.DONE, result)
    assert record.duration_s is not None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rig.fail()", "no reference"),
        ("rig.add('x')", "float"),
        ("rig.add()", "a"),
        ("rig.nothing()", "nothing"),
        ("nobody.add(1)", "nobody"),
        ("rig.wait(tto=0.05)", "CallTimeout"),
    ],
)
async def test_a_failure_is_told_in_the_history(
    joined: MonitorSession, rig: Rig, eventually: Any, line: str, words: str
) -> None:
    record = await outcome(joined, eventually, line)
    assert record.status is CallStatus.FAILED
    assert words in record.result
    assert joined.reports.rowCount() == 1  # only that it has connected


async def test_a_remote_traceback_is_kept(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    record = await outcome(joined, eventually, "rig.fail()")
    assert "Traceback" in record.detail
    assert "rpc_fail" in record.detail


async def test_calls_overlap_and_each_can_be_cancelled(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    history = joined.calls.history
    first = joined.calls.call(parse("rig.wait()"))
    second = joined.calls.call(parse("rig.wait()"))
    quick = await outcome(joined, eventually, "rig.add(1)")
    assert quick.status is CallStatus.DONE
    assert set(history.running) == {first, second}
    joined.calls.cancel(first)
    await eventually(lambda: history.running == [second])
    rig.go_on.set()
    await eventually(lambda: not history.running)
    records = [history.record(number) for number in (first, second)]
    assert [each.status for each in records if each] == [CallStatus.CANCELLED, CallStatus.DONE]


async def test_without_a_server_a_call_fails_at_once(session: MonitorSession) -> None:
    number = session.calls.call(parse("rig.add(1)"))
    record = session.calls.history.record(number)
    assert record is not None
    assert record.status is CallStatus.FAILED


async def test_a_target_is_described_when_asked_for(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    await eventually(lambda: "rig" in joined.catalog.targets)
    joined.calls.learn("rig")
    joined.calls.learn("rig")
    await eventually(lambda: joined.catalog.description("rig"))
    method = joined.catalog.method("rig", "calibration.run")
    assert method is not None
    assert method.doc == "Run the calibration."
    joined.calls.learn("nobody")
    await eventually(lambda: joined.catalog.problem("nobody"))
