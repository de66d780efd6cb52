"""Readers who read the next channel of a name, whether or not they ask now; makes no subscriptions.

A client hears of the end of a channel only when it has taken what came before, and then asks for
the next one. That may be there by then, and must not go on without this reader. Nor must one that
is made while the link is down by which it was asked for. The reader is attached when the channel is
made, and what comes before it asks waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from stream_core.channels.channel import Channel
from stream_core.channels.parameters import Parameters
from stream_core.security import KeyProof, Verifier
from stream_core.server.session import Session
from stream_core.server.subscription import Subscription

__all__ = ["Expected", "Successors"]


class Expected(msgspec.Struct, eq=False):
    """A subscription to the next channel of a name.

    Attributes:
        session: of the reader's client; parameters: of the reader.
        name: of the channel; verifier: its key's, or `proof`: of its key, where none is known yet.
        successor: the subscription, once there is such a channel.
    """

    session: Session
    parameters: Parameters
    name: str
    verifier: Verifier | None = None
    proof: KeyProof | None = None
    successor: Subscription | None = None

    def is_for(self, channel: Channel) -> bool:
        """Whether that channel, of its name, is the one that it waits for."""
        if self.proof is not None and channel.verifier is not None:
            return self.proof.fits(channel.verifier)
        return self.proof is None and self.verifier == channel.verifier


class Successors:
    """All that are expected, by their client, and by what that calls them.

    That is the number of the reader on the channel that has ended, or another one below 0. They are
    kept until the client is known to have heard of what it asked for.
    """

    def __init__(self) -> None:
        self._of: dict[int, dict[int, Expected]] = {}  # by client
        self._open: dict[str, dict[tuple[int, int], Expected]] = {}  # by name: without a successor
        self._before: dict[tuple[int, int], int] = {}  # by client and successor: what it follows

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def expect(self, number: int, expected: Expected) -> None:
        """A client waits for the next channel of a name; it may have said so before."""
        client = expected.session.number
        of_client = self._of.setdefault(client, {})
        if number not in of_client:
            of_client[number] = expected
            self._open.setdefault(expected.name, {})[client, number] = expected

    def take(self, channel: Channel) -> list[tuple[int, Expected]]:
        """Those that wait for that channel, each with what its client calls it."""
        return [
            (number, expected)
            for (_, number), expected in self._open.get(channel.spec.name, {}).items()
            if expected.is_for(channel)
        ]

    def fulfil(self, session: Session, number: int, successor: Subscription) -> None:
        """A client has what it waits for, but may not know that."""
        expected = self.of(session).get(number)
        if expected is not None:
            self._close(session, number, expected)
            expected.successor = successor
            self._before[session.number, successor.number] = number

    def claim(self, session: Session, number: int) -> Subscription | None:
        """A client asks for what it waits for; None: there is nothing yet."""
        self.confirm(session, number)
        expected = self.of(session).get(number)
        return None if expected is None else expected.successor

    def may_be_claimed(self, session: Session, number: int) -> bool:
        """Whether that reader follows another one, and its client may not have heard of it."""
        return (session.number, number) in self._before

    def confirm(self, session: Session, number: int) -> None:
        """A client knows that reader: it will not ask for it again."""
        before = self._before.get((session.number, number))
        if before is not None:
            self.forget(session, before)

    def forget(self, session: Session, number: int) -> Subscription | None:
        """A client does not wait any more; gives what it has got by then."""
        expected = self.of(session).get(number)
        if expected is None:
            return None
        del self._of[session.number][number]
        if not self._of[session.number]:
            del self._of[session.number]
        successor = expected.successor
        if successor is None:
            self._close(session, number, expected)
        else:
            self._before.pop((session.number, successor.number), None)
        return successor

    def _close(self, session: Session, number: int, expected: Expected) -> None:
        waiting = self._open.get(expected.name, {})
        waiting.pop((session.number, number), None)
        if not waiting:
            self._open.pop(expected.name, None)

    def of(self, session: Session) -> Mapping[int, Expected]:
        """What that client waits for."""
        return self._of.get(session.number, {})

    def known(self, session: Session, numbers: Iterable[int]) -> set[int]:
        """Those readers of a client, and all that follow them and may not have been heard of."""
        found: set[int] = set()
        for number in numbers:
            found.add(number)
            while (expected := self.of(session).get(number)) is not None:
                if expected.successor is None:
                    break
                number = expected.successor.number
                found.add(number)
        return found

    def leave(self, session: Session) -> None:
        """That client waits for nothing any more."""
        for number in tuple(self.of(session)):
            self.forget(session, number)
