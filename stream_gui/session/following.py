"""Something followed at the server while there is a client: begun, ended and begun again here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import stream_core as sc
from stream_gui.feedback import Feedback
from stream_gui.models.python_log import PythonLog
from stream_gui.session.link import Link
from stream_gui.session.portal import Portal
from stream_gui.tasks import Tasks

__all__ = ["Following", "Surroundings"]


class Surroundings:
    """What every part of the session works with.

    Attributes:
        portal: the client's thread.
        tasks: keep what is under way.
        feedback: hears of failures.
        link: the link to the server.
        python: the lines that do what the operator has done.
    """

    def __init__(self, portal: Portal, tasks: Tasks, feedback: Feedback, link: Link) -> None:
        self.portal = portal
        self.tasks = tasks
        self.feedback = feedback
        self.link = link
        self.python = PythonLog()


class Following:
    """Runs one coroutine function in the client's thread for as long as it is wanted.

    It survives a client's reconnection if its handles do, else it is run again when the link is
    back; a new client gets a new run.

    Args:
        around: what the session works with.
        doing: what it does, in words.
        run: called with the client, in the client's thread.
    """

    def __init__(
        self,
        around: Surroundings,
        doing: str,
        run: Callable[[sc.Client], Coroutine[Any, Any, None]],
    ) -> None:
        self._around = around
        self._doing = doing
        self._run = run
        self._task: asyncio.Task[None] | None = None
        around.link.opened.connect(self._begin)
        around.link.closed.connect(self._stop)
        around.link.restored.connect(self._resume)
        if around.link.client is not None:
            self._begin(around.link.client)

    def end(self) -> None:
        """Follow no more."""
        self._around.link.opened.disconnect(self._begin)
        self._around.link.closed.disconnect(self._stop)
        self._around.link.restored.disconnect(self._resume)
        self._stop()

    def _begin(self, client: sc.Client) -> None:
        self._stop()
        self._task = self._around.tasks.start(self._follow(client), doing=self._doing)

    def _resume(self) -> None:
        client = self._around.link.client
        if client is not None and self._task is not None and self._task.done():
            self._begin(client)

    def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _follow(self, client: sc.Client) -> None:
        try:
            await self._around.portal.call(self._run(client))
        except sc.ConnectionLost:
            return  # the link has told of it
        except sc.StreamError:
            if self._task is asyncio.current_task():
                raise
            # ended meanwhile: that its handles were closed under it is no news
