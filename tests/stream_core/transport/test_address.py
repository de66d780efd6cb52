from __future__ import annotations

import pytest

from stream_core.errors import InvalidValue
from stream_core.transport import Address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost", "localhost", 50012),
        ("127.0.0.1:80", "127.0.0.1", 80),
        (" lab-pc:65535 ", "lab-pc", 65535),
        ("::1", "::1", 50012),
        ("[::1]", "::1", 50012),
        ("[fe80::1%eth0]:7", "fe80::1%eth0", 7),
    ],
)
def test_what_people_write(text: str, host: str, port: int) -> None:
    address = Address.parse(text)
    assert address == Address(host, port)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        None,
        5,
        ":80",
        "host:",
        "host:0",
        "host:65536",
        "host:-1",
        "host:x",
        "host:" + "9" * 5000,
        "host:٣",
        "a:b:c",
        "tcp://host:1",
        "[::1",
        "[::1]80",
        "[::1]:",
        "[]:80",
        "[host]:80",
        "my host:80",
    ],
)
def test_what_is_no_address(text: object) -> None:
    with pytest.raises(InvalidValue, match="address"):
        Address.parse(text)


def test_what_a_socket_names() -> None:
    assert Address.of(("10.0.0.1", 5)) == Address("10.0.0.1", 5)
    assert str(Address.of(("::1", 5, 0, 0))) == "[::1]:5"
    assert Address.of(None) == Address("unknown", 0)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("0.0.0.0", False), ("lab", False)],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert Address(host, 1).loopback is loopback
