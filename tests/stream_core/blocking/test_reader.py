from __future__ import annotations

import contextlib
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np
import pytest

from stream_core import blocking
from stream_core.client import inbox
from stream_core.errors import BufferOverflow, ChannelClosed, Empty, InvalidValue
from stream_core.values import Loss

Connected = Callable[..., blocking.Client]
Pair = tuple[blocking.Writer, blocking.Reader]


@pytest.fixture
def pair(client: Connected) -> Pair:
    writer = client("writer").create_channel("x")
    return writer, client("reader").subscribe("x", overflow="wait")


@pytest.fixture
def sampled(client: Connected) -> Pair:
    writer = client("writer").create_channel("x", dtype="f8", rate_hz=1000)
    return writer, client("reader").subscribe("x", overflow="wait")


def balanced(reader: blocking.Reader) -> bool:
    facts = reader.statistics()
    parts = (facts.delivered, facts.in_flight, facts.buffered, facts.dropped)
    return facts.published == sum(parts) + facts.not_selected + facts.reduced


def test_items_come_in_order_by_every_way_of_taking(pair: Pair) -> None:
    writer, reader = pair
    for value in range(10):
        writer.send(value, time_ns=value * 100)
    assert reader.get() == 0
    assert reader.get(timeout_s=10) == 1
    assert next(reader) == 2
    item = reader.get_item(timeout_s=10)
    assert (item.value, item.time_ns, item.sequence) == (3, 300, 3)
    taken = [4, *range(5, 10)]
    block = reader.get_block(timeout_s=10)
    values = list(block.values)
    while len(values) < len(taken):
        values.extend(reader.get_block(timeout_s=10).values)
    assert values == taken
    assert block.sequences[0] == 4
    assert list(block.times_ns) == [sequence * 100 for sequence in block.sequences]
    assert reader.lost == 0
    assert balanced(reader)


def test_what_is_here_is_taken_without_a_round_by_the_loop(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = pair
    for block in range(3):
        writer.send((block, 0))
        writer.send((block, 1))
        writer.flush()
    while len(reader) < 6:
        reader.statistics()  # comes after what was sent before
    values = [reader.get(timeout_s=10)]
    asked: list[Any] = []
    monkeypatch.setattr(reader, "_ask", lambda work, undo=None: asked.append(work))
    values += [reader.get() for _ in range(5)]
    monkeypatch.undo()
    assert values == [(block, number) for block in range(3) for number in range(2)]
    assert asked == []
    assert reader.statistics().delivered == 6
    assert balanced(reader)


def test_an_empty_reader_says_so(pair: Pair) -> None:
    writer, reader = pair
    with pytest.raises(Empty):
        reader.get_nowait()
    for take in (reader.get, reader.get_item, reader.get_block):
        with pytest.raises(TimeoutError, match=r"timeout_s=0\.01$"):
            take(timeout_s=0.01)
    writer.send("late")
    writer.flush()
    assert reader.get(timeout_s=0) == "late" or reader.get(timeout_s=5) == "late"
    assert len(reader) == 0
    assert reader


def test_nowait_takes_what_is_here(pair: Pair) -> None:
    writer, reader = pair
    writer.send(1)
    writer.send(2)
    assert reader.get(timeout_s=10) == 1
    writer.send(3)
    values: list[Any] = []
    while not values:
        with contextlib.suppress(Empty):
            values.append(reader.get_nowait())
    while len(values) < 2:
        values.append(reader.get(timeout_s=10))
    assert values == [2, 3]


def test_the_end_of_the_channel_stops_what_waits(pair: Pair) -> None:
    writer, reader = pair
    values: list[Any] = []
    thread = threading.Thread(target=lambda: values.extend(reader))
    thread.start()
    for value in range(5000):
        writer.send(value)
    writer.close()
    thread.join()
    assert values == list(range(5000))
    assert "closed by its owner" in str(reader.end_reason)
    for take in (reader.get, reader.get_nowait, reader.get_item, reader.get_block):
        with pytest.raises(ChannelClosed, match="closed by its owner"):
            take()


def test_closing_the_reader_stops_what_waits(pair: Pair) -> None:
    _, reader = pair
    ended = threading.Event()

    def wait() -> None:
        assert list(reader) == []
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    reader.close()
    reader.close()
    assert ended.wait(10)
    thread.join()
    with pytest.raises(ChannelClosed, match="was closed"):
        reader.get()


def test_each_item_goes_to_one_of_many_threads(pair: Pair) -> None:
    writer, reader = pair
    taken: list[list[int]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda t=t: t.extend(reader)) for t in taken]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for value in range(20_000):
        writer.send(value)
    writer.close()
    for thread in threads:
        thread.join()
    assert sorted(itertools.chain(*taken)) == list(range(20_000))
    assert all(values == sorted(values) for values in taken)


