"""The harness starts its processes, counts right, and says what failed."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.__main__ import main
from benchmarks.harness import Measurement, measure, stream_rate_per_s
from benchmarks.line import PartError
from benchmarks.parts import Received, receive_all
from benchmarks.report import best_rival, report
from benchmarks.rounds import Result
from benchmarks.work import ITEM, WORKS, Kind, Pace, Payload, Work

OBJECTS = Work("objects", "16 B objects", Kind.OBJECTS, 16, readers=2, chunk=10)
ARRAYS = Work("arrays", "64 KiB arrays", Kind.ARRAYS, 65536, readers=1, chunk=2)
CALLS = Work("calls", "calls", Kind.CALLS)
PACE = Pace(rounds=1, warm_up_s=0.05, measure_s=0.1)


@pytest.mark.parametrize(("work", "processes"), [(OBJECTS, 4), (ARRAYS, 3)])
def test_a_stream_is_measured_and_nothing_is_lost(work: Work, processes: int) -> None:
    run = measure("relay", work, PACE)
    assert run.per_s > 0
    assert run.count > 0
    assert run.count % work.chunk == 0
    assert run.lost == 0
    assert len(run.cpu_s) == processes


def test_calls_are_measured_one_by_one() -> None:
    run = measure("relay", CALLS, PACE)
    assert run.per_s > 0
    assert 0 < run.p50_s <= run.p99_s


def test_a_part_that_fails_says_why() -> None:
    with pytest.raises(PartError, match="no_such_peer"):
        measure("no_such_peer", OBJECTS, PACE)


class Replay:
    """A subscriber that is given what would arrive."""

    def __init__(self, payloads: list[Payload]) -> None:
        self._payloads = iter(payloads)

    async def receive(self, count: int) -> Payload:
        return list(islice(self._payloads, count))[-1]


@pytest.mark.parametrize("lost", [0, 1, 9, 10, 11, 30])
async def test_losses_are_counted_exactly(lost: int) -> None:
    items = (OBJECTS.payload(ITEM) for _ in range(30 - lost))
    tail = (OBJECTS.payload(number) for number in range(1, OBJECTS.chunk + 1))
    received = await receive_all(Replay(list(chain(items, tail))), OBJECTS)
    assert received.items == 30 - lost


@pytest.mark.parametrize("work", [OBJECTS, ARRAYS])
@pytest.mark.parametrize("tag", [ITEM, -2, 7])
def test_payloads_carry_their_tag_and_size(work: Work, tag: int) -> None:
    payload = work.payload(tag)
    assert work.tag(payload) == tag
    assert memoryview(payload).nbytes == work.size_bytes


def test_what_came_must_be_what_was_sent() -> None:
    with pytest.raises(TypeError, match="16 bytes were sent"):
        OBJECTS.tag(b"short")
    with pytest.raises(TypeError, match="an array of float64 was sent, bytes came"):
        ARRAYS.tag(bytes(65536))


def test_the_rate_leaves_out_warm_up_and_draining() -> None:
    marks = [(0.5, 1000), (1.0, 2000), (1.5, 2100), (2.0, 2200), (2.1, 9000)]
    assert stream_rate_per_s(Received(9000, marks), 1.0, 2.0) == pytest.approx(200)
    with pytest.raises(ValueError, match="measure longer"):
        stream_rate_per_s(Received(9000, marks), 1.1, 1.6)


def _result(peer: str, per_s: float, work: Work = OBJECTS) -> Result:
    cpu_s = (1.0, 0.5, 0.25, 0.25)
    runs = [Measurement(per_s * factor, 1_000_000, 0, cpu_s) for factor in (0.9, 1.0, 1.1)]
    return Result(peer, work, runs)


def test_the_report_shows_ratios_of_medians() -> None:
    results = [_result("streamscope", 2e6), _result("pyzmq", 1e6), _result("relay", 8e6)]
    results.append(Result("zenoh", OBJECTS, failures=["the broker of zenoh ended too early"]))
    text = report(results, {"other": "No module named 'other'"}, PACE)
    assert "| 16 B objects | 2.00 M/s | pyzmq 1.00 M/s | 2.00 | 8.00 M/s | 0.25 |" in text
    assert "1.00 / 0.50 / 0.25 / 0.25" in text
    assert "Left out: other (No module named 'other')" in text
    assert "- 16 B objects, zenoh: the broker of zenoh ended too early" in text


def test_shared_memory_and_the_limit_are_no_rivals() -> None:
    results = [_result("pyzmq", 1e4, ARRAYS), _result(peers.SHARED_MEMORY, 5e4, ARRAYS)]
    results.append(_result("relay", 2e4, ARRAYS))
    rival = best_rival(results, ARRAYS)
    assert rival is not None
    assert rival.peer == "pyzmq"
    assert "one machine only): 64 KiB arrays 3,277 MB/s." in report(results, {}, PACE)


def test_a_peer_that_is_not_installed_is_named() -> None:
    assert "no_such_peer" in peers.missing("no_such_peer")
    assert peers.missing("relay") == ""


def test_the_command_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rounds.measure", lambda *_: _result("relay", 8e6).runs[0])
    output = tmp_path / "table.md"
    arguments = ["--quick", "--peers", "relay", "--works", WORKS[0].key, "--output", str(output)]
    assert main(arguments) == 0
    assert output.read_text(encoding="utf-8") in capsys.readouterr().out
