"""The targets of a client's calls: found by name, and looked for again when they have moved."""

from __future__ import annotations

import asyncio
import logging
import weakref
from typing import Any, Protocol

from stream_core.channels.names import SERVER
from stream_core.client.chores import Chores
from stream_core.errors import StreamError, TargetNotFound
from stream_core.rpc import Call, MethodDescription

__all__ = ["CallHome", "Target", "Targets"]

logger = logging.getLogger(__name__)


class CallHome(Protocol):
    """What targets ask of the client's session."""

    @property
    def resume_s(self) -> float:
        """How long a client may stay away after its link broke."""
        ...

    async def find_client(self, name: str, wait_s: float) -> int:
        """The number of the client of that name; raises `TargetNotFound`."""
        ...

    def call(
        self,
        target: int,
        path: str,
        args: list[Any],
        kwargs: dict[str, Any],
        *,
        timeout_s: float | None,
        streams: bool = False,
        target_name: str = "",
    ) -> Call:
        """Send a call; raises `ConnectionLost`."""
        ...


class Target:
    """Another client, or the server, as the target of calls (`rpc.Invoker`).

    Attributes:
        name: of the target; number: its number on the wire, None while it is looked for.
    """

    def __init__(self, targets: Targets, name: str, number: int) -> None:
        self._targets = targets
        self.name = name
        self.number: int | None = number

    def call(
        self,
        path: str,
        args: list[Any],
        kwargs: dict[str, Any],
        *,
        timeout_s: float | None,
        streams: bool = False,
    ) -> Call:
        """Send a call.

        Raises:
            ConnectionLost: the link is down.
            TargetNotFound: the target has gone, and has not been found again.
        """
        if self.number is None:
            self._targets.look_again(self)
            raise TargetNotFound(f"client '{self.name}' has gone and has not come back yet")
        call = self._targets.home.call(
            self.number,
            path,
            args,
            kwargs,
            timeout_s=timeout_s,
            streams=streams,
            target_name=self.name,
        )
        call.add_done_callback(self._ended)
        return call

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
    ) -> Call:
        """Send a call that is bound and checked; raises as `call`."""
        return self.call(method.path, args, kwargs, timeout_s=timeout_s, streams=method.streams)

    def _ended(self, call: Call) -> None:
        if call.target != self.number:
            return
        try:
            call.result()
        except TargetNotFound:
            self._targets.look_again(self)
        except (Exception, asyncio.CancelledError):
            return  # the caller hears of it


class Targets:
    """The targets that somebody still holds.

    Args:
        home: the session; chores: where searches run.
    """

    def __init__(self, home: CallHome, chores: Chores) -> None:
        self.home = home
        self._chores = chores
        self._held: weakref.WeakSet[Target] = weakref.WeakSet()
        self._sought: set[str] = set()

    async def find(self, name: str, wait_s: float) -> Target:
        """The client of that name.

        Raises:
            TargetNotFound: it is not there, nor within `wait_s`.
        """
        if name == SERVER:
            return Target(self, name, 0)
        target = Target(self, name, await self.home.find_client(name, wait_s))
        self._held.add(target)
        return target

    def renumbered(self) -> None:
        """The server is another one: everybody has a new number."""
        for target in tuple(self._held):
            self.look_again(target)

    def look_again(self, target: Target) -> None:
        """The client is not where it was: it may be there again under another number."""
        target.number = None
        if target.name not in self._sought:
            self._sought.add(target.name)
            work = self._search(target.name)
            self._chores.start(work, f"find client '{target.name}' again")

    async def _search(self, name: str) -> None:
        try:
            number = await self.home.find_client(name, self.home.resume_s)
        except StreamError as error:
            logger.info("client '%s' is not there any more: %s", name, error)
        else:
            for target in tuple(self._held):
                if target.name == name:
                    target.number = number
        finally:
            self._sought.discard(name)
