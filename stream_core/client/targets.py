"""The targets of a client's calls: found by name, described, and looked for when they have gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from collections.abc import Coroutine
from typing import Any, Protocol

from stream_core.channels.names import SERVER
from stream_core.client.calls import Calls
from stream_core.client.chores import Chores
from stream_core.client.target import Target
from stream_core.errors import StreamError, TargetNotFound
from stream_core.rpc import Call, Description, description_from_wire

__all__ = ["Directory", "Targets"]

logger = logging.getLogger(__name__)


class Directory(Protocol):
    """What is asked of the client's session."""

    @property
    def epoch(self) -> int:
        """The server's."""
        ...

    @property
    def resume_s(self) -> float:
        """How long a client may stay away after its link broke."""
        ...

    async def find_client(self, name: str, wait_s: float) -> int:
        """The number of the client of that name; raises `TargetNotFound`."""
        ...


class Targets:
    """The targets that somebody still holds (`client.target.Finder`).

    Args:
        directory: the session.
        calls: of the client.
        chores: where searches run.
        timeout_s: for a target to describe itself.
    """

    def __init__(
        self, directory: Directory, calls: Calls, chores: Chores, timeout_s: float | None
    ) -> None:
        self._directory = directory
        self._calls = calls
        self._chores = chores
        self._timeout_s = timeout_s
        self._held: weakref.WeakSet[Target] = weakref.WeakSet()
        self._sought: set[str] = set()
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def find(self, name: str, wait_s: float) -> Target:
        """The client of that name, described.

        Raises:
            TargetNotFound: it is not there, nor within `wait_s`.
        """
        number = await self._number(name, wait_s)
        target = Target(self, self._calls, name, number)
        self._held.add(target)
        await self._settle(name, number)
        return target

    async def _number(self, name: str, wait_s: float) -> int:
        return 0 if name == SERVER else await self._directory.find_client(name, wait_s)

    # Who may have gone

    def gone(self, number: int) -> None:
        """The target of that number has gone."""
        for target in self._named(number=number):
            target.departed = number
            self.look_again(target)

    def link_up(self, *, resumed: bool) -> None:
        """The link is back: who has gone meanwhile, was not told; with another server all have."""
        for target in tuple(self._held):
            if not resumed and target.name != SERVER:
                target.number = None
            self.look_again(target)

    def _named(self, name: str | None = None, number: int | None = None) -> list[Target]:
        return [
            target
            for target in tuple(self._held)
            if name in (None, target.name) and number in (None, target.number)
        ]

    def look_again(self, target: Target) -> None:
        """The target may be there under another number, and offer something else."""
        target.stale = True
        if target.name not in self._sought:
            self._sought.add(target.name)
            work = self._search(target.name)
            self._chores.start(work, f"find client '{target.name}' again")

    async def _search(self, name: str) -> None:
        try:
            while any(target.stale for target in self._named(name)):
                number = await self._number(name, self._directory.resume_s)
                with contextlib.suppress(TargetNotFound):  # it has gone again: wait for the next
                    await self._settle(name, number)
        except StreamError as error:
            logger.info("client '%s' is not there any more: %s", name, error)
        finally:
            self._sought.discard(name)

    async def renew(self, target: Target) -> Description:
        """What the target offers now; asked for again if it is another one than was described.

        Raises:
            TargetNotFound: it is not there.
        """
        await self._settle(target.name, await self._number(target.name, 0.0))
        return target.description

    async def _settle(self, name: str, number: int) -> None:
        """The client of that name has that number now: describe it, if that was not done."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        async with lock:
            incarnation = (self._directory.epoch, number)
            for target in self._named(name):
                target.number = number
            if any(target.incarnation != incarnation for target in self._named(name)):
                description = await self._describe(name, number)
                for target in self._named(name):
                    target.take(description, incarnation)
            for target in self._named(name):
                target.stale = number == target.departed

    async def _describe(self, name: str, number: int) -> Description:
        reply = await self._calls.call(
            number, "describe", [], {}, timeout_s=self._timeout_s, target_name=name
        )
        return description_from_wire(reply)

    # What calls wait for

    def start(self, target: Target, call: Call, work: Coroutine[Any, Any, None]) -> None:
        """Run what a call waits for; if it fails, so does the call."""
        self._chores.start(self._fail_with(call, work), f"call {call.path}() of '{target.name}'")

    async def _fail_with(self, call: Call, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            self._calls.fail(call, error)