def test_one_waits_while_another_asks(pair: Pair) -> None:
    writer, reader = pair
    values: list[Any] = []
    thread = threading.Thread(target=lambda: values.append(reader.get()))
    thread.start()
    with pytest.raises(TimeoutError):
        reader.get(timeout_s=0.05)
    with pytest.raises(Empty):
        reader.get_nowait()
    reader.clear()
    assert len(reader) == 0
    writer.send("for the one who waits")
    thread.join()
    assert values == ["for the one who waits"]


def test_a_transfer_ends_at_its_mark(pair: Pair) -> None:
    writer, reader = pair
    for number in range(2):
        for value in range(3000):
            writer.send((number, value))
        writer.end()
    writer.send("after")
    for number in range(2):
        assert list(reader.transfer()) == [(number, value) for value in range(3000)]
    assert reader.get(timeout_s=10) == "after"
    writer.close()
    assert list(reader.transfer()) == []


def test_samples_come_as_numbers_and_as_arrays(sampled: Pair) -> None:
    writer, reader = sampled
    data = np.arange(10_000.0)
    writer.send_samples(data)
    writer.send(1.25)
    assert type(reader.get(timeout_s=10)) is float
    out = np.empty(1000)
    assert reader.read_array(1000, out) is out
    assert np.array_equal(out, data[1:1001])
    assert np.array_equal(reader.read_array(8999), data[1001:])
    assert reader.get(timeout_s=10) == 1.25
    with pytest.raises(InvalidValue):
        reader.read_array(0)
    assert reader.info is not None
    assert reader.info.dtype == "float64"


def test_what_is_discarded_is_not_given(pair: Pair) -> None:
    writer, reader = pair
    for value in range(100):
        writer.send(value)
    writer.flush()
    reader.get(timeout_s=10)
    reader.clear()
    assert balanced(reader)  # the server has heard of it
    writer.send("new")
    assert reader.get(timeout_s=10) == "new"
    assert balanced(reader)


def test_losses_are_told(client: Connected) -> None:
    writer = client("writer").create_channel("x")
    reader = client("reader").subscribe("x", buffer_size=10, overflow="ring")
    losses: list[Loss] = []
    reader.on_lost(losses.append)
    for value in range(5000):
        writer.send(bytes(1000) + value.to_bytes(4, "little"))
    writer.close()
    values = [int.from_bytes(value[-4:], "little") for value in reader]
    assert values[-1] == 4999
    assert values == sorted(values)
    assert len(values) + reader.lost == 5000
    assert sum(loss.count for loss in losses) == reader.lost


def test_an_overrun_of_raise_is_an_error(client: Connected) -> None:
    writer = client("writer").create_channel("x")
    reader = client("reader").subscribe("x", buffer_size=2, overflow="raise", min_interval_s=60)
    for value in range(100):
        writer.send(value)
    writer.flush()
    with pytest.raises(BufferOverflow):
        list(reader)


def test_what_was_held_can_be_taken_after_the_client_was_closed(client: Connected) -> None:
    writer = client("writer").create_channel("x")
    owner = client("reader")
    reader = owner.subscribe("x", overflow="wait")
    for value in range(3):
        writer.send([value])
        writer.flush()
    assert reader.get(timeout_s=10) == [0]
    while len(reader) < 2:
        writer.flush()
    owner.close()
    assert reader.get() == [1]
    assert list(reader.get_block().values) == [[2]]


