from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from stream_core.errors import CallTimeout, InvalidValue, RemoteError, TargetNotFound
from stream_core.rpc import (
    Dispatcher,
    collect,
    current_call,
    decode_failure,
    description_from_wire,
    encode_call,
)
from stream_core.rpc import dispatch as module
from stream_core.rpc.parcels import PIECE_BYTES, WINDOW_PIECES
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind


class Host:
    def __init__(self) -> None:
        self.started = threading.Event()
        self.release = threading.Event()
        self.ended = threading.Event()
        self.log: list[Any] = []

    def rpc_add(self, a: float, b: float) -> float:
        return a + b

    async def rpc_async_add(self, a: float, b: float) -> float:
        await asyncio.sleep(0)
        return a + b

    def rpc_later(self, value):
        async def later():
            await asyncio.sleep(0)
            return value

        return later()

    def rpc_note(self, value):
        self.log.append((value, threading.get_ident()))

    def rpc_thread(self):
        return threading.get_ident()

    def rpc_block(self):
        self.started.set()
        self.release.wait(10)
        self.log.append(current_call().cancelled)
        self.ended.set()
        return "too late"

    async def rpc_sleep(self):
        self.started.set()
        try:
            await asyncio.sleep(60)
        finally:
            self.log.append(current_call().cancelled)
            self.ended.set()

    async def rpc_stubborn(self):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "too late"

    async def rpc_fail_late(self):
        self.started.set()
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("while ending")

    def rpc_raise(self, name: str):
        raise {"key": KeyError("x"), "exit": SystemExit(2), "cancel": asyncio.CancelledError()}[
            name
        ]

    async def rpc_async_raise(self):
        raise ValueError("wrong")

    async def rpc_cancel_itself(self):
        raise asyncio.CancelledError

    def rpc_object(self):
        return [1, object()]

    async def rpc_async_object(self):
        return object()


