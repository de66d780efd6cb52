from __future__ import annotations

from stream_gui.plotdata.live_edge import LiveEdge

MILLI, SECOND = 1_000_000, 1_000_000_000
T0 = 1_700_000_000 * SECOND


def test_there_is_no_edge_before_data() -> None:
    assert LiveEdge().at(0) is None


def test_it_runs_on_between_blocks_and_when_data_stops() -> None:
    edge = LiveEdge()
    edge.observe(T0, 0)
    assert edge.at(16 * MILLI) == T0 + 16 * MILLI
    edge.observe(T0, 500 * MILLI)
    assert edge.at(SECOND) == T0 + SECOND


def test_it_never_runs_backwards_when_blocks_come_late() -> None:
    edge = LiveEdge()
    edge.observe(T0, 0)
    before = T0
    for frame in range(1, 500):
        now = frame * 16 * MILLI
        edge.observe(T0 + now - 300 * MILLI, now)
        found = edge.at(now) or 0
        assert found >= before
        before = found
    assert before - (T0 + 499 * 16 * MILLI) < -20 * MILLI


def test_it_follows_a_prompter_writer_and_another_clock_at_once() -> None:
    edge = LiveEdge()
    edge.observe(T0, 0)
    edge.observe(T0 + 120 * MILLI, 100 * MILLI)
    assert edge.at(100 * MILLI) == T0 + 120 * MILLI
    edge.observe(T0 - 3600 * SECOND, 200 * MILLI)
    assert edge.at(200 * MILLI) == T0 - 3600 * SECOND
    edge.reset()
    assert edge.at(0) is None
