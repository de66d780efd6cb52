from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stream_core.blocking import outbox
from stream_core.blocking.outbox import Outbox
from stream_core.clock import OffsetEstimate
from stream_core.errors import InvalidValue
from stream_core.loop_thread import LoopThread, NotRunningError


class Outlet:
    """As much of an outlet as an outbox needs; one that notes what it is offered."""

    name = "x"
    clock = OffsetEstimate()
    number = 1
    closed: str | None = None
    idle = False
    overdue = False

    def __init__(self) -> None:
        self.flowing = True
        self.offered: list[tuple[Any, int]] = []
        self.on_change: list[Callable[[], object]] = []
        self.on_pause: list[Callable[[], object]] = []
        self.threads: set[str] = set()

    def offer(self, value: Any, time_ns: int | None) -> bool:
        if value == "wrong":
            raise InvalidValue(value)
        self.offered.append((value, time_ns or 0))
        self.threads.add(threading.current_thread().name)
        self.overdue = True
        return self.flowing

    plain_room = 300
    plain_kinds = frozenset({int, tuple})
    plain_short = 100

    def offer_plain(self, values: list[Any], times_ns: list[int]) -> None:
        assert len(values) <= self.plain_room
        self.offered += zip(values, times_ns, strict=True)
        self.overdue = True

    async def change(self, **facts: Any) -> None:
        for name, value in facts.items():
            setattr(self, name, value)
        for callback in self.on_change:
            callback()


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with LoopThread("loop") as thread:
        yield thread


@pytest.fixture
def outlet() -> Outlet:
    return Outlet()


@pytest.fixture
def box(outlet: Outlet, thread: LoopThread) -> Outbox:
    return Outbox(outlet, thread)  # type: ignore[arg-type]


