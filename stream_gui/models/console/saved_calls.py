"""Calls kept under a name, in folders; it makes none of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from PySide6.QtCore import QObject, Signal

__all__ = ["SavedCall", "SavedCalls", "SavedSection"]


class SavedCall(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One call to be made again.

    Attributes:
        name: what it is for.
        line: the call as one would type it.
        folder: the path of its folder, "" for none: "rig/start up".
    """

    name: Annotated[str, msgspec.Meta(min_length=1)]
    line: str
    folder: str = ""

    @property
    def path(self) -> str:
        """Folder and name."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class SavedSection(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The saved calls as a workspace writes them."""

    saved: tuple[SavedCall, ...] = ()


class SavedCalls(QObject):
    """The calls that the operator keeps, in the order of folders and names.

    Signals:
        changed(): one came, went or is another now.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls: dict[str, SavedCall] = {}

    @property
    def calls(self) -> list[SavedCall]:
        """All of them; those in folders first."""
        return sorted(
            self._calls.values(), key=lambda call: (not call.folder, call.path.lower(), call.path)
        )

    @property
    def folders(self) -> list[str]:
        """The folders in use."""
        return sorted({call.folder for call in self._calls.values() if call.folder}, key=str.lower)

    def get(self, path: str) -> SavedCall | None:
        """The call of that path."""
        return self._calls.get(path)

    def save(self, path: str, line: str) -> SavedCall:
        """Keep a call under a path; one that is there already is replaced.

        Raises:
            ValueError: The path has no name.
        """
        call = SavedCall(*_name_and_line(path, line), _folder(path))
        self._calls[call.path] = call
        self.changed.emit()
        return call

    def rename(self, path: str, fresh: str) -> None:
        """Give a call, or all that is in a folder, another path.

        Raises:
            ValueError: The new path has no name.
        """
        call = self._calls.get(path)
        if call is not None:
            moved = SavedCall(*_name_and_line(fresh, call.line), _folder(fresh))
            del self._calls[path]
            self._calls[moved.path] = moved
        else:
            folder = _clean(fresh)
            for inside in self._inside(path):
                del self._calls[inside.path]
                below = inside.folder[len(path) :].lstrip("/")
                fresh_folder = "/".join(part for part in (folder, below) if part)
                moved = msgspec.structs.replace(inside, folder=fresh_folder)
                self._calls[moved.path] = moved
        self.changed.emit()

    def remove(self, path: str) -> list[SavedCall]:
        """Forget a call, or all that is in a folder; gives what is forgotten."""
        call = self._calls.get(path)
        gone = [call] if call is not None else self._inside(path)
        for each in gone:
            del self._calls[each.path]
        if gone:
            self.changed.emit()
        return gone

    def put_back(self, calls: Iterable[SavedCall]) -> None:
        """Have again what was forgotten."""
        self._calls |= {call.path: call for call in calls}
        self.changed.emit()

    def write(self) -> SavedSection | None:
        """All calls as a workspace keeps them; None if there are none."""
        return SavedSection(tuple(self.calls)) if self._calls else None

    def read(self, section: SavedSection | None) -> None:
        """Take the calls of a workspace; one that has none leaves those that there are."""
        if section is not None:
            self._calls = {call.path: call for call in section.saved}
            self.changed.emit()

    def _inside(self, folder: str) -> list[SavedCall]:
        return [
            call
            for call in self._calls.values()
            if call.folder == folder or call.folder.startswith(f"{folder}/")
        ]


def _clean(path: str) -> str:
    return "/".join(part for part in (each.strip() for each in path.split("/")) if part)


def _folder(path: str) -> str:
    return _clean(path).rpartition("/")[0]


def _name_and_line(path: str, line: str) -> tuple[str, str]:
    name = _clean(path).rpartition("/")[2]
    if not name:
        raise ValueError("a saved call needs a name")
    return name, line