def test_an_interrupted_get_block_is_untaken(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = pair
    for value in range(3):
        writer.send([value])
    assert reader.get(timeout_s=10) == [0]

    def interrupted(future: Any) -> Any:
        future.result()
        raise KeyboardInterrupt

    monkeypatch.setattr("stream_core.loop_thread._result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        reader.get_block()
    monkeypatch.undo()
    assert reader.get(timeout_s=10) == [1]
    assert reader.get(timeout_s=10) == [2]


def test_ctrl_c_while_the_next_block_is_decoded_loses_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = pair
    writer.send("first")
    assert reader.get(timeout_s=10) == "first"
    for value in (["a"], ["b"]):
        writer.send(value)
        writer.flush()
    while len(reader) < 2:
        writer.flush()

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        thread = threading.current_thread()
        decode = inbox.decode_block

        def decoded(*arguments: Any) -> Any:
            return (interrupted if threading.current_thread() is thread else decode)(*arguments)

        patch.setattr(inbox, "decode_block", decoded)
        for take in (reader.get, reader.__next__, reader.get_item):
            with pytest.raises(KeyboardInterrupt):
                take()
            assert len(reader) == 2
    item = reader.get_item(timeout_s=10)
    assert (item.value, item.sequence) == (["a"], 1)
    assert reader.get(timeout_s=10) == ["b"]
    assert balanced(reader)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize("take", ["__next__", "get", "get_nowait", "get_item", "get_block"])
def test_ctrl_c_at_any_step_leaves_the_reader_to_all_threads(pair: Pair, take: str) -> None:
    writer, reader = pair
    interruptions = 0
    for step in itertools.count():
        for value in range(3):
            writer.send([value])
        while len(reader) < 3:
            writer.flush()
        with interrupted_at(step) as steps:
            getattr(reader, take)()
        another = threading.Thread(target=drain, args=(reader,), daemon=True)
        another.start()
        another.join(10)
        assert not another.is_alive()
        if steps[0] <= step:
            break
        interruptions += 1
    assert interruptions > 10


def test_an_iterator_takes_no_more_than_what_others_leave(pair: Pair) -> None:
    writer, reader = pair
    for value in range(500):
        writer.send(value)
    writer.flush()
    items = iter(reader)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    assert reader.get(timeout_s=10) == 3
    assert next(items) == 4
    item = reader.get_item(timeout_s=10)
    assert (item.value, item.sequence) == (5, 5)
    assert next(items) == 6
    rest = list(reader.get_block(timeout_s=10).values)
    assert rest == list(range(7, 7 + len(rest)))
    for value in range(500, 600):
        writer.send(value)
    for value in range(7 + len(rest), 600):
        assert next(items) == value
    assert len(reader) == 0
    assert balanced(reader)


def test_what_an_iterator_may_take_can_be_discarded(pair: Pair) -> None:
    writer, reader = pair
    for value in range(500):
        writer.send(value)
    writer.flush()
    items = iter(reader)
    assert next(items) == 0
    reader.clear()
    assert balanced(reader)  # the server has heard of it
    writer.send("new")
    assert next(items) == "new"
    assert balanced(reader)


def test_iterators_of_several_threads_share_what_comes(client: Connected) -> None:
    writer = client("writer").create_channel("x")
    reader = client("reader").subscribe("x", overflow="wait")
    taken: list[list[int]] = [[] for _ in range(3)]
    threads = [threading.Thread(target=each.extend, args=(reader,)) for each in taken]
    for thread in threads:
        thread.start()
    for value in range(20_000):
        writer.send(value)
    writer.close()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert sorted(itertools.chain(*taken)) == list(range(20_000))
    assert all(values == sorted(values) for values in taken)


def drain(reader: blocking.Reader) -> None:
    while len(reader):
        reader.get()


@contextlib.contextmanager
def interrupted_at(step: int) -> Iterator[list[int]]:
    """Have Ctrl-C come before that step, of all that is done in the reader's module."""
    steps = [0]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.endswith("blocking/reader.py"):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps[0] += 1
            if steps[0] == step + 1:
                raise KeyboardInterrupt
        return trace

    former = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks when tracing begins
    sys.settrace(trace)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield steps
    finally:
        sys.settrace(former)
