"""A workspace read for a while for its picture, with nobody there; it paints nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

import stream_core as sc
from stream_gui.models.link_state import LinkPhase
from stream_gui.models.workspace import WorkspaceError
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.workspaces import Damage

__all__ = ["Rendering"]


@dataclass(frozen=True)
class Rendering:
    """What is to be read.

    Attributes:
        workspace: its file.
        seconds: for how long data is read before the picture is taken.
        address: the server to join in place of the workspace's; "" for that.
        secret: what the server asks for; "" for none.
        patience_s: for how long a server is waited for.
        user: who proves itself by the secret; "": the workspace's.
    """

    workspace: Path
    seconds: float
    address: str = ""
    secret: str = ""
    patience_s: float = 10.0
    user: str = ""

    def open(self, session: MonitorSession) -> None:
        """Lay out what the workspace says.

        Raises:
            WorkspaceError: It cannot be understood, or there is nothing to be seen.
        """
        damages: list[Damage] = []
        session.workspaces.damaged.connect(damages.append)
        if not session.workspaces.open(self.workspace, without=("window",)):
            problem = f"{self.workspace} cannot be opened: {damages[0].problem}"
            if damages[0].has_backup:
                problem += f"; {self.workspace}.backup is the one before it"
            raise WorkspaceError(problem)
        if not session.plots.panels:
            raise WorkspaceError(f"{self.workspace} has no panels to be seen")

    async def watch(self, session: MonitorSession) -> list[str]:
        """Read for as long as is wanted; gives what is missing, a sentence each.

        Raises:
            ConnectionFailed: There is no server to read from, or none that lets us in.
        """
        self._join(session)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_settled(session), self.patience_s)
        if not session.state.connected:
            reason = session.state.problem or "no server answered in time"
            raise sc.ConnectionFailed(f"{session.state.address}: {reason}")
        await asyncio.sleep(self.seconds)
        return missing(session)

    def _join(self, session: MonitorSession) -> None:
        given = session.link.target
        if given is None and not self.address:
            raise sc.ConnectionFailed(f"{self.workspace} names no server; give one by --server")
        if self.address and (given is None or self.address != given.address):
            session.join(Target(self.address, secret=self.secret, user=self.user), waits=True)
        elif given is not None and self.secret:
            session.join(
                replace(given, secret=self.secret, user=self.user or given.user), waits=True
            )


def missing(session: MonitorSession) -> list[str]:
    """What a layout shows and nothing has come of, a sentence each."""
    layout, there = session.plots, session.channels.tree.names
    wanted = dict.fromkeys(c.channel for panel in layout.panels for c in layout.curves(panel))
    came = session.feeds.newest()
    return [
        f"nothing came of {channel}" if channel in there else f"there is no channel {channel}"
        for channel in wanted
        if channel not in came
    ]


def _is_being_made(session: MonitorSession) -> bool:
    state, target = session.state, session.link.target
    waits = target is not None and not state.connected and not state.problem
    return waits or state.phase in (LinkPhase.CONNECTING, LinkPhase.RECONNECTING)


async def _settled(session: MonitorSession) -> None:
    """Wait until the link is there, or is given up."""
    changed = asyncio.Event()
    session.state.changed.connect(changed.set)
    try:
        while _is_being_made(session):
            await changed.wait()
            changed.clear()
    finally:
        session.state.changed.disconnect(changed.set)
