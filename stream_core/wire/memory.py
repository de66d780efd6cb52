"""Large buffers that are used again: the system need not find, clear and take back their pages.

A new buffer of a megabyte costs more than filling it: every page of it is a fault. This module
imports numpy when it is imported.
"""

from __future__ import annotations

from weakref import ref

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_BYTES", "Buffers", "uninitialised"]

LEAST_BYTES = 32 * 1024  # below it a new one costs less than finding an old one
MOST_BYTES = 2 * 1024 * 1024
KEPT_BYTES = 32 * 1024 * 1024

Memory = memoryview
Lease = NDArray[np.uint8]


class Buffers:
    """Gives out buffers, and takes each back by itself when nobody can look into it any more.

    That may be in any thread, and at any moment.
    """

    def __init__(self) -> None:
        self._free: dict[int, list[Memory]] = {}  # by their size
        self._lent: dict[int, tuple[ref[Lease], Memory]] = {}  # by the reference's identity

    def take(self, size_bytes: int) -> memoryview:
        """A writable buffer whose contents are undefined."""
        if not LEAST_BYTES <= size_bytes <= MOST_BYTES:
            return _writable(np.empty(size_bytes, np.uint8))
        room_bytes = _roomy(size_bytes)
        try:
            memory = self._free[room_bytes].pop()
        except LookupError:
            memory = _writable(np.empty(room_bytes, np.uint8))
        # All that looks into the buffer holds the lease. It is no view of another array, past which
        # numpy would go to hold that one instead.
        lease = np.frombuffer(memory, np.uint8, size_bytes)
        held = ref(lease, self._give_back)
        self._lent[id(held)] = held, memory
        return _writable(lease)

    @property
    def free_bytes(self) -> int:
        """The size of all that nobody has."""
        return sum(size * len(self._free[size]) for size in list(self._free))

    def _give_back(self, lease: ref[Lease]) -> None:
        _, memory = self._lent.pop(id(lease))
        mine = self._free.setdefault(memory.nbytes, [])
        mine.append(memory)
        while self.free_bytes > KEPT_BYTES:
            others = [self._free[size] for size in list(self._free) if size != memory.nbytes]
            try:
                next((free for free in others if free), mine).pop()
            except IndexError:  # another thread was quicker
                return


def _writable(array: NDArray[np.uint8]) -> memoryview:
    """The only way to write to it: what is made of that read-only will not change any more."""
    view = array.data
    array.flags.writeable = False
    return view


def _roomy(size_bytes: int) -> int:
    """Few sizes, so that buffers fit again; of what is not used there is an address only."""
    power = 1 << (size_bytes - 1).bit_length()
    return power if size_bytes > power // 4 * 3 else power // 4 * 3


uninitialised = Buffers().take
