"""What is written into channels, and what readers got of it, by numbers; it breaks nothing."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import numpy as np

import stream_core as sc

__all__ = [
    "EVERYBODYS",
    "BlockingTaker",
    "Feed",
    "SharedBlockingTaker",
    "SharedFeed",
    "SharedTaker",
    "Taker",
    "TransferFeed",
    "TransferTaker",
]

EVERYBODYS = 21  # a multiple of each reader's `every`
REST_S = 0.01
OF_THE_LINKS = {
    "lost with the writer's link",
    "the writer's link was down",
    "the subscription was interrupted",
    "several",
}


class Feed:
    """The only writer of a channel: it writes its own numbers until it is told to stop."""

    def __init__(self, writer: sc.Writer, chance: random.Random) -> None:
        self.writer = writer
        self.stopped = False
        self._chance = chance

    @property
    def name(self) -> str:
        return self.writer.info.name

    async def run(self) -> None:
        while not self.stopped:
            await self.send(self._chance.choice((1, 10, 100)))
            if not self.writer.ready or self._chance.random() < 0.05:
                await asyncio.sleep(0.002)

    async def send(self, count: int = 1) -> bool:
        number = self.writer._outlet.next
        if self.writer.info.dtype is not None:
            return await self.writer.send_samples(np.arange(number, number + count))
        return await self.writer.send(number)

    async def last(self) -> int:
        """Send until everybody has been sent a number; returns it."""
        while True:
            number = self.writer._outlet.next
            if await self.send() and number % EVERYBODYS == 0:
                await self.writer.flush()
                return number


class SharedFeed:
    """One of several writers of a channel: writes its name, its numbers, and the server's epoch."""

    def __init__(self, writer: sc.Writer, client: sc.Client, chance: random.Random) -> None:
        self.writer = writer
        self.stopped = False
        self._client = client
        self._chance = chance

    async def run(self) -> None:
        while not self.stopped:
            if self.writer.ready or self._chance.random() < 0.01:
                self.send()
            await asyncio.sleep(0 if self.writer.ready and self._chance.random() > 0.05 else 0.002)

    def send(self) -> bool:
        """Send the next item, or give it up."""
        number = self.writer._outlet.next
        return self.writer.send_nowait((self._client.name, number, self._client.epoch))

    async def last(self) -> int:
        """Send until the server has an item; returns its number."""
        while True:
            number = self.writer._outlet.next
            if self.send():
                await self.writer.flush()
                return number
            await asyncio.sleep(0.002)


class TransferFeed:
    """Writes transfers, each of some items that say which it is, and ends them."""

    def __init__(self, writer: sc.Writer, chance: random.Random) -> None:
        self.writer = writer
        self.stopped = False
        self._chance = chance
        self._ended = 0

    async def run(self) -> None:
        while not self.stopped:
            await self._transfer(self._chance.choice((0, 1, 30)))
            await asyncio.sleep(0.002)

    async def _transfer(self, items: int) -> None:
        for number in range(items):
            await self.writer.send((self._ended, number))
        self._ended += 1
        await self.writer.end()

    async def last(self) -> int:
        """End a last transfer, with an item that arrives; returns its number."""
        while not await self.writer.send((self._ended, "last")):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await self._transfer(0)
        return self._ended - 1


