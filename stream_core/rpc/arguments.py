"""Large arguments of the calls to one target, on their way to it; it never looks into them.

The pieces of a caller's calls are let come one call after the other if they would take more memory
together than a frame may.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from stream_core.errors import LimitExceeded
from stream_core.rpc.assemblies import Assemblies
from stream_core.rpc.frames import NS_PER_S
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES, Key
from stream_core.wire.framing import Frame

__all__ = ["Arguments"]


class Arguments:
    """The calls of which not all pieces have come.

    Args:
        grant: called with a call and how many of its pieces may be sent in all.
    """

    def __init__(self, grant: Callable[[Key, int], None]) -> None:
        self._assemblies = Assemblies[Key](grant)
        self._sizes: dict[Key, int] = {}
        self._begun_s: dict[Key, float] = {}
        self._coming: set[Key] = set()
        self._limit_bytes = 0

    def __len__(self) -> int:
        return len(self._sizes)

    def __contains__(self, key: Key) -> bool:
        return key in self._sizes

    def add(self, key: Key, frame: Frame, limit_bytes: int) -> tuple[memoryview, int] | None:
        """Take a piece of a call.

        Args:
            key: the call.
            frame: the piece.
            limit_bytes: of one body, and of all bodies of one caller that come at once.

        Returns:
            with the last piece the whole body, and the time that the caller will wait from now on
            in nanoseconds (0: without end).

        Raises:
            ProtocolError: it is too large, or does not follow what came before.
            LimitExceeded: too many calls of that caller wait already.
        """
        if key not in self._sizes:
            self._begin(key, frame.count, limit_bytes)
        wanted = key in self._coming
        body = self._assemblies.add(key, frame, limit_bytes=limit_bytes, wanted=wanted)
        if body is None:
            return None
        remaining_ns = self._remaining_ns(key, frame.time_ns)
        self.drop(key)
        return body, remaining_ns

    def _begin(self, key: Key, size_bytes: int, limit_bytes: int) -> None:
        waiting = [k for k in self._sizes if k[0] == key[0] and k not in self._coming]
        if len(waiting) * FIRST_PIECES * PIECE_BYTES >= limit_bytes:
            raise LimitExceeded(f"{len(waiting)} calls with large arguments wait already")
        self._limit_bytes = limit_bytes
        self._sizes[key] = size_bytes
        self._begun_s[key] = time.monotonic()
        if self._fits(key):
            self._coming.add(key)

    def _fits(self, key: Key) -> bool:
        """Whether a call's body and those of the caller's calls before it may come at once."""
        together = 0
        for other, size in self._sizes.items():
            if other[0] == key[0]:
                together += size
            if other == key:
                return together <= self._limit_bytes or together == size
        return False

    def _remaining_ns(self, key: Key, given_ns: int) -> int:
        if given_ns <= 0:
            return 0
        passed_s = time.monotonic() - self._begun_s[key]
        return max(1, given_ns - int(passed_s * NS_PER_S))

    def drop(self, key: Key) -> None:
        """The call is whole, or over."""
        if self._sizes.pop(key, None) is None:
            return
        del self._begun_s[key]
        self._coming.discard(key)
        self._assemblies.drop(key)
        for other in [k for k in self._sizes if k[0] == key[0] and k not in self._coming]:
            if not self._fits(other):
                return  # nor do those after it
            self._coming.add(other)
            self._assemblies.want(other)

    def drop_caller(self, caller: int) -> None:
        """A caller has gone."""
        for key in [found for found in self._sizes if found[0] == caller]:
            self.drop(key)

    def clear(self) -> None:
        """The link is gone: so are all calls."""
        self._sizes.clear()
        self._begun_s.clear()
        self._coming.clear()
        self._assemblies.clear()
