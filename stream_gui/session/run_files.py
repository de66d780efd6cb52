"""Run files: a server that was started as a process of its own can be found and joined again.

One small file a server, in the user's own state directory: address, name, process. A secret is
never in it, only whether one is needed.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import psutil
from PySide6.QtCore import QStandardPaths

__all__ = ["RunFiles", "RunningServer", "default_folder"]

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE_S = 2.0


class RunningServer(msgspec.Struct, frozen=True):
    """A server process on this computer.

    Attributes:
        address: "host:port", as it can be joined.
        name: of the server, may be "".
        pid: its process.
        started_s: when that process began, as `time.time()`: a number may be used again.
        needs_secret: whether it asks for one.
        tls: whether it speaks TLS.
        authority: the file of the authority of its certificate; "": one that the system knows.
        listens: where it listens, which may be everywhere.
        log: the file of its log; "" if it has none.
    """

    address: str
    name: str
    pid: int
    started_s: float
    needs_secret: bool = False
    tls: bool = False
    authority: str = ""
    listens: str = ""
    log: str = ""

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        try:
            started_s = psutil.Process(self.pid).create_time()
        except psutil.Error:
            return False
        return abs(float(started_s) - self.started_s) < CLOCK_TOLERANCE_S

    def terminate(self) -> None:
        """Ask the process to end, if it is still the same."""
        if self.is_alive():
            psutil.Process(self.pid).terminate()


def default_folder() -> Path:
    """Where this user's run files are."""
    location = QStandardPaths.StandardLocation.GenericStateLocation
    return Path(QStandardPaths.writableLocation(location)) / "streamscope" / "servers"


class RunFiles:
    """The run files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def logs(self) -> Path:
        """The folder of their logs."""
        return self._folder / "logs"

    def add(self, server: RunningServer) -> None:
        """Write the file of a server.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(server).write_bytes(msgspec.json.encode(server))

    def remove(self, server: RunningServer) -> None:
        """Take the file away."""
        self._path(server).unlink(missing_ok=True)

    def servers(self) -> list[RunningServer]:
        """The servers that still run; files of dead ones, and unreadable ones, go."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            server = _read(path)
            if server is not None and server.is_alive():
                found.append(server)
            else:
                path.unlink(missing_ok=True)
        return found

    def _path(self, server: RunningServer) -> Path:
        return self._folder / f"{server.pid}.json"


def running_server(
    address: str,
    name: str,
    pid: int,
    *,
    needs_secret: bool,
    tls: bool = False,
    authority: str = "",
    listens: str = "",
    log: str = "",
) -> RunningServer:
    """The record of a process that has just been started.

    Raises:
        psutil.NoSuchProcess: It has ended already.
    """
    started_s = psutil.Process(pid).create_time()
    return RunningServer(address, name, pid, started_s, needs_secret, tls, authority, listens, log)


def _read(path: Path) -> RunningServer | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunningServer)
    except (OSError, msgspec.DecodeError) as error:
        logger.warning("run file %s cannot be read: %s", path, error)
        return None
