"""Servers that this window starts, in itself or as processes of their own; it serves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.address import joinable
from stream_gui.models.python_lines import server_lines, stop_lines
from stream_gui.models.server_table import ServerRow, ServerTable
from stream_gui.session.following import Surroundings
from stream_gui.session.link import Target
from stream_gui.session.run_files import RunFiles, RunningServer, running_server
from stream_gui.session.server_figures import ServerFigures
from stream_gui.session.server_log import new_log, tail

__all__ = ["OwnServer", "ServerPlan", "Servers"]


@dataclass(frozen=True)
class ServerPlan:
    """What server to start.

    Attributes:
        host: the interface to listen on.
        port: 0 for any that is free.
        name: of the server.
        secret: what clients must know; "" for none. With users it is that of `user`.
        in_window: whether it lives and ends with this window.
        certificate, key: files of PEM, with which it speaks TLS; "": it does not.
        authority: the file of the authority of that certificate, by which this window believes it;
            "": one that the system knows.
        asks: whether clients must have a certificate of that authority, too.
        own_certificate, own_key: by which this window then proves itself.
        users: a users file; "": there are none. user: as whom this window joins.
        limits: what the server allows.
    """

    host: str = "127.0.0.1"
    port: int = 50012
    name: str = ""
    secret: str = ""
    in_window: bool = False
    certificate: str = ""
    key: str = ""
    authority: str = ""
    asks: bool = False
    own_certificate: str = ""
    own_key: str = ""
    users: str = ""
    user: str = ""
    limits: sc.Limits = field(default_factory=sc.Limits)

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of a server."""
        return {
            "host": self.host,
            "port": self.port,
            "name": self.name or None,
            "secret": None if self.users else self.secret or None,
            "users": self.users or None,
            "tls": self.tls,
            "limits": self.limits,
        }

    @property
    def tls(self) -> sc.Tls | None:
        """What the server proves itself by, and whom it lets in, if it speaks TLS."""
        if not self.certificate:
            return None
        authority = self.authority if self.asks else ""
        return sc.Tls(
            certificate=self.certificate, key=self.key or None, authority=authority or None
        )

    def target(self, address: str) -> Target:
        """How this window joins it."""
        return Target(
            address,
            secret=self.secret,
            tls=self.tls is not None,
            authority=self.authority,
            user=self.user if self.users else "",
            certificate=self.own_certificate if self.asks else "",
            key=self.own_key if self.asks else "",
        )

    def __repr__(self) -> str:
        return f"ServerPlan({self.host!r}, {self.port}, in_window={self.in_window})"


@dataclass
class OwnServer:
    """A server that this window has started."""

    address: str
    in_window: bool
    stop: Callable[[], Any]
    record: RunningServer | None = None
    plan: ServerPlan | None = None
    listens: str = ""


