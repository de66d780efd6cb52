"""A workspace on the disk: written whole or not at all, with the one before it kept as a backup."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from stream_gui.models.workspace import WorkspaceError
from stream_gui.session.exporting.atomic_file import replacing

__all__ = ["WorkspaceFile"]

LARGEST_BYTES = 16_000_000


class WorkspaceFile:
    """One file with its backup beside it.

    Args:
        path: the file.
        backs_up_once: only what there was before the first writing becomes the backup, not what
            was written a moment ago.
    """

    def __init__(self, path: Path, *, backs_up_once: bool = False) -> None:
        self.path = path
        self._backs_up_once = backs_up_once
        self._is_backed_up = False

    @property
    def backup(self) -> Path:
        """Where the file before this one is."""
        return self.path.with_name(f"{self.path.name}.backup")

    @property
    def has_backup(self) -> bool:
        """Whether there is one."""
        return self.backup.is_file()

    def read(self, *, backup: bool = False) -> str:
        """What stands in it.

        Raises:
            OSError: It cannot be read.
            WorkspaceError: It is no text.
        """
        path = self.backup if backup else self.path
        with path.open("rb") as file:
            written = file.read(LARGEST_BYTES + 1)
        if len(written) > LARGEST_BYTES:
            raise WorkspaceError(f"this is no workspace: it has more than {LARGEST_BYTES:_} bytes")
        try:
            return written.decode("utf-8")
        except UnicodeDecodeError as error:
            line = written[: error.start].count(b"\n") + 1
            raise WorkspaceError("this is no text in UTF-8", line) from None

    def write(self, text: str) -> None:
        """Write it; a crash at any moment leaves the old file or the new one.

        Raises:
            OSError: It cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not (self._backs_up_once and self._is_backed_up):
            self._back_up()
            self._is_backed_up = True
        with replacing(self.path) as file:
            file.write(text.encode())

    def set_aside(self) -> Path:
        """Take a damaged file away, so that it never becomes the backup; gives where it is now.

        Raises:
            OSError: It cannot be moved.
        """
        aside = self.path.with_name(f"{self.path.name}.damaged")
        os.replace(self.path, aside)
        return aside

    def _back_up(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            with self.path.open("rb") as file, replacing(self.backup) as copy:
                shutil.copyfileobj(file, copy)
