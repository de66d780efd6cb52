"""Files that are not for everybody: who else may read or write them; it keeps nothing of them."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from stream_core.errors import InvalidValue

__all__ = ["refuse_if_others_write", "warn_if_others_read"]

logger = logging.getLogger(__name__)

REMEDY = "chmod 600"


def warn_if_others_read(what: str, file: Path) -> None:
    """Say in the log that a file with `what` in it is open to others."""
    if os.name == "posix" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        logger.warning("others may read the %s in %s; remedy: %s %s", what, file, REMEDY, file)


def refuse_if_others_write(file: Path) -> None:
    """Refuse a file that others could have written.

    Raises:
        InvalidValue: they may.
    """
    if os.name == "posix" and file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise InvalidValue(f"others may write to {file}; remedy: {REMEDY} {file}")
