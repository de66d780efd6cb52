"""Addresses as typed."""

import pytest

from stream_gui.models.address import AddressError, full_address, joinable, reachable


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:50012", "127.0.0.1:50012"),
        (" lab-pc ", "lab-pc:50012"),
        ("[::1]:1234", "[::1]:1234"),
        ("::1", "[::1]:50012"),
    ],
)
def test_the_port_may_be_left_out(text: str, address: str) -> None:
    assert full_address(text) == address


@pytest.mark.parametrize("text", ["", "host:", "host:0", "host:99999", "host:http", ":1", "a b"])
def test_nonsense_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(AddressError):
        full_address(text)


def test_everywhere_is_joined_here() -> None:
    assert joinable("0.0.0.0:50012") == "127.0.0.1:50012"
    assert joinable("10.1.2.3:50012") == "10.1.2.3:50012"


@pytest.mark.parametrize(
    ("listening", "expected"),
    [
        ("127.0.0.1:50012", ""),
        ("localhost:50012", ""),
        ("[::1]:50012", ""),
        ("0.0.0.0:50012", "192.168.1.20:50012"),
        ("[::]:50012", "192.168.1.20:50012"),
        ("10.0.0.5:50012", "10.0.0.5:50012"),
    ],
)
def test_where_other_computers_join(listening: str, expected: str) -> None:
    assert reachable(listening, ["127.0.0.1", "192.168.1.20", "10.1.1.1"]) == expected


def test_a_computer_without_a_network_has_no_address_for_others() -> None:
    assert reachable("0.0.0.0:50012", ["127.0.0.1"]) == ""
