"""What the servers of this computer cost, asked of the system; it starts and stops none."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import psutil

from stream_gui.models.address import reachable
from stream_gui.models.server_table import HERE, OTHER, OWN, ServerRow
from stream_gui.session.run_files import RunningServer

__all__ = ["ServerFigures"]

VIRTUAL = ("lo", "docker", "veth", "br-", "virbr", "vbox", "vmnet", "tun", "tap")


class Started(Protocol):
    """What is to be known of a server that this window has started."""

    address: str
    in_window: bool
    record: RunningServer | None
    listens: str


class ServerFigures:
    """Remembers the processes from one look to the next: their load is that of the time between."""

    def __init__(self) -> None:
        self._processes: dict[int, psutil.Process] = {}

    def rows(
        self, own: Iterable[Started], known: Sequence[RunningServer], joined: str
    ) -> list[ServerRow]:
        """A row for each server.

        Args:
            own: those that this window has started.
            known: those that have run files.
            joined: the address of the one that this window has joined.
        """
        outside = list(_interfaces())
        rows = []
        mine = {each.record.pid: each for each in own if each.record is not None}
        self._processes = {
            pid: process
            for pid, process in self._processes.items()
            if pid in {record.pid for record in known}
        }
        for server in own:
            if server.in_window:
                address = server.address
                rows.append(
                    ServerRow(
                        address,
                        whose=HERE,
                        outside=reachable(server.listens or address, outside),
                        joined=address == joined,
                    )
                )
        for record in known:
            rows.append(self._row(record, OWN if record.pid in mine else OTHER, outside, joined))
        return rows

    def _row(self, record: RunningServer, whose: str, outside: list[str], joined: str) -> ServerRow:
        cpu, memory_bytes = self._cost(record.pid)
        return ServerRow(
            record.address,
            record.name,
            whose,
            reachable(record.listens or record.address, outside),
            record.log,
            cpu,
            memory_bytes,
            time.time() - record.started_s,
            record.needs_secret,
            record.address == joined,
        )

    def _cost(self, pid: int) -> tuple[float | None, int | None]:
        with contextlib.suppress(psutil.Error):
            process = self._processes.get(pid)
            if process is None:
                process = self._processes[pid] = psutil.Process(pid)
                process.cpu_percent()  # the first one is of no time
                return None, int(process.memory_info().rss)
            return process.cpu_percent() / 100, int(process.memory_info().rss)
        return None, None


def _interfaces() -> Iterator[str]:
    """The numbers of this computer's addresses, real interfaces first."""
    names = psutil.net_if_addrs()
    for name in sorted(names, key=lambda each: each.lower().startswith(VIRTUAL)):
        for address in names[name]:
            if address.family == socket.AF_INET:
                yield str(address.address)
