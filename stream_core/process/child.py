"""The process of a server, as its parent sees it: started, told, heard, and waited for."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import msgspec

from stream_core import errors
from stream_core.errors import ConnectionFailed, StreamError
from stream_core.process.start_up import Answer, Arguments

__all__ = ["START_S", "Child", "answer_of", "hand_over", "spawn", "wait_or_kill"]

logger = logging.getLogger(__name__)

START_S = 30.0
STOP_S = 10.0


class Child(subprocess.Popen[bytes]):
    """A process that may well go on when nobody holds it any more."""

    def __del__(self) -> None:
        super().__del__(_warn=lambda *_, **__: None)  # type: ignore[call-arg]


def spawn(log_file: str | os.PathLike[str] | None) -> Child:
    """Start the process; its log goes to the end of a file, or where ours goes.

    Raises:
        ConnectionFailed: it cannot be started.
        OSError: the log file cannot be written.
    """
    with contextlib.ExitStack() as opened:
        log: IO[bytes] | int | None = None if _has_stderr() else subprocess.DEVNULL
        if log_file is not None:
            log = opened.enter_context(open(log_file, "ab"))
        return _spawn_with(log)


def _spawn_with(log: IO[bytes] | int | None) -> Child:
    try:
        return Child(
            # -P: modules of the current directory must not stand in for the library's.
            [sys.executable, "-P", "-m", "stream_core", "serve", "--from-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
            **_own_session(),
        )
    except (OSError, TypeError) as error:
        raise ConnectionFailed(
            f"no server process could be started with {sys.executable!r}: {error}"
        ) from error


def _has_stderr() -> bool:
    """A program with windows only, or a service, may have none."""
    try:
        os.fstat(2)
    except OSError:
        return False
    return True


def _environment() -> dict[str, str]:
    """This process's, with this library where the child looks for it."""
    root = str(Path(errors.__file__).parent.parent)
    path = os.environ.get("PYTHONPATH")
    paths = path.split(os.pathsep) if path else []
    if Path(root).name not in ("site-packages", "dist-packages") and root not in paths:
        paths.append(root)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _own_session() -> dict[str, Any]:
    """So that Ctrl-C in the terminal, and the terminal's end, are not the server's."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def hand_over(child: Child, arguments: Arguments) -> None:
    """Write the arguments to its standard input."""
    assert child.stdin is not None
    with contextlib.suppress(OSError), child.stdin as pipe:  # it has ended: its answer says why
        pipe.write(msgspec.msgpack.encode(arguments))


def answer_of(child: Child) -> Answer:
    """Wait for the line that it says.

    Raises:
        ConnectionFailed: it has ended without one.
        StreamError: why there is no server.
    """
    assert child.stdout is not None
    with child.stdout as pipe:
        line = pipe.readline()
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.MsgspecError:
        raise ConnectionFailed(
            f"the server process was not ready within {START_S:.0f} s or ended (exit code "
            f"{child.wait()}); standard error says more"
        ) from None
    if answer.error:
        kind = getattr(errors, answer.type, ConnectionFailed)
        known = isinstance(kind, type) and issubclass(kind, StreamError)
        raise (kind if known else ConnectionFailed)(answer.error)
    return answer


def wait_or_kill(child: Child) -> None:
    """Wait until it has ended; one that takes too long is killed."""
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        logger.warning("server process %s did not end in %s s and is killed", child.pid, STOP_S)
        child.kill()
        child.wait()
