from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stream_core.errors import (
    CallTimeout,
    ChannelNotFound,
    ConnectionLost,
    ProtocolError,
    RemoteError,
)
from stream_core.rpc import Failure, PendingCalls, encode_call, encode_failure
from stream_core.rpc.parcels import PIECE_BYTES, WINDOW_PIECES
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

BODY = encode_call("add", [1, 2], {})


class Caller(PendingCalls):
    """With the frames that it sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Kind, dict[str, Any]]] = []
        super().__init__(lambda kind, **facts: self.sent.append((kind, facts)))

    def kinds(self) -> list[Kind]:
        return [kind for kind, _facts in self.sent]


@pytest.fixture
async def caller():
    caller = Caller()
    yield caller
    caller.close()


async def test_a_call_is_sent_at_once_with_number_and_time(caller):
    first = caller.start(3, "add", BODY, timeout_s=2.5)
    second = caller.start(3, "add", BODY)
    assert caller.sent == [
        (Kind.CALL, {"address": 3, "sequence": 1, "time_ns": 2_500_000_000, "body": BODY}),
        (Kind.CALL, {"address": 3, "sequence": 2, "time_ns": 0, "body": BODY}),
    ]
    assert (first.target, first.path, second.sequence) == (3, "add", 2)


async def test_answers_find_their_calls_in_any_order(caller):
    first, second = caller.start(3, "add", BODY), caller.start(3, "add", BODY)
    caller.frame(Kind.RESULT, 2, 0, objects.encode("second"))
    caller.frame(Kind.RESULT, 1, 0, objects.encode("first"))
    assert (await first, await second) == ("first", "second")
    assert len(caller) == 0


async def test_answers_to_nobody_are_ignored(caller):
    for kind in (Kind.RESULT, Kind.FAILURE, Kind.PROGRESS):
        caller.frame(kind, 99, 0, b"junk")


async def test_a_deadline_fails_the_call_and_tells_the_target(caller):
    call = caller.start(3, "add", BODY, timeout_s=0.01, target_name="rig")
    with pytest.raises(CallTimeout, match=r"add\(\) of 'rig' did not answer in time"):
        await call
    assert caller.kinds() == [Kind.CALL, Kind.CANCEL]
    caller.frame(Kind.RESULT, 1, 0, objects.encode(3))


async def test_an_endless_time_out_is_none(caller):
    caller.start(3, "add", BODY, timeout_s=float("inf"))
    assert caller.sent[0][1]["time_ns"] == 0


async def test_a_lost_link_fails_all_each_with_an_error_of_its_own(caller):
    calls = [caller.start(3, "add", BODY), caller.start(4, "m", BODY, streams=True)]
    caller.fail_all(ConnectionLost("gone"))
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [ConnectionLost, ConnectionLost]
    assert errors[0] is not errors[1]
    assert caller.kinds() == [Kind.CALL, Kind.CALL]


async def test_close_fails_what_is_left(caller):
    call = caller.start(3, "add", BODY, timeout_s=60)
    caller.close()
    with pytest.raises(ConnectionLost, match="closed"):
        await call


@pytest.mark.parametrize(
    ("kind", "flags", "body", "streams"),
    [
        (Kind.RESULT, 0, b"\xc1", False),
        (Kind.FAILURE, 0, b"junk", False),
        (Kind.PROGRESS, 0, b"\xc1", False),
        (Kind.RESULT, Flag.MORE, objects.encode(1), False),
        (Kind.RESULT, Flag.MORE, b"\xc1", True),
    ],
)
async def test_a_malformed_answer_fails_that_call_alone(caller, kind, flags, body, streams):
    call, other = caller.start(3, "m", BODY, streams=streams), caller.start(3, "m", BODY)
    caller.frame(kind, 1, flags, body)
    with pytest.raises(ProtocolError):
        await call
    assert caller.kinds()[-1] is Kind.CANCEL
    assert not other.done()


@pytest.mark.parametrize(("target", "kind"), [(0, ChannelNotFound), (3, RemoteError)])
async def test_errors_of_the_server_keep_their_class(caller, target, kind):
    call = caller.start(target, "m", BODY)
    caller.frame(Kind.FAILURE, 1, 0, encode_failure(Failure("raised", "ChannelNotFound", "no")))
    with pytest.raises(kind):
        await call
    assert ("server" in repr(call)) is (target == 0)


async def test_a_stream_is_credited_by_halves_of_its_window(caller):
    call = caller.start(3, "m", BODY, streams=True)
    for number in range(40):
        caller.frame(Kind.RESULT, 1, Flag.MORE, objects.encode(number))
    results = aiter(call)
    assert [await anext(results) for _ in range(40)] == list(range(40))
    credits = [facts["count"] for kind, facts in caller.sent if kind is Kind.CREDIT]
    assert credits == [16, 32]
    caller.frame(Kind.RESULT, 1, Flag.END, b"")
    with pytest.raises(StopAsyncIteration):
        await anext(results)


async def test_a_stream_that_ends_by_one_plain_result(caller):
    call = caller.start(3, "m", BODY, streams=True)
    caller.frame(Kind.RESULT, 1, 0, objects.encode(5))
    assert await call == [5]


async def test_what_arrived_before_a_failure_is_given_out_first(caller):
    call = caller.start(3, "m", BODY, streams=True)
    caller.frame(Kind.RESULT, 1, Flag.MORE, objects.encode(1))
    caller.fail_all(ConnectionLost("gone"))
    results = aiter(call)
    assert await anext(results) == 1
    with pytest.raises(ConnectionLost):
        await anext(results)


# What is called once more


REFUSED = encode_failure(Failure("refused", "TypeError", "it has changed"))


async def test_a_refused_call_may_be_sent_again_in_its_time(caller):
    call, refusals = caller.start(3, "add", BODY, timeout_s=60, target_name="rig"), []
    call.second_chance = lambda call, error: refusals.append(error) or True
    caller.frame(Kind.FAILURE, 1, 0, REFUSED)
    assert [str(error) for error in refusals] == ["it has changed"]
    assert not call.done()
    caller.send_again(call, 4, BODY)
    kind, facts = caller.sent[-1]
    assert (kind, facts["address"], facts["sequence"]) == (Kind.CALL, 4, 2)
    assert 0 < facts["time_ns"] < 60_000_000_000
    caller.frame(Kind.RESULT, 1, 0, objects.encode("of the former number"))
    caller.frame(Kind.FAILURE, 2, 0, REFUSED)
    with pytest.raises(TypeError, match="it has changed"):
        await call


async def test_a_second_chance_that_is_not_taken_leaves_the_failure(caller):
    call, raised = caller.start(3, "add", BODY), caller.start(3, "add", BODY)
    call.second_chance = raised.second_chance = lambda call, error: call.sequence != 1
    caller.frame(Kind.FAILURE, 1, 0, REFUSED)
    caller.frame(Kind.FAILURE, 2, 0, encode_failure(Failure("raised", "TypeError", "inside")))
    with pytest.raises(TypeError, match="it has changed"):
        await call
    with pytest.raises(RemoteError, match="inside"):
        await raised


@pytest.mark.parametrize("end", ["cancel", "time-out", "link", "fail"])
async def test_a_call_that_has_ended_is_not_sent_again(caller, end):
    call = caller.postpone(3, "m", timeout_s=0.01 if end == "time-out" else None, target_name="rig")
    assert caller.sent == []
    if end == "cancel":
        call.cancel()
    elif end == "link":
        caller.fail_all(ConnectionLost("gone"))
    elif end == "fail":
        caller.fail(call, ValueError("no"))
    await asyncio.gather(call, return_exceptions=True)
    caller.send_again(call, 3, BODY)
    caller.fail(call, ValueError("too late"))
    assert Kind.CALL not in caller.kinds()
    assert len(caller) == 0


async def test_a_postponed_call_gives_one_result_or_all(caller):
    calls = [caller.postpone(3, "m", timeout_s=None, target_name="rig") for _ in range(3)]
    for call in calls:
        caller.send_again(call, 3, BODY)
    caller.frame(Kind.RESULT, 4, 0, objects.encode("one"))
    for number in (5, 6):
        for value in (1, 2):
            caller.frame(Kind.RESULT, number, Flag.MORE, objects.encode(value))
        caller.frame(Kind.RESULT, number, Flag.END, b"")
    assert calls[0].result() == "one"
    assert await calls[0] == await calls[0] == "one"
    assert await calls[1] == [1, 2]
    assert [value async for value in calls[2]] == [1, 2]
    assert calls[2].result() == []


# What is large


def piece(body: bytes, start: int, kind: Kind = Kind.RESULT, flags: int = 0) -> Frame:
    part = body[start : start + PIECE_BYTES]
    return Frame(kind, 0, flags | Flag.PIECE, 0, 0, len(body), start, 1, 0, part)


def give(caller: Caller, body: bytes, count: int, **facts: Any) -> None:
    """The first pieces of an answer, and the whole as the last one gives it."""
    for index in range(count):
        frame = piece(body, index * PIECE_BYTES, **facts)
        whole = caller.whole(frame, 64 * PIECE_BYTES)
        if whole is not None:
            caller.frame(frame.kind, 1, frame.flags, whole)


LARGE = objects.encode(bytes(40 * PIECE_BYTES - 5))


async def test_an_answer_in_pieces_is_granted_and_put_together(caller):
    call, seen = caller.start(3, "m", BODY), []
    call.on_progress(seen.append)
    give(caller, LARGE, 40, kind=Kind.PROGRESS)
    assert len(seen[0]) == 40 * PIECE_BYTES - 5
    give(caller, LARGE, 39)
    assert not call.done()
    give(caller, LARGE, 0)
    whole = caller.whole(piece(LARGE, 39 * PIECE_BYTES), 64 * PIECE_BYTES)
    caller.frame(Kind.RESULT, 1, Flag.PIECE, whole)
    assert await call == bytes(40 * PIECE_BYTES - 5)
    granted = [facts for kind, facts in caller.sent if kind is Kind.CREDIT]
    assert granted[0] == {
        "address": 3,
        "sequence": 1,
        "flags": Flag.PIECE,
        "count": 1 + WINDOW_PIECES,
    }
    assert granted[-1]["count"] == 80


async def test_a_piece_that_does_not_fit_fails_its_call_alone(caller):
    call, other = caller.start(3, "m", BODY), caller.start(3, "m", BODY)
    assert caller.whole(piece(LARGE, PIECE_BYTES), 64 * PIECE_BYTES) is None
    with pytest.raises(ProtocolError, match="does not follow"):
        await call
    assert caller.kinds()[-1] is Kind.CANCEL
    assert not other.done()
    assert caller.whole(piece(LARGE, 0), 64 * PIECE_BYTES) is None  # of a call that is over


@pytest.mark.parametrize("how", ["cancel", "time-out", "link", "failure"])
async def test_a_call_that_ends_midway_forgets_its_pieces(caller, how):
    call = caller.start(3, "m", BODY, timeout_s=0.01 if how == "time-out" else None)
    give(caller, LARGE, 3)
    if how == "cancel":
        call.cancel()
    elif how == "link":
        caller.fail_all(ConnectionLost("gone"))
    elif how == "failure":
        caller.frame(Kind.FAILURE, 1, 0, encode_failure(Failure("raised", "ValueError", "no")))
    await asyncio.gather(call, return_exceptions=True)
    assert len(caller._assemblies) == 0
    assert (caller.kinds()[-1] is Kind.CANCEL) is (how in ("cancel", "time-out"))


async def test_large_results_are_let_come_as_they_are_consumed(caller):
    call = caller.start(3, "m", BODY, streams=True)
    for _ in range(3):
        caller.frame(Kind.RESULT, 1, Flag.MORE, objects.encode(0))
    give(caller, LARGE, 4, flags=Flag.MORE)
    assert Kind.CREDIT not in caller.kinds()
    results = aiter(call)
    await anext(results)
    assert Kind.CREDIT not in caller.kinds()
    await anext(results)
    assert caller.sent[-1][1]["count"] == 4 + WINDOW_PIECES


async def test_what_waits_of_a_calls_own_arguments_is_dropped_at_its_end():
    dropped: list[int] = []
    waits = iter([True, False, True])
    caller = PendingCalls(lambda kind, **facts: kind is Kind.CALL and next(waits), dropped.append)
    calls = [caller.start(3, "m", BODY) for _ in range(3)]
    for call in calls:
        call.cancel()
    assert dropped == [1, 3]
    caller.close()


async def test_progress_reaches_its_callbacks(caller):
    call, seen = caller.start(3, "m", BODY), []
    caller.frame(Kind.PROGRESS, 1, 0, objects.encode("nobody listens"))
    call.on_progress(seen.append)
    caller.frame(Kind.PROGRESS, 1, 0, objects.encode(0.5))
    assert seen == [0.5]


async def test_a_callback_may_end_other_calls(caller):
    first, second = caller.start(3, "m", BODY), caller.start(3, "m", BODY)
    first.add_done_callback(lambda _call: second.cancel())
    caller.fail_all(ConnectionLost("gone"))
    with pytest.raises(asyncio.CancelledError):
        await second
