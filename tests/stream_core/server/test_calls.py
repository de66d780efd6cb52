from __future__ import annotations

import pytest

from stream_core.errors import LimitExceeded, TargetNotFound
from stream_core.rpc import PIECE_BYTES, decode_failure, encode_call
from stream_core.rpc.call_blocks import FEATURE, CallBlock, bodies_of
from stream_core.wire import objects
from stream_core.wire.header import Flag, Kind


@pytest.fixture
async def pair(server, join):
    """A caller and a target."""
    return await join(server, "caller"), await join(server, "target")


def result(target, call, value, **facts):
    body = objects.encode(value)
    target.send(Kind.RESULT, body, address=call.source, sequence=call.sequence, **facts)


async def test_a_call_goes_to_its_target_and_the_result_back(pair):
    caller, target = pair
    number = caller.post("calc.add", 2, b=3, target=target.number)
    name = await target.frame(Kind.NAME)
    call = await target.frame(Kind.CALL)
    assert (name.address, bytes(name.body)) == (caller.number, b"caller")
    assert (call.source, call.address, call.sequence) == (caller.number, target.number, number)
    assert call.body == encode_call("calc.add", [2], {"b": 3})
    target.send(Kind.PROGRESS, b"half", address=call.source, sequence=number)
    result(target, call, 5)
    assert (await caller.frame(Kind.PROGRESS)).body == b"half"
    assert await caller.answer(number) == 5
    caller.post("again", target=target.number)
    await target.frame(Kind.CALL)
    assert target.received(Kind.NAME) == []


async def test_streamed_results_credits_and_cancel(pair):
    caller, target = pair
    number = caller.post("run", target=target.number)
    call = await target.frame(Kind.CALL)
    for value in (1, 2):
        result(target, call, value, flags=int(Flag.MORE))
    assert [objects.decode((await caller.frame(Kind.RESULT)).body) for _ in range(2)] == [1, 2]
    caller.send(Kind.CREDIT, address=target.number, sequence=number, count=2)
    credit = await target.frame(Kind.CREDIT)
    assert (credit.source, credit.sequence, credit.count) == (caller.number, number, 2)
    caller.send(Kind.CANCEL, address=target.number, sequence=number)
    assert (await target.frame(Kind.CANCEL)).sequence == number
    result(target, call, "too late")
    await target.sync()
    await caller.sync()
    assert caller.received(Kind.RESULT) == []


async def test_forged_answers_are_dropped(server, pair, join):
    caller, target = pair
    forger = await join(server, "forger")
    number = caller.post("add", target=target.number)
    call = await target.frame(Kind.CALL)
    result(forger, call, "forged")
    forger.send(Kind.FAILURE, b"", address=caller.number, sequence=number)
    forger.send(Kind.PROGRESS, b"", address=caller.number, sequence=number)
    await forger.sync()
    result(target, call, "genuine")
    result(target, call, "twice")
    assert await caller.answer(number) == "genuine"
    await target.sync()
    await caller.sync()
    assert caller.received(Kind.RESULT, Kind.FAILURE, Kind.PROGRESS) == []


async def test_an_absent_target_fails_at_once(pair):
    caller, _ = pair
    with pytest.raises(TargetNotFound, match="number 4711 is not connected"):
        await caller.call("add", target=4711)


@pytest.mark.parametrize("how", ["abort", "goodbye"])
async def test_calls_fail_when_their_target_goes(pair, how):
    caller, target = pair
    number = caller.post("add", target=target.number)
    await target.frame(Kind.CALL)
    if how == "abort":
        target.abort()
    else:
        target.send(Kind.GOODBYE, b"\x91\xa0")
    with pytest.raises(TargetNotFound, match="'target' has gone while"):
        await caller.answer(number)
    with pytest.raises(TargetNotFound, match="'target' is not connected"):
        await caller.call("add", target=target.number)


async def test_calls_are_cancelled_when_their_caller_goes(pair):
    caller, target = pair
    number = caller.post("add", target=target.number)
    call = await target.frame(Kind.CALL)
    caller.abort()
    cancel = await target.frame(Kind.CANCEL)
    assert (cancel.source, cancel.sequence) == (caller.number, number)
    result(target, call, 5)
    await target.sync()


