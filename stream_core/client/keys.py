"""Keys of private channels as a client uses them: worked out beside the loop, proven to the server.

A key itself is never sent, shown or logged.
"""

from __future__ import annotations

import asyncio
from types import EllipsisType
from typing import Any

from stream_core.client.home import StreamHome
from stream_core.errors import ProtocolError, StreamError
from stream_core.security import ChannelKey, KeyClaim

__all__ = ["Keys", "Proof", "fault"]

AT_ONCE = 32  # the server keeps a bounded number of open challenges


class Proof:
    """A proof for the server, and what the server's own is held against.

    Attributes:
        text: to be sent.
    """

    def __init__(self, claim: KeyClaim, text: str) -> None:
        self._claim = claim
        self.text = text

    def check(self, reply: dict[str, Any]) -> None:
        """Hold the server to its own proof, that it has the key's verifier.

        Raises:
            AuthenticationFailed: it has not.
            ProtocolError: it does not say.
        """
        final = reply.get("scram")
        if not isinstance(final, str):
            raise ProtocolError("the server has not answered the proof of a key")
        self._claim.check(final)


class Keys:
    """Does what takes milliseconds in a thread.

    Args:
        home: the session.
    """

    def __init__(self, home: StreamHome) -> None:
        self._home = home
        self._free = asyncio.Semaphore(AT_ONCE)

    async def verifier(self, key: ChannelKey) -> tuple[bytes, bytes]:
        """What the owner of a channel leaves at the server."""
        verifier = await asyncio.get_running_loop().run_in_executor(None, key.verifier)
        return verifier.stored_key, verifier.server_key

    async def prove(self, key: ChannelKey, timeout_s: float | EllipsisType | None = ...) -> Proof:
        """A proof that we know a key; to be sent at once.

        Args:
            key: it.
            timeout_s: of the question; None: as long as there is a link.

        Raises:
            AuthenticationFailed: the server's challenge is unusable.
            ConnectionLost: the link is down.
            TimeoutError: the server has not answered in time.
        """
        async with self._free:
            claim = key.claim()
            first = claim.first()
            challenge = await self._home.ask("challenge", key.name, first, timeout_s=timeout_s)
            loop = asyncio.get_running_loop()
            return Proof(claim, await loop.run_in_executor(None, claim.answer, str(challenge)))


def fault(proof: Proof | None, reply: dict[str, Any]) -> StreamError | None:
    """Why a reply is not of one who has the channel whose key we have proven; None: it is."""
    try:
        if proof is not None:
            proof.check(reply)
    except StreamError as error:
        return error
    return None
