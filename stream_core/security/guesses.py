"""How often wrong secrets came from where, and when the next answer is due; no clock.

Two counts slow down who guesses: of a place, which a right secret from there sets back, and of a
place and a user, which only that user's own secret does. So many clients of one computer do not
wait for one with a wrong secret, and nobody guesses faster by proving himself in between.
"""

from __future__ import annotations

import ipaddress

import msgspec

__all__ = ["Guesses", "place_of"]

FIRST_S = 0.1  # after one wrong secret; doubled by each other
FORGOTTEN_S = 60.0
MOST = 1000  # are remembered; beyond that the oldest is forgotten
NETWORK_BITS = 64  # of an IPv6 address: below that its owner chooses as he likes

Key = tuple[str, ...]


class _Failures(msgspec.Struct):
    """How many there were, and when the last was."""

    count: int
    last_s: float


class Guesses:
    """The wrong secrets of the last minute.

    Args:
        longest_s: the longest time between two answers; 0: they come at once.
    """

    def __init__(self, longest_s: float) -> None:
        self.longest_s = longest_s
        self._failures: dict[Key, _Failures] = {}  # the one that failed last is the last

    def due_s(self, place: str, user: str) -> float:
        """When a proof from there may be answered; a time that has passed: at once."""
        return max(self._due_s((place,)), self._due_s((place, user)))

    def _due_s(self, key: Key) -> float:
        found = self._failures.get(key)
        return 0.0 if found is None else found.last_s + self._pause_s(found.count)

    def _pause_s(self, failures: int) -> float:
        return min(self.longest_s, FIRST_S * 2.0 ** min(failures - 1, 32))

    def failed(self, place: str, user: str, now_s: float) -> bool:
        """A secret was wrong; whether answers to that place now come as late as they ever do."""
        slowed = [self._note(key, now_s) for key in ((place,), (place, user))]
        for key, found in tuple(self._failures.items()):
            if len(self._failures) <= MOST and now_s - found.last_s < FORGOTTEN_S:
                break
            del self._failures[key]
        return slowed[0]

    def _note(self, key: Key, now_s: float) -> bool:
        found = self._failures.pop(key, None)
        if found is None or now_s - found.last_s >= FORGOTTEN_S:
            found = _Failures(0, now_s)
        before_s = self._pause_s(found.count) if found.count else 0.0
        found.count, found.last_s = found.count + 1, now_s
        self._failures[key] = found
        return before_s < self._pause_s(found.count) == self.longest_s

    def proven(self, place: str, user: str) -> None:
        """A secret was right: what came from there before was a slip."""
        self._failures.pop((place,), None)
        self._failures.pop((place, user), None)


def place_of(host: str) -> str:
    """Where a host is: an address of IPv4, a network of IPv6."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, NETWORK_BITS), strict=False))
