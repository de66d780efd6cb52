"""Memory that runs of values are encoded into; it is used again once nobody looks into it.

New memory for each block of a megabyte costs its writer a third: the system finds and clears it.
"""

from __future__ import annotations

from collections import deque

__all__ = ["keep", "unused"]

KEPT = 4  # as many blocks as may be on their way to the system, in all threads

_buffers: deque[bytearray] = deque(maxlen=KEPT)


def unused() -> bytearray:
    """A buffer that nobody looks into, or else has; its content is of no meaning."""
    for _ in range(KEPT):
        try:
            buffer = _buffers.popleft()
        except IndexError:
            break
        try:
            buffer.append(0)  # refused while there is a view of it
        except BufferError:
            _buffers.append(buffer)
        else:
            return buffer
    return bytearray()


def keep(buffer: bytearray) -> memoryview:
    """What is in it; the buffer is used again when the last view of that is gone."""
    view = memoryview(buffer)
    _buffers.append(buffer)
    return view
