"""The calls that have ended, in a file of bounded size: one line of JSON each; it makes none."""

from __future__ import annotations

import logging
import os
from collections import deque
from pathlib import Path

import msgspec
from PySide6.QtCore import QStandardPaths

from stream_gui.models.console.call_record import StoredCall
from stream_gui.session.exporting.atomic_file import replacing

__all__ = ["CallStore", "default_file"]

logger = logging.getLogger(__name__)

KEPT_CALLS = 500
LARGEST_BYTES = 4 * 1024 * 1024


def default_file() -> Path:
    """Where this user's calls are kept."""
    location = QStandardPaths.StandardLocation.GenericStateLocation
    return Path(QStandardPaths.writableLocation(location)) / "streamscope" / "calls.jsonl"


class CallStore:
    """Keeps ended calls from one start to the next.

    Several windows may add to one file. It is read by its user only: arguments stand in it.

    Args:
        path: the file; None keeps nothing.
        kept: how many calls are kept; the file is cut when it has twice as many.
    """

    def __init__(self, path: Path | None, *, kept: int = KEPT_CALLS) -> None:
        self._path = path
        self._kept = kept

    def load(self) -> list[StoredCall]:
        """The latest calls, the oldest first; lines that cannot be read are left out.

        Raises:
            OSError: The file cannot be read.
        """
        if self._path is None or not self._path.exists():
            return []
        with self._path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            file.seek(max(0, size_bytes - 2 * LARGEST_BYTES))
            lines = file.readlines()
        latest = deque((call for line in lines if (call := _read(line))), maxlen=self._kept)
        if len(lines) > 2 * self._kept or size_bytes > LARGEST_BYTES:
            self._write(list(latest))
        return list(latest)

    def add(self, call: StoredCall) -> None:
        """Keep one more call.

        Raises:
            OSError: It cannot be written.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self._path, flags, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(_line(call))

    def clear(self) -> None:
        """Forget all calls.

        Raises:
            OSError: The file cannot be removed.
        """
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _write(self, calls: list[StoredCall]) -> None:
        assert self._path is not None
        with replacing(self._path) as file:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o600)
            file.writelines(_line(call) for call in calls)


def _line(call: StoredCall) -> bytes:
    return msgspec.json.encode(call) + b"\n"


def _read(line: bytes) -> StoredCall | None:
    try:
        return msgspec.json.decode(line, type=StoredCall)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        logger.warning("a line of the kept calls cannot be read: %s", error)
        return None
