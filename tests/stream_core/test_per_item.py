"""What is done for each item: in Python and compiled alike."""

from __future__ import annotations

import asyncio
import gc
import inspect
import time
import types
import weakref
from array import array
from collections import deque
from collections.abc import Callable, Generator
from types import ModuleType
from typing import Any

import pytest

from tests.per_item import FORMS, in_python

FAR_NS = 10**18


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> ModuleType:
    return FORMS[request.param]


compiled = pytest.mark.skipif("compiled" not in FORMS, reason="it is not compiled here")

METHODS = [("BoxSender", "send"), ("BoxSender", "send_nowait"), ("LaneSender", "send_nowait")]


def parameters(method: Any) -> list[tuple[str, Any, Any]]:
    """All but `self`, without what they are annotated with: what is compiled has none of that."""
    _, *given = inspect.signature(method).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default) for parameter in given]


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_both_have_the_same_parameters_and_docstrings(
    form: ModuleType, kind: str, name: str
) -> None:
    ours, theirs = (getattr(getattr(module, kind), name) for module in (form, in_python))
    assert parameters(ours) == parameters(theirs)
    assert inspect.getdoc(ours) == inspect.getdoc(theirs)


def test_both_say_what_ready_is(form: ModuleType) -> None:
    assert inspect.getdoc(form.LaneSender.ready) == inspect.getdoc(in_python.LaneSender.ready)


# Lanes


class Wires:
    """A sender with an outlet whose lane has room for four, and what they were told."""

    def __init__(self, form: ModuleType, values: Any = None) -> None:
        told: list[Any] = []

        class Outlet(form.LaneHolder):  # type: ignore[misc,name-defined]
            def filled(self) -> None:
                told.append("filled")

        class Sender(form.LaneSender):  # type: ignore[misc,name-defined]
            def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
                told.append((value, time_ns))
                return False

        self.told = told
        self.lane = form.Lane()
        self.lane.kinds = frozenset({float, type(None)})
        self.lane.most, self.lane.short, self.lane.offset_ns = 4, 3, FAR_NS
        self.lane.longest, self.lane.least, self.lane.room = 9, 2, 8
        self.lane.late_ns = time.perf_counter_ns() + FAR_NS
        self.lane.values = [] if values is None else values
        self.lane.times = []
        self.outlet = Outlet()
        self.outlet.lane = self.lane
        self.outlet.overdue = False
        self.sender = Sender()
        self.sender._outlet = self.outlet


def test_what_needs_no_look_is_appended_with_its_time(form: ModuleType) -> None:
    wires = Wires(form)
    before_ns = time.perf_counter_ns()
    assert wires.sender.send_nowait(1.5) is True
    assert wires.sender.send_nowait(None) is True
    assert wires.sender.send_nowait(b"ab") is True
    after_ns = time.perf_counter_ns()
    assert wires.lane.values == [1.5, None, b"ab"]
    assert before_ns <= wires.lane.times[0] - FAR_NS <= wires.lane.times[2] - FAR_NS <= after_ns
    assert wires.told == []


def test_longer_bytes_go_there_if_they_fit(form: ModuleType) -> None:
    wires = Wires(form)
    assert wires.sender.send_nowait(b"abc") is True
    assert wires.sender.send_nowait(bytes(10)) is False
    assert wires.lane.values == [b"abc"]
    assert len(wires.lane.times) == 1
    assert wires.told == [(bytes(10), None)]


def test_longer_bytes_leave_room_for_less(form: ModuleType) -> None:
    wires = Wires(form)
    assert wires.lane.fits(5) is True
    assert (wires.lane.room, wires.lane.most) == (5, 2)
    assert wires.lane.fits(9) is True
    assert (wires.lane.room, wires.lane.most) == (-2, -1)
    assert wires.lane.fits(4) is True
    assert (wires.lane.room, wires.lane.most) == (-4, -2)
    assert wires.lane.fits(3) is True
    assert (wires.lane.room, wires.lane.most) == (-5, -3)
    assert wires.lane.fits(10) is False
    assert (wires.lane.room, wires.lane.most) == (-5, -3)
    with pytest.raises(TypeError):
        wires.lane.fits("3")


@pytest.mark.parametrize("value", [1, "text", [1.5], bytearray(b"a"), True])
def test_all_else_is_passed_on(form: ModuleType, value: Any) -> None:
    wires = Wires(form)
    assert wires.sender.send_nowait(value) is False
    assert wires.told == [(value, None)]
    assert wires.lane.values == []


