"""A client as a target, before a caller of bare frames, which checks nothing itself."""

from __future__ import annotations

import asyncio

import pytest

import stream_core as sc
from stream_core.errors import InvalidValue, LimitExceeded, ProtocolError
from stream_core.rpc import PIECE_BYTES, decode_failure, encode_call
from stream_core.rpc.call_blocks import FEATURE, MOST_CALLS, CallBlock, bodies_of
from stream_core.rpc.parcels import FIRST_PIECES, WINDOW_PIECES
from stream_core.server import visitor
from stream_core.wire import objects
from stream_core.wire.header import Flag, Kind
from tests.annotated import LISTS, VALUES, Methods, told


class Rig(Methods, sc.Client):
    async def rpc_report(self, size: int) -> str:
        for _ in range(3):
            sc.current_call().progress(bytes(size))
        return "done"

    async def rpc_double(self, value: float) -> float:
        return value * 2

    async def rpc_wait(self) -> None:
        await asyncio.sleep(60)

    async def rpc_large(self, size: int) -> bytes:
        return bytes(size)


@pytest.fixture
async def rig(server):
    async with Rig("rig", server.address) as rig:
        yield rig


@pytest.fixture
async def caller(server, join):
    raw = await join(server, "caller")
    raw.acknowledges = True
    return raw


@pytest.fixture
async def number(rig, caller):
    """The target's number."""
    return await caller.call("find_client", "rig")


WRONG = [(method, (value,), {}) for method, (_good, bad) in VALUES.items() for value in bad]
WRONG += [(method, *given) for method, (_good, bad) in LISTS.items() for given in bad]


async def test_the_target_checks_again_and_runs_nothing(rig, caller, number):
    for method, args, kwargs in WRONG:
        call = caller.post(method, *args, target=number, **kwargs)
        failure = decode_failure((await caller.frame(Kind.FAILURE, sequence=call)).body)
        wanted = TypeError if method in LISTS else InvalidValue
        assert (failure.kind, failure.type_name) == ("refused", wanted.__name__), method
        assert failure.message.startswith(f"{method}()")
    assert rig.ran == 0
    assert await caller.call("int", 5, target=number) == told(5)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("connect", "no method 'connect'"),  # only what was named rpc_ can be reached
        ("rpc_int", "did you mean 'int'"),
        ("group", "no method 'group'"),
        ("_told", "no method '_told'"),
        ("group.__init__", "no method"),
    ],
)
async def test_only_what_is_offered_can_be_reached(caller, number, path, says):
    call = caller.post(path, target=number)
    failure = decode_failure((await caller.frame(Kind.FAILURE, sequence=call)).body)
    assert (failure.kind, failure.type_name) == ("refused", "AttributeError")
    assert says in failure.message


async def test_everybody_answers_echo_and_describe(caller, number):
    assert await caller.call("echo", {"a": (1, 2)}, target=number) == {"a": (1, 2)}
    assert await caller.call("echo", {"a": (1, 2)}) == {"a": (1, 2)}
    described = await caller.call("describe", target=number)
    assert {method["path"] for method in described["methods"]} >= {"group.inner.deepest", "enum"}


async def test_a_caller_that_grants_nothing_gets_no_more_than_the_first_pieces(caller, number):
    call = caller.post("large", 40 * PIECE_BYTES, target=number)
    for index in range(FIRST_PIECES):
        assert (await caller.frame(Kind.RESULT)).stride == index * PIECE_BYTES
    assert await caller.call("echo", 1, target=number) == 1
    assert caller.received(Kind.RESULT) == []
    caller.grant(FIRST_PIECES + WINDOW_PIECES, address=number, sequence=call)
    for index in range(FIRST_PIECES, FIRST_PIECES + WINDOW_PIECES):
        assert (await caller.frame(Kind.RESULT)).stride == index * PIECE_BYTES


