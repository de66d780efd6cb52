from __future__ import annotations

import pytest

from stream_core.channels.channel import Channel
from stream_core.channels.directory import Directory
from stream_core.channels.spec import checked_spec
from stream_core.errors import ChannelExists, ChannelNotFound, LimitExceeded


def channel(number: int, name: str) -> Channel:
    return Channel(number, checked_spec(name), owner=1, origin=0)


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