def test_what_is_derived_from_a_kind_is_passed_on(form: ModuleType) -> None:
    class Long(bytes):
        pass

    class Real(float):
        pass

    wires = Wires(form)
    assert wires.sender.send_nowait(Long(b"a")) is False
    assert wires.sender.send_nowait(Real(1.5)) is False
    assert wires.lane.values == []


def test_who_gives_a_time_or_names_is_passed_on(form: ModuleType) -> None:
    wires = Wires(form)
    assert wires.sender.send_nowait(1.5, time_ns=7) is False
    assert wires.told == [(1.5, 7)]


@pytest.mark.parametrize(
    ("arguments", "named"), [((), {}), ((1.5, 2), {}), ((1.5,), {"times_ns": 3}), ((), {"x": 1})]
)
def test_a_wrong_argument_list_is_refused(
    form: ModuleType, arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    wires = Wires(form)
    with pytest.raises(TypeError, match="send_nowait"):
        wires.sender.send_nowait(*arguments, **named)
    assert wires.lane.values == []


def test_a_value_may_be_given_by_its_name(form: ModuleType) -> None:
    wires = Wires(form)
    wires.sender.send_nowait(value=[3])
    assert wires.told == [([3], None)]


def test_where_there_is_no_lane_all_is_passed_on(form: ModuleType) -> None:
    wires = Wires(form)
    wires.outlet.lane = None
    assert wires.sender.send_nowait(1.5) is False
    assert wires.told == [(1.5, None)]


def test_the_outlet_is_told_when_the_lane_is_full(form: ModuleType) -> None:
    wires = Wires(form)
    for count in range(1, 5):
        assert wires.told == []
        assert wires.sender.send_nowait(float(count)) is True
    assert wires.told == ["filled"]


def test_the_loop_is_owed_a_turn_when_it_is_late(form: ModuleType) -> None:
    wires = Wires(form)
    wires.sender.send_nowait(1.5)
    assert wires.outlet.overdue is False
    wires.lane.late_ns = time.perf_counter_ns() - 1
    wires.sender.send_nowait(1.5)
    assert wires.outlet.overdue is True


def test_what_values_refuse_is_passed_on_and_has_no_time(form: ModuleType) -> None:
    wires = Wires(form, array("b"))
    wires.lane.kinds = frozenset({int})
    assert wires.sender.send_nowait(5) is True
    assert wires.sender.send_nowait(500) is False
    assert wires.told == [(500, None)]
    assert wires.lane.values.tolist() == [5]
    assert len(wires.lane.times) == 1


def test_other_errors_of_values_reach_who_sends(form: ModuleType) -> None:
    wires = Wires(form, array("b"))
    with pytest.raises(TypeError):
        wires.sender.send_nowait(1.5)


def test_what_filled_raises_reaches_who_sends(form: ModuleType) -> None:
    wires = Wires(form)
    wires.lane.most = 1

    class Outlet(form.LaneHolder):  # type: ignore[misc,name-defined]
        def filled(self) -> None:
            raise KeyError("full")

    outlet = Outlet()
    outlet.lane, outlet.overdue = wires.lane, False
    wires.sender._outlet = outlet
    with pytest.raises(KeyError, match="full"):
        wires.sender.send_nowait(1.5)


def test_a_sender_of_nothing_is_an_error(form: ModuleType) -> None:
    with pytest.raises((AttributeError, NotImplementedError)):
        form.LaneSender().send_nowait(1.5)


def test_what_the_length_of_values_raises_reaches_who_sends(form: ModuleType) -> None:
    class Values(list[Any]):
        def __len__(self) -> int:
            raise KeyError("length")

    wires = Wires(form, Values())
    wires.lane.most = -3  # as when what came had more bytes than a block
    with pytest.raises(KeyError, match="length"):
        wires.sender.send_nowait(1.5)
    assert wires.told == []


def test_no_time_begins_anew_below_zero(form: ModuleType) -> None:
    wires = Wires(form)
    wires.lane.offset_ns = 2**63 - 1
    wires.sender.send_nowait(1.5)
    assert all(time_ns > 0 for time_ns in wires.lane.times)


class Meddler(list[Any]):
    """Values that do something when they are given one."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def append(self, value: Any) -> None:
        self._act()
        super().append(value)


@compiled
@pytest.mark.parametrize("name", ["values", "times", "kinds"])
def test_a_lane_may_change_while_an_item_is_put_there(name: str) -> None:
    wires = Wires(FORMS["compiled"])
    values = Meddler(lambda: delattr(wires.lane, name))
    wires.lane.values = values
    assert wires.sender.send_nowait(1.5) is True
    assert values == [1.5]


@compiled
def test_an_outlet_may_go_while_its_lane_is_filled() -> None:
    module = FORMS["compiled"]
    wires = Wires(module)
    gone: list[Any] = []

    class Outlet(module.LaneHolder):  # type: ignore[misc,name-defined]
        def filled(self) -> None:
            gone.append(self.__class__)

    def leave() -> None:
        del wires.sender._outlet
        gone.append([object() for _ in range(100)])  # where it was

    wires.lane.most, wires.lane.values = 1, Meddler(leave)
    wires.sender._outlet = Outlet()
    wires.sender._outlet.lane = wires.lane
    assert wires.sender.send_nowait(1.5) is True
    assert gone[1:] == [Outlet]


# Boxes


class Postbox:
    """A sender with a box, and what was passed on."""

    def __init__(self, form: ModuleType) -> None:
        passed: list[Any] = []

        class Sender(form.BoxSender):  # type: ignore[misc,name-defined]
            def _send(
                self, value: Any, *, time_ns: int | None = None, wait_active: bool = False
            ) -> bool:
                passed.append(("send", value, time_ns, wait_active))
                return False

            def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
                passed.append(("send_nowait", value, time_ns))
                return False

        self.passed = passed
        self.box = form.Box()
        self.box._items = []
        self.box._plain_kinds, self.box._plain_short = frozenset({float}), 3
        self.box._attentive = False
        self.box._holds_until_ns = time.perf_counter_ns() + FAR_NS
        self.box._offset_ns = FAR_NS
        self.sender = Sender()
        self.sender._outbox = self.box


def test_arguments_are_passed_on_as_they_are(form: ModuleType) -> None:
    postbox = Postbox(form)
    postbox.box._attentive = True
    assert postbox.sender.send(1.5) is False
    assert postbox.sender.send([2], time_ns=3, wait_active=True) is False
    assert postbox.sender.send_nowait(value="x") is False
    assert postbox.passed == [
        ("send", 1.5, None, False),
        ("send", [2], 3, True),
        ("send_nowait", "x", None),
    ]
    assert postbox.box._items == []
    with pytest.raises(TypeError, match="send"):
        postbox.sender.send()
    with pytest.raises(TypeError, match="send"):
        postbox.sender.send(1.5, 2)


@compiled
def test_what_needs_no_look_is_put_with_its_time() -> None:
    postbox = Postbox(FORMS["compiled"])
    before_ns = time.perf_counter_ns()
    assert postbox.sender.send(1.5) is True
    assert postbox.sender.send_nowait(b"ab") is True
    first, first_ns, second, second_ns = postbox.box._items
    assert (first, second) == (1.5, b"ab")
    assert before_ns <= first_ns - FAR_NS <= second_ns - FAR_NS <= time.perf_counter_ns()
    assert postbox.passed == []


@compiled
@pytest.mark.parametrize("value", [1, b"abc", "text", None])
def test_what_needs_a_look_is_passed_on(value: Any) -> None:
    postbox = Postbox(FORMS["compiled"])
    assert postbox.sender.send_nowait(value) is False
    assert postbox.passed == [("send_nowait", value, None)]
    assert postbox.box._items == []


@compiled
def test_what_is_found_of_clock_and_room_holds_until_then() -> None:
    postbox = Postbox(FORMS["compiled"])
    postbox.box._holds_until_ns = time.perf_counter_ns()
    assert postbox.sender.send(1.5) is False
    assert postbox.passed == [("send", 1.5, None, False)]


@compiled
def test_a_time_that_has_no_room_is_passed_on() -> None:
    postbox = Postbox(FORMS["compiled"])
    postbox.box._offset_ns = 2**63 - 1
    assert postbox.sender.send_nowait(1.5) is False
    assert postbox.box._items == []


@compiled
def test_a_box_may_change_while_its_kinds_are_asked() -> None:
    postbox = Postbox(FORMS["compiled"])

    class Kind(type):
        def __hash__(cls) -> int:
            postbox.box._attentive = True
            del postbox.sender._outbox
            return hash(float)

        def __eq__(cls, other: object) -> bool:
            return other is float

    class Value(metaclass=Kind):
        pass

    value = Value()
    assert postbox.sender.send_nowait(value) is False
    assert postbox.passed == [("send_nowait", value, None)]
    assert postbox.box._items == []


# Iterators


class Source:
    """An iterator of numbers; more may be given it, and it may be ended."""

    def __init__(self, form: ModuleType, *values: int) -> None:
        self.exhausted = 0
        self.waits = 0
        self.ended = False
        source = self

        class Numbers(form.ItemIterator):  # type: ignore[misc,name-defined]
            async def _next(self) -> Any:
                source.waits += 1
                while not self._values:
                    if source.ended:
                        raise StopAsyncIteration
                    await source.more.wait()
                return self._values.popleft()

            def _exhausted(self) -> None:
                source.exhausted += 1

        self.more = asyncio.Event()
        self.iterator = Numbers()
        self.iterator._values = deque(values)

    def give(self, *values: int) -> None:
        self.iterator._values.extend(values)
        self.more.set()


async def test_values_come_in_order_to_the_end(form: ModuleType) -> None:
    source = Source(form, 1, 2, 3)
    source.ended = True
    assert [value async for value in source.iterator] == [1, 2, 3]
    assert source.exhausted == 1
    assert source.waits == 1


async def test_values_may_be_results_of_any_kind(form: ModuleType) -> None:
    values: list[Any] = [(1, 2), (), None, StopIteration(3), ValueError("kept")]
    source = Source(form, *values)
    assert [await anext(source.iterator) for _ in values] == values
    source = Source(form, *values)
    assert [await asyncio.ensure_future(anext(source.iterator)) for _ in values] == values


async def test_nothing_is_taken_before_it_is_awaited(form: ModuleType) -> None:
    source = Source(form, 1, 2)
    second = anext(source.iterator)
    first = anext(source.iterator)
    assert len(source.iterator._values) == 2
    assert await first == 1
    assert await second == 2
    source.give(3)
    anext(source.iterator).close()
    assert await anext(source.iterator) == 3


async def test_it_waits_where_there_is_none(form: ModuleType) -> None:
    source = Source(form)
    waiting = asyncio.create_task(anext(source.iterator))
    await asyncio.sleep(0)
    assert not waiting.done()
    source.give(7)
    assert await waiting == 7


async def test_a_default_is_given_at_the_end(form: ModuleType) -> None:
    source = Source(form, 1)
    source.ended = True
    assert await anext(source.iterator, "end") == 1
    assert await anext(source.iterator, "end") == "end"
    with pytest.raises(StopAsyncIteration):
        await anext(source.iterator)


async def test_a_cancelled_wait_takes_nothing(form: ModuleType) -> None:
    source = Source(form)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(source.iterator), 0.001)
    waiting = asyncio.create_task(anext(source.iterator))
    waiting.cancel()  # before it begins
    with pytest.raises(asyncio.CancelledError):
        await waiting
    source.give(1, 2)
    both = await asyncio.gather(anext(source.iterator), anext(source.iterator))
    assert list(both) == [1, 2]


async def test_a_task_that_is_cancelled_before_it_begins_takes_nothing(form: ModuleType) -> None:
    source = Source(form, 1)
    waiting = asyncio.create_task(anext(source.iterator))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await anext(source.iterator) == 1


async def test_it_can_be_awaited_once(form: ModuleType) -> None:
    source = Source(form, 1, 2)
    step = anext(source.iterator)
    assert await step == 1
    with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
        await step
    assert await anext(source.iterator) == 2


async def test_what_is_thrown_in_comes_out(form: ModuleType) -> None:
    source = Source(form, 1)
    step = anext(source.iterator)
    with pytest.raises(KeyError, match="thrown"):
        step.throw(KeyError("thrown"))
    assert await anext(source.iterator) == 1


@types.coroutine
def pause() -> Generator[str, Any, Any]:
    return (yield "paused")


class Pausing:
    """An iterator whose steps wait until they are sent a value, and what has become of them."""

    def __init__(self, form: ModuleType) -> None:
        told: list[Any] = []

        class Steps(form.ItemIterator):  # type: ignore[misc,name-defined]
            async def _next(self) -> Any:
                try:
                    return await pause()
                finally:
                    told.append("ended")

        self.told = told
        self.iterator = Steps()
        self.iterator._values = deque()


def test_a_wait_that_is_dropped_has_ended(form: ModuleType) -> None:
    pausing = Pausing(form)
    step = pausing.iterator.__anext__()
    assert step.send(None) == "paused"
    del step
    assert pausing.told == ["ended"]
    step = pausing.iterator.__anext__()
    assert step.send(None) == "paused"
    with pytest.raises(StopIteration) as stopped:
        step.send(5)
    assert stopped.value.value == 5


def test_a_value_goes_before_a_wait_that_was_dropped(form: ModuleType) -> None:
    pausing = Pausing(form)
    pausing.iterator.__anext__().send(None)
    pausing.iterator._values.append(1)
    pausing.iterator._exhausted = lambda: None
    with pytest.raises(StopIteration) as stopped:
        pausing.iterator.__anext__().send(None)
    assert stopped.value.value == 1


@pytest.mark.filterwarnings("ignore:coroutine")
def test_a_step_that_nobody_awaits_keeps_nothing(form: ModuleType) -> None:
    iterator = Pausing(form).iterator
    gone = weakref.ref(iterator)
    gc.disable()
    try:
        iterator.__anext__()
        del iterator
        assert gone() is None
    finally:
        gc.enable()


def test_who_misuses_a_step_does_not_end_its_wait(form: ModuleType) -> None:
    errors: list[Exception] = []

    class Steps(form.ItemIterator):  # type: ignore[misc,name-defined]
        async def _next(self) -> Any:
            for misuse in (lambda: step.send(None), lambda: step.throw(KeyError()), step.close):
                try:
                    misuse()
                except ValueError as error:  # it is executing
                    errors.append(error)
            return await pause()

    iterator = Steps()
    iterator._values = deque()
    step = iterator.__anext__()
    assert step.send(None) == "paused"
    assert len(errors) == 3
    with pytest.raises(TypeError):
        step.throw()
    with pytest.raises(StopIteration) as stopped:
        step.send(5)
    assert stopped.value.value == 5
    step.close()
    with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
        step.throw(KeyError())


def test_a_step_cannot_be_begun_again_while_it_takes(form: ModuleType) -> None:
    class Steps(form.ItemIterator):  # type: ignore[misc,name-defined]
        def _exhausted(self) -> None:
            self._values.append(2)
            with pytest.raises((ValueError, RuntimeError)):
                step.send(None)

    iterator = Steps()
    iterator._values = deque([1])
    step = iterator.__anext__()
    with pytest.raises(StopIteration) as stopped:
        step.send(None)
    assert stopped.value.value == 1
    assert list(iterator._values) == [2]


async def test_what_exhausted_raises_comes_out(form: ModuleType) -> None:
    class Broken(form.ItemIterator):  # type: ignore[misc,name-defined]
        def _exhausted(self) -> None:
            raise KeyError("broken")

    broken = Broken()
    broken._values = deque([1])
    with pytest.raises(KeyError, match="broken"):
        await anext(broken)


def test_each_step_by_hand_has_an_exception_of_its_own(form: ModuleType) -> None:
    values: list[Any] = [1.5, 2, b"three", None, 5.5]
    source = Source(form, *values)
    stopped = []
    for _ in values:
        with pytest.raises(StopIteration) as stop:
            next(iter(source.iterator.__anext__().__await__()))
        stopped.append(stop.value)
    assert [stop.value for stop in stopped] == values
    assert [stop.args for stop in stopped] == [(1.5,), (2,), (b"three",), stopped[3].args, (5.5,)]


def test_steps_by_hand(form: ModuleType) -> None:
    source = Source(form, 1)
    step = source.iterator.__anext__()
    with pytest.raises(StopIteration) as stopped:
        step.send(None)
    assert stopped.value.value == 1
    waiting = source.iterator.__anext__()
    source.ended = True
    with pytest.raises(StopAsyncIteration):
        waiting.send(None)


def test_iterators_and_senders_are_collected(form: ModuleType) -> None:
    source = Source(form, 1)
    wires = Wires(form)
    step = source.iterator.__anext__()
    source.iterator._values.append(source.iterator)  # a cycle
    wires.lane.values.append(wires.sender)
    gone = [weakref.ref(type(source.iterator)), weakref.ref(type(wires.sender))]
    with pytest.raises(StopIteration):
        step.send(None)
    del source, wires, step
    gc.collect()
    assert [reference() for reference in gone] == [None, None]
