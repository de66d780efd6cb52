from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stream_core import blocking
from stream_core.errors import ChannelClosed, InvalidValue
from stream_core.values import Demand

Connected = Callable[..., blocking.Client]
MUCH = bytes(4096)  # in 20 000 items more than the outbox and the sockets hold


def test_nobody_reads_then_somebody_does(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("x")
    demands: list[Demand] = []
    writer.on_demand(demands.append)
    assert writer.send(1) is False
    assert writer.send_nowait(1) is False
    assert (writer.active, writer.ready, writer.demand.state) == (False, False, "idle")
    with pytest.raises(TimeoutError):
        writer.wait_active(timeout_s=0.01)
    reader = other.subscribe("x")
    writer.wait_active(timeout_s=10)
    assert (writer.active, writer.ready) == (True, True)
    assert writer.send(2) is True
    assert writer.send_nowait(3) is True
    assert [reader.get(timeout_s=10), reader.get(timeout_s=10)] == [2, 3]
    assert [demand.state for demand in demands] == ["active"]
    assert writer.info.name == "x"


def test_values_are_taken_as_they_are_at_send(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", overflow="wait")
    values: list[Any] = [[1], {"a": {1}}, np.arange(3), (1, [2])]
    for value in values:
        writer.send(value)
    values[0].append("later")
    values[2][0] = 99
    values[3][1].append("later")
    assert reader.get(timeout_s=10) == [1]
    assert reader.get(timeout_s=10) == {"a": {1}}
    assert np.array_equal(reader.get(timeout_s=10), [0, 1, 2])
    assert reader.get(timeout_s=10) == (1, [2])


@pytest.mark.parametrize(
    ("info", "values", "wrong"),
    [
        ({"codec": "raw"}, [b"1", b"2"], "text"),
        ({"codec": "object"}, [None, [1], np.float64(2)], object()),
        ({"codec": "array"}, [np.arange(3.0)], [1]),
        ({"dtype": "f4"}, [1.5, 2, np.float64(3)], "x"),
        ({"dtype": "u1"}, [1, 255, np.uint8(3)], 256),
        ({"dtype": "f8", "columns": ("a", "b")}, [[1, 2], np.zeros(2)], [1]),
    ],
)
def test_every_codec_comes_through_in_order(
    client: Connected, info: dict[str, Any], values: list[Any], wrong: Any
) -> None:
    writer = client("ours").create_channel("x", **info)
    reader = client("other").subscribe("x", overflow="wait")
    for value in values * 3:
        assert writer.send(value)
        with pytest.raises(InvalidValue):
            writer.send(wrong)
        with pytest.raises(InvalidValue):
            writer.send_nowait(wrong)
    for value in values * 3:
        assert np.array_equal(reader.get(timeout_s=10), value)
    assert reader.lost == 0


def test_numbers_and_blocks_of_samples_keep_their_order(client: Connected) -> None:
    writer = client("ours").create_channel("x", dtype="i4", rate_hz=1000)
    reader = client("other").subscribe("x", overflow="wait")
    for start in range(0, 1000, 10):
        writer.send(start)
        writer.send_samples(range(start + 1, start + 10))
    assert list(reader.read_array(1000)) == list(range(1000))
    with pytest.raises(InvalidValue):
        writer.send_samples([1.5])


def test_samples_that_nobody_reads_are_checked_too(client: Connected) -> None:
    writer = client("ours").create_channel("x", dtype="i4")
    assert writer.send_samples([1, 2]) is False
    with pytest.raises(InvalidValue):
        writer.send_samples([1.5])


def test_a_slow_reader_with_wait_holds_the_writer_up_and_loses_nothing(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", buffer_size=100, overflow="wait")
    sent = threading.Event()

    def send() -> None:
        for value in range(20_000):
            assert writer.send((value, MUCH))
        sent.set()

    thread = threading.Thread(target=send)
    thread.start()
    assert not sent.wait(0.3)
    assert [reader.get(timeout_s=10)[0] for _ in range(20_000)] == list(range(20_000))
    thread.join()
    facts = reader.statistics()
    assert facts.published == facts.delivered == 20_000
    assert reader.lost == 0


def test_what_send_nowait_gives_up_is_reported(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", buffer_size=10, overflow="wait")
    kept, offered = [], 0
    while len(kept) + 100 > offered:  # the server says when it is enough
        if writer.send_nowait(offered):
            kept.append(offered)
        offered += 1
    assert [reader.get(timeout_s=10) for _ in kept] == kept
    assert writer.send("end")
    assert reader.get(timeout_s=10) == "end"
    assert len(kept) + reader.lost == offered


def test_the_items_of_each_of_many_threads_keep_their_order(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", overflow="wait")

    def send(thread: int) -> None:
        for value in range(3000):
            writer.send((thread, value) if value % 3 else [thread, value])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    seen: dict[int, list[int]] = {}
    for _ in range(12_000):
        number, value = reader.get(timeout_s=10)
        seen.setdefault(number, []).append(value)
    for thread in threads:
        thread.join()
    assert seen == {number: list(range(3000)) for number in range(4)}


def test_closing_sends_what_is_pending_first(client: Connected) -> None:
    ours = client("ours")
    reader = client("other").subscribe("x", overflow="wait", wait=True)
    for end in ("writer", "channel", "client"):
        writer = ours.create_channel("x")
        for value in range(1500):
            writer.send(value)
        if end == "writer":
            writer.close()
            writer.close()
        elif end == "channel":
            ours.delete_channel("x")
        else:
            ours.close()
        assert [reader.get(timeout_s=10) for _ in range(1500)] == list(range(1500)), end
        if end != "channel":
            with pytest.raises(ChannelClosed):
                writer.send(1)


def test_flush_returns_when_the_server_has_it(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", min_interval_s=60)
    for value in range(500):
        writer.send(value)
    writer.flush()
    assert reader.statistics().published == 500


def test_a_shared_channel_has_several_writers(client: Connected) -> None:
    first = client("one").create_channel("x", shared=True)
    second = client("two").open_writer("x")
    reader = client("other").subscribe("x", overflow="wait")
    first.send("1")
    second.send("2")
    assert {reader.get(timeout_s=10), reader.get(timeout_s=10)} == {"1", "2"}
    first.end()
    second.end()
    assert list(reader.transfer()) == []


def test_send_waits_for_a_reader_if_told_to(client: Connected) -> None:
    writer, other = client("ours").create_channel("x"), client("other")
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(writer.send(1, wait_active=True)))
    thread.start()
    reader = other.subscribe("x")
    thread.join()
    assert results == [True]
    assert reader.get(timeout_s=10) == 1


def test_a_reader_that_wants_less_gets_less(client: Connected) -> None:
    writer = client("ours").create_channel("x")
    reader = client("other").subscribe("x", every=10, overflow="wait")
    for value in range(1000):
        writer.send(value)
    writer.close()
    assert list(reader) == list(range(0, 1000, 10))
    assert reader.lost == 0
