from __future__ import annotations

import pytest

from stream_core.channels.channel import Channel
from stream_core.channels.directory import Directory
from stream_core.channels.spec import checked_spec
from stream_core.errors import ChannelExists, ChannelNotFound, LimitExceeded
from stream_core.security import Challenges, ChannelKey, KeyProof, Verifier


def channel(number: int, name: str, verifier: Verifier | None = None) -> Channel:
    return Channel(number, checked_spec(name), owner=1, origin=0, verifier=verifier)


def proof(key: ChannelKey) -> KeyProof:
    challenges, claim = Challenges(), key.claim()
    answer = claim.answer(challenges.begin(key.name, claim.first(), 0.0))
    return challenges.proof(key.name, answer, 0.0)


@pytest.fixture
def directory() -> Directory:
    directory = Directory(limit=4)
    for number, name in enumerate(["rig1/b", "rig1/a", "rig2/a"], 1):
        directory.add(channel(number, name))
    return directory


def test_channels_are_found_by_name_and_number(directory: Directory) -> None:
    found = directory.get("rig1/a")
    assert directory.find("rig1/a") is found is directory.numbered(2)
    assert "rig1/a" in directory
    assert len(directory) == len(list(directory)) == 3
    directory.remove(found)
    assert directory.find("rig1/a") is None is directory.numbered(2)
    directory.remove(found)
    assert len(directory) == 2


def test_a_name_is_there_once(directory: Directory) -> None:
    with pytest.raises(ChannelExists, match="rig1/a"):
        directory.add(channel(9, "rig1/a"))
    assert directory.numbered(9) is None


def test_there_are_as_many_as_the_limit_says(directory: Directory) -> None:
    directory.add(channel(4, "x"))
    with pytest.raises(LimitExceeded, match="channels=4"):
        directory.add(channel(5, "y"))


def test_those_that_match_come_in_the_order_of_their_names(directory: Directory) -> None:
    assert [found.spec.name for found in directory.matching("rig1/*")] == ["rig1/a", "rig1/b"]
    assert directory.matching("nothing/*") == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rig1/x", "2 channels match 'rig1/*'"),
        ("rig2/x", "1 channel matches 'rig2/*'"),
        ("rig3/a", "did you mean 'rig"),
        ("else", "wait=True"),
        ("z/" * 5000 + "z", "wait=True"),
    ],
)
def test_who_asks_for_a_missing_channel_is_helped(
    directory: Directory, name: str, hint: str
) -> None:
    with pytest.raises(ChannelNotFound) as caught:
        directory.get(name)
    assert hint in str(caught.value)
    assert name in str(caught.value)


def test_private_channels_are_a_namespace_of_their_own(directory: Directory) -> None:
    key = ChannelKey("rig1/a", "tea")
    private = channel(4, "rig1/a", key.verifier())
    directory.add(private)
    assert directory.get("rig1/a", proof(key)) is private is not directory.get("rig1/a")
    assert directory.same("rig1/a", key.verifier()) is private is directory.numbered(4)
    with pytest.raises(ChannelExists):
        directory.add(channel(5, "rig1/a", key.verifier()))
    with pytest.raises(LimitExceeded, match="channels=4"):
        directory.add(channel(5, "rig1/a", ChannelKey("rig1/a", "coffee").verifier()))
    directory.remove(private)
    assert directory.find("rig1/a", proof(key)) is None is directory.numbered(4)
    assert directory.find("rig1/a") is not None


def test_private_channels_are_neither_listed_nor_hinted_at(directory: Directory) -> None:
    key = ChannelKey("hidden/a", "tea")
    before = str(directory.missing("hidden/a")), str(directory.missing("hidden/b"))
    directory.add(channel(4, "hidden/a", key.verifier()))
    assert len(directory) == 4
    assert "hidden/a" not in [found.spec.name for found in directory]
    assert "hidden/a" not in directory
    assert directory.matching("hidden/*") == []
    assert (str(directory.missing("hidden/a")), str(directory.missing("hidden/b"))) == before
    with pytest.raises(ChannelNotFound) as unkeyed:
        directory.get("hidden/a")
    with pytest.raises(ChannelNotFound) as wrong:
        directory.get("hidden/a", proof(ChannelKey("hidden/a", "coffee")))
    assert str(unkeyed.value) == str(wrong.value) == before[0]
