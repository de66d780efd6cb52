from __future__ import annotations

import pytest

from stream_core.channels import private_channels as module
from stream_core.channels.channel import Channel
from stream_core.channels.private_channels import COMPARED, OF_ONE_NAME, PrivateChannels
from stream_core.channels.spec import checked_spec
from stream_core.errors import LimitExceeded
from stream_core.security import Challenges, ChannelKey, KeyProof, Verifier


def channel(number: int, name: str, key: str, *, owner: int = 1) -> Channel:
    verifier = ChannelKey(name, key).verifier()
    return Channel(number, checked_spec(name), owner=owner, origin=0, verifier=verifier)


def proof(name: str, key: str) -> KeyProof:
    challenges, claim = Challenges(), ChannelKey(name, key).claim()
    return challenges.proof(name, claim.answer(challenges.begin(name, claim.first(), 0.0)), 0.0)


def test_a_channel_is_found_by_its_name_and_key() -> None:
    channels = PrivateChannels()
    first, second = channel(1, "x", "a"), channel(2, "x", "b")
    for each in (first, second, channel(3, "y", "a")):
        channels.add(each)
    assert channels.proven(proof("x", "a")) is first
    assert channels.proven(proof("x", "b")) is second
    assert channels.proven(proof("x", "c")) is channels.proven(proof("z", "a")) is None
    assert channels.same("x", ChannelKey("x", "b").verifier()) is second
    assert channels.same("x", ChannelKey("x", "c").verifier()) is None
    channels.remove(first)
    channels.remove(first)
    assert channels.proven(proof("x", "a")) is None
    assert channels.proven(proof("x", "b")) is second
    channels.remove(second)
    assert list(channels._by_name) == ["y"]


def test_an_owner_has_a_bounded_number_of_one_name() -> None:
    """A proof is held against all of a name; what others have is not counted, nor told."""
    channels = PrivateChannels()
    verifiers = [Verifier(b"", bytes([n]) * 32, b"", 0) for n in range(OF_ONE_NAME + 1)]
    spec = checked_spec("x")
    for owner in (1, 2):
        for number, verifier in enumerate(verifiers[:-1]):
            made = Channel(number, spec, owner=owner, origin=0, verifier=verifier)
            channels.add(made)
    with pytest.raises(LimitExceeded, match="private channels 'x'"):
        channels.add(Channel(99, spec, owner=1, origin=0, verifier=verifiers[-1]))
    assert len(channels.owned("x", 1)) == OF_ONE_NAME


@pytest.mark.parametrize("present", range(COMPARED + 1))
def test_as_much_is_compared_whatever_there_is(
    present: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = PrivateChannels()
    for number in range(present):
        channels.add(channel(number, "x", f"key {number}"))
    compared = []

    class Counting(KeyProof, frozen=True):
        def fits(self, verifier: Verifier) -> bool:
            compared.append(verifier)
            return super().fits(verifier)

    for key in ("key 0", "wrong"):
        given = proof("x", key)
        compared.clear()
        channels.proven(Counting(given.name, given.message, given.proof))
        assert len(compared) == COMPARED
    assert module._NOBODYS not in [made.verifier for made in channels.owned("x", 1)]
