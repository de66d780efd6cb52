"""The system's keyring as a window uses it: asked in a worker thread, told in the feedback."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Signal

from stream_gui.feedback import Feedback
from stream_gui.session import secrets
from stream_gui.session.portal import Portal
from stream_gui.tasks import Tasks

__all__ = ["Keyring"]


class Keyring(QObject):
    """Keeps, gives and forgets secrets, each under the account that it is for.

    Signals:
        changed(): it is known whether there is one.

    Attributes:
        available: whether this system has one that keeps secrets safe; None: not known yet.
    """

    changed = Signal()

    def __init__(self, portal: Portal, tasks: Tasks, feedback: Feedback) -> None:
        super().__init__()
        self._portal = portal
        self._tasks = tasks
        self._feedback = feedback
        self.available: bool | None = None

    def look(self) -> None:
        """Find out whether there is one."""
        self._tasks.start(self._look(), doing="look for a keyring")

    def keep(self, account: str, secret: str) -> None:
        """Keep a secret, if that is possible."""
        self._tasks.start(self._keep(account, secret), doing="keep the secret")

    def forget(self, account: str) -> None:
        """Keep a secret no longer."""
        forgotten = self._portal.call(asyncio.to_thread(secrets.forget, account))
        self._tasks.start(forgotten, doing="forget the secret")

    async def recall(self, account: str) -> str:
        """The secret, or "" if it is not kept."""
        return await self._portal.call(asyncio.to_thread(secrets.recall, account))

    async def _look(self) -> None:
        self.available = await self._portal.call(asyncio.to_thread(secrets.available))
        self.changed.emit()

    async def _keep(self, account: str, secret: str) -> None:
        kept = await self._portal.call(asyncio.to_thread(secrets.keep, account, secret))
        if not kept:
            self._feedback.warning(
                "keep the secret", "this system has no safe keyring; it is asked for again"
            )
