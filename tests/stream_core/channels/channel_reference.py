"""What becomes of the numbers of a channel, told one number at a time and without a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stream_core.channels.history import Gap
from stream_core.wire.blocks import Block


class Reference:
    """What a channel makes of its writers' words; the past has (number, reason, withheld) each."""

    def __init__(self, *, shared: bool, keeps: int) -> None:
        self.shared, self.keeps = shared, keeps
        self.next = self.items = self.transfers = 0
        self.numbers, self.marks, self.going_on = {}, {}, set()
        self.past, self.heard = [], []

    def join(self, client: int, number: int, marks: int) -> None:
        self.numbers[client], self.marks[client] = number, marks
        self.going_on.add(client)
        if not self.shared:
            self.next, self.transfers = number, marks

    def leave(self, client: int) -> None:
        del self.numbers[client], self.marks[client]
        if self.going_on == {client} and self.numbers:
            return self.mark(client)
        self.going_on.discard(client)

    def advance(self, client: int, last: int) -> None:
        self.numbers[client] += last + 1 - self.next
        self.next = last + 1

    def publish(self, client: int, numbers: range) -> None:
        self.heard.append(("items", numbers, client))
        self.past += [(number, None, False) for number in numbers]
        self.items += len(numbers)
        self.advance(client, numbers[-1])

    def skip(self, client: int, count: int, reason: str, withheld: bool) -> None:
        numbers = range(self.next, self.next + count)
        if numbers:
            self.heard.append(("gap", numbers[0], numbers[-1], reason, withheld))
            self.past += [(number, reason, withheld) for number in numbers]
            self.advance(client, numbers[-1])

    def mark(self, client: int) -> None:
        self.going_on.discard(client)
        remaining = len(self.going_on)
        self.transfers += remaining == 0
        self.going_on = self.going_on or set(self.numbers)
        self.heard.append(("mark", remaining, self.transfers))

    def newest(self, count: int) -> list[tuple[int, str | None, bool]]:
        items = [index for index, entry in enumerate(self.past) if entry[1] is None]
        kept = min(count, self.keeps, len(items))
        return self.past[items[-kept] :] if kept else []


def singly(things: Iterable[Block | Gap]) -> Iterator[tuple[int, str | None, bool]]:
    """Blocks and gaps as a reference has its past."""
    for thing in things:
        if isinstance(thing, Gap):
            for number in range(thing.first, thing.last + 1):
                yield number, thing.reason, thing.withheld
        else:
            yield from ((number, None, False) for number in thing.sequences)
