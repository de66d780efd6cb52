"""A client as a target, before a caller of bare frames, which checks nothing itself."""

from __future__ import annotations

import asyncio

import pytest

import stream_core as sc
from stream_core.errors import InvalidValue, LimitExceeded
from stream_core.rpc import PIECE_BYTES, decode_failure, encode_call
from stream_core.rpc.parcels import FIRST_PIECES, WINDOW_PIECES
from stream_core.wire import objects
from stream_core.wire.header import Flag, Kind
from tests.annotated import LISTS, VALUES, Methods, told


class Rig(Methods, sc.Client):
    async def rpc_report(self, size: int) -> str:
        for _ in range(3):
            sc.current_call().progress(bytes(size))
        return "done"

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
