"""A writer that waits: takes values into an outbox, which the client's thread empties.

It is the asyncio writer of the same channel. While items flow, `send` is an append and, once a
turn of the loop, a wake; else the asyncio writer decides, after all that was sent before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stream_core.blocking.taking import LATER, size_bytes, taking
from stream_core.client.writer import Writer as AsyncWriter
from stream_core.errors import ChannelClosed, StreamError
from stream_core.loop_thread import LoopThread, NotRunningError
from stream_core.values import ChannelInfo, Demand

__all__ = ["Writer"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

OUTBOX_ITEMS = 2048
OUTBOX_BYTES = 1024 * 1024


class Writer:
    """Sends into one channel; made by `Client.create_channel` or `Client.open_writer`.

    Several threads may send; the items of each keep their order.
    """

    def __init__(
        self, writer: AsyncWriter, thread: LoopThread, now_ns: Callable[[], int]
    ) -> None:
        self._writer = writer
        self._thread = thread
        self._now_ns = now_ns
        self._outlet = writer._outlet  # noqa: SLF001 - the two faces are one implementation
        self._take = taking(writer.info)
        self._lock = threading.Lock()
        # (value, time_ns), or (rows, time_ns, interval_ns) for samples
        self._outbox: deque[tuple[Any, ...]] = deque()
        self._outbox_bytes = 0
        self._woken = False
        self._emptied: list[asyncio.Future[None]] = []
        self._outlet.on_change.append(self._empty)

    def __repr__(self) -> str:
        return repr(self._writer)

    def send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send an item, if that is possible at once.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.

        Returns:
            False if nobody reads, or if the item was given up because the channel is paused, the
            link is down or the outbox is full; its readers hear of that.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        taken = self._taken(value)
        if taken is not LATER:
            return self._append(taken, time_ns)
        return self._ask(self._send_nowait(value, time_ns))

    def send(self, value: Any, *, time_ns: int | None = None, wait_active: bool = False) -> bool:
        """Send an item; waits while the channel is paused or the outbox is full.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.
            wait_active: wait for a reader, if there is none.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        outlet = self._outlet
        if outlet.flowing:
            taken = self._take(value)
            if taken is not LATER and len(self._outbox) < OUTBOX_ITEMS:
                return self._append(taken, time_ns)
        elif outlet.idle and outlet.closed is None and not wait_active and not self._outbox:
            return False
        return self._ask(self._send(value, time_ns, wait_active))

    def send_samples(
        self, array: Any, *, time_ns: int | None = None, interval_ns: int | None = None
    ) -> bool:
        """Send samples, which travel as one array; waits like `send`.

        Args:
            array: of shape `(n, *shape)`; copied.
            time_ns: time of the first sample in the server's clock; None: the last one is of now.
            interval_ns: from one sample to the next; None: 1 / `rate_hz` of the channel.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: the channel takes no samples, or not these.
            ChannelClosed: the channel has ended.
        """
        return self._ask(self._send_samples(array, time_ns, interval_ns))

    # The outbox