async def test_what_waits_for_one_caller_is_bounded(serve, join):
    server = await serve(frame_bytes=1_000_000)
    caller = await join(server, "caller")
    caller.acknowledges = True
    async with Rig("rig", server.address) as rig:
        number = await caller.call("find_client", "rig")
        calls = [caller.post("large", 900_000, target=number) for _ in range(6)]
        failure = decode_failure((await caller.frame(Kind.FAILURE)).body)
        assert failure.type_name == LimitExceeded.__name__
        assert "wait for this caller already" in failure.message
        assert rig._session._calls._large.waiting_for_bytes(caller.number) <= 4_000_000
        for call in calls:
            caller.send(Kind.CANCEL, address=number, sequence=call)
        whole = await caller.call("large", 1000, target=number)
        assert len(whole) == 1000
        assert not rig._session._calls._large


async def test_progress_that_nobody_takes_ends_the_call(serve, join):
    server = await serve(frame_bytes=300_000)
    caller = await join(server, "caller")
    caller.acknowledges = True
    async with Rig("rig", server.address):
        number = await caller.call("find_client", "rig")
        calls = [caller.post("report", 290_000, target=number) for _ in range(2)]
        call = calls[-1]
        failure = decode_failure((await caller.frame(Kind.FAILURE, sequence=call)).body)
        assert failure.type_name == LimitExceeded.__name__


async def test_large_arguments_are_let_come_and_put_together(rig, caller, number):
    body = encode_call("bytes", [bytes(40 * PIECE_BYTES)], {})
    sent = FIRST_PIECES
    caller.send_pieces(Kind.CALL, body, range(sent), address=number, sequence=99)
    while sent < 41:
        grant = await caller.frame(Kind.CREDIT)
        assert grant.flags == Flag.PIECE | Flag.ARGUMENTS
        caller.send_pieces(Kind.CALL, body, range(sent, grant.count), address=number, sequence=99)
        sent = grant.count
    result = await caller.whole(Kind.RESULT, sequence=99, target=number)
    assert objects.decode(result.body) == told(bytes(40 * PIECE_BYTES))
    assert rig.ran == 1


async def test_closing_ends_what_waits(server, caller):
    async with Rig("rig", server.address) as rig:
        number = await caller.call("find_client", "rig")
        call = caller.post("large", 40 * PIECE_BYTES, target=number)
        await caller.frame(Kind.RESULT)
    failure = await caller.frame(Kind.FAILURE, sequence=call)
    assert "'rig' has gone" in decode_failure(failure.body).message
    await asyncio.sleep(0)
    assert not rig._session._calls._large


# Blocks of calls


@pytest.fixture
async def blocks(rig, server, join):
    """A bare caller that takes blocks, and the rig's number."""
    raw = await join(server, "blocks", features=(FEATURE,))
    return raw, await raw.call("find_client", "rig")


def post_block(caller, target, first, *bodies):
    block = CallBlock(Kind.CALL, target, first, 0, bodies[0])
    for body in bodies[1:]:
        block.add(body)
    caller.write(block.seal())


def double(*values):
    return [encode_call("double", [value], {}) for value in values]


async def test_a_block_of_calls_is_answered_by_a_block(blocks):
    caller, number = blocks
    post_block(caller, number, 11, *double(1, 2, 3))
    result = await caller.frame(Kind.RESULT)
    assert (result.sequence, result.count) == (11, 3)
    assert list(map(objects.decode, bodies_of(result))) == [2, 4, 6]


async def test_each_call_of_a_block_is_checked_by_itself(rig, blocks):
    caller, number = blocks
    bodies = [*double(1, "two"), b"junk", encode_call("nothing", [], {}), b"", *double(6)]
    post_block(caller, number, 11, *bodies)
    assert [await caller.answer(11), await caller.answer(16)] == [2, 12]
    wrong = {12: "InvalidValue", 13: "InvalidValue", 14: "AttributeError", 15: "InvalidValue"}
    for call, type_name in wrong.items():
        failure = decode_failure((await caller.frame(Kind.FAILURE, sequence=call)).body)
        assert (failure.kind, failure.type_name) == ("refused", type_name)


