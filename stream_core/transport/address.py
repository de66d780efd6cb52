"""An address as people write it, "host:port", and its parts; never looks a name up."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import msgspec

from stream_core.errors import InvalidValue

__all__ = ["DEFAULT_PORT", "Address"]

DEFAULT_PORT = 50012


class Address(msgspec.Struct, frozen=True):
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: object) -> Address:
        """The address in "host", "host:port", "[::1]:port" or "::1".

        Raises:
            InvalidValue: it is none of these.
        """
        if not isinstance(text, str) or not text.strip():
            raise InvalidValue(f"an address is text such as '127.0.0.1:{DEFAULT_PORT}': {text!r}")
        host, port = _split(text.strip())
        if port is None:
            return cls(host, DEFAULT_PORT)
        if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
            raise InvalidValue(f"address {text!r}: the port must be a number from 1 to 65535")
        return cls(host, int(port))

    @classmethod
    def of(cls, peer: Any) -> Address:
        """The address that a socket names."""
        if isinstance(peer, tuple) and len(peer) >= 2:
            return cls(str(peer[0]), int(peer[1]))
        return cls(str(peer or "unknown"), 0)

    @property
    def loopback(self) -> bool:
        """Whether only this computer can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or not _is_ipv6(host):
            raise InvalidValue(f"address {text!r}: write an IPv6 address as [::1]:port")
        return host, rest[1:] if rest else None
    if _is_ipv6(text):
        return text, None
    host, colon, port = text.partition(":")
    if not host or any(char.isspace() for char in host):
        raise InvalidValue(f"address {text!r} has no host; write host:port")
    return host, port if colon else None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
