"""Who waits for channels that do not exist yet, by name; it makes no subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from stream_core.channels.channel import Channel
from stream_core.channels.parameters import Parameters
from stream_core.rpc.current_call import CurrentCall, current_call
from stream_core.security import KeyProof, Verifier
from stream_core.server.session import Session
from stream_core.server.subscription import Subscription

__all__ = ["Former", "Waiting", "WaitingList"]

SWEEP = 64


class Former(msgspec.Struct, frozen=True):
    """What a reader knows of the channel that it read before its subscription went.

    Attributes:
        origin, epoch: of that channel; received: the highest number that the reader has got.
    """

    origin: int
    epoch: int
    received: int

    def read(self, channel: Channel, epoch: int) -> bool:
        """Whether this channel goes on with the numbers of that one."""
        return channel.origin == self.origin and (epoch == self.epoch or not channel.spec.shared)


class Waiting(msgspec.Struct, eq=False):
    """A subscription that waits for its channel, as long as its call does.

    `after` is what its client calls it, so that it is not lost with the link; see `Successors`.
    """

    session: Session
    parameters: Parameters
    former: Former | None
    proof: KeyProof | None
    after: int | None
    future: asyncio.Future[Subscription]
    call: CurrentCall

    def is_for(self, verifier: Verifier | None) -> bool:
        """Whether a channel of its name is the one: a public one, or that of its key."""
        if self.proof is None or verifier is None:
            return self.proof is None and verifier is None
        return self.proof.fits(verifier)

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more, although the call's task may not have heard of it."""
        return self.future.done() or self.call.cancelled


class WaitingList:
    """All that wait."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Waiting]] = {}
        self._sweep_at = SWEEP

    def __len__(self) -> int:
        return sum(map(len, self._by_name.values()))

    def add(
        self,
        session: Session,
        name: str,
        parameters: Parameters,
        former: Former | None = None,
        proof: KeyProof | None = None,
        after: int | None = None,
    ) -> asyncio.Future[Subscription]:
        """Wait within the current call; the future is forgotten when it is done.

        With a `proof` it is a private channel that is waited for: the one whose key was proven,
        if there ever is one.
        """
        if len(self) >= self._sweep_at:
            self._sweep()
        future: asyncio.Future[Subscription] = asyncio.get_running_loop().create_future()
        waiting = Waiting(session, parameters, former, proof, after, future, current_call())
        self._by_name.setdefault(name, []).append(waiting)
        future.add_done_callback(lambda _: self._forget(name, waiting))
        return future

    def take(self, name: str, verifier: Verifier | None = None) -> list[Waiting]:
        """Those that still wait for that channel; the others are told that it is over."""
        found: list[Waiting] = []
        others: list[Waiting] = []
        for waiting in self._by_name.pop(name, ()):
            if waiting.given_up:
                waiting.future.cancel()
            else:
                (found if waiting.is_for(verifier) else others).append(waiting)
        if others:
            self._by_name[name] = others
        return found

    def leave(self, session: Session) -> None:
        """That client waits for nothing any more."""
        self._cancel(lambda waiting: waiting.session is session)

    def _sweep(self) -> None:
        """Forget calls that were cancelled before their tasks began: nothing else would."""
        self._cancel(lambda waiting: waiting.given_up)
        self._sweep_at = 2 * len(self) + SWEEP

    def _cancel(self, chosen: Callable[[Waiting], bool]) -> None:
        for name, found in tuple(self._by_name.items()):
            for waiting in [each for each in found if chosen(each)]:
                waiting.future.cancel()
                self._forget(name, waiting)

    def _forget(self, name: str, waiting: Waiting) -> None:
        found = self._by_name.get(name, [])
        if waiting in found:
            found.remove(waiting)
            if not found:
                del self._by_name[name]