async def test_what_a_call_of_a_block_waits_for_holds_up_nothing(blocks):
    caller, number = blocks
    post_block(caller, number, 11, *double(1), encode_call("wait", [], {}), *double(3, 4))
    assert await caller.answer(11) == 2
    result = await caller.frame(Kind.RESULT)
    assert (result.sequence, result.count) == (13, 2)
    caller.send(Kind.CANCEL, address=number, sequence=12)
    assert await caller.call("double", 5, target=number) == 10


async def test_calls_of_one_turn_leave_as_one_and_overtake_nothing(server, join):
    target = await join(server, "target", features=(FEATURE,))
    async with sc.Client("caller", server.address) as client:
        call = client._session._calls.call
        names = ["a", "b", "c", "d"]
        calls = [call(target.number, name, [], {}, timeout_s=None) for name in names]
        calls[2].cancel()
        calls += [call(target.number, name, [], {}, timeout_s=5) for name in "ef"]
        calls += [call(target.number, "large", [bytes(5000)], {}, timeout_s=5)]
        frames = [await target.frame(Kind.CALL, Kind.CANCEL) for _ in range(5)]
        assert [
            (frame.kind, frame.sequence - calls[0].sequence, frame.count) for frame in frames
        ] == [
            (Kind.CALL, 0, 0),  # nothing else was under way: it left at once
            (Kind.CALL, 1, 3),
            (Kind.CANCEL, 2, 0),
            (Kind.CALL, 4, 2),  # those who wait as long
            (Kind.CALL, 6, 0),
        ]


async def test_many_calls_leave_before_the_turn_ends(server, join):
    target = await join(server, "target", features=(FEATURE,))
    async with sc.Client("caller", server.address) as client:
        session = client._session
        for _ in range(MOST_CALLS + 2):
            session._calls.call(target.number, "a", [], {}, timeout_s=None)
        assert session.link._connection.waiting_bytes == 0
        counts = [(await target.frame(Kind.CALL)).count for _ in range(3)]
        assert counts == [0, MOST_CALLS, 0]


async def test_each_result_of_a_block_finds_its_call_even_beside_junk(server, join):
    target = await join(server, "target", features=(FEATURE,))
    async with sc.Client("caller", server.address) as client:
        call = client._session._calls.call
        calls = [call(target.number, "a", [], {}, timeout_s=5) for _ in range(4)]
        first = calls[0].sequence
        await target.frame(Kind.CALL, sequence=first + 1)
        calls[2].cancel()
        for start, bodies in (
            (0, [objects.encode("first"), b"\xc1"]),
            (2, [objects.encode("nobody's"), objects.encode("last")]),
        ):
            block = CallBlock(Kind.RESULT, call_source(client), first + start, 0, bodies[0])
            block.add(bodies[1])
            target.write(block.seal())
        assert (await calls[0], await calls[3]) == ("first", "last")
        with pytest.raises(ProtocolError):
            await calls[1]


def call_source(client):
    return client._session.link.welcome.number


async def test_a_server_that_does_not_take_blocks_gets_none(server, join, monkeypatch):
    monkeypatch.setattr(visitor, "FEATURES", ())
    target = await join(server, "target", features=(FEATURE,))
    async with sc.Client("caller", server.address) as client:
        for _ in range(3):
            client._session._calls.call(target.number, "a", [], {}, timeout_s=None)
        assert [(await target.frame(Kind.CALL)).count for _ in range(3)] == [0, 0, 0]


async def test_blocks_stay_within_a_small_limit_of_frames(serve, join):
    server = await serve(frame_bytes=10_000)
    caller = await join(server, "caller")
    async with Rig("rig", server.address), sc.Client("other", server.address) as client:
        remote = await client.remote("rig")
        texts = ["x" * 500] * 64
        assert await asyncio.gather(*(remote.echo(text) for text in texts)) == texts
    assert await caller.call("echo", 1) == 1
