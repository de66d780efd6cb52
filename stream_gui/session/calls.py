"""Remote calls made by the operator, any number at once; what they do is the targets' concern."""

from __future__ import annotations

import asyncio
from typing import Any

import stream_core as sc
from stream_gui.models.call_history import CallHistory
from stream_gui.models.command_line import Command, command_text
from stream_gui.models.form_field import form_fields
from stream_gui.models.method_catalog import MethodCatalog
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Surroundings

__all__ = ["Calls"]


class Calls:
    """Makes calls and asks targets what they offer.

    Attributes:
        history: the calls made.
        catalog: what the targets offer.
    """

    def __init__(self, around: Surroundings, bridge: Bridge, catalog: MethodCatalog) -> None:
        self.history = CallHistory()
        self.catalog = catalog
        self._around = around
        self._bridge = bridge
        self._running: dict[int, asyncio.Task[None]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        around.link.closed.connect(self._forget)

    def learn(self, target: str, *, again: bool = False) -> None:
        """Ask a target what it offers, unless that is known or being asked."""
        known = self.catalog.description(target) is not None
        if target in self._asking or (known and not again) or self._around.link.client is None:
            return
        task = self._around.tasks.start(
            self._ask(self._around.link.client, target), doing=f"ask {target} for its methods"
        )
        self._asking[target] = task

    def call(self, command: Command, text: str = "") -> int:
        """Make a call; gives its number in the history."""
        number = self.history.begin(text or command_text(command))
        client = self._around.link.client
        if client is None:
            self.history.failed(number, "there is no server to call through", "")
            return number
        self._running[number] = self._around.tasks.start(
            self._make(client, number, command), doing=f"call {command.target}.{command.method}"
        )
        return number

    def cancel(self, number: int) -> None:
        """Give up a call that is under way; its target is told."""
        task = self._running.get(number)
        if task is not None:
            task.cancel()

    def cancel_all(self) -> None:
        """Give up all calls that are under way."""
        for number in list(self._running):
            self.cancel(number)

    async def _ask(self, client: sc.Client, target: str) -> None:
        try:
            remote = await self._around.portal.call(client.remote(target))
            self.catalog.put(target, sc.describe(remote))
        except (sc.StreamError, TimeoutError) as error:
            self.catalog.failed(target, str(error))
        finally:
            self._asking.pop(target, None)

    async def _make(self, client: sc.Client, number: int, command: Command) -> None:
        try:
            await self._around.portal.call(self._perform(client, number, command))
        except asyncio.CancelledError:
            self._bridge.drain()
            self.history.cancelled(number)
            raise
        except sc.RemoteError as error:
            self._fail(number, str(error), error.traceback)
        except (sc.StreamError, AttributeError, TypeError, TimeoutError, ValueError) as error:
            self._fail(number, f"{type(error).__name__}: {error}", "")
        finally:
            self._running.pop(number, None)

    def _fail(self, number: int, text: str, detail: str) -> None:
        self._bridge.drain()
        self.history.failed(number, text, detail)

    async def _perform(self, client: sc.Client, number: int, command: Command) -> None:
        remote = await client.remote(command.target)
        self._bridge.post(self.catalog.put, command.target, sc.describe(remote))
        method: Any = remote
        for part in command.method.split("."):
            method = getattr(method, part)
        args, kwargs = _converted(sc.describe(method), command)
        call = method(*args, **kwargs)
        call.on_progress(lambda value: self._bridge.post(self.history.progressed, number, value))
        try:
            await self._finish(call, number)
        finally:
            call.cancel()

    async def _finish(self, call: sc.Call, number: int) -> None:
        if not call.streams:
            self._bridge.post(self.history.done, number, await call)
            return
        async for value in call:
            self._bridge.post(self.history.received, number, value)
        self._bridge.post(self.history.streamed, number)

    def _forget(self) -> None:
        self.catalog.set_targets(())


def _converted(method: Any, command: Command) -> tuple[list[Any], dict[str, Any]]:
    """The arguments with lists made into the arrays that the method asks for."""
    fields = form_fields(method)
    positional = [each for each in fields if each.parameter_kind.startswith("positional")]
    args = [
        positional[place].convert(value) if place < len(positional) else value
        for place, value in enumerate(command.args)
    ]
    named = {each.name: each for each in fields}
    kwargs = {
        name: named[name].convert(value) if name in named else value
        for name, value in command.kwargs.items()
    }
    return args, kwargs
