"""Another client, or the server, as the target of calls; what it offers is kept up to date.

It never looks for its target itself: `Targets` does.
"""

from __future__ import annotations

import weakref
from functools import partial
from typing import Any, Protocol

from stream_core.client.calls import Calls
from stream_core.errors import InvalidValue, TargetNotFound
from stream_core.rpc import (
    Call,
    Description,
    Given,
    InvokeLate,
    MethodDescription,
    MethodKind,
    Remote,
    bind_again,
    no_method,
    update,
)

__all__ = ["Finder", "Target"]

Incarnation = tuple[int, int]
"""The server's epoch, and a client's number: a target has one description in its life."""


class Finder(Protocol):
    """Who looks for targets."""

    def look_again(self, target: Target) -> None:
        """It may have changed: find out, in the background."""

    async def renew(self, target: Target) -> Description:
        """What it offers now; raises `TargetNotFound`."""
        ...

    def start(self, target: Target, call: Call, work: Any) -> None:
        """Run what a call waits for."""


class Target:
    """A target by its name, whoever has that name (`rpc.Invoker`).

    Args:
        finder: looks for it.
        calls: carries its calls.
        name: of the target; number: on the wire.

    Attributes:
        number: None while it is not known, after another server has begun.
        description: what it offers, by the newest that is known.
        incarnation: whom that describes.
        departed: the number of the last one that is known to have gone.
        stale: somebody else may have the name now.
    """

    def __init__(self, finder: Finder, calls: Calls, name: str, number: int) -> None:
        self._finder = finder
        self._calls = calls
        self._remotes: weakref.WeakSet[Remote] = weakref.WeakSet()
        self.name = name
        self.number: int | None = number
        self.description = Description(target=name)
        self.incarnation: Incarnation | None = None
        self.departed: int | None = None
        self.stale = True

    def shown_by(self, remote: Remote) -> None:
        """Keep that proxy up to date."""
        self._remotes.add(remote)

    def take(self, description: Description, incarnation: Incarnation) -> None:
        """It offers that now."""
        self.description, self.incarnation = description, incarnation
        for remote in tuple(self._remotes):
            update(remote, description)

    # rpc.Invoker

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> Call:
        """Send a call that is bound and checked; see `Invoker`.

        Raises:
            ConnectionLost: the link is down.
            TargetNotFound: the target has gone, and has not been found again.
        """
        number = self._known_number() if self.stale or self.number is None else self.number
        call = self._calls.call(
            number,
            method.path,
            args,
            kwargs,
            timeout_s=timeout_s,
            streams=method.streams,
            target_name=self.name,
        )
        call.second_chance = partial(self._refused, method, given)
        call.on_failure = self._failed
        return call

    def waits_for(self, method: MethodDescription) -> bool:
        """Whether the method could only run when the caller, who wants to wait for it, is done."""
        in_a_worker = method.kind in (MethodKind.DEF, MethodKind.GENERATOR)
        return in_a_worker and self.number is not None and self._calls.busy_here(self.number)

    def _known_number(self) -> int:
        if self.stale:
            self._finder.look_again(self)
        if self.number is None:
            raise TargetNotFound(f"client '{self.name}' has gone and has not come back yet")
        return self.number

    def _failed(self, call: Call, error: Exception) -> None:
        if call.target == self.number and isinstance(error, TargetNotFound):
            self._finder.look_again(self)

    def seek(self, path: str) -> InvokeLate | None:
        """A name is asked for that the target did not have; see `Invoker`."""
        return self.invoke_late if self.stale else None

    def invoke_late(self, path: str, given: Given, timeout_s: float | None) -> Call:
        """Call a method once it is known what the target offers now.

        Raises:
            ConnectionLost: the link is down.
        """
        number = self.number or 0
        call = self._calls.postpone(number, path, timeout_s=timeout_s, target_name=self.name)
        call.on_failure = self._failed
        self._finder.start(self, call, self._send_late(call, given))
        return call

    # What has changed

    async def renewed(self) -> Description:
        """What it offers now; asked for again if it is another one than was described.

        Raises:
            TargetNotFound: it is not there.
        """
        return await self._finder.renew(self)

    def _refused(
        self, method: MethodDescription, given: Given, call: Call, error: Exception
    ) -> bool:
        """The target refuses a call; whether it may have been meant for another one."""
        if not isinstance(error, AttributeError | TypeError | InvalidValue):
            return False
        self._finder.start(self, call, self._call_again(call, method, given, error))
        return True

    async def _call_again(
        self, call: Call, former: MethodDescription, given: Given, refusal: Exception
    ) -> None:
        """Call by what the target offers now, if that is something else; once."""
        try:
            method = (await self.renewed()).method(call.path)
        except Exception:
            raise refusal from None
        if method is None or method == former:
            raise refusal
        self._send(call, method, given)

    async def _send_late(self, call: Call, given: Given) -> None:
        description = await self.renewed()
        method = description.method(call.path)
        if method is None:
            paths = [offered.path for offered in description.methods]
            raise AttributeError(no_method(self.name, call.path, paths))
        self._send(call, method, given)

    def _send(self, call: Call, method: MethodDescription, given: Given) -> None:
        args, kwargs = bind_again(method, given)
        if method.streams and not call.streams:
            raise TypeError(
                f"{call.path}() of {self.name!r} gives its results one by one now: call it again"
            )
        self._calls.send_again(call, self._known_number(), args, kwargs)
