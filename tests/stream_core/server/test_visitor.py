from __future__ import annotations

import pytest

from stream_core.errors import AuthenticationFailed, InvalidValue, NameTaken, ProtocolError
from stream_core.security import ClientProof, Users
from stream_core.wire import messages
from stream_core.wire.header import Kind


async def test_welcome_tells_who_and_what(server, dial):
    raw = await dial(server)
    welcome = await raw.hello("daq", features=("resume", "flying"))
    assert welcome.name == "daq"
    assert welcome.number > 0
    assert welcome.session
    assert welcome.epoch
    assert not welcome.resumed
    assert "resume" in welcome.features
    assert welcome.frame_bytes == 256 * 1024 * 1024


async def test_another_version_is_refused_with_both_versions(server, dial):
    raw = await dial(server)
    with pytest.raises(ProtocolError, match=r"speaks version 99 .* version 1"):
        await raw.hello("daq", version=99)
    await raw.closed()


async def test_secret(serve, dial):
    server = await serve(secret="tea")
    good = await dial(server)
    await good.hello("good", secret="tea")
    wrong = await dial(server)
    with pytest.raises(AuthenticationFailed, match="wrong secret"):
        await wrong.hello("wrong", secret="coffee")
    await wrong.closed()
    without = await dial(server)
    with pytest.raises(AuthenticationFailed, match=r"Client\(secret=…\)"):
        await without.hello("without")
    await without.closed()
    assert [client["name"] for client in await good.call("clients")] == ["good"]


async def test_junk_before_hello_is_turned_away(server, dial):
    for junk in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nand so on, and so on", bytes(1000)):
        raw = await dial(server)
        raw.write(junk)
        assert (await raw.goodbye()).error == "ProtocolError"
        await raw.closed()


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.DATA, Kind.PING, Kind.PROOF, Kind.WELCOME])
async def test_nothing_but_hello_opens_a_conversation(server, dial, kind):
    raw = await dial(server)
    raw.send(kind)
    assert "not allowed while greeting" in (await raw.goodbye()).reason
    await raw.closed()


async def test_nothing_but_a_proof_follows_a_challenge(serve, dial):
    server = await serve(secret="tea")
    raw = await dial(server)
    with pytest.raises(AuthenticationFailed, match="unusable"):
        await raw.hello("daq", scram="nonsense")
    await raw.closed()
    other = await dial(server)
    other.send(Kind.HELLO, messages.encode(messages.Hello(scram=ClientProof("tea").first())))
    await other.frame(Kind.CHALLENGE)
    other.send(Kind.CALL)
    assert "CALL is not allowed while proving" in (await other.goodbye()).reason


async def test_a_user_who_is_removed_while_it_proves_itself_is_not_let_in(serve, dial):
    server = await serve(users={"ann": {"secret": "tea"}})
    raw, proof = await dial(server), ClientProof("tea", "ann")
    raw.send(Kind.HELLO, messages.encode(messages.Hello(user="ann", scram=proof.first())))
    challenge = messages.decode(messages.Challenge, (await raw.frame(Kind.CHALLENGE)).body)
    server._services.permits._known = Users.of({"bob": {"secret": "tea"}})
    answer = messages.Proof(scram=proof.answer(challenge.scram))
    raw.send(Kind.PROOF, messages.encode(answer))
    assert (await raw.goodbye()).reason == "wrong secret or unknown user"


async def test_a_proof_without_challenge_is_refused(server, dial):
    raw = await dial(server)
    await raw.hello("daq")
    raw.send(Kind.PROOF, messages.encode(messages.Proof(scram="x")))
    assert (await raw.goodbye()).error == "ProtocolError"
    await raw.closed()


async def test_malformed_hello(server, dial):
    raw = await dial(server)
    raw.send(Kind.HELLO, b"\xc1 is never used in msgpack")
    assert "HELLO is malformed" in (await raw.goodbye()).reason


async def test_half_open_handshakes_end(serve, dial):
    server = await serve(handshake_s=0.05)
    silent, slow = await dial(server), await dial(server)
    slow.write(b"\x10")
    for raw in (silent, slow):
        goodbye = await raw.goodbye()
        assert goodbye.error == "LimitExceeded"
        assert "handshake_s=0.05" in goodbye.reason
        await raw.closed()


async def test_handshake_bytes(serve, dial):
    raw = await dial(await serve(handshake_bytes=1000))
    with pytest.raises(ProtocolError, match="handshake_bytes=1000"):
        await raw.hello("daq", program="p" * 2000)
    await raw.closed()


async def test_after_the_handshake_frames_may_be_larger(serve, join):
    raw = await join(await serve(handshake_bytes=1000, frame_bytes=10_000))
    assert await raw.call("echo", "x" * 5000) == "x" * 5000
    raw.post("echo", "x" * 20_000)
    assert "frame_bytes=10000" in (await raw.goodbye()).reason


async def test_what_follows_hello_at_once_is_not_lost(server, dial):
    raw = await dial(server)
    raw.send(Kind.HELLO, messages.encode(messages.Hello(name="daq")))
    number = raw.post("echo", 7)
    assert await raw.answer(number) == 7


async def test_optional_kinds_are_skipped_everywhere(server, dial):
    raw = await dial(server)
    raw.send(Kind.NAME, b"x")
    raw.send(200, b"from the future")
    await raw.hello("daq")
    raw.send(Kind.NAME, b"x")
    raw.send(200, b"from the future")
    assert await raw.call("echo", 1) == 1


async def test_goodbye_instead_of_hello(server, dial):
    raw = await dial(server)
    raw.send(Kind.GOODBYE, messages.encode(messages.Goodbye("never mind")))
    await raw.closed()


async def test_a_name_taken_by_a_live_client(server, dial, join):
    await join(server, "daq")
    raw = await dial(server)
    with pytest.raises(NameTaken, match="'daq' is connected from 127"):
        await raw.hello("daq")
    await raw.closed()


@pytest.mark.parametrize("name", ["", "a*b", "line\nbreak", "server"])
async def test_names_that_nobody_may_have(server, dial, name):
    raw = await dial(server)
    with pytest.raises(InvalidValue):
        await raw.hello(name)


async def test_a_flood_of_half_open_handshakes_shuts_nobody_out(serve, dial):
    server = await serve(clients=3)
    silent = [await dial(server) for _ in range(101)]
    assert "have not proven themselves" in (await silent[0].goodbye()).reason
    late = await dial(server)
    await late.hello("late")
    await silent[2].hello("slow")
