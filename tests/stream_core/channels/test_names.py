from __future__ import annotations

import pytest

from stream_core.channels.names import check_channel_name, check_client_name
from stream_core.errors import InvalidValue, LimitExceeded


@pytest.mark.parametrize("name", ["a", "rig1/adc/ai0", "ä/µ", "a b", "servers", "server2/x", "."])
def test_names_that_a_channel_may_have(name: str) -> None:
    assert check_channel_name(name, limit_bytes=200) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "non-empty"),
        (5, "non-empty"),
        (None, "non-empty"),
        (b"x", "non-empty"),
        ("a//b", "empty part"),
        ("/a", "empty part"),
        ("a/", "empty part"),
        ("a*", "'\\*'"),
        ("a?", "'\\?'"),
        ("a\n", "control"),
        ("a\x85", "control"),
        ("\udcff", "Unicode"),
        ("server", "server's own"),
        ("server/x", "server's own"),
    ],
)
def test_names_that_no_channel_may_have(name: object, reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        check_channel_name(name, limit_bytes=200)


def test_the_limit_is_in_bytes() -> None:
    assert check_channel_name("ä" * 100, limit_bytes=200)
    with pytest.raises(LimitExceeded, match="name_bytes=200"):
        check_channel_name("ä" * 100 + "a", limit_bytes=200)


def test_the_server_itself_may_use_its_names() -> None:
    assert check_channel_name("server/statistics", limit_bytes=200, own=True)


def test_names_of_clients() -> None:
    assert check_client_name("program@host-5", limit_bytes=200)
    for bad in ("server", "", "a\0", None):
        with pytest.raises(InvalidValue):
            check_client_name(bad, limit_bytes=200)
    with pytest.raises(LimitExceeded):
        check_client_name("x" * 11, limit_bytes=10)