class Taker:
    """Takes all that a reader gets, and holds it at once to its place in the order.

    Attributes:
        reader: of one channel with one writer; newest: the highest number that it has heard of.
    """

    def __init__(self, reader: Any, parameters: dict[str, Any], chance: random.Random) -> None:
        self.reader = reader
        self.newest = -1
        self._every = parameters.get("every", 1)
        self._loses_nothing = parameters.get("overflow") == "wait"
        self._chance = chance
        self._next = 0
        self._lost = 0
        self._told: deque[sc.Loss] = deque()
        reader.on_lost(self._hear)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.reader}, newest {self.newest}>"

    def _hear(self, loss: sc.Loss) -> None:
        self._told.append(loss)
        self.newest = max(self.newest, loss.last or 0)

    async def run(self) -> None:
        with contextlib.suppress(sc.ChannelClosed):
            while True:
                self.note(await self.reader.get_block())
                if self._chance.random() < 0.2:
                    await asyncio.sleep(REST_S * self._chance.random())

    def note(self, block: sc.Block) -> None:
        """The next items, and the losses before them."""
        for loss in block.lost:
            assert self._told.popleft() == loss
            self.note_loss(loss)
        self.note_items(block)

    def note_loss(self, loss: sc.Loss) -> None:
        assert loss.reason
        assert loss.last is not None
        if self._loses_nothing:
            assert loss.reason in OF_THE_LINKS, loss
        every = self._every
        numbers = range(-(-loss.first // every) * every, loss.last + 1, every)
        assert loss.count == len(numbers), loss
        self._lost += len(numbers)
        self._pass(numbers)

    def note_items(self, block: sc.Block) -> None:
        assert list(block.values) == list(block.sequences)
        self._pass(block.sequences)
        self.newest = max(self.newest, block.sequences[-1])

    def _pass(self, numbers: range) -> None:
        if numbers:
            assert numbers[0] == self._next, (numbers, self._next)
            assert len(numbers) == 1 or numbers.step == self._every
            self._next = numbers[-1] + self._every

    def has_all(self, lasts: list[int]) -> bool:
        """Whether it has taken or lost all up to the number that was written last."""
        return not len(self.reader) and self.newest >= lasts[0]

    def check(self, lasts: list[int]) -> None:
        """Every selected number was delivered once or reported lost once, in order."""
        for loss in self._told:  # after the last item
            self.note_loss(loss)
        assert self._next > lasts[0]
        assert self.reader.lost == self._lost

    async def check_account(self) -> None:
        account = await self._statistics()
        assert account.in_flight == account.buffered == account.reduced == 0
        left_out = account.dropped + account.not_selected
        assert account.published == account.delivered + left_out

    async def _statistics(self) -> sc.ReaderStatistics:
        account: sc.ReaderStatistics = await self.reader.statistics()
        return account

    async def close(self) -> None:
        await self.reader.close()


class BlockingTaker(Taker):
    """The same of a reader of the blocking face, in a thread."""

    async def run(self) -> None:
        taking = asyncio.ensure_future(asyncio.to_thread(self._run))
        try:
            await asyncio.shield(taking)
        except asyncio.CancelledError:
            await self.close()
            await taking
            raise

    def _run(self) -> None:
        with contextlib.suppress(sc.ChannelClosed):
            while True:
                self.note(self.reader.get_block())
                if self._chance.random() < 0.2:
                    time.sleep(REST_S * self._chance.random())

    async def _statistics(self) -> sc.ReaderStatistics:
        return await asyncio.to_thread(self.reader.statistics)

    async def close(self) -> None:
        await asyncio.to_thread(self.reader.close)


class SharedTaker(Taker):
    """The same of a channel with several writers, whose numbers begin anew in each epoch.

    Its reader was made in the newest of `epochs`, which grow as servers are started.
    """

    def __init__(
        self,
        reader: Any,
        parameters: dict[str, Any],
        chance: random.Random,
        *,
        epochs: Sequence[int],
    ) -> None:
        super().__init__(reader, parameters, chance)
        self._newest_of: dict[str, int] = {}
        self._place: int | None = None  # the next number in this epoch
        self._epochs = epochs
        self._epoch = epochs[-1]
        self._breaks = 0  # losses of unknown size since the last item
        self._of_epoch = Counter[str]()
        self._changes: list[tuple[int, int, int]] = []

    def note_loss(self, loss: sc.Loss) -> None:
        assert loss.reason
        assert not self._loses_nothing or loss.reason != "overflow"
        if loss.last is None:
            assert loss.count == 0
            self._breaks += 1
            self._place = None
            self._check_epoch()
            return
        assert self._place in (None, loss.first), (loss, self._place)
        self._place = loss.last + 1
        self._of_epoch["lost"] += loss.last - loss.first + 1
        self._lost += loss.count

    def note_items(self, block: sc.Block) -> None:
        for value, sequence in zip(block.values, block.sequences, strict=True):
            self._note_item(*value, sequence)

    def _note_item(self, writer: str, number: int, epoch: int, sequence: int) -> None:
        assert self._place in (None, sequence), (sequence, self._place)
        self._place = sequence + 1
        if epoch != self._epoch:
            self._changes.append((self._epoch, epoch, self._breaks))
            self._of_epoch.clear()
        else:
            assert self._breaks == 0
        self._epoch, self._breaks = epoch, 0
        newest = self._newest_of.get(writer, -1)
        assert number > newest, "twice, or out of order"
        if writer in self._of_epoch:
            self._of_epoch["missing"] += number - newest - 1
        self._of_epoch[writer] += 1
        self._newest_of[writer] = number

    def _check_epoch(self) -> None:
        """What its writers sent between two of their items and did not come was reported."""
        assert self._of_epoch["missing"] <= self._of_epoch["lost"]

    def has_all(self, lasts: list[int]) -> bool:
        return sorted(self._newest_of.values()) == sorted(lasts)

    def check(self, lasts: list[int]) -> None:
        """Each new epoch was reported once, and what was lost in between."""
        for loss in self._told:
            self.note_loss(loss)
        assert self._breaks == 0
        self._check_epoch()
        order = {epoch: index for index, epoch in enumerate(self._epochs)}
        for former, latter, reported in self._changes:
            assert 1 <= reported <= order[latter] - order[former], (former, latter, reported)
        assert self.reader.lost == self._lost


class TransferTaker(Taker):
    """Takes transfers, and holds them to their ends; of one channel with one writer."""

    def __init__(self, reader: Any, parameters: dict[str, Any], chance: random.Random) -> None:
        super().__init__(reader, parameters, chance)
        self._taken = 0
        self._got_last = False

    async def run(self) -> None:
        while self.reader.end_reason is None:
            async for transfer, number in self.reader.transfer():
                assert transfer == self._taken
                self._got_last = number == "last"
            self._taken += 1

    def has_all(self, lasts: list[int]) -> bool:
        return self._taken > lasts[0]

    def check(self, lasts: list[int]) -> None:
        """Each transfer had its own end, in its place."""
        assert self._taken == lasts[0] + 1
        assert self._got_last
        for loss in self._told:
            assert loss.last is not None
            assert loss.reason in OF_THE_LINKS


class SharedBlockingTaker(SharedTaker, BlockingTaker):
    """The same of a reader of the blocking face."""
