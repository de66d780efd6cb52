"""Addresses as an operator types them; it resolves no name."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["DEFAULT_PORT", "AddressError", "full_address", "joinable", "reachable"]

DEFAULT_PORT = 50012
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}


class AddressError(ValueError):
    """The text is no address; the message says what is wrong with it."""


def full_address(text: str) -> str:
    """The text as "host:port"; without a port the usual one is meant.

    Raises:
        AddressError: There is no host in it, or the port is no port.
    """
    text = text.strip()
    if not text or any(character.isspace() for character in text):
        raise AddressError("an address is host:port, such as 192.168.1.20:50012")
    host, port = _split(text)
    if not host:
        raise AddressError(f"{text} names no host")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise AddressError(f"{port or 'nothing'} is no port; a port is a number up to 65535")
    return f"{host}:{int(port)}"


def joinable(address: str) -> str:
    """Where to join a server that listens at `address`: "everywhere" is no place to go to."""
    host, port = _split(address)
    return f"{EVERYWHERE.get(host, host)}:{port}"


def reachable(listening: str, interfaces: Iterable[str]) -> str:
    """Where other computers join a server; "" if it listens for this one only.

    Args:
        listening: where it listens.
        interfaces: the numbers of this computer's addresses, the likeliest first.
    """
    host, port = _split(listening)
    if host not in EVERYWHERE:
        own = host.strip("[]")
        return "" if own == "localhost" or own.startswith("127.") or own == "::1" else listening
    found = next((each for each in interfaces if not each.startswith("127.")), "")
    return f"{found}:{port}" if found else ""


def _split(text: str) -> tuple[str, str]:
    if text.startswith("[") and "]" in text:
        host, _, rest = text.partition("]")
        return f"{host}]", rest.removeprefix(":") or str(DEFAULT_PORT)
    if text.count(":") > 1:
        return f"[{text}]", str(DEFAULT_PORT)
    host, colon, port = text.partition(":")
    return host, port if colon else str(DEFAULT_PORT)
