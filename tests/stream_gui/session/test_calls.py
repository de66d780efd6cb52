"""Remote calls made from the session."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import stream_core as sc
from stream_gui.models.console.call_record import CallRecord, CallStatus
from stream_gui.models.console.command_line import parse
from stream_gui.session.call_store import CallStore
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunFiles
from stream_gui.settings import SettingsFile


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
        self.waiting = False

    async def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""
        return a + b

    async def rpc_wait(self) -> None:
        self.waiting = True
        try:
            await self.go_on.wait()
        finally:
            self.waiting = False

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


class SameLoop:
    """The client's thread is this one."""

    async def call(self, coroutine: Coroutine[Any, Any, Any], /) -> Any:
        return await asyncio.ensure_future(coroutine)


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


async def test_a_call_is_repeated_until_it_is_cancelled(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    history = joined.calls.history
    number = joined.calls.repeat(parse("rig.add(1)"), "rig.add(1)", 0.01)
    record = history.record(number)
    assert record is not None
    await eventually(lambda: record.received >= 3)
    assert record.value[:3] == [2.0, 2.0, 2.0]
    assert record.times_s == sorted(record.times_s)
    joined.calls.cancel(number)
    await eventually(lambda: record.status is CallStatus.CANCELLED)
    received = record.received
    await outcome(joined, eventually, "rig.add(1)")
    assert record.received == received


async def test_a_repeated_call_goes_on_after_a_failure(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    number = joined.calls.repeat(parse("rig.fail()"), "rig.fail()", 0.01)
    record = joined.calls.history.record(number)
    assert record is not None
    await eventually(lambda: record.failures >= 2)
    assert "no reference" in record.progress
    assert record.status is CallStatus.RUNNING


async def test_of_a_streaming_method_all_results_are_kept_with_their_times(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    record = await outcome(joined, eventually, "rig.count(5)")
    assert record.value == [0, 1, 2, 3, 4]
    assert len(record.times_s) == 5


async def test_a_cancelled_call_is_cancelled_at_its_target(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    number = joined.calls.call(parse("rig.wait()"))
    await eventually(lambda: rig.waiting)
    joined.calls.cancel(number)
    await eventually(lambda: not rig.waiting)


async def test_calls_are_kept_for_the_next_start(
    server: sc.Server, qapp: object, tmp_path: Path, eventually: Any, session: MonitorSession
) -> None:
    path = tmp_path / "calls.jsonl"
    number = session.calls.call(parse("rig.add(1)"))
    assert session.calls.history.record(number)  # without a file nothing is kept
    for _ in range(2):
        one = MonitorSession(
            SameLoop(), SettingsFile(None), RunFiles(tmp_path / "servers"), calls_file=path
        )
        one.calls.call(parse("rig.add(1)"), "rig.add(1)")
        await one.close()
    earlier = CallStore(path).load()
    assert [call.text for call in earlier] == ["rig.add(1)"] * 2
    assert one.calls.history.rowCount() == 2
    one.calls.forget()
    assert CallStore(path).load() == []


async def test_what_is_called_is_told_as_python(
    joined: MonitorSession, rig: Rig, eventually: Any
) -> None:
    await outcome(joined, eventually, "rig.mean(linspace(0, 1, 3))")
    assert joined.around.python.lines[-1] == 'client.remote("rig").mean(np.linspace(0, 1, 3))'
    script = joined.calls.script("rig.count(3)")
    assert "for result in target.count(3):" in script
    assert joined.state.address in script
    number = joined.calls.repeat(parse("rig.add(1)"), "rig.add(1)", 2.0)
    assert joined.around.python.lines[-1].splitlines()[-1] == "    time.sleep(2)"
    joined.calls.cancel(number)
    await eventually(lambda: not joined.calls.history.running)
