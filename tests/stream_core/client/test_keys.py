from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

import pytest

from stream_core.client.home import StreamHome
from stream_core.client.keys import AT_ONCE, Keys, Proof, fault
from stream_core.errors import AuthenticationFailed, ProtocolError
from stream_core.security import Challenges, ChannelKey, KeyClaim

KEY = ChannelKey("x", "tea")


class Home:
    """Answers as the server does, or not before it is told to."""

    def __init__(self) -> None:
        self.challenges = Challenges()
        self.asked = 0
        self.answering = asyncio.Event()
        self.answering.set()

    async def ask(self, method: str, name: str, first: str, *, timeout_s: Any) -> str:
        assert method == "challenge"
        self.asked += 1
        await self.answering.wait()
        return self.challenges.begin(name, first, 0.0)


@pytest.fixture
async def home() -> Home:
    return Home()


@pytest.fixture
async def keys(home: Home) -> Keys:
    return Keys(cast(StreamHome, home))


async def test_what_takes_long_is_done_in_a_thread(
    keys: Keys, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noting(method: Any) -> Any:
        def noted(*args: Any) -> Any:
            threads.append(threading.get_ident())
            return method(*args)

        return noted

    monkeypatch.setattr(ChannelKey, "verifier", noting(ChannelKey.verifier))
    monkeypatch.setattr(KeyClaim, "answer", noting(KeyClaim.answer))
    stored_key, server_key = await keys.verifier(KEY)
    verifier = KEY.verifier()
    assert (stored_key, server_key) == (verifier.stored_key, verifier.server_key)
    threads.pop()  # of the line before
    proof = await keys.prove(KEY)
    assert home.challenges.proof("x", proof.text, 0.0).fits(verifier)
    assert len(threads) == 2
    assert threading.get_ident() not in threads


async def test_few_challenges_are_open_at_once(keys: Keys, home: Home) -> None:
    home.answering.clear()
    proving = [asyncio.create_task(keys.prove(KEY)) for _ in range(AT_ONCE + 5)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert home.asked == AT_ONCE
    proving[0].cancel()
    home.answering.set()
    proofs = await asyncio.gather(*proving, return_exceptions=True)
    assert sum(isinstance(proof, Proof) for proof in proofs) == AT_ONCE + 4
    assert isinstance(proofs[0], asyncio.CancelledError)


async def test_the_server_is_held_to_its_own_proof(keys: Keys, home: Home) -> None:
    verifier = KEY.verifier()
    proof = await keys.prove(KEY)
    proven = home.challenges.proof("x", proof.text, 0.0)
    assert fault(proof, {"scram": proven.final(verifier)}) is None
    assert fault(None, {}) is None
    for reply, error in (
        ({}, ProtocolError),
        ({"scram": None}, ProtocolError),
        ({"scram": "v=junk"}, AuthenticationFailed),
        ({"scram": proven.final(ChannelKey("x", "coffee").verifier())}, AuthenticationFailed),
    ):
        assert isinstance(fault(await keys.prove(KEY), reply), error)