async def test_limit_of_calls_counts_those_to_the_server_too(serve, join):
    server = await serve(calls=2)
    caller, target = await join(server, "caller"), await join(server, "target")
    waiting = caller.post("find_client", "late", wait_s=60.0)
    caller.post("add", target=target.number)
    for number in (target.number, 0):
        with pytest.raises(LimitExceeded, match="calls=2"):
            await caller.call("add", target=number)
    caller.send(Kind.CANCEL, sequence=waiting)
    assert await caller.call("echo", 1) == 1
    assert await caller.call("echo", 2) == 2


async def test_a_call_number_in_use_ends_its_caller(pair):
    caller, target = pair
    for _ in range(2):
        caller.send(Kind.CALL, encode_call("add", [], {}), address=target.number, sequence=7)
    assert "call 7 is under way already" in (await caller.goodbye()).reason
    assert (await target.frame(Kind.CALL)).sequence == 7
    assert (await target.frame(Kind.CANCEL)).sequence == 7


async def test_a_number_reaches_the_client_that_has_come_back(server, pair, join):
    caller, target = pair
    target.send(Kind.GOODBYE, b"\x91\xa0")
    await target.closed()
    with pytest.raises(TargetNotFound, match="'target'"):
        await caller.call("add", target=target.number)
    again = await join(server, "target")
    number = caller.post("add", target=target.number)
    call = await again.frame(Kind.CALL)
    assert call.address == again.number
    caller.send(Kind.CREDIT, address=target.number, sequence=number, count=1)
    assert (await again.frame(Kind.CREDIT)).count == 1
    result(again, call, 5)
    assert await caller.answer(number) == 5
    assert server._services.sessions.target(target.number).number == again.number


async def test_streams_of_the_servers_own_are_credited(server, join):
    raw = await join(server)
    for index in range(40):
        await raw.call("create_channel", f"x{index:02}")
    number = raw.post("watch", "**")
    names = []
    for _ in range(32):
        change = objects.decode((await raw.frame(Kind.RESULT)).body)
        names.append(change["info"]["name"])
    await raw.sync()
    assert raw.received(Kind.RESULT) == []
    raw.send(Kind.CREDIT, sequence=number, count=32)
    for _ in range(8):
        change = objects.decode((await raw.frame(Kind.RESULT)).body)
        names.append(change["info"]["name"])
    assert names == [f"x{index:02}" for index in range(40)]


async def test_callers_are_told_that_their_target_has_gone_for_good(server, pair, join, until):
    caller, target = pair
    stranger = await join(server, "stranger")
    await stranger.sync()
    number = caller.post("add", target=target.number)
    result(target, await target.frame(Kind.CALL), 5)
    assert await caller.answer(number) == 5
    target.abort()
    again = await join(server, "target", session=target.welcome.session)
    assert again.welcome.resumed
    await caller.sync()
    assert caller.received(Kind.GONE) == []  # it was only its link
    again.send(Kind.GOODBYE, b"\x91\xa0")
    gone = await caller.frame(Kind.GONE)
    assert (gone.address, gone.body) == (target.number, b"")
    await stranger.sync()
    assert stranger.received(Kind.GONE) == []


# What is large


SIZE = 40 * PIECE_BYTES - 1000
LARGE = objects.encode(bytes(SIZE))


@pytest.fixture
async def paced(pair):
    """A caller and a target that acknowledge what comes."""
    for raw in pair:
        raw.acknowledges = True
    return pair


async def test_a_large_result_travels_in_pieces_as_far_as_the_caller_grants(paced):
    caller, target = paced
    number = caller.post("large", target=target.number)
    call = await target.frame(Kind.CALL)
    target.send_pieces(Kind.RESULT, LARGE, range(4), address=call.source, sequence=number)
    for index in range(4):
        piece = await caller.frame(Kind.RESULT)
        assert (piece.source, piece.sequence) == (target.number, number)
        assert (piece.flags, piece.count) == (Flag.PIECE, len(LARGE))
        assert piece.stride == index * PIECE_BYTES
        assert bytes(piece.body) == LARGE[piece.stride : piece.stride + PIECE_BYTES]
    caller.grant(20, address=target.number, sequence=number)
    grant = await target.frame(Kind.CREDIT)
    assert (grant.source, grant.sequence) == (caller.number, number)
    assert (grant.flags, grant.count) == (Flag.PIECE, 20)


