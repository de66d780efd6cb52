"""A reader: the client's handle for receiving from one channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, Protocol

from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.client.inbox import Inbox, Step
from stream_core.errors import ChannelClosed, Empty, InvalidValue
from stream_core.per_item import ItemIterator
from stream_core.values import Block, ChannelInfo, Item, Loss, ReaderStatistics
from stream_core.wire.blocks import Block as WireBlock

__all__ = ["Reader", "ReaderHome"]


class ReaderHome(Protocol):
    """What a reader asks of its client."""

    def leave(self, inbox: Inbox) -> bool:
        """End the subscription; whether the server is about to do so."""
        ...

    async def left(self, inbox: Inbox) -> None:
        """Wait until the server has ended it."""

    async def configure(self, inbox: Inbox, wanted: Parameters, names: Collection[str]) -> None:
        """Change those of its parameters that are named."""

    async def statistics(self, inbox: Inbox) -> ReaderStatistics:
        """Its account at the server."""

    def clear(self, inbox: Inbox) -> None:
        """Discard what waits for it, here and at the server."""


class Reader(ItemIterator):
    """Receives from one channel; made by `Client.subscribe`.

    Iterating gives the values, one by one, and stops when the channel ends.

    All that waits may be cancelled or time out; nothing is lost by that.
    """

    def __init__(self, inbox: Inbox, home: ReaderHome) -> None:
        self._inbox = inbox
        self._values = inbox.values
        self._home = home
        self._waiting: list[asyncio.Future[None]] = []
        self._closed = False
        inbox.on_arrival.append(self._wake)

    def __repr__(self) -> str:
        return f"<Reader of '{self._inbox.name}', {len(self)} items here, {self.lost} lost>"

    # One by one

    async def _next(self) -> Any:
        try:
            return await self.get()
        except ChannelClosed:
            raise StopAsyncIteration from None

    def _exhausted(self) -> None:
        self._inbox.exhausted()

    def get_nowait(self) -> Any:
        """The next value.

        Raises:
            Empty: there is none here now.
            ChannelClosed: the channel has ended.
            BufferOverflow: this reader was too slow for `overflow="raise"`.
            ConnectionLost: the link will not come back.
        """
        values = self._values
        if not values and not self._advance():
            raise Empty
        value = values.popleft()
        if not values:
            self._inbox.exhausted()
        return value

    async def get(self, timeout_s: float | None = None) -> Any:
        """The next value; waits for it.

        Args:
            timeout_s: how long at most; None: without end.

        Raises:
            TimeoutError: nothing came in time.
            ChannelClosed: the channel has ended.
            BufferOverflow: this reader was too slow for `overflow="raise"`.
            ConnectionLost: the link will not come back.
        """
        values = self._values
        if not values:
            await self._fill(timeout_s)
        value = values.popleft()
        if not values:
            self._inbox.exhausted()
        return value

    async def get_item(self, timeout_s: float | None = None) -> Item:
        """The next value with its time, number and source; waits and raises like `get`."""
        if not self._values:
            await self._fill(timeout_s)
        inbox = self._inbox
        block = inbox.block
        assert block is not None
        index = inbox.position()
        time_ns = inbox.time_ns(index)
        value = self._values.popleft()
        if not self._values:
            inbox.exhausted()
        return Item(value, time_ns, block.sequences[index], block.source)

    # Several at once

    async def get_block(self, timeout_s: float | None = None) -> Block:
        """The next items that travelled together; waits and raises like `get`."""
        import numpy as np

        inbox = self._inbox
        if not self._values:
            try:
                await self._fill(timeout_s, whole=True)
            except BaseException:
                inbox.fill()
                raise
        values, times, sequences, source = inbox.take_rest()
        if isinstance(times, range):
            times_ns = np.arange(times.start, times.stop, times.step, dtype=np.int64)
        elif isinstance(times, int):  # of all
            times_ns = np.broadcast_to(np.int64(times), len(sequences))
        else:
            times_ns = np.array(times, np.int64)
        times_ns.flags.writeable = False
        return Block(values, times_ns, sequences, inbox.take_losses(), source)

    async def read_array(self, n: int, out: Any = None) -> Any:
        """The next `n` samples as one array of shape `(n, *shape)`; waits for all of them.

        Of an envelope these are `n` pairs of minima and maxima, of shape `(n, 2, *shape)`.

        Args:
            n: how many.
            out: an array of that shape to write to.

        Raises:
            InvalidValue: the channel has no samples, or `out` does not fit.
            ChannelClosed: the channel ended before; the samples that came can still be taken.
        """
        if type(n) is not int or n < 1:
            raise InvalidValue(f"n={n!r}: read_array takes a positive number of samples")
        begun: list[tuple[WireBlock, int]] = []
        pieces: list[Any] = []
        missing = n
        try:
            while missing:
                if self.info is not None:
                    self._check_samples(n, out)
                if not self._values:
                    await self._fill(None)
                    continue
                block, start, samples = self._inbox.take_samples(missing)
                begun.append((block, start))
                pieces.append(samples)
                missing -= len(samples)
            return _joined(pieces, out)
        except BaseException:
            self._inbox.put_back(begun)
            raise

    def _check_samples(self, n: int, out: Any) -> None:
        info = self.info
        assert info is not None
        if info.dtype is None:
            raise InvalidValue(f"channel '{self._inbox.name}' carries no samples; use get_block")
        if out is not None:
            pair = () if self._inbox.parameters.envelope is None else (2,)
            _check_out(out, (n, *pair, *info.shape), info.dtype)

    async def transfer(self) -> AsyncIterator[Any]:
        """The values up to the end marks of all writers, or to the end of the channel."""
        self._check_open()
        while True:
            while self._values:
                value = self._values.popleft()
                if not self._values:
                    self._inbox.exhausted()
                yield value
            match self._inbox.advance():
                case Step.MARK:
                    return
                case Step.ENDED:
                    if isinstance(self._inbox.error, ChannelClosed):
                        return
                    self._raise()
                case Step.EMPTY:
                    await self._wait()

    # Waiting

    def _advance(self, *, whole: bool = False) -> bool:
        """Whether there is a value now."""
        if self._closed:
            self._check_open()
        step = self._inbox.advance(whole=whole, past_marks=True)
        if step is Step.ENDED:
            self._raise()
        return step is Step.VALUES

    def _raise(self) -> None:
        error = self._inbox.error
        assert error is not None
        raise type(error)(str(error))

    async def _fill(self, timeout_s: float | None, *, whole: bool = False) -> None:
        if timeout_s is None:
            while not self._values and not self._advance(whole=whole):
                await self._wait()
            return
        if self._advance(whole=whole):
            return
        try:
            async with asyncio.timeout(timeout_s):
                while not self._values and not self._advance(whole=whole):
                    await self._wait()
        except TimeoutError:
            raise TimeoutError(
                f"channel '{self._inbox.name}': nothing came within timeout_s={timeout_s:g}"
            ) from None

    async def _wait(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def _wake(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    # The subscription

    async def configure(self, **parameters: Any) -> None:
        """Change parameters of `Client.subscribe` while subscribed.

        Raises:
            InvalidValue: a parameter is wrong.
        """
        self._check_open()
        wanted = checked_parameters(self._inbox.parameters, **parameters)
        await self._home.configure(self._inbox, wanted, tuple(parameters))

    async def statistics(self) -> ReaderStatistics:
        """The account of this reader at the server."""
        self._check_open()
        return await self._home.statistics(self._inbox)

    def clear(self) -> None:
        """Discard what is waiting, here, on its way, and at the server."""
        self._check_open()
        self._home.clear(self._inbox)

    async def close(self) -> None:
        """Read no more; idempotent."""
        if self._leave():
            await self._home.left(self._inbox)

    def _leave(self) -> bool:
        if self._closed:
            return False
        self._closed = True
        return self._home.leave(self._inbox)

    def _check_open(self) -> None:
        if self._closed:
            raise ChannelClosed(
                f"this reader of channel '{self._inbox.name}' was closed; subscribe again"
            )

    def __len__(self) -> int:
        return self._inbox.held

    def __bool__(self) -> bool:
        return True

    @property
    def lost(self) -> int:
        """How many selected items were lost, as far as is known."""
        return self._inbox.lost

    def on_lost(self, callback: Callable[[Loss], object]) -> None:
        """Have `callback` called with each loss, when it is reported.

        Losses that were reported before anything was taken from the reader are told at once.
        """
        self._inbox.hear_of_losses(callback)

    @property
    def end_reason(self) -> str | None:
        """Why nothing more comes; None while more may come."""
        ending = self._inbox.ending
        return None if ending is None else str(ending)

    @property
    def info(self) -> ChannelInfo | None:
        """The channel; None until it exists (`wait=True`)."""
        return self._inbox.info


def _check_out(out: Any, shape: tuple[int, ...], dtype: Any) -> None:
    import numpy as np

    from stream_core.wire.arrays import sample_dtype

    if not isinstance(out, np.ndarray) or out.shape != shape:
        given = f"shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise InvalidValue(f"out must be an array of shape {shape}, not {given}")
    if not out.flags.writeable or not np.can_cast(sample_dtype(dtype), out.dtype, "same_kind"):
        raise InvalidValue(f"out of {out.dtype} cannot take samples of {dtype}, or is read-only")


def _joined(pieces: list[Any], out: Any) -> Any:
    import numpy as np

    if out is None:
        return np.concatenate(pieces)
    position = 0
    for piece in pieces:
        out[position : position + len(piece)] = piece
        position += len(piece)
    return out