class Sent:
    """Takes a dispatcher's frames."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[tuple[Kind, dict[str, Any]]] = asyncio.Queue()

    def __call__(self, kind: Kind, **facts: Any) -> None:
        self.frames.put_nowait((kind, facts))

    async def next(self) -> tuple[Kind, Any]:
        kind, facts = await asyncio.wait_for(self.frames.get(), 5)
        assert facts["address"] == 7
        body = facts.get("body", b"")
        return kind, decode_failure(body) if kind is Kind.FAILURE else objects.decode(body)


@pytest.fixture
async def target():
    host, sent = Host(), Sent()
    dispatcher = Dispatcher(collect(host, name="rig"), send=sent)
    dispatcher.host, dispatcher.sent = host, sent
    yield dispatcher
    host.release.set()
    await dispatcher.close()


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("method", "args"), [("add", (1, 2)), ("async_add", (1, 2)), ("later", (3,))]
)
async def test_results(join, method, args, inline):
    assert await getattr(join(Host(), inline=inline).remote, method)(*args) == 3


@pytest.mark.parametrize(("inline", "here"), [(False, False), (True, True)])
async def test_def_methods_run_in_a_thread_unless_inline(join, inline, here):
    thread = await join(Host(), inline=inline).remote.thread()
    assert (thread == threading.get_ident()) is here


async def test_def_methods_run_one_at_a_time_in_order(join):
    host = Host()
    remote = join(host).remote
    await asyncio.gather(*(remote.note(number) for number in range(50)))
    assert [value for value, _thread in host.log] == list(range(50))
    assert len({thread for _value, thread in host.log}) == 1


async def test_more_workers_run_more_at_once(join):
    host = Host()
    remote = join(host, workers=2).remote
    blocked = remote.block()
    assert await remote.add(1, 2) == 3
    host.release.set()
    await blocked


async def test_an_inline_method_has_run_when_call_returns(target):
    host = target.host
    inline = Dispatcher(target.table, send=target.sent, inline=True)
    inline.call(7, 1, 0, encode_call("note", [1], {}))
    assert host.log == [(1, threading.get_ident())]
    assert await target.sent.next() == (Kind.RESULT, None)
    await inline.close()


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    ("method", "args", "type_name"),
    [
        ("raise", ("key",), "KeyError"),
        ("raise", ("cancel",), "CancelledError"),
        ("async_raise", (), "ValueError"),
        ("cancel_itself", (), "CancelledError"),
    ],
)
async def test_what_a_method_raises_arrives_with_its_traceback(
    join, method, args, type_name, inline
):
    with pytest.raises(RemoteError) as caught:
        await getattr(join(Host(), inline=inline).remote, method)(*args)
    assert caught.value.type_name == type_name
    assert f"in rpc_{method}" in caught.value.traceback
    assert "stream_core/rpc/runners.py" not in caught.value.traceback


async def test_a_worker_survives_an_exit(join):
    remote = join(Host()).remote
    with pytest.raises(RemoteError) as caught:
        await getattr(remote, "raise")("exit")
    assert caught.value.type_name == "SystemExit"
    assert await remote.add(1, 2) == 3


@pytest.mark.parametrize("method", ["object", "async_object"])
async def test_a_result_that_cannot_be_sent_is_named(join, method):
    with pytest.raises(RemoteError) as caught:
        await getattr(join(Host()).remote, method)()
    assert caught.value.type_name == "InvalidValue"
    assert f"the result of {method}() cannot be sent" in caught.value.message


async def test_everybody_answers_echo_and_describe(target):
    value = {"a": [1, (2.5, None)]}
    target.call(7, 1, 0, encode_call("echo", [value], {}))
    assert await target.sent.next() == (Kind.RESULT, value)
    target.call(7, 2, 0, encode_call("describe", [], {}))
    kind, description = await target.sent.next()
    assert kind is Kind.RESULT
    assert description_from_wire(description) == target.description


async def test_what_it_offers_is_described_once(target, monkeypatch):
    for sequence in (1, 2):
        target.call(7, sequence, 0, encode_call("describe", [], {}))
        await target.sent.next()
        monkeypatch.setattr(module, "description_to_wire", None)
    monkeypatch.undo()
    target.table = target.table.renamed("another")
    target.call(7, 3, 0, encode_call("describe", [], {}))
    _, description = await target.sent.next()
    assert description_from_wire(description).target == "another"


@pytest.mark.parametrize(
    ("body", "type_name", "says"),
    [
        (encode_call("ad", [], {}), "AttributeError", "'rig' has no method 'ad'; did you mean"),
        (encode_call("zzzzzz", [], {}), "AttributeError", "it has add, async_add"),
        (encode_call("add", [1], {}), "TypeError", "missing 1 required positional argument"),
        (encode_call("add", [1, "x"], {}), "InvalidValue", "argument 'b' must be float"),
        (b"junk", "InvalidValue", "CALL is malformed"),
        (encode_call("add", [], {})[:-1], "InvalidValue", "not an encoded value"),
    ],
)
async def test_a_wrong_call_is_refused_by_the_target_too(target, body, type_name, says):
    target.call(7, 1, 0, body)
    kind, failure = await target.sent.next()
    assert (kind, failure.kind, failure.type_name) == (Kind.FAILURE, "refused", type_name)
    assert says in failure.message
    assert len(target) == 0


async def test_a_number_that_is_in_use_is_refused(target):
    target.call(7, 1, 0, encode_call("block", [], {}))
    target.call(7, 1, 0, encode_call("add", [1, 2], {}))
    assert "under way already" in (await target.sent.next())[1].message
    target.call(8, 1, 0, encode_call("add", [1, 2], {}))
    assert len(target) == 2


def give_up(target: Dispatcher) -> None:
    target.cancel(7, 1)


def leave(target: Dispatcher) -> None:
    target.caller_gone(7)


def lose_link(target: Dispatcher) -> None:
    target.cancel_all()


@pytest.mark.parametrize("end", [give_up, leave, lose_link])
@pytest.mark.parametrize("method", ["block", "sleep"])
async def test_a_cancelled_method_is_told_and_its_result_is_not_sent(target, until, method, end):
    host = target.host
    target.call(7, 1, 0, encode_call(method, [], {}))
    await until(host.started.is_set)
    end(target)
    assert len(target) == 0
    host.release.set()
    await until(host.ended.is_set)
    assert host.log == [True]
    target.call(7, 2, 0, encode_call("add", [1, 2], {}))
    assert await target.sent.next() == (Kind.RESULT, 3)


async def test_a_method_that_swallows_its_cancellation_says_nothing(target):
    target.call(7, 1, 0, encode_call("stubborn", [], {}))
    await asyncio.sleep(0)
    target.cancel(7, 1)
    await target.close()
    assert target.sent.frames.empty()


@pytest.mark.parametrize("method", ["add", "async_add", "later"])
async def test_a_call_cancelled_at_once_is_never_answered(target, method):
    args = [1] if method == "later" else [1, 2]
    target.call(7, 1, 0, encode_call(method, args, {}))
    target.cancel(7, 1)
    await target.close()
    assert target.sent.frames.empty()


async def test_what_a_method_began_is_undone_however_early_it_is_cancelled(until):
    class Maker:
        def __init__(self) -> None:
            self.made: list[str] = []

        def rpc_make(self):
            self.made.append("thing")
            return self.settle()

        async def settle(self):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                assert current_call().cancelled
                self.made.clear()
                raise

    maker = Maker()
    dispatcher = Dispatcher(collect(maker), send=Sent(), inline=True)
    dispatcher.call(7, 1, 0, encode_call("make", [], {}))
    assert maker.made == ["thing"]
    dispatcher.cancel(7, 1)
    await until(lambda: maker.made == [])
    await dispatcher.close()


async def test_a_failure_that_no_caller_hears_is_logged(target, until, caplog):
    target.call(7, 1, 0, encode_call("fail_late", [], {}))
    await until(target.host.started.is_set)
    with caplog.at_level(logging.WARNING):
        target.cancel(7, 1)
        await target.close()
    assert "fail_late() failed after it was cancelled" in caplog.text
    assert "ValueError: while ending" in caplog.text


async def test_the_calls_of_others_go_on_when_one_caller_leaves(target):
    target.call(7, 1, 0, encode_call("async_add", [1, 2], {}))
    target.call(8, 1, 0, encode_call("sleep", [], {}))
    target.caller_gone(8)
    assert await target.sent.next() == (Kind.RESULT, 3)


@pytest.mark.parametrize("method", ["block", "sleep"])
async def test_a_deadline_is_kept_at_the_target(target, until, method):
    target.call(7, 1, 50_000_000, encode_call(method, [], {}))
    kind, failure = await target.sent.next()
    assert (kind, failure.kind) == (Kind.FAILURE, "refused")
    assert failure.type_name == CallTimeout.__name__
    target.host.release.set()
    if target.host.started.is_set():  # else the worker was so late that it was not begun
        await until(target.host.ended.is_set)
        assert target.host.log == [True]


async def test_a_queued_call_that_was_cancelled_is_never_run(target):
    target.call(7, 1, 0, encode_call("block", [], {}))
    target.call(7, 2, 0, encode_call("note", ["never"], {}))
    target.call(7, 3, 0, encode_call("note", ["once"], {}))
    target.cancel(7, 2)
    target.host.release.set()
    assert await target.sent.next() == (Kind.RESULT, "too late")
    assert await target.sent.next() == (Kind.RESULT, None)
    assert [entry[0] for entry in target.host.log[1:]] == ["once"]


# What is large


LARGE = 3 * PIECE_BYTES
LIMIT = 64 * PIECE_BYTES


def pieces(body: bytes, caller: int = 7, sequence: int = 1, time_ns: int = 0) -> Iterator[Frame]:
    for start in range(0, len(body), PIECE_BYTES):
        part = body[start : start + PIECE_BYTES]
        size = len(body)
        yield Frame(Kind.CALL, 0, Flag.PIECE, 3, caller, size, start, sequence, time_ns, part)


async def test_a_call_in_pieces_is_executed_when_it_is_whole(target):
    *first, last = pieces(encode_call("echo", [bytes(LARGE)], {}))
    for frame in first:
        target.piece(7, frame, LIMIT)
    await asyncio.sleep(0)
    assert target.sent.frames.empty()
    target.piece(7, last, LIMIT)
    assert await target.sent.next() == (Kind.RESULT, bytes(LARGE))


async def test_more_pieces_are_granted_as_they_come(target):
    for frame in pieces(encode_call("echo", [bytes(40 * PIECE_BYTES)], {})):
        target.piece(7, frame, LIMIT)
    kind, facts = await target.sent.frames.get()
    assert (kind, facts["flags"]) == (Kind.CREDIT, Flag.PIECE | Flag.ARGUMENTS)
    assert (facts["address"], facts["sequence"], facts["count"]) == (7, 1, 1 + WINDOW_PIECES)


@pytest.mark.parametrize(
    ("body", "limit", "type_name", "says"),
    [
        (encode_call("ad", [bytes(LARGE)], {}), LIMIT, "AttributeError", "has no method 'ad'"),
        (b"junk" * LARGE, LIMIT, "InvalidValue", "CALL is malformed"),
        (encode_call("echo", [bytes(LARGE)], {}), LARGE, "InvalidValue", "frame_bytes"),
    ],
)
async def test_a_call_in_pieces_is_refused_with_its_first(target, body, limit, type_name, says):
    for frame in pieces(body):
        target.piece(7, frame, limit)
    _kind, failure = await target.sent.next()
    assert (failure.kind, failure.type_name) == ("refused", type_name)
    assert says in failure.message
    assert target.sent.frames.empty()


@pytest.mark.parametrize("end", [give_up, leave, lose_link])
async def test_a_call_that_ends_before_it_is_whole_is_forgotten(target, end):
    *first, last = pieces(encode_call("note", [bytes(LARGE)], {}))
    for frame in first:
        target.piece(7, frame, LIMIT)
    end(target)
    target.piece(7, last, LIMIT)
    await target.close()
    assert target.host.log == []


async def test_the_time_of_a_call_in_pieces_runs_from_the_first(target):
    *first, last = pieces(encode_call("block", [], {}) + bytes(LARGE), time_ns=1)
    for frame in first:
        target.piece(7, frame, LIMIT)
    target.piece(7, last, LIMIT)
    _kind, failure = await target.sent.next()
    assert "not an encoded value" in failure.message  # it was decoded, not executed


async def test_a_call_is_live_until_its_last_piece_has_left(until):
    class Waiting(Sent):
        def __call__(self, kind: Kind, **facts: Any) -> bool:
            super().__call__(kind, **facts)
            return len(facts["body"]) > PIECE_BYTES

    sent, dropped = Waiting(), []
    dispatcher = Dispatcher(collect(Host(), name="rig"), send=sent, drop=dropped.append)
    for sequence in (1, 2):
        dispatcher.call(7, sequence, 0, encode_call("echo", [bytes(LARGE)], {}))
        await sent.next()
    assert len(dispatcher) == 2
    dispatcher.left(7, 1)
    assert len(dispatcher) == 1
    dispatcher.cancel(7, 2)
    assert (len(dispatcher), dropped) == (0, [(7, 2)])
    await dispatcher.close()


@pytest.mark.parametrize("method", ["large", "async_large"])
async def test_a_generator_waits_until_its_large_result_has_left(until, method):
    class Source:
        def __init__(self) -> None:
            self.given = 0

        def rpc_large(self):
            for number in range(5):
                self.given = number + 1
                yield bytes(LARGE)

        async def rpc_async_large(self):
            for value in self.rpc_large():
                yield value

    def send(kind: Kind, *, body: bytes = b"", **facts: Any) -> bool:
        sent.append(len(body))
        return len(body) > PIECE_BYTES

    sent: list[int] = []
    source = Source()
    dispatcher = Dispatcher(collect(source, name="rig"), send=send)
    dispatcher.call(7, 1, 0, encode_call(method, [], {}))
    for number in range(1, 6):
        await until(lambda number=number: len(sent) == number)
        assert source.given == number
        dispatcher.left(7, 1)
    await until(lambda: sent[-1] == 0)
    assert len(dispatcher) == 0
    await dispatcher.close()


async def test_after_close_every_call_is_refused(target):
    await target.close()
    target.call(7, 1, 0, encode_call("add", [1, 2], {}))
    assert (await target.sent.next())[1].type_name == TargetNotFound.__name__


async def test_close_names_what_does_not_end(until, caplog):
    host = Host()
    dispatcher = Dispatcher(collect(host, name="rig"), send=Sent())
    dispatcher.call(7, 1, 0, encode_call("block", [], {}))
    await until(host.started.is_set)
    with caplog.at_level(logging.WARNING):
        await dispatcher.close(grace_s=0.01)
    assert "the method 'block' does not end" in caplog.text
    host.release.set()


async def test_a_method_may_close_its_own_dispatcher():
    class Closing:
        async def rpc_close(self):
            await dispatcher.close()

    dispatcher = Dispatcher(collect(Closing()), send=Sent())
    dispatcher.call(7, 1, 0, encode_call("close", [], {}))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await dispatcher.close()


async def test_the_table_may_be_replaced(target):
    target.table = target.table.renamed("other")
    assert target.description.target == "other"


async def test_the_caller_gets_the_targets_refusal_as_its_own_class(join):
    link = join(Host())
    stale = link.remote
    link.target.table = collect(object(), name="rig")
    with pytest.raises(AttributeError, match="'rig' has no method 'add'; it has echo"):
        await stale.add(1, 2)
    link.target.table = collect(Changed(), name="rig")
    with pytest.raises(InvalidValue, match="must be str"):
        await stale.add(1, 2)


class Changed:
    def rpc_add(self, a: str, b: str) -> str:
        return a + b


class Quick:
    async def rpc_at_once(self) -> int:
        return 1

    async def rpc_wait(self) -> None:
        await asyncio.sleep(60)


async def test_only_what_waits_has_a_timer_for_its_deadline(join):
    link = join(Quick())
    assert await link.remote.at_once() == 1
    assert link.target._deadlines._timer is None
    waiting = link.remote.wait()
    await asyncio.sleep(0)
    assert link.target._deadlines._timer is not None
    waiting.cancel()