@pytest.mark.parametrize("in_pieces", [True, False])
@pytest.mark.parametrize("kind", [Kind.RESULT, Kind.PROGRESS, Kind.FAILURE])
async def test_a_large_answer_arrives_whole(paced, kind, in_pieces, sessions, server):
    caller, target = paced
    number = caller.post("large", target=target.number)
    await target.frame(Kind.CALL)
    facts = {"address": caller.number, "sequence": number}
    if in_pieces:
        target.send_pieces(kind, LARGE, range(4), **facts)
        for first in range(4, 40, 4):
            grant = await granted(caller, target, number)
            assert grant >= first + 4
            target.send_pieces(kind, LARGE, range(first, first + 4), **facts)
    else:
        target.send(kind, LARGE, **facts)
    assert (await caller.whole(kind, sequence=number, target=target.number)).body == LARGE
    if kind is Kind.PROGRESS:
        target.send(Kind.RESULT, objects.encode("end"), **facts)
        assert await caller.answer(number) == "end"
    session = sessions(server)["caller"]
    assert not session.calling
    assert (0, number) not in session.delivery.calls


async def granted(caller, target, number: int) -> int:
    """How many pieces the target may have sent, after the caller has taken all that came."""
    pieces = 0
    await target.sync()
    await caller.sync()
    come = [f for f in caller._set_aside if f.flags & Flag.PIECE]
    caller.grant(len(come) + 16, address=target.number, sequence=number)
    await caller.sync()
    await target.sync()
    for frame in target.received(Kind.CREDIT):
        pieces = max(pieces, frame.count)
    return pieces


async def test_a_target_that_sends_what_was_not_granted_is_cut_off(paced):
    caller, target = paced
    number = caller.post("large", target=target.number)
    await target.frame(Kind.CALL)
    target.send_pieces(Kind.RESULT, LARGE, range(5), address=caller.number, sequence=number)
    assert "piece 5 of call 1: 4 were granted" in (await target.goodbye()).reason
    failure = decode_failure((await caller.frame(Kind.FAILURE)).body)
    assert "'target' has gone while" in failure.message


async def test_a_caller_that_grants_too_much_is_cut_off(paced):
    caller, target = paced
    number = caller.post("large", target=target.number)
    await target.frame(Kind.CALL)
    target.send_pieces(Kind.RESULT, LARGE, range(4), address=caller.number, sequence=number)
    await caller.frame(Kind.RESULT)
    caller.grant(1000, address=target.number, sequence=number)
    assert "1000 pieces of call 1 were granted" in (await caller.goodbye()).reason
    assert (await target.frame(Kind.CANCEL)).sequence == number


@pytest.mark.parametrize("in_pieces", [True, False])
async def test_large_arguments_arrive_whole(paced, in_pieces, sessions, server):
    caller, target = paced
    body = encode_call("take", [bytes(SIZE)], {})
    facts = {"address": target.number, "sequence": 1}
    if in_pieces:
        caller.send_pieces(Kind.CALL, body, range(4), **facts)
    else:
        caller.send(Kind.CALL, body, **facts)
    whole = b""
    for index in range(40):
        piece = await target.frame(Kind.CALL)
        assert (piece.source, piece.sequence, piece.stride) == (caller.number, 1, len(whole))
        whole += piece.body
        if index % 4 == 3:
            target.grant(index + 5, flags=Flag.ARGUMENTS, address=caller.number, sequence=1)
            if in_pieces and index < 39:
                grant = await caller.frame(Kind.CREDIT)
                assert (grant.source, grant.sequence, grant.count) == (target.number, 1, index + 5)
                assert grant.flags == Flag.PIECE | Flag.ARGUMENTS
                caller.send_pieces(Kind.CALL, body, range(index + 1, index + 5), **facts)
    assert whole == body
    assert (caller.number, 1) not in sessions(server)["target"].delivery.calls


async def test_the_servers_own_methods_take_and_give_what_is_large(server, join):
    raw = await join(server)
    raw.acknowledges = True
    body = encode_call("echo", [bytes(SIZE)], {})
    raw.send_pieces(Kind.CALL, body, range(4), sequence=1)
    sent = 4
    while sent < 40:
        grant = await raw.frame(Kind.CREDIT)
        assert grant.flags == Flag.PIECE | Flag.ARGUMENTS
        raw.send_pieces(Kind.CALL, body, range(sent, grant.count), sequence=1)
        sent = grant.count
    whole = await raw.whole(Kind.RESULT, sequence=1)
    assert objects.decode(whole.body) == bytes(SIZE)
    assert await raw.call("echo", 1) == 1


