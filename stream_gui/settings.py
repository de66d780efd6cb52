"""Settings: what the window remembers from one start to the next; never a secret."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from PySide6.QtCore import QStandardPaths

__all__ = ["RecentServer", "Settings", "SettingsFile", "account", "default_path"]

RECENT_LIMIT = 10


def account(user: str, address: str) -> str:
    """What the secret of a user of a server is kept under, or that of a server."""
    return f"{user}@{address}" if user else address


class RecentServer(msgspec.Struct, frozen=True):
    """A server that was joined before.

    Attributes:
        address: "host:port".
        name: the client name used there; "" for the automatic one.
        needs_secret: whether a secret was given.
        keeps_secret: whether the system's keyring holds that secret.
        tls: whether TLS is spoken with it.
        authority: the file of the authority that it must descend from; "": the system's.
        user: who proves itself there by the secret; "": the secret is shared by all.
        certificate, key: the files by which this client proves itself; "": it need not.
    """

    address: str
    name: str = ""
    needs_secret: bool = False
    keeps_secret: bool = False
    tls: bool = False
    authority: str = ""
    user: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def account(self) -> str:
        """What its secret is kept under."""
        return account(self.user, self.address)


class Settings(msgspec.Struct):
    """The remembered state, all of it plain text and numbers.

    Attributes:
        theme: "system", "light" or "dark".
        recent: servers joined before, the latest first.
        live_values: whether the tree follows the values of all visible rows.
        workspace: the file of the workspace that was open; "": it was not saved anywhere.
        workspace_modified: whether it had changes that were not in its file.
        workspaces: the files of those that were open before, the latest first.
        command_lines: calls typed before, the latest last.
        history_bytes: the memory that plots may take for history.
    """

    theme: str = "system"
    recent: list[RecentServer] = msgspec.field(default_factory=list)
    live_values: bool = False
    workspace: str = ""
    workspace_modified: bool = False
    workspaces: list[str] = msgspec.field(default_factory=list)
    command_lines: list[str] = msgspec.field(default_factory=list)
    history_bytes: int = 1_000_000_000

    def remember(self, server: RecentServer) -> None:
        """Put a server to the front of the recent ones."""
        others = [each for each in self.recent if each.address != server.address]
        self.recent = [server, *others][:RECENT_LIMIT]

    def remember_workspace(self, path: str) -> None:
        """Put the file of a workspace to the front of the recent ones."""
        self.workspaces = [path, *(each for each in self.workspaces if each != path)][:RECENT_LIMIT]

    def forget(self, address: str) -> None:
        """Take a server out of the recent ones."""
        self.recent = [each for each in self.recent if each.address != address]


def default_path() -> Path:
    """Where this user's settings are."""
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(location)) / "streamscope" / "monitor.json"


class SettingsFile:
    """Settings in a file, or in memory only.

    Args:
        path: the file; None keeps nothing.

    Attributes:
        settings: what was read, or the defaults.
        problem: why the file could not be used, or ""; what was unreadable stays beside it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.problem = ""
        self.settings = self._read()

    def save(self) -> None:
        """Write the settings; a crash half-way leaves the old file.

        Raises:
            OSError: The file cannot be written.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self.settings)))
        os.replace(fresh, self._path)

    def _read(self) -> Settings:
        if self._path is None or not self._path.exists():
            return Settings()
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Settings)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._set_aside(self._path, error)

    def _set_aside(self, path: Path, error: Exception) -> Settings:
        spoilt = path.with_suffix(".unreadable")
        self.problem = f"{path} could not be read ({error}); the defaults are used instead"
        try:
            os.replace(path, spoilt)
        except OSError:
            return Settings()
        self.problem += f", and the file was kept as {spoilt.name}"
        return Settings()
