"""Remote calls made by the operator, any number at once; what they do is the targets' concern."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import stream_core as sc
from stream_gui.models.console.call_history import CallHistory
from stream_gui.models.console.call_record import CallRecord
from stream_gui.models.console.command_line import Command, CommandError, command_text, split
from stream_gui.models.console.form_field import form_fields
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.models.console.saved_calls import SavedCalls
from stream_gui.models.python_lines import call_line, call_script
from stream_gui.session.bridge import Bridge
from stream_gui.session.call_store import CallStore
from stream_gui.session.following import Surroundings

__all__ = ["Calls"]

NO_SERVER = "there is no server to call through"
REFUSALS = (sc.StreamError, AttributeError, TypeError, TimeoutError, ValueError)


class Calls:
    """Makes calls and asks targets what they offer.

    Attributes:
        history: the calls made, those of earlier starts too.
        catalog: what the targets offer.
        saved: calls kept by name.
    """

    def __init__(
        self, around: Surroundings, bridge: Bridge, catalog: MethodCatalog, store: CallStore
    ) -> None:
        self.history = CallHistory()
        self.catalog = catalog
        self.saved = SavedCalls()
        self._around = around
        self._bridge = bridge
        self._store = store
        self._running: dict[int, asyncio.Task[None]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        around.link.closed.connect(self._forget)
        self._restore()
        self.history.ended.connect(self._keep)

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
        return self._begin(command, text or command_text(command))

    def repeat(self, command: Command, text: str, every_s: float) -> int:
        """Make a call again and again, every so many seconds, until it is cancelled.

        One call is made at a time; where one takes longer, the next is made when its time comes.
        A failure is counted, and the next call made all the same.
        """
        return self._begin(command, text or command_text(command), every_s)

    def cancel(self, number: int) -> None:
        """Give up a call that is under way; its target is told."""
        task = self._running.get(number)
        if task is not None:
            task.cancel()

    def cancel_all(self) -> None:
        """Give up all calls that are under way."""
        for number in list(self._running):
            self.cancel(number)

    def forget(self) -> None:
        """Forget the calls that have ended, those that are kept for the next start too."""
        self.history.clear()
        try:
            self._store.clear()
        except OSError as error:
            self._around.feedback.warning("forget the calls", str(error))

    def script(self, text: str) -> str:
        """A program that makes the call that the line stands for.

        Raises:
            CommandError: The line is no call.
        """
        call = split(text, self.catalog.targets)
        method = self.catalog.method(call.target, call.method)
        access = self._around.link.access
        return call_script(call, access, streams=method is not None and method.streams)

    def _begin(self, command: Command, text: str, every_s: float = 0.0) -> int:
        number = self.history.begin(text, every_s=every_s)
        self._note(text, every_s)
        client = self._around.link.client
        if client is None:
            self.history.failed(number, NO_SERVER, "")
            return number
        task = self._around.tasks.start(
            self._make(client, number, command, every_s),
            doing=f"call {command.target}.{command.method}",
        )
        self._running[number] = task
        task.add_done_callback(partial(self._ended, number))
        return number

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        """Also of a call that was cancelled before it could begin."""
        self._running.pop(number, None)
        if task.cancelled():
            self._bridge.drain()
            self.history.cancelled(number)

    def _note(self, text: str, every_s: float) -> None:
        try:
            line = call_line(split(text, self.catalog.targets))
        except CommandError:
            return
        if every_s:
            line = f"while True:\n    print({line})\n    time.sleep({every_s:g})"
        self._around.python.add(line)

    async def _ask(self, client: sc.Client, target: str) -> None:
        try:
            remote = await self._around.portal.call(client.remote(target))
            self.catalog.put(target, sc.describe(remote))
        except (sc.StreamError, TimeoutError) as error:
            self.catalog.failed(target, str(error))
        finally:
            self._asking.pop(target, None)

    async def _make(self, client: sc.Client, number: int, command: Command, every_s: float) -> None:
        try:
            if every_s:
                await self._around.portal.call(self._repeat(client, number, command, every_s))
            else:
                await self._around.portal.call(self._perform(client, number, command))
        except REFUSALS as error:
            self._bridge.drain()
            traceback = error.traceback if isinstance(error, sc.RemoteError) else ""
            self.history.failed(number, _in_words(error), traceback)

    async def _repeat(
        self, client: sc.Client, number: int, command: Command, every_s: float
    ) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            try:
                value = await self._once(client, number, command)
                self._bridge.post(self.history.received, number, value)
            except REFUSALS as error:
                self._bridge.post(self.history.missed, number, _in_words(error))
            due_s = max(due_s + every_s, loop.time())
            await asyncio.sleep(due_s - loop.time())

    async def _once(self, client: sc.Client, number: int, command: Command) -> Any:
        call = await self._begun(client, number, command)
        try:
            return await call
        finally:
            call.cancel()

    async def _perform(self, client: sc.Client, number: int, command: Command) -> None:
        call = await self._begun(client, number, command)
        try:
            await self._finish(call, number)
        finally:
            call.cancel()

    async def _begun(self, client: sc.Client, number: int, command: Command) -> sc.Call:
        remote = await client.remote(command.target)
        self._bridge.post(self.catalog.put, command.target, sc.describe(remote))
        method: Any = remote
        for part in command.method.split("."):
            method = getattr(method, part)
        args, kwargs = _converted(sc.describe(method), command)
        call: sc.Call = method(*args, **kwargs)
        call.on_progress(lambda value: self._bridge.post(self.history.progressed, number, value))
        return call

    async def _finish(self, call: sc.Call, number: int) -> None:
        if not call.streams:
            self._bridge.post(self.history.done, number, await call)
            return
        async for value in call:
            self._bridge.post(self.history.received, number, value)
        self._bridge.post(self.history.streamed, number)

    def _forget(self) -> None:
        self.catalog.set_targets(())

    def _restore(self) -> None:
        try:
            self.history.restore(self._store.load())
        except OSError as error:
            self._around.feedback.warning("read the calls made before", str(error))

    def _keep(self, record: CallRecord) -> None:
        try:
            self._store.add(record.stored)
        except OSError as error:
            self._around.feedback.warning("keep a call for the next start", str(error))


def _in_words(error: BaseException) -> str:
    """What the operator is told: a remote error names itself, another is named here."""
    if isinstance(error, sc.RemoteError):
        return str(error)
    return f"{type(error).__name__}: {error}"


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
