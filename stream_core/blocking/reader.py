"""A reader that waits: hands out items where they are asked for; only its blocks come by the loop.

It is the asyncio reader of the same subscription, whose items it takes out of the same inbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from itertools import chain
from typing import Any, TypeVar

from stream_core.blocking.loan import Loan
from stream_core.client.inbox import Step
from stream_core.client.link import CLIENT_CLOSED
from stream_core.client.reader import Reader as AsyncReader
from stream_core.errors import ChannelClosed, ConnectionLost, Empty
from stream_core.loop_thread import LoopThread, NotRunningError, acquire
from stream_core.transport.forks import keep_from_forks
from stream_core.values import Block, ChannelInfo, Item, Loss, ReaderStatistics

__all__ = ["Reader"]

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]

POLL_S = 0.001


class Reader:
    """Receives from one channel; made by `Client.subscribe`.

    Iterating gives the values, one by one, and stops when the channel ends. Several threads may
    take from it: each item goes to one of them. All that waits may be interrupted by Ctrl-C or
    time out; nothing is lost by that, but an iterator that was interrupted has ended: the next
    `for` makes a new one.
    """

    # Who takes holds `_lock`, also while it waits, and is then the only one to touch what the
    # inbox has opened: the loop opens a block when it is told to, never by itself. The lock knows
    # who holds it, since Ctrl-C may come between any two steps, also as soon as it is taken.
    # An iterator has all values but the last one of a block on loan, and takes them without the
    # lock; whoever gets the lock calls the loan in. With the last one the block is credited.

    def __init__(self, reader: AsyncReader, thread: LoopThread) -> None:
        self._reader = reader
        self._thread = thread
        self._inbox = reader._inbox  # noqa: SLF001 - the two faces are one implementation
        self._open_next = reader._advance  # noqa: SLF001
        self._fill = reader._fill  # noqa: SLF001
        self._wait = reader._wait  # noqa: SLF001
        self._left = reader._home.left  # noqa: SLF001
        self._values = self._inbox.values
        self._lock = threading.RLock()
        self._loan: Loan | None = None
        self._waiting = False
        self._begun: list[Any] = []
        keep_from_forks(self, Reader._inherited)

    def __repr__(self) -> str:
        return repr(self._reader)

    # One by one

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(iter(self._lend, None))

    def _lend(self) -> Iterable[Any] | None:
        """The next values for an iterator; None: the channel has ended."""
        try:
            if self._lock.acquire(blocking=False):
                self._call_in()
                count = len(self._values) - 1
                if count > 0:
                    loan = self._loan = Loan(self._values, count)
                    self._lock.release()
                    return loan.taking
                self._lock.release()
        except BaseException:
            self._let_go()
            raise
        try:
            return (self.get(),)
        except ChannelClosed:
            return None

    def _call_in(self) -> None:
        """Nothing is taken any more but by who holds the lock."""
        loan, self._loan = self._loan, None
        if loan is not None:
            loan.call_in()

    def __next__(self) -> Any:
        try:
            return self.get()
        except ChannelClosed:
            raise StopIteration from None

    def get(self, timeout_s: float | None = None) -> Any:
        """The next value; waits for it.

        Args:
            timeout_s: how long at most; None: without end.

        Raises:
            TimeoutError: nothing came in time.
            ChannelClosed: the channel has ended.
            BufferOverflow: this reader was too slow for `overflow="raise"`.
            ConnectionLost: the link will not come back.
        """
        try:
            if self._lock.acquire(blocking=False):
                if self._loan is not None:
                    self._call_in()
                values = self._values
                if values:
                    value = values.popleft()
                    if not values:
                        self._exhausted(value)
                else:
                    value = self._pop(timeout_s)
                self._lock.release()
                return value
        except BaseException:
            self._let_go()
            raise
        with self._turn(timeout_s) as left_s:
            return self._pop(left_s)

    def get_nowait(self) -> Any:
        """The next value.

        Raises:
            Empty: there is none here now.
            ChannelClosed: the channel has ended.
            BufferOverflow: this reader was too slow for `overflow="raise"`.
            ConnectionLost: the link will not come back.
        """
        try:
            while not self._lock.acquire(timeout=POLL_S):
                if self._waiting:
                    raise Empty
            self._call_in()
            if not self._values and not self._wait_for(self._advance):
                raise Empty
            value = self._pop(None)
            self._lock.release()
        except BaseException:
            self._let_go()
            raise
        return value

    def get_item(self, timeout_s: float | None = None) -> Item:
        """The next value with its time, number and source; waits and raises like `get`."""
        with self._turn(timeout_s) as left_s:
            if not self._values:
                self._await_values(left_s)
            inbox = self._inbox
            block, index = inbox.block, inbox.position()
            assert block is not None
            time_ns = inbox.time_ns(index)
            return Item(self._pop(None), time_ns, block.sequences[index], block.source)

    # Several at once

    def get_block(self, timeout_s: float | None = None) -> Block:
        """The next items that travelled together; waits and raises like `get`."""
        with self._turn(timeout_s) as left_s:
            if not self._values:
                self._await_values(left_s)
            return self._wait_for(self._take_block, self._untake)

    def read_array(self, n: int, out: Any = None) -> Any:
        """The next `n` samples as one array of shape `(n, *shape)`; waits for all of them.

        Of an envelope these are `n` pairs of minima and maxima, of shape `(n, 2, *shape)`.

        Args:
            n: how many.
            out: an array of that shape to write to.

        Raises:
            InvalidValue: the channel has no samples, or `out` does not fit.
            ChannelClosed: the channel ended before; the samples that came can still be taken.
        """
        with self._turn(None):
            return self._wait_for(lambda: self._reader.read_array(n, out))

    def transfer(self) -> Iterator[Any]:
        """The values up to the end marks of all writers, or to the end of the channel."""
        while True:
            with self._turn(None):
                if not self._values and not self._wait_for(self._until_mark):
                    return
                value = self._pop(None)
            yield value

    # Taking, by who holds the lock

    @contextlib.contextmanager
    def _turn(self, timeout_s: float | None) -> Iterator[float | None]:
        """Be the one who takes; gives what is left of the time-out."""
        left_s = timeout_s
        try:
            if not self._lock.acquire(blocking=False):
                begin_s = time.monotonic()
                if not acquire(self._lock, timeout_s):
                    raise TimeoutError(
                        f"channel '{self._inbox.name}': nothing came within "
                        f"timeout_s={timeout_s:g}, while another thread waited for it too"
                    )
                if timeout_s is not None:
                    left_s = max(0.0, timeout_s - (time.monotonic() - begin_s))
            self._call_in()
            yield left_s
            self._lock.release()
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        """Take no more, if this thread is the one that takes."""
        if self._lock._is_owned():  # type: ignore[attr-defined]  # noqa: SLF001 - as Condition does
            self._lock.release()

    def _pop(self, timeout_s: float | None) -> Any:
        values = self._values
        while not values:
            self._await_values(timeout_s)
        value = values.popleft()
        if not values:
            self._exhausted(value)
        return value

    def _await_values(self, timeout_s: float | None) -> None:
        self._wait_for(lambda: self._fill(timeout_s))

    def _wait_for(self, work: Work[T], undo: Callable[[T], object] | None = None) -> T:
        try:
            self._waiting = True
            return self._ask(work, undo)
        finally:
            self._waiting = False

    def _ask(self, work: Work[T], undo: Callable[[T], object] | None = None) -> T:
        try:
            return self._thread.run(work(), undo=undo)
        except NotRunningError:  # all has ended, what is held can still be taken
            return _without_waiting(work())

    def _inherited(self) -> None:
        """This is a fork: the thread that held the lock does not run here."""
        self._lock = threading.RLock()
        self._waiting = False
        self._call_in()

    def _exhausted(self, last: Any) -> None:
        """Credit the block; in the loop, before anything that this thread has done there next.

        The next block is opened here, if that may be: a thread that goes round by the loop for each
        block waits most of the time. To decode it takes long: Ctrl-C comes there rather than
        elsewhere, and the last value, which nobody has yet, is put back.
        """
        inbox = self._inbox
        try:
            following = inbox.decode_here()
        except BaseException:
            self._values.append(last)
            raise
        taken = inbox.close_block()
        if following is not None:
            inbox.open_here(following)
        with contextlib.suppress(NotRunningError):
            self._thread.call_soon(inbox.go_on, taken)

    # In the loop

    async def _advance(self) -> bool:
        return self._open_next()

    async def _take_block(self) -> Block:
        inbox = self._inbox
        self._begun = [(inbox.block, inbox.position())]
        return await self._reader.get_block()

    def _untake(self, _: Block) -> None:
        self._inbox.put_back(self._begun)

    async def _until_mark(self) -> bool:
        """Wait for values; False: the transfer has ended."""
        while True:
            match self._inbox.advance():
                case Step.VALUES:
                    return True
                case Step.MARK:
                    return False
                case Step.ENDED:
                    if isinstance(self._inbox.error, ChannelClosed):
                        return False
                    await self._fill(None)  # raises
                case Step.EMPTY:
                    await self._wait()

    async def _close(self) -> None:
        if await self._undisturbed(self._reader._leave):  # noqa: SLF001
            await self._left(self._inbox)

    async def _undisturbed(self, act: Callable[[], T]) -> T:
        """Do that while no thread takes; one that waits for this loop does not."""
        while not self._lock.acquire(blocking=False):
            if self._waiting and not self._values:
                return act()
            await asyncio.sleep(POLL_S)
        try:
            self._call_in()
            return act()
        finally:
            self._lock.release()

    # The subscription

    def configure(self, **parameters: Any) -> None:
        """Change parameters of `Client.subscribe` while subscribed.

        Raises:
            InvalidValue: a parameter is wrong.
        """
        self._ask(lambda: self._reader.configure(**parameters))

    def statistics(self) -> ReaderStatistics:
        """The account of this reader at the server."""
        return self._ask(self._reader.statistics)

    def clear(self) -> None:
        """Discard what is waiting, here, on its way, and at the server."""
        try:
            self._thread.run(self._undisturbed(self._reader.clear))
        except NotRunningError:
            with self._turn(None):
                self._reader.clear()

    def close(self) -> None:
        """Read no more; idempotent. Who waits here for an item hears of it."""
        try:
            self._thread.run(self._close())
        except NotRunningError:
            with self._turn(None):
                self._reader._leave()  # noqa: SLF001

    def __len__(self) -> int:
        return len(self._reader)

    def __bool__(self) -> bool:
        return True

    @property
    def lost(self) -> int:
        """How many selected items were lost, as far as is known."""
        return self._reader.lost

    def on_lost(self, callback: Callable[[Loss], object]) -> None:
        """Have `callback` called with each loss, in the client's thread: it must not wait.

        Losses that were reported before anything was taken from the reader are told at once.
        """
        self._reader.on_lost(callback)

    @property
    def end_reason(self) -> str | None:
        """Why nothing more comes; None while more may come."""
        return self._reader.end_reason

    @property
    def info(self) -> ChannelInfo | None:
        """The channel; None until it exists (`wait=True`)."""
        return self._reader.info


def _without_waiting(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that has nothing to wait for any more."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise ConnectionLost(f"{CLIENT_CLOSED}, and subscribe anew")
