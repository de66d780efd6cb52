"""A users file as a command changes it: read whole, written whole, by one command at a time."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from stream_core.errors import InvalidValue
from stream_core.server.users_file import read_users_text

__all__ = ["change_users"]

OWNERS = stat.S_IRUSR | stat.S_IWUSR
KEPT = stat.S_IRGRP  # of a file that a service reads by its group
OTHER_COMMAND_S = 5.0  # a change takes milliseconds
LOOK_AGAIN_S = 0.01


def change_users(file: Path, change: Callable[[str], str], *, new: str | None = None) -> None:
    """Replace a users file by what `change` makes of its text.

    Args:
        file: the users file.
        change: gives the new text.
        new: the text to begin with if there is no such file; None: there must be one.

    Raises:
        InvalidValue: the file cannot be read or written, or `change` refuses; or another command
            does not finish changing it.
    """
    file = file.resolve()
    if new is None and not file.exists():
        read_users_text(file)  # says so
    with _alone(file):
        if new is not None and not file.exists():
            _write(file, change(new), None)
        else:
            _write(file, change(read_users_text(file)), file.stat())


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Have other commands wait: what is read must be what is replaced."""
    lock = file.with_name(f".{file.name}.lock")
    give_up_s = time.monotonic() + OTHER_COMMAND_S
    while not _locked(lock, file):
        if time.monotonic() > give_up_s:
            raise InvalidValue(
                f"another command is changing {file}; if none is running, remove {lock}"
            )
        time.sleep(LOOK_AGAIN_S)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _locked(lock: Path, file: Path) -> bool:
    """Make the file that only one can make; False: another has."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.touch(mode=OWNERS, exist_ok=False)
    except FileExistsError:
        return False
    except OSError as error:
        raise InvalidValue(f"cannot write {file}: {error.strerror}") from error
    return True


def _write(file: Path, text: str, former: os.stat_result | None) -> None:
    """Write beside it, then put that in its place: who reads sees the old or the new."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # mode 600
    except OSError as error:
        raise InvalidValue(f"cannot write {file}: {error.strerror}") from error
    try:
        with os.fdopen(number, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        if former is not None:
            _as_before(Path(name), former)
        Path(name).replace(file)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise InvalidValue(f"cannot write {file}: {error.strerror}") from error


def _as_before(file: Path, former: os.stat_result) -> None:
    """Leave the file to whom it belonged, and to the group that could read it."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # only root gives files away
        os.chown(file, former.st_uid, former.st_gid)
    if file.stat().st_gid == former.st_gid:
        file.chmod(OWNERS | (former.st_mode & KEPT))
