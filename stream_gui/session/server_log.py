"""The logs of servers that were started here: where they are, and what was written last."""

from __future__ import annotations

import re
import time
from pathlib import Path

__all__ = ["new_log", "tail"]

_LINE = re.compile(r"^\S+ (\d\d:\d\d:\d\d),\d+ (\w+) \S+: ", re.MULTILINE)
KEPT_S = 7 * 86_400.0
TAIL_BYTES = 64 * 1024


def new_log(folder: Path) -> Path:
    """A file for a new server's log; those that nobody has written to for a week go.

    Raises:
        OSError: The folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.log"):
        if time.time() - path.stat().st_mtime > KEPT_S:
            path.unlink(missing_ok=True)
    return folder / f"{time.strftime('%Y-%m-%d_%H%M%S')}-{time.time_ns() % 1_000_000:06d}.log"


def tail(path: Path) -> str:
    """The last lines of a log, shortened to time and words; else what keeps it from being read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    whole = text.partition("\n")[2] if size > TAIL_BYTES else text
    return _LINE.sub(_shortened, whole)


def _shortened(line: re.Match[str]) -> str:
    level = "" if line[2] == "INFO" else f"{line[2].lower()}: "
    return f"{line[1]}  {level}"
