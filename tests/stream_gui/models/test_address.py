"""Addresses as typed."""

import pytest

from stream_gui.models.address import AddressError, full_address, joinable


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