async def test_a_reply_that_others_follow_is_never_cut(serve, join):
    server = await serve(metadata_bytes=1_000_000)
    writer, reader = await join(server, "writer"), await join(server, "reader")
    reader.acknowledges = True
    labels = {"about": "x" * 300_000}
    reply = await writer.call("create_channel", "x", labels=labels)
    assert reply["info"]["labels"] == labels
    subscribing = reader.post("subscribe", "x")
    await writer.demand(reply["number"])
    subscribed = await reader.answer(subscribing)
    assert subscribed["info"]["labels"] == labels
    writer.data(reply["number"], 0, "first")
    assert await reader.items(subscribed["number"], 1) == {0: "first"}


@pytest.mark.parametrize("how", ["cancel", "abort", "goodbye"])
async def test_a_caller_that_wants_no_more_stops_the_pieces(paced, how, sessions, server, until):
    caller, target = paced
    number = caller.post("large", target=target.number)
    await target.frame(Kind.CALL)
    target.send(Kind.RESULT, LARGE, address=caller.number, sequence=number)
    await caller.frame(Kind.RESULT)
    session = sessions(server)["caller"]
    assert (0, number) in session.delivery.calls
    if how == "cancel":
        caller.send(Kind.CANCEL, address=target.number, sequence=number)
        await caller.sync()
    elif how == "abort":
        caller.abort()
    else:
        caller.send(Kind.GOODBYE, b"\x91\xa0")
    await until(lambda: (0, number) not in session.delivery.calls)
    assert not session.delivery.exceeds(0)


@pytest.mark.parametrize("end", ["cancel", "caller", "target", "answer"])
async def test_what_waits_of_arguments_goes_with_the_call(paced, end, sessions, server, until):
    caller, target = paced
    number = caller.post("take", bytes(SIZE), target=target.number)
    await target.frame(Kind.CALL)
    session = sessions(server)["target"]
    key = (caller.number, number)
    assert key in session.delivery.calls
    if end == "cancel":
        caller.send(Kind.CANCEL, address=target.number, sequence=number)
    elif end == "caller":
        caller.abort()
    elif end == "target":
        target.abort()
    else:
        target.send(Kind.FAILURE, b"", address=caller.number, sequence=number)
    await until(lambda: key not in session.delivery.calls)


async def test_pieces_of_a_call_that_is_over_are_dropped(paced, sessions, server):
    caller, target = paced
    body = encode_call("take", [bytes(SIZE)], {})
    caller.send_pieces(Kind.CALL, body, range(1), address=target.number, sequence=1)
    await target.frame(Kind.CALL)
    target.send(Kind.FAILURE, b"", address=caller.number, sequence=1)
    await caller.frame(Kind.FAILURE)
    caller.send_pieces(Kind.CALL, body, range(1, 40), address=target.number, sequence=1)
    await caller.sync()
    await target.sync()
    assert target.received(Kind.CALL) == []


async def test_what_came_before_a_target_went_is_given_out_first(paced):
    caller, target = paced
    number = caller.post("large", target=target.number)
    await target.frame(Kind.CALL)
    small = objects.encode(bytes(3 * PIECE_BYTES))
    facts = {"address": caller.number, "sequence": number}
    target.send_pieces(Kind.RESULT, small, flags=Flag.MORE, **facts)
    await target.sync()
    target.abort()
    frames = [await caller.frame(Kind.RESULT, Kind.FAILURE) for _ in range(5)]
    assert [frame.kind for frame in frames] == [Kind.RESULT] * 4 + [Kind.FAILURE]


# Who does not take what it is sent


async def test_results_for_a_stuck_caller_are_given_up(serve, join, sessions, until):
    server = await serve(link_bytes=1_000_000)
    caller, target = await join(server, "caller"), await join(server, "target")
    caller.pause()
    numbers = [caller.post("big", target=target.number) for _ in range(40)]
    calls = [await target.frame(Kind.CALL) for _ in numbers]
    for call in calls:
        result(target, call, bytes(1_000_000))
    connection = sessions(server)["caller"].connection
    assert (await target.frame(Kind.CANCEL)).sequence in numbers
    await target.sync()
    assert connection.waiting_bytes < 3_000_000
    assert not sessions(server)["caller"].calling


