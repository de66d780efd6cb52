from __future__ import annotations

import asyncio

import pytest

import stream_core as sc
from stream_core.errors import AuthenticationFailed, LimitExceeded
from stream_core.security import ClientProof, guesses
from stream_core.wire import messages
from stream_core.wire.header import Kind


@pytest.fixture
def first_s(monkeypatch):
    """Choose the pause after a first wrong secret."""
    return lambda pause_s: monkeypatch.setattr(guesses, "FIRST_S", pause_s)


@pytest.fixture
def slip(dial):
    """Come with a wrong secret."""

    async def slip(server, secret="coffee", **facts):
        raw = await dial(server)
        with pytest.raises(AuthenticationFailed, match="wrong secret or unknown user"):
            await raw.hello("slip", secret=secret, **facts)

    return slip


async def test_who_mistyped_once_comes_in_soon(serve, dial, slip):
    server = await serve(secret="tea")
    await slip(server)
    failed_s = asyncio.get_running_loop().time()
    await (await dial(server)).hello("daq", secret="tea")
    assert asyncio.get_running_loop().time() - failed_s > 0.05
    assert not server._services.proofs._waiting


def test_it_does_so_on_the_best_loop_too():
    async def come_twice():
        async with sc.Server("127.0.0.1", 0, secret="tea") as server:
            with pytest.raises(AuthenticationFailed):
                await sc.Client("slip", server.address, secret="coffee").connect()
            async with sc.Client("daq", server.address, secret="tea"):
                pass

    sc.run(come_twice())


async def test_right_and_wrong_secrets_and_unknown_users_wait_alike(serve, dial, slip, until):
    server = await serve(users={"ann": {"secret": "tea"}, "bob": {"secret": "tea"}})
    await slip(server, user="ann")
    waiting = server._services.proofs._waiting
    for user, secret in (("bob", "coffee"), ("zoe", "coffee"), ("bob", "tea")):
        raw = await dial(server)
        asked = asyncio.ensure_future(raw.hello("daq", user=user, secret=secret))
        await until(lambda: waiting)
        assert not asked.done()
        await asyncio.wait([asked])
        assert (asked.exception() is None) is (secret == "tea")


async def test_guesses_of_one_moment_are_answered_one_after_another(serve, dial, slip, first_s):
    first_s(0.02)
    server = await serve(secret="tea", guess_delay_s=0.02)
    await slip(server)
    begin_s = asyncio.get_running_loop().time()
    await asyncio.gather(*(slip(server) for _ in range(10)))
    assert asyncio.get_running_loop().time() - begin_s > 0.15


async def test_a_right_secret_lets_the_others_in_at_once(serve, dial, slip, first_s):
    """Many clients of one computer do not wait for one that has a wrong secret."""
    first_s(1.0)
    server = await serve(secret="tea", handshake_s=5.0)
    await slip(server)
    links = [await dial(server) for _ in range(20)]
    await asyncio.gather(*(raw.hello(secret="tea", program=str(raw)) for raw in links))


async def test_who_waits_too_long_is_told_why(serve, dial, slip, first_s):
    first_s(60.0)
    server = await serve(secret="tea", handshake_s=0.5, guess_delay_s=60)
    await slip(server)
    raw = await dial(server)
    with pytest.raises(LimitExceeded, match=r"wrong secrets come from 127.0.0.1: .*delay_s=60"):
        await raw.hello("daq", secret="tea")
    await raw.closed()
    assert not server._services.proofs._waiting


async def test_what_follows_a_proof_that_waits_is_not_lost(serve, dial, slip):
    server = await serve(secret="tea")
    await slip(server)
    raw, proof = await dial(server), ClientProof("tea")
    raw.send(Kind.HELLO, messages.encode(messages.Hello(name="daq", scram=proof.first())))
    challenge = messages.decode(messages.Challenge, (await raw.frame(Kind.CHALLENGE)).body)
    answer = messages.Proof(scram=proof.answer(challenge.scram))
    raw.send(Kind.PROOF, messages.encode(answer))
    first = raw.post("echo", 7)
    await asyncio.sleep(0)
    second = raw.post("echo", 8)
    assert [await raw.answer(first), await raw.answer(second)] == [7, 8]


async def test_who_goes_while_it_waits_leaves_nothing(serve, dial, slip, until, first_s):
    first_s(60.0)
    server = await serve(secret="tea", guess_delay_s=60)
    proofs = server._services.proofs
    await slip(server)
    raws = [await dial(server) for _ in range(2)]
    asked = [asyncio.ensure_future(raw.hello("daq", secret="tea")) for raw in raws]
    await until(lambda: proofs._waiting and len(*proofs._waiting.values()) == 2)
    for raw in raws:
        raw.abort()
    await until(lambda: not proofs._waiting and not proofs._looks)
    for each in asked:
        each.cancel()
    await asyncio.wait(asked)