class Servers(QObject):
    """Starts and stops servers, and knows those on this computer.

    Signals:
        changed(): a server was started or stopped, or one is being started.

    Attributes:
        starting: whether one is being started.
        problem: why the last one could not be started, or "".
        table: the servers of this computer, as `look` found them.

    Args:
        around: what the session works with; its portal is also for what blocks.
        run_files: those of the processes on this computer.
        thread_factory: makes a `stream_core.LoopThread` for a server in this window.
        process_factory: makes a `stream_core.ServerProcess`.
    """

    changed = Signal()

    def __init__(
        self,
        around: Surroundings,
        run_files: RunFiles,
        thread_factory: Callable[[], sc.LoopThread] = sc.LoopThread,
        process_factory: Callable[..., sc.ServerProcess] = sc.ServerProcess,
    ) -> None:
        super().__init__()
        self._portal = around.portal
        self._tasks = around.tasks
        self._feedback = around.feedback
        self._link = around.link
        self._python = around.python
        self._run_files = run_files
        self._thread_factory = thread_factory
        self._process_factory = process_factory
        self._own: list[OwnServer] = []
        self._figures = ServerFigures()
        self.table = ServerTable()
        self.starting = False
        self.problem = ""

    @property
    def own(self) -> list[OwnServer]:
        """What this window has started and has not stopped."""
        return list(self._own)

    def known(self) -> list[RunningServer]:
        """The server processes on this computer that left a run file."""
        return self._run_files.servers()

    def start(self, plan: ServerPlan) -> None:
        """Start a server and join it."""
        self.starting, self.problem = True, ""
        self.changed.emit()
        self._tasks.start(self._start(plan), doing="start a server")

    def stop(self, address: str) -> None:
        """Stop a server that this window started, or one that has a run file."""
        self._tasks.start(self._stop(address), doing=f"stop the server at {address}")

    def restart(self, address: str) -> None:
        """Stop a server that this window started, and start it again as it was."""
        own = self._started_here(address)
        if own is not None and own.plan is not None:
            doing = f"start the server at {address} again"
            self._tasks.start(self._restart(own, own.plan), doing=doing)

    def look(self) -> None:
        """Bring the table up to date."""
        target = self._link.target
        joined = target.address if target is not None else ""
        self.table.show(self._figures.rows(self._own, self.known(), joined))

    def log_of(self, row: ServerRow) -> str:
        """The last lines of a server's log; "" if it keeps none."""
        return tail(Path(row.log)) if row.log else ""

    async def close(self, *, stop_processes: bool) -> None:
        """End the servers in this window, and the processes only if that is wanted."""
        for server in list(self._own):
            if server.in_window or stop_processes:
                await self._end(server)

    async def _start(self, plan: ServerPlan) -> None:
        try:
            server = await (self._start_here(plan) if plan.in_window else self._spawn(plan))
        except (sc.StreamError, OSError, ValueError, RuntimeError) as error:
            self.problem = str(error)
            self._feedback.error("start a server", self.problem)
            return
        else:
            self._own.append(server)
            self._python.add(server_lines(plan.arguments, in_window=plan.in_window))
            self._feedback.information("start a server", f"listening at {server.address}")
            self._link.connect_to(plan.target(server.address))
        finally:
            self.starting = False
            self.changed.emit()

    async def _start_here(self, plan: ServerPlan) -> OwnServer:
        server = sc.Server(**plan.arguments)
        thread = self._thread_factory()
        await self._blocking(thread.start)
        try:
            await thread.call(server.start())
        except BaseException:
            await self._blocking(thread.stop)
            raise

        async def stop() -> None:
            await thread.call(server.stop())
            await self._blocking(thread.stop)

        return OwnServer(joinable(server.address), True, stop, plan=plan, listens=server.address)

    async def _spawn(self, plan: ServerPlan) -> OwnServer:
        process = self._process_factory(**plan.arguments)
        process.log_file = log = new_log(self._run_files.logs)
        await self._blocking(process.start)

        async def stop() -> None:
            await self._blocking(process.terminate)
            await self._blocking(process.join)

        address, pid = joinable(process.address), process.pid or 0
        record = running_server(
            address,
            plan.name,
            pid,
            needs_secret=bool(plan.secret or plan.users),
            tls=plan.tls is not None,
            authority=plan.authority,
            listens=process.address,
            log=str(log),
        )
        try:
            self._run_files.add(record)
        except OSError as error:
            self._feedback.warning("write the run file", str(error))
        return OwnServer(address, False, stop, record, plan, process.address)

    async def _stop(self, address: str) -> None:
        own = self._started_here(address)
        if own is not None:
            await self._end(own)
        else:
            for record in self.known():
                if record.address == address:
                    record.terminate()
                    self._run_files.remove(record)
                    self._python.add(f"os.kill({record.pid}, signal.SIGTERM)")
        self._feedback.information(address, "the server was stopped")
        self.changed.emit()

    async def _restart(self, own: OwnServer, plan: ServerPlan) -> None:
        port = int(own.address.rpartition(":")[2])
        self.starting, self.problem = True, ""
        self.changed.emit()
        await self._end(own)
        await self._start(replace(plan, port=port))

    def _started_here(self, address: str) -> OwnServer | None:
        return next((each for each in self._own if each.address == address), None)

    async def _end(self, server: OwnServer) -> None:
        self._own.remove(server)
        self._python.add(stop_lines(in_window=server.in_window))
        await server.stop()
        if server.record is not None:
            self._run_files.remove(server.record)

    async def _blocking(self, function: Callable[[], Any]) -> None:
        await self._portal.call(asyncio.to_thread(function))
