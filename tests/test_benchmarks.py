"""The harness starts its processes, counts right, and says what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from time import monotonic

import pytest

from benchmarks import peers, profile
from benchmarks.__main__ import main
from benchmarks.alone import TRIALS
from benchmarks.alone.trial import Reading, Trial, ticks
from benchmarks.harness import Measurement, measure, stream_rate_per_s
from benchmarks.line import PartError
from benchmarks.parts import Received, Sent, receive_all
from benchmarks.peers.in_flight import sum_in_flight
from benchmarks.profiles import by_py_spy, read_stacks
from benchmarks.report import best_rival, report
from benchmarks.rounds import Clock, Result, run_trials
from benchmarks.work import ITEM, PROBE, START, Figure, Goal, Kind, Pace, Payload, Work
from benchmarks.works import WORKS

OBJECTS = Work("objects", "16 B objects", Kind.OBJECTS, 16, readers=2, chunk=10, goals=(Goal(1.5),))
ARRAYS = Work("arrays", "64 KiB arrays", Kind.ARRAYS, 65536, readers=1, chunk=2)
SAMPLES = Work("samples", "samples", Kind.SAMPLES, 8, readers=1, chunk=10)
BLOCKS = Work("blocks", "blocks", Kind.BLOCKS, 8000, readers=1, chunk=10)
SOON = (Goal(0.9, Figure.P50), Goal(1.0, Figure.P99))
DELAYS = Work("delays", "delays", Kind.OBJECTS, 16, readers=1, rate_per_s=1000, goals=SOON)
LARGE_DELAYS = Work("large", "large delays", Kind.ARRAYS, 65536, readers=1, rate_per_s=1000)
CALLS = Work("calls", "calls", Kind.CALLS)
MANY_CALLS = Work("many", "many calls", Kind.CALLS, chunk=20, in_flight=8)
PACE = Pace(rounds=1, warm_up_s=0.05, measure_s=0.25)


@pytest.mark.parametrize(
    ("work", "processes"), [(OBJECTS, 4), (ARRAYS, 3), (SAMPLES, 3), (BLOCKS, 3)]
)
def test_a_stream_is_measured_and_nothing_is_lost(work: Work, processes: int) -> None:
    run = measure("relay", work, PACE)
    assert run.per_s > 0
    assert run.count > 0
    assert run.count % work.chunk == 0
    assert run.lost == 0
    assert run.p50_s == 0
    assert len(run.cpu_s) == processes


def test_ours_does_the_work_and_loses_nothing() -> None:
    run = measure("streamscope", BLOCKS, PACE)
    assert run.per_s > 0
    assert run.lost == 0


def test_our_blocking_face_does_it_too() -> None:
    run = measure("streamscope_blocking", OBJECTS, PACE)
    assert run.per_s > 0
    assert run.lost == 0


@pytest.mark.parametrize("work", [DELAYS, LARGE_DELAYS])
def test_delays_are_measured_at_the_rate_that_was_asked_for(work: Work) -> None:
    run = measure("relay", work, PACE)
    assert run.count == round(work.rate_per_s * (PACE.warm_up_s + PACE.measure_s))
    assert 0 < run.p50_s <= run.p99_s
    assert run.lost == 0


def test_calls_are_measured_one_by_one() -> None:
    run = measure("relay", CALLS, PACE)
    assert run.per_s > 0
    assert 0 < run.p50_s <= run.p99_s


def test_calls_are_measured_with_several_under_way() -> None:
    run = measure("relay", MANY_CALLS, PACE)
    assert run.per_s > 0
    assert run.count % MANY_CALLS.chunk == 0


def test_a_part_that_fails_says_why() -> None:
    with pytest.raises(PartError, match="no_such_peer"):
        measure("no_such_peer", OBJECTS, PACE)


async def test_calls_overlap_as_many_as_may_be_under_way() -> None:
    under_way, most = 0, 0

    async def add(a: float, b: float) -> float:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return a + b

    assert await sum_in_flight(add, 1.5, 2.25, 50, 8) == 50 * 3.75
    assert most == 8


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


@pytest.mark.parametrize("work", [OBJECTS, ARRAYS, SAMPLES, BLOCKS])
@pytest.mark.parametrize("tag", [ITEM, PROBE, START, 7])
def test_payloads_carry_their_tag_and_size(work: Work, tag: int) -> None:
    payload = work.payload(tag)
    assert work.tag(payload) == tag
    if work is not SAMPLES:
        assert memoryview(payload).nbytes == work.size_bytes


@pytest.mark.parametrize("work", [DELAYS, LARGE_DELAYS])
def test_payloads_carry_the_time_at_which_they_were_sent(work: Work) -> None:
    before_s = monotonic()
    payload = work.stamped()
    assert before_s <= work.stamp_s(payload) <= monotonic()
    assert work.tag(payload) == ITEM


def test_what_came_must_be_what_was_sent() -> None:
    with pytest.raises(TypeError, match="16 bytes were sent"):
        OBJECTS.tag(b"short")
    with pytest.raises(TypeError, match="an array of float64 was sent, bytes came"):
        ARRAYS.tag(bytes(65536))
    with pytest.raises(TypeError, match="a float was sent, 1 came"):
        SAMPLES.tag(1)


def test_the_rate_leaves_out_warm_up_and_draining() -> None:
    marks = [(0.5, 1000), (1.0, 2000), (1.5, 2100), (2.0, 2200), (2.1, 9000)]
    sent = Sent(0.0, 2.0, 9000)
    assert stream_rate_per_s(Received(9000, marks), sent, 1.0) == pytest.approx(200)


def test_bursts_count_for_the_time_in_which_they_gathered() -> None:
    burst = [(1.5 + number * 1e-6, 1000 * (number + 1)) for number in range(6)]
    rate = stream_rate_per_s(Received(6000, burst), Sent(0.0, 3.0, 6000), 1.0)
    assert rate == pytest.approx((6000 - 1000 * 1.0 / 1.5) / 2.0)


def _result(peer: str, per_s: float, work: Work = OBJECTS, lost: int = 0) -> Result:
    cpu_s = (1.0, 0.5, 0.25, 0.25)
    runs = [Measurement(per_s * factor, 1_000_000, lost, cpu_s) for factor in (0.9, 1.0, 1.1)]
    return Result(peer, work, runs)


def _delays(peer: str, p50_s: float, p99_s: float) -> Result:
    return Result(peer, DELAYS, [Measurement(1000, 3000, 0, (1.0, 1.0, 1.0), p50_s, p99_s)])


def test_the_report_shows_ratios_of_medians_and_goals() -> None:
    results = [_result("streamscope", 2e6), _result("pyzmq", 1e6), _result("relay", 8e6)]
    results.append(Result("zenoh", OBJECTS, failures=["the broker of zenoh ended too early"]))
    text = report(results, [], {"other": "No module named 'other'"}, PACE)
    row = "| 16 B objects | 2.00 M/s | pyzmq 1.00 M/s | 2.00 | ≥ 1.5 | yes | 8.00 M/s | 0.25 |"
    assert row in text
    assert "1.00 / 0.50 / 0.25 / 0.25" in text
    assert "Left out: other (No module named 'other')" in text
    assert "- 16 B objects, zenoh: the broker of zenoh ended too early" in text


def test_a_goal_that_was_missed_stands_out() -> None:
    results = [_result("streamscope", 1.4e6), _result("pyzmq", 1e6)]
    assert "| 1.40 | ≥ 1.5 | **no** | - | - |" in report(results, [], {}, PACE)


def test_delays_have_a_row_for_the_median_and_one_for_the_tail_each_with_its_best_rival() -> None:
    results = [_delays("streamscope", 90e-6, 330e-6), _delays("pyzmq", 100e-6, 400e-6)]
    results.append(_delays("zenoh", 200e-6, 300e-6))
    text = report(results, [], {}, PACE)
    assert "| delays, p50 | 90 µs | pyzmq 100 µs | 0.90 | ≤ 0.9 | yes | - | - |" in text
    assert "| delays, p99 | 330 µs | zenoh 300 µs | 1.10 | ≤ 1 | **no** | - | - |" in text


def test_a_goal_may_be_set_by_the_limit_or_by_our_other_face() -> None:
    goals = (Goal(1.0), Goal(0.5, to="streamscope"), Goal(0.7, to="relay"))
    face = "streamscope_blocking"
    work = Work("face", "face", Kind.OBJECTS, 16, readers=1, ours=face, goals=goals)
    rates = {face: 1e6, "streamscope": 1.8e6, "pyzmq": 0.9e6, "relay": 2e6}
    text = report([_result(peer, rate, work) for peer, rate in rates.items()], [], {}, PACE)
    assert "| face | 1.00 M/s | pyzmq 900 k/s | 1.11 | ≥ 1 | yes | 2.00 M/s | 0.50 |" in text
    assert "- face, to streamscope: 0.56 (goal ≥ 0.5, met: yes)" in text
    assert "- face, to relay: 0.50 (goal ≥ 0.7, met: **no**)" in text


@pytest.mark.parametrize(("peer", "failed"), [("streamscope", 1), ("pyzmq", 0)])
def test_a_run_of_ours_that_loses_anything_fails(
    peer: str, failed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Measurement(1e6, 1000, 3, (1.0, 1.0, 1.0))
    monkeypatch.setattr("benchmarks.rounds.measure", lambda *_: run)
    result = Result(peer, OBJECTS)
    assert result.add(PACE) == "1,000,000/s, 3 lost"
    assert result.lost == 3
    assert result.failures == ["3 of 1,000 items were lost"][:failed]
    arguments = ["--quick", "--peers", "relay", "--only", "objects-1"]
    assert main([*arguments[:2], "streamscope", *arguments[3:]]) == 1
    assert main(arguments) == 0


def test_shared_memory_and_the_limit_are_no_rivals() -> None:
    results = [_result("pyzmq", 1e4, ARRAYS), _result(peers.SHARED_MEMORY, 5e4, ARRAYS)]
    results.append(_result("relay", 2e4, ARRAYS))
    rival = best_rival(results, ARRAYS)
    assert rival is not None
    assert rival.peer == "pyzmq"
    assert "one machine only): 64 KiB arrays 3,277 MB/s." in report(results, [], {}, PACE)


def test_a_peer_that_is_not_installed_is_named_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "no_such_peer" in peers.missing("no_such_peer")
    assert peers.missing("relay") == ""
    monkeypatch.setitem(peers.SOURCES, "no_such_peer", peers.Source("no-such-peer[fast]"))
    assert peers.missing("no_such_peer").endswith("; pip install no-such-peer[fast]")
    monkeypatch.setitem(peers.SOURCES, "relay", peers.Source("", "no-such-server"))
    assert peers.missing("relay").endswith("on Debian: apt-get install no-such-server")


def test_the_command_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rounds.measure", lambda *_: _result("relay", 8e6).runs[0])
    output = tmp_path / "table.md"
    arguments = ["--quick", "--peers", "relay", "--only", WORKS[0].key, "--output", str(output)]
    assert main(arguments) == 0
    assert output.read_text(encoding="utf-8") in capsys.readouterr().out


def test_a_choice_of_works_and_peers_runs_these_by_turns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[tuple[str, str]] = []

    def measured(peer: str, work: Work, _: Pace) -> Measurement:
        runs.append((peer, work.key))
        return _result(peer, 8e6).runs[0]

    monkeypatch.setattr("benchmarks.rounds.measure", measured)
    main(["--only", "blocking,samples", "--peers", "relay,streamscope", "--rounds", "2"])
    sides = [(name, "samples") for name in ("streamscope", "relay")]
    faces = [(name, "blocking") for name in ("streamscope_blocking", "streamscope", "relay")]
    assert runs == sides * 2 + faces * 2
    with pytest.raises(SystemExit):
        main(["--only", "no-such-work"])
    assert "no-such-work is none of objects-1" in capsys.readouterr().err


def _trial(values: Sequence[float], at_most: float | None = 10.0) -> Trial:
    runs = iter(values)
    readings = (Reading("delay", "delay, p99", " ms", at_most), Reading("share", "share", " %"))
    return Trial("trial", "a trial", readings, lambda _: {"delay": next(runs), "share": 12.5})


@pytest.mark.parametrize(
    ("values", "row"),
    [
        ([9, 11, 8], "| a trial | delay, p99 | 9.00 ms | ≤ 10 ms | yes |"),
        ([9, 11, 12], "| a trial | delay, p99 | 11.0 ms | ≤ 10 ms | **no** |"),
    ],
)
def test_trials_of_ours_alone_show_medians_and_goals(values: list[float], row: str) -> None:
    outcomes = run_trials([_trial(values)], Pace(3, 0.0, 0.1), Clock(), lambda _: None)
    text = report([], outcomes, {}, PACE)
    assert row in text
    assert "|  | share | 12.5 % |  |  |" in text


def test_a_trial_that_fails_is_told_with_the_reason() -> None:
    def fail(_: Pace) -> dict[str, float]:
        raise PartError("3 items were lost")

    trial = Trial("trial", "a trial", (Reading("delay", "delay", " ms", 10),), fail)
    outcomes = run_trials([trial], PACE, Clock(), lambda _: None)
    text = report([], outcomes, {}, PACE)
    assert "| a trial | delay | - | ≤ 10 ms | **failed** |" in text
    assert "- a trial: 3 items were lost" in text


def test_what_there_is_no_time_for_is_left_out_and_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rounds.measure", lambda *_: _result("relay", 8e6).runs[0])
    main(["--only", "objects-1,crowd", "--peers", "streamscope", "--within", "0"])
    text = capsys.readouterr().out
    assert "Left out: 16 B objects, 1 → 1 (there was no time)" in text
    assert "Left out: 1000 connected clients, 10 000 channels (there was no time)" in text


def test_every_tick_comes_and_the_last_one_ends_them() -> None:
    async def count_ticks() -> int:
        until: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        count = 0
        async for _ in ticks(0.0001, until):
            count += 1
            if count == 20:
                until.set_result(None)
        return count

    assert asyncio.run(count_ticks()) == 20


def test_a_profile_counts_the_innermost_functions_and_not_threads_that_wait() -> None:
    stacks = [
        "main (a.py:1);send (a.py:5) 3",
        "main (a.py:1);read (b.py:7);send (a.py:5) 4",
        "main (a.py:1) 3",
        "run (thread.py:2);Line.listen (benchmarks/line.py:40);recv (connection.py:3) 90",
        "run (thread.py:2);_worker (concurrent/futures/thread.py:69) 50",
        "put (outbox.py:2);Condition.wait (threading.py:295) 50",
    ]
    profile = read_stacks("\n".join(stacks))
    assert [row.split(maxsplit=2) for row in profile.rows(5)] == [
        ["70.0%", "7", "send (a.py:5)"],
        ["30.0%", "3", "main (a.py:1)"],
    ]


def test_profiles_show_what_each_process_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--only", "calls", "--seconds", "0.2", "--cprofile", "--folder", str(tmp_path)]
    assert profile.main(arguments) == 0
    text = (tmp_path / "profile-calls.txt").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    head, *sections = text.split("\n\n")
    assert "cProfile" in head
    for section, name in zip(sections, ("caller", "server", "callee"), strict=True):
        assert section.startswith(f"{name}, own time of ")
        shares = [float(row.split("%")[0]) for row in section.splitlines()[1:]]
        assert len(shares) > 10
        assert shares == sorted(shares, reverse=True)


def test_where_py_spy_may_not_look_its_reason_is_told(tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text("#!/bin/sh\necho 'Error: Permission denied' >&2\n", encoding="utf-8")
    spy.chmod(0o755)
    with pytest.raises(PartError, match="Permission denied"):
        by_py_spy(str(spy), BLOCKS, PACE)


def test_works_and_trials_have_names_of_their_own_and_goals() -> None:
    keys = [each.key for each in (*WORKS, *TRIALS)]
    assert len(set(keys)) == len(keys)
    assert all(work.goals for work in WORKS)
    for trial in TRIALS:
        assert any(reading.at_most is not None for reading in trial.readings)
