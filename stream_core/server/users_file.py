"""A users file as a running server follows it: read again when it has changed."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from stream_core.errors import InvalidValue
from stream_core.security import Users, parse_users
from stream_core.transport.secret_files import refuse_if_others_write, warn_if_others_read

__all__ = ["UsersFile", "read_users_text"]

logger = logging.getLogger(__name__)


class UsersFile:
    """The users of a file.

    Args:
        path: of the file.

    Attributes:
        users: as the file had them when it could be read last.

    Raises:
        InvalidValue: it cannot be read, others may write to it, or something in it is wrong.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._seen = self._mark()
        self.users = self._read()

    def refresh(self) -> bool:
        """Read the file again if it has changed; whether there are other users now.

        A file that cannot be read leaves the users as they were, and is named in the log.
        """
        mark = self._mark()
        if mark == self._seen:
            return False
        self._seen = mark
        try:
            self.users = self._read()
        except InvalidValue as error:
            logger.error("the users stay as they were: %s", error)
            return False
        logger.info("read %s again: %d users", self._path, len(self.users.named))
        return True

    def _read(self) -> Users:
        return parse_users(read_users_text(self._path), where=str(self._path))

    def _mark(self) -> tuple[int, int, int]:
        """What changes with the file."""
        try:
            facts = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return facts.st_mtime_ns, facts.st_size, facts.st_ino


def read_users_text(path: Path) -> str:
    """The text of a users file.

    Raises:
        InvalidValue: it cannot be read, or others may write to it.
    """
    try:
        text = path.read_text(encoding="utf-8")
        refuse_if_others_write(path)
        warn_if_others_read("verifiers of users", path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidValue(
            f"cannot read the users file {path}: {reason}; 'streamscope user add' makes one"
        ) from None
    except UnicodeDecodeError:
        raise InvalidValue(f"the users file {path} is no text in UTF-8") from None
    return text