async def test_calls_to_a_stuck_target_are_refused(serve, join, sessions):
    server = await serve(link_bytes=1_000_000)
    caller, target = await join(server, "caller"), await join(server, "target")
    target.pause()
    while not (refused := caller.received(Kind.FAILURE)):
        caller.post("big", bytes(1_000_000), target=target.number)
        await caller.sync()
    failure = decode_failure(refused[0].body)
    assert failure.type_name == "LimitExceeded"
    assert "link_bytes=1000000 wait for client 'target'" in failure.message
    assert sessions(server)["target"].connection.waiting_bytes < 3_000_000


async def test_who_asks_and_never_listens_is_cut_off(serve, join, sessions, until):
    server = await serve(link_bytes=100_000, frame_bytes=1_000_000)
    raw, other = await join(server, "deaf"), await join(server, "other")
    raw.pause()
    while "deaf" in sessions(server):
        for number in range(1000):
            raw.send(Kind.PING, sequence=number)
        await other.sync()
    assert "deaf" not in {client["name"] for client in await other.call("clients")}


# Blocks of calls


@pytest.fixture
async def blocks(server, join):
    """A caller and a target that take blocks."""
    features = (FEATURE,)
    return (
        await join(server, "caller", features=features),
        await join(server, "target", features=features),
    )


def send_block(sender, kind, first, bodies, address):
    """Send frames whose numbers follow each other as one."""
    block = CallBlock(kind, address, first, 0, bodies[0])
    for body in bodies[1:]:
        block.add(body)
    sender.write(block.seal())


def post_block(caller, target, first, count, path="add"):
    bodies = [encode_call(path, [number], {}) for number in range(first, first + count)]
    send_block(caller, Kind.CALL, first, bodies, target)
    return bodies


def answer_block(target, caller, first, *values):
    send_block(target, Kind.RESULT, first, [objects.encode(value) for value in values], caller)


async def answers(caller, *numbers):
    """What came for each of these calls, in frames of their own."""
    return [await caller.answer(number) for number in numbers]


async def test_a_block_of_calls_and_one_of_results_go_through_as_they_are(server, blocks, sessions):
    caller, target = blocks
    bodies = post_block(caller, target.number, 11, 3)
    assert (await target.frame(Kind.NAME)).address == caller.number
    call = await target.frame(Kind.CALL)
    facts = (call.source, call.address, call.sequence, call.count)
    assert facts == (caller.number, target.number, 11, 3)
    assert bodies_of(call) == bodies
    assert len(sessions(server)["target"].serving) == 3
    answer_block(target, caller.number, 11, "a", "b", "c")
    result = await caller.frame(Kind.RESULT)
    assert (result.source, result.sequence, result.count) == (target.number, 11, 3)
    assert list(map(objects.decode, bodies_of(result))) == ["a", "b", "c"]
    assert not sessions(server)["target"].serving
    assert not sessions(server)["caller"].calling


async def test_blocks_are_cut_for_who_does_not_take_them(server, pair):
    caller, target = pair
    bodies = post_block(caller, target.number, 11, 3)
    calls = [await target.frame(Kind.CALL) for _ in bodies]
    assert [(call.sequence, call.count, call.body) for call in calls] == [
        (11 + index, 0, body) for index, body in enumerate(bodies)
    ]
    answer_block(target, caller.number, 11, "a", "b", "c")
    assert await answers(caller, 11, 12, 13) == ["a", "b", "c"]


async def test_who_comes_back_says_anew_what_it_takes(server, blocks, join, sessions):
    caller, target = blocks
    target.abort()
    await target.closed()
    back = await join(server, "target", session=target.welcome.session)
    assert back.welcome.resumed
    assert not sessions(server)["target"].takes_blocks
    post_block(caller, back.number, 11, 2)
    assert [(await back.frame(Kind.CALL)).sequence for _ in range(2)] == [11, 12]


