"""What docs/protocol.md and docs/payloads.md say is enough for a client that has nothing else."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from msgspec import msgpack

import stream_core as sc
from tests.end_to_end.bare_client import (
    ARGUMENTS,
    CALL,
    CREDIT,
    DATA,
    DEMAND,
    MARK,
    BareClient,
    KeyProof,
    as_tuple,
    verifier,
)

KEY = "a key of many letters"
TIMES, INTERVAL, GZIP, ENVELOPE, GAP_LINK = 1, 2, 4, 64, 1024


@pytest.fixture
def server() -> Iterator[sc.Server]:
    with sc.LoopThread("server") as thread:
        server = sc.Server(port=0)
        thread.run(server.start())
        yield server
        thread.run(server.stop())


@pytest.fixture
def ours(server: sc.Server) -> Iterator[sc.blocking.Client]:
    with sc.blocking.Client("ours", server.address) as client:
        yield client


@pytest.fixture
def bare(server: sc.Server) -> Iterator[BareClient]:
    client = BareClient(server.address, "bare")
    yield client
    client.close()


def test_it_proves_a_key_and_begins_with_the_past(
    ours: sc.blocking.Client, bare: BareClient
) -> None:
    vault = ours.create_channel("vault", key=KEY, history=3)
    for number in range(5):
        vault.send(number)
    vault.flush()
    proof = KeyProof("vault", KEY)
    answer = proof.answer(bare.ask("challenge", "vault", proof.first))
    reply = bare.ask("subscribe", "vault", proof=answer, history=10)
    assert (reply["scram"], reply["first"]) == (proof.final, 2)
    values = []
    while len(values) < 3:
        block = bare.receive(DATA)
        assert (block.address, block.codec, block.number) == (reply["number"], 2, 2 + len(values))
        table = 4 * block.count if block.count > 1 else 0
        data = block.body[8 * block.count * (block.flags & TIMES) + table :]
        values += list(data)  # a small int is one byte of msgpack
    assert values == [2, 3, 4]


def test_it_goes_on_where_it_was_when_its_session_went(
    server: sc.Server, ours: sc.blocking.Client
) -> None:
    log = ours.create_channel("log", codec="raw", history=100)
    former = BareClient(server.address, "bare")
    reply = former.ask("subscribe", "log")
    log.send(b"0")
    assert former.receive(DATA).number == 0
    known = as_tuple(reply["origin"], former.welcome["epoch"], 0)
    former.close()
    for number in range(1, 4):
        log.send(b"%d" % number)
    log.flush()
    bare = BareClient(server.address, "bare")
    assert bare.ask("subscribe", "log", former=known)["first"] == 1
    assert bare.receive(DATA).number == 1
    bare.close()


def test_it_comes_back_and_gets_what_it_has_not_received(
    server: sc.Server, ours: sc.blocking.Client
) -> None:
    log = ours.create_channel("log", codec="raw")
    before = BareClient(server.address, "bare")
    number = before.ask("subscribe", "log")["number"]
    mine = before.ask("create_channel", "mine", codec="raw")["number"]
    log.send(b"0")
    assert before.receive(DATA).number == 0
    before.break_link()
    log.send(b"1")
    log.flush()
    bare = BareClient(server.address, "bare", before.welcome["session"])
    assert bare.welcome["resumed"]
    assert bare.ask("resume", {number: as_tuple(0, 0)}, writers=[mine]) is None
    block = bare.receive(DATA)
    assert (block.address, block.number, block.body) == (number, 1, b"1")
    assert bare.receive(DEMAND).address == mine
    bare.close()


def test_it_ends_transfers_and_knows_which_ends_the_server_has(
    server: sc.Server, ours: sc.blocking.Client
) -> None:
    before = BareClient(server.address, "bare")
    channel = before.ask("create_channel", "files", codec="raw")["number"]
    with ThreadPoolExecutor(1) as threads:
        subscribed = threads.submit(ours.subscribe, "files")
        before.send(DEMAND, address=channel, number=before.receive(DEMAND).number)
        reader = subscribed.result(timeout=10)
    before.send(DATA, b"a", codec=1, address=channel, count=1)
    before.send(MARK, address=channel, count=1, number=1)
    assert list(reader.transfer()) == [b"a"]
    before.break_link()
    bare = BareClient(server.address, "bare", before.welcome["session"])
    bare.ask("resume", {}, writers=[channel])
    notice = bare.receive(DEMAND)
    assert (notice.address, notice.count) == (channel, 1)
    bare.send(MARK, flags=GAP_LINK, address=channel, count=1, number=1)  # it has that
    bare.send(MARK, flags=GAP_LINK, address=channel, count=2, number=1)
    bare.send(DEMAND, address=channel, number=notice.number)
    bare.send(DATA, b"b", codec=1, address=channel, count=1, number=1)
    bare.send(MARK, address=channel, count=3, number=2)
    assert [list(reader.transfer()) for _ in range(2)] == [[], [b"b"]]
    bare.close()


def test_it_reads_transfers(ours: sc.blocking.Client, bare: BareClient) -> None:
    files = ours.create_channel("files", codec="raw")
    reply = bare.ask("subscribe", "files")
    assert reply["transfers"] == 0
    for chunk in (b"a", b"b"):
        files.send(chunk)
        files.end()
    marks = [bare.receive(MARK) for _ in range(2)]
    assert [(mark.count, mark.stride, mark.number) for mark in marks] == [(0, 1, 0), (0, 2, 1)]
    assert bare.ask("subscribe", "files")["transfers"] == 2


def test_it_owns_a_channel_that_is_private_compressed_and_remembers(
    ours: sc.blocking.Client, bare: BareClient
) -> None:
    reply = bare.ask(
        "create_channel",
        "bare/ramp",
        dtype="int16",
        compression="gzip",
        history=100,
        verifier=verifier("bare/ramp", KEY),
    )
    channel = reply["number"]
    assert (reply["demand"]["state"], reply["demand_number"]) == ("active", 1)
    bare.send(DEMAND, address=channel, number=1)
    plain = struct.pack("<q56x200h", 1000, *range(200))
    body = struct.pack("<I", len(plain)) + gzip.compress(plain)
    bare.send(DATA, body, codec=4, flags=INTERVAL | GZIP, address=channel, count=200, time_ns=10**9)
    bare.send(DATA, plain[64:66], codec=4, address=channel, count=1, number=200, time_ns=10**9)
    bare.ask("echo", None)
    with ThreadPoolExecutor(1) as threads:
        subscribed = threads.submit(ours.subscribe, "bare/ramp", key=KEY, history=100, every=2)
        notice = bare.receive(DEMAND)
        assert msgpack.decode(notice.body)["every"] == 2
        bare.send(DEMAND, address=channel, number=notice.number)
        reader = subscribed.result(timeout=10)
    assert reader.read_array(50).tolist() == [*range(102, 200, 2), 0]
    assert ours.channels("bare/*") == []


def test_it_reads_envelopes(ours: sc.blocking.Client, bare: BareClient) -> None:
    track = ours.create_channel("track", dtype="float64", columns=("x", "y"), rate_hz=1000)
    reply = bare.ask("subscribe", "track", envelope=4)
    rows = np.array([[number, -number] for number in range(10)], "f8")
    track.send_samples(rows, time_ns=10**9)
    block = bare.receive(DATA)
    assert block.flags == ENVELOPE | INTERVAL
    assert (block.number, block.count, block.stride, block.time_ns) == (0, 2, 4, 10**9)
    assert struct.unpack_from("<q", block.body) == (4_000_000,)
    pairs = np.frombuffer(block.body[64:], "<f8").reshape(2, 2, 2)
    assert pairs.tolist() == [[[0, -3], [3, 0]], [[4, -7], [7, -4]]]
    bare.send(CREDIT, address=reply["number"], number=4)
    track.close()
    rest = bare.receive(DATA)
    assert (rest.number, rest.count) == (8, 1)
    assert np.frombuffer(rest.body, "<f8").tolist() == [8, -9, 9, -8]


def test_it_calls_with_a_large_argument_and_gets_a_large_result(
    ours: sc.blocking.Client, bare: BareClient
) -> None:
    text = "letters, " * 300_000  # 2.7 MB, in one frame
    assert bare.call(bare.ask("find_client", "ours"), "echo", text) == text


def test_it_is_called_with_a_large_argument_and_gives_a_large_result(
    ours: sc.blocking.Client, bare: BareClient
) -> None:
    text = "letters, " * 300_000
    with ThreadPoolExecutor(1) as threads:
        shouted = threads.submit(lambda: ours.remote("bare").shout(text))
        asked = bare.receive(CALL)
        assert asked.body[2:] == b"describe\x92\x90\x80"
        parameters = [{"name": "text", "annotation": {"type": "plain", "name": "str"}}]
        methods = [{"path": "shout", "parameters": parameters}]
        bare.answer(asked, {"target": "bare", "methods": methods})
        call = bare.whole(CALL, grant=ARGUMENTS)
        assert call.body[2:7] == b"shout"
        [said], _ = msgpack.decode(call.body[7:])
        bare.answer(call, said.upper())
        assert shouted.result(timeout=10) == text.upper()
