"""The link to a server: made, closed and watched over here; it does not care what it carries."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.feedback import Feedback
from stream_gui.models.link_state import LinkPhase, LinkState
from stream_gui.models.python_client import Access
from stream_gui.session.bridge import Bridge
from stream_gui.session.portal import Portal
from stream_gui.settings import RecentServer, account
from stream_gui.tasks import Tasks

__all__ = ["Link", "Target"]

PHASES = {
    sc.State.CONNECTING: LinkPhase.CONNECTING,
    sc.State.CONNECTED: LinkPhase.CONNECTED,
    sc.State.RECONNECTING: LinkPhase.RECONNECTING,
    sc.State.CLOSED: LinkPhase.DISCONNECTED,
}
ENDED = "the server ended the connection"
EXPLAINED_WITHIN_S = 0.2
TRIED_EVERY_S = 2.0
FOR_PROGRAMS = ("Client(", "Tls(", "secret=")


@dataclass(frozen=True)
class Target:
    """A server to join.

    Attributes:
        address: "host:port".
        name: the client name to use there; "" for the automatic one.
        secret: what the server asks for; "" for none. It is never written anywhere.
        tls: whether TLS is spoken.
        authority: the file of the authority that the server must descend from; "": the system's.
        user: who proves itself by the secret; "": all share it.
        certificate, key: the files by which this client proves itself; "": it need not.
    """

    address: str
    name: str = ""
    secret: str = ""
    tls: bool = False
    authority: str = ""
    user: str = ""
    certificate: str = ""
    key: str = ""

    @classmethod
    def of(cls, server: RecentServer) -> Target:
        """A server that was joined before, without its secret."""
        return cls(
            server.address,
            server.name,
            tls=server.tls,
            authority=server.authority,
            user=server.user,
            certificate=server.certificate,
            key=server.key,
        )

    @property
    def account(self) -> str:
        """What its secret is kept under."""
        return account(self.user, self.address)

    @property
    def access(self) -> Access:
        """The same without the secret."""
        return Access(self.address, self.name, self.user, bool(self.secret), tls=self.proof["tls"])

    @property
    def proof(self) -> dict[str, Any]:
        """The arguments of a client by which both sides prove who they are."""
        tls = sc.Tls(
            certificate=self.certificate or None,
            key=self.key or None,
            authority=self.authority or None,
        )
        return {
            "user": self.user or None,
            "secret": self.secret or None,
            "tls": tls if self.tls else None,
        }

    def __repr__(self) -> str:
        return f"Target({self.address!r}, {self.name!r})"


class Link(QObject):
    """Makes, mends and closes the link.

    Signals:
        opened(sc.Client): there is a client; it stays the same while it reconnects.
        closed(): that client is no more.
        joined(Target): a server let us in.
        restored(): the same client is connected again after its link was broken.

    Args:
        portal: the client's thread.
        bridge: the way back from there.
        tasks: keep what is under way.
        feedback: hears of failures.
        state: what everybody may see of the link.
        client_factory: makes a client, as `stream_core.Client` does.

    Attributes:
        target: the server that is joined or to be joined; None after it was left.
        error: what the problem in `state` comes from, if there is one.
    """

    opened = Signal(object)
    closed = Signal()
    joined = Signal(object)
    restored = Signal()

    def __init__(
        self,
        portal: Portal,
        bridge: Bridge,
        tasks: Tasks,
        feedback: Feedback,
        state: LinkState,
        client_factory: Callable[..., sc.Client] = sc.Client,
    ) -> None:
        super().__init__()
        self._portal = portal
        self._bridge = bridge
        self._tasks = tasks
        self._feedback = feedback
        self._factory = client_factory
        self.state = state
        self.client: sc.Client | None = None
        self.target: Target | None = None
        self.error: Exception | None = None
        self._making: asyncio.Task[None] | None = None
        self._ended: sc.Client | None = None
        self._end_reason = ENDED

    @property
    def access(self) -> Access:
        """How the server is joined under a name of one's own; of none its last address."""
        if self.target is None:
            return Access(self.state.address)
        return replace(self.target.access, name="")

    def connect_to(self, target: Target, *, waits: bool = False) -> None:
        """Join a server, leaving the one joined now.

        Args:
            target: the server.
            waits: a server that cannot be reached is tried again until it can be.
        """
        before, self._making = self._making, None
        self.target = target
        self._making = self._tasks.start(
            self._join(target, before, waits=waits), doing=f"connect to {target.address}"
        )

    def disconnect_now(self) -> None:
        """Leave the server."""
        before, self._making = self._making, None
        self.target = None
        self._tasks.start(self._leave(before), doing="disconnect")

    def explain_end(self, client: sc.Client, reason: str) -> None:
        """Say why this client's link has ended: its readers are told, and tell it here."""
        if client is self._ended:
            self._end_reason = f"{ENDED}: {reason}"
            self.error = sc.ConnectionLost(self._end_reason)
            if self.state.phase is LinkPhase.DISCONNECTED:
                self.state.update(LinkPhase.DISCONNECTED, problem=self._end_reason)

    async def close(self) -> None:
        """Leave the server and wait until that is done."""
        before, self._making = self._making, None
        await self._leave(before)

    async def _join(
        self, target: Target, before: asyncio.Task[None] | None, *, waits: bool
    ) -> None:
        await _ended(before)
        await self._give_up_client()
        self.state.update(
            LinkPhase.CONNECTING,
            address=target.address,
            client_name=target.name,
            user=target.user,
        )
        try:
            client = await self._reach(target, waits=waits)
        except (sc.StreamError, OSError, TimeoutError, ValueError) as error:
            self.error, problem = error, _in_words(error)
            unproven = isinstance(error, sc.AuthenticationFailed | sc.InvalidValue)
            wants_secret = unproven and "secret" in problem
            self.state.update(LinkPhase.DISCONNECTED, problem=problem, wants_secret=wants_secret)
            self._feedback.error(f"connect to {target.address}", problem)
            return
        except asyncio.CancelledError:
            self.state.update(LinkPhase.DISCONNECTED)
            raise
        self.client = client
        self.state.update(LinkPhase.CONNECTED, client_name=client.name)
        self._feedback.information(f"connect to {target.address}", "connected")
        self.joined.emit(target)
        self.opened.emit(client)
        self._state_changed(client, client.state)  # it may have broken before we listened

    async def _reach(self, target: Target, *, waits: bool) -> sc.Client:
        while True:
            try:
                return await self._portal.call(self._open(target))
            except (sc.ConnectionFailed, sc.ConnectionLost) as error:
                if not waits:
                    raise
                self.error = error
                self.state.update(LinkPhase.CONNECTING, problem=str(error))
            await asyncio.sleep(TRIED_EVERY_S)

    async def _leave(self, before: asyncio.Task[None] | None) -> None:
        await _ended(before)
        await self._give_up_client()
        self.state.update(LinkPhase.DISCONNECTED)

    async def _give_up_client(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            self.closed.emit()
            await self._portal.call(client.close())

    async def _open(self, target: Target) -> sc.Client:
        name = target.name or f"monitor@{platform.node()}-{os.getpid()}"
        client = self._factory(name, target.address, **target.proof)
        await client.connect()
        client.on_state(lambda state: self._bridge.post(self._state_changed, client, state))
        return client

    def _state_changed(self, client: sc.Client, state: sc.State) -> None:
        if client is not self.client:
            return
        before = self.state.phase
        phase = PHASES[sc.State(state)]
        if phase is before:
            return
        if phase is LinkPhase.DISCONNECTED:
            self._ended_by_server(client)
        elif phase is LinkPhase.CONNECTED:
            self.state.update(phase, client_name=client.name)
            self._feedback.information(self.state.address, "the server is back")
            self.restored.emit()
        else:
            self.state.update(LinkPhase.RECONNECTING)
            self._feedback.warning(self.state.address, "the link is broken; trying again")

    def _ended_by_server(self, client: sc.Client) -> None:
        self.client, self._ended, self._end_reason = None, client, ENDED
        self.error = sc.ConnectionLost(ENDED)
        self.closed.emit()
        self.state.update(LinkPhase.DISCONNECTED, problem=ENDED)
        self._tasks.start(self._tell_end(client), doing="close the old connection")

    async def _tell_end(self, client: sc.Client) -> None:
        """Report the end once, with its reason if that comes soon."""
        address = self.state.address
        await self._portal.call(client.close())
        await asyncio.sleep(EXPLAINED_WITHIN_S)
        self._feedback.error(address, self._end_reason)


async def _ended(task: asyncio.Task[None] | None) -> None:
    """Cancel what was being made and wait until it has let go."""
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task])


def _in_words(error: BaseException) -> str:
    """What an operator is told: the fact, without the remedy for those who write programs."""
    fact, _, remedy = str(error).partition("; give ")
    if not any(words in remedy for words in FOR_PROGRAMS):
        return str(error)
    words = remedy.partition(":")[0]
    return fact if "(" in words or "=" in words else f"{fact}; give {words}"