async def test_a_block_of_calls_to_the_server_runs_call_by_call(blocks):
    caller, _ = blocks
    post_block(caller, 0, 11, 3, path="echo")
    assert await answers(caller, 11, 12, 13) == [11, 12, 13]


async def test_the_limit_of_calls_holds_inside_of_a_block(serve, join):
    server = await serve(calls=2)
    caller = await join(server, "caller", features=(FEATURE,))
    target = await join(server, "target", features=(FEATURE,))
    post_block(caller, target.number, 11, 3)
    assert [(await target.frame(Kind.CALL)).sequence for _ in range(2)] == [11, 12]
    with pytest.raises(LimitExceeded, match="calls=2"):
        await caller.answer(13)
    answer_block(target, caller.number, 11, "a", "b")
    assert (await caller.frame(Kind.RESULT)).count == 2
    post_block(caller, target.number, 14, 2)
    assert (await target.frame(Kind.CALL)).count == 2


async def test_results_of_calls_that_are_not_under_way_are_left_out_of_their_block(blocks):
    caller, target = blocks
    post_block(caller, target.number, 11, 3)
    await target.frame(Kind.CALL)
    caller.send(Kind.CANCEL, address=target.number, sequence=12)
    assert (await target.frame(Kind.CANCEL)).sequence == 12
    answer_block(target, caller.number, 10, "nobody's", "a", "b", "c", "nobody's")
    assert await answers(caller, 11, 13) == ["a", "c"]
    await target.sync()
    await caller.sync()
    assert caller.received(Kind.RESULT, Kind.FAILURE) == []


async def test_a_forged_block_of_results_is_dropped(server, blocks, join):
    caller, target = blocks
    forger = await join(server, "forger", features=(FEATURE,))
    post_block(caller, target.number, 11, 2)
    await target.frame(Kind.CALL)
    answer_block(forger, caller.number, 11, "forged", "forged")
    await forger.sync()
    answer_block(target, caller.number, 11, "a", "b")
    result = await caller.frame(Kind.RESULT)
    assert list(map(objects.decode, bodies_of(result))) == ["a", "b"]


async def test_each_call_of_a_block_fails_when_its_target_goes(blocks):
    caller, target = blocks
    post_block(caller, target.number, 11, 2)
    await target.frame(Kind.CALL)
    target.abort()
    for number in (11, 12):
        with pytest.raises(TargetNotFound, match="'target' has gone while"):
            await caller.answer(number)
    post_block(caller, target.number, 13, 2)
    for number in (13, 14):
        with pytest.raises(TargetNotFound, match="'target' is not connected"):
            await caller.answer(number)


async def test_each_call_of_a_block_is_cancelled_when_its_caller_goes(blocks):
    caller, target = blocks
    post_block(caller, target.number, 11, 2)
    await target.frame(Kind.CALL)
    caller.abort()
    assert {(await target.frame(Kind.CANCEL)).sequence for _ in range(2)} == {11, 12}


async def test_a_block_with_a_number_in_use_ends_its_caller(blocks):
    caller, target = blocks
    caller.send(Kind.CALL, encode_call("add", [], {}), address=target.number, sequence=12)
    post_block(caller, target.number, 11, 3)
    assert "call 12 is under way already" in (await caller.goodbye()).reason


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.RESULT])
@pytest.mark.parametrize("count", [2, 1025, 2**32 - 1])
async def test_a_block_that_cannot_be_cut_ends_its_sender(blocks, kind, count):
    caller, target = blocks
    caller.send(kind, b"\xff" * 16, address=target.number, sequence=11, count=count)
    assert (await caller.goodbye()).error == "ProtocolError"
    await target.sync()


async def test_a_block_that_waits_behind_a_large_answer_is_cut(blocks):
    caller, target = blocks
    caller.acknowledges = True
    post_block(caller, target.number, 11, 2)
    await target.frame(Kind.CALL)
    large = objects.encode(bytes(8 * PIECE_BYTES))
    target.send(Kind.PROGRESS, large, address=caller.number, sequence=11)
    answer_block(target, caller.number, 11, "after it", "at once")
    assert await caller.answer(12) == "at once"
    await target.sync()
    await caller.sync()
    assert caller.received(Kind.RESULT) == []
    await caller.whole(Kind.PROGRESS, sequence=11, target=target.number)
    assert await caller.answer(11) == "after it"