def test_items_are_offered_in_the_loop_in_their_order(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    for number in range(500):
        box.put(number, number * 10)
    thread.run(box.until_offered())
    assert outlet.offered == [(number, number * 10) for number in range(500)]
    assert outlet.threads == {"loop"}
    assert len(box) == 0
    assert box.room


def test_what_was_put_before_a_pause_leaves_before_it_and_nothing_is_put_after(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    async def pause() -> tuple[int, bool]:
        for number in range(10):
            assert box.put(number, 0)
        for callback in outlet.on_pause:
            callback()
        offered, taken = len(outlet.offered), box.put("late", 0)
        await outlet.change(flowing=False)
        return offered, taken

    assert thread.run(pause()) == (10, False)
    assert not box.put("later", 0)
    thread.run(outlet.change(flowing=True))
    assert box.put("after", 0)
    thread.run(box.until_offered())
    assert [value for value, _ in outlet.offered] == [*range(10), "after"]


def test_settling_ends_although_another_thread_puts_all_the_time(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    offer = outlet.offer

    def offer_and_put(value: Any, time_ns: int | None) -> bool:
        box.put(value, 0)
        return offer(value, time_ns)

    async def settled() -> None:
        outlet.offer = offer_and_put  # type: ignore[method-assign]
        box.put(1, 0)
        box.settle()
        outlet.offer = offer  # type: ignore[method-assign]

    thread.run(settled())


def test_a_full_link_keeps_them_until_there_is_room(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    outlet.flowing = False
    box.put("kept", 1)
    thread.run(asyncio.sleep(0))
    assert (len(box), outlet.offered) == (1, [])
    thread.run(outlet.change(flowing=True))
    thread.run(box.until_offered())
    assert outlet.offered == [("kept", 1)]


@pytest.mark.parametrize("facts", [{"closed": "over"}, {"number": 0}, {"idle": True}])
def test_what_can_never_flow_is_given_up(
    outlet: Outlet, thread: LoopThread, box: Outbox, facts: dict[str, Any]
) -> None:
    outlet.flowing = False
    for number in range(10):
        box.put(number, 0)
    thread.run(outlet.change(**facts))
    thread.run(box.until_offered())
    assert len(outlet.offered) == 10


def test_it_is_full_by_items_and_by_bytes(outlet: Outlet, thread: LoopThread, box: Outbox) -> None:
    outlet.flowing = False
    for number in range(outbox.ITEMS):
        assert box.room
        box.put(number, 0)
    assert not box.room
    thread.run(outlet.change(flowing=True))
    thread.run(box.until_offered())
    assert box.room
    outlet.flowing = False
    box.put(bytes(outbox.BYTES), 0)
    assert not box.room
    thread.run(outlet.change(flowing=True))
    thread.run(box.until_offered())
    assert box.room


def test_settling_offers_all_at_once(outlet: Outlet, thread: LoopThread, box: Outbox) -> None:
    async def settled() -> int:
        for number in range(10):
            box.put(number, 0)
        box.settle()
        return len(outlet.offered)

    assert thread.run(settled()) == 10


def test_an_item_that_is_refused_late_is_logged_and_holds_up_nothing(
    outlet: Outlet, thread: LoopThread, box: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    for value in ("wrong", "right"):
        box.put(value, 0)
    thread.run(box.until_offered())
    assert [value for value, _ in outlet.offered] == ["right"]
    assert "an item could not be sent" in caplog.text


def test_a_stopped_thread_takes_nothing() -> None:
    with LoopThread() as thread:
        box = Outbox(Outlet(), thread)  # type: ignore[arg-type]
    with pytest.raises(NotRunningError):
        box.put(1, 0)


def test_plain_items_keep_their_order_among_others(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    for number in range(3000):
        if number % 700 == 699:
            assert box.put(number, 1)
        else:
            assert box.put_plain(number)
        if not box.room:
            thread.run(box.until_offered())
    thread.run(box.until_offered())
    assert [value for value, _ in outlet.offered] == list(range(3000))
    times_ns = [time_ns for _, time_ns in outlet.offered if time_ns != 1]
    assert times_ns == sorted(times_ns)
    assert (len(box), box.room) == (0, True)


def test_plain_items_of_many_threads_are_all_offered(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    def put(name: int) -> None:
        for number in range(2000):
            while not box.put_plain((name, number)):
                thread.run(box.until_offered())

    threads = [threading.Thread(target=put, args=(name,)) for name in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    thread.run(box.until_offered())
    for name in range(4):
        numbers = [number for (whose, number), _ in outlet.offered if whose == name]
        assert numbers == list(range(2000))


def test_a_pause_lets_no_plain_item_in(outlet: Outlet, thread: LoopThread, box: Outbox) -> None:
    async def pause() -> bool:
        assert box.put_plain(b"before")
        for callback in outlet.on_pause:
            callback()
        return box.put_plain(b"late")

    assert not thread.run(pause())
    assert [value for value, _ in outlet.offered] == [b"before"]


def test_an_outlet_that_changes_while_it_is_offered_a_page_gets_each_item_once(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    offer_plain = outlet.offer_plain

    def offer_and_tell(*args: Any, **kwargs: Any) -> None:
        for callback in outlet.on_change:
            callback()
        offer_plain(*args, **kwargs)

    outlet.offer_plain = offer_and_tell  # type: ignore[method-assign]
    for number in range(1000):
        assert box.put_plain(number)
    thread.run(box.until_offered())
    assert [value for value, _ in outlet.offered] == list(range(1000))


def test_plain_items_that_have_come_leave_together(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    async def offered_in_a_turn() -> int:
        for number in range(1000):
            assert box.put_plain(number)
        await asyncio.sleep(0)
        return len(outlet.offered)

    assert thread.run(offered_in_a_turn()) == 1000


def test_who_puts_all_the_time_leaves_the_loop_its_turns(
    outlet: Outlet, thread: LoopThread, box: Outbox
) -> None:
    offer_plain = outlet.offer_plain

    def offer_and_put(values: list[Any], times_ns: list[int]) -> None:
        offer_plain(values, times_ns)
        assert all(map(box.put_plain, values))

    async def offered_in_a_turn() -> int:
        outlet.offer_plain = offer_and_put  # type: ignore[method-assign]
        for number in range(1000):
            assert box.put_plain(number)
        await asyncio.sleep(0)
        outlet.offer_plain = offer_plain  # type: ignore[method-assign]
        return len(outlet.offered)

    assert outbox.ITEMS <= thread.run(offered_in_a_turn()) <= outbox.ITEMS + outlet.plain_room


@pytest.mark.parametrize("resumed", [False, True])
def test_a_plain_item_that_a_pause_overtakes_is_not_put(
    outlet: Outlet,
    thread: LoopThread,
    box: Outbox,
    monkeypatch: pytest.MonkeyPatch,
    resumed: bool,
) -> None:
    """Unless the pause is over before that is found."""
    run = thread.run

    async def pause() -> int:
        for callback in outlet.on_pause:
            callback()
        await outlet.change(flowing=False)
        return 0

    def resume_and_run(work: Any) -> Any:
        run(outlet.change(flowing=True))
        return run(work)

    box._holds_until_ns = 1  # the clock is looked at once, after the look whether there is a pause
    monkeypatch.setattr(outbox, "perf_counter_ns", lambda: run(pause()))
    if resumed:
        monkeypatch.setattr(thread, "run", resume_and_run)
    assert box.put_plain(1) is resumed
    monkeypatch.undo()
    assert len(box) == 0
    thread.run(outlet.change(flowing=True))
    thread.run(box.until_offered())
    assert [value for value, _ in outlet.offered] == [1] * resumed
