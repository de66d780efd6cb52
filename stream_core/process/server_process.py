"""A server as a process of its own, for the one who starts it; never serves by itself."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import threading
from types import TracebackType
from typing import Self

import msgspec

from stream_core.errors import ConnectionFailed, StreamError
from stream_core.process.child import START_S, Child, answer_of, hand_over, spawn, wait_or_kill
from stream_core.process.start_up import Answer, Arguments
from stream_core.server import UsersGiven
from stream_core.transport.address import DEFAULT_PORT
from stream_core.values import Limits, Tls

__all__ = ["ServerProcess"]


class ServerProcess:
    """A server in a process of its own, which ends when told to, and not with its parent.

    It has the arguments of `Server`, and `start`, `join`, `terminate`, `kill`, `is_alive`, `pid`
    and `exitcode` as in `multiprocessing.Process`; leaving `with` terminates and joins. Its log
    goes to this process's standard error, from this process's level of the logger `stream_core` on.
    Ctrl-C in the terminal does not reach it. It belongs to the process that started it: a fork of
    that can neither stop it nor wait for it, and does not end it by leaving `with`.

    Attributes:
        log_file: set before the start, a file to whose end all of the log goes; it outlives this
            process.

    Raises:
        InvalidValue: an argument is wrong.
        NotAllowed: it would listen beyond loopback without authentication.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        *,
        name: str | None = None,
        secret: str | None = None,
        users: UsersGiven | None = None,
        tls: Tls | None = None,
        limits: Limits = Limits(),
        insecure: bool = False,
    ) -> None:
        files = None if tls is None else msgspec.to_builtins(tls, enc_hook=str)
        known = os.fspath(users) if isinstance(users, os.PathLike) else users
        self._arguments = Arguments(
            host, port, name, secret, known, files, limits, insecure, logging.WARNING
        )
        self.log_file: str | os.PathLike[str] | None = None
        self._arguments.server()  # refuses here, not only in the child
        self._child: Child | None = None
        self._starter = 0
        self._answer = Answer()

    def __repr__(self) -> str:
        where = self._answer.address or f"{self._arguments.host}, not started"
        state = f"exitcode {self.exitcode}" if self._is_ours else f"of process {self._starter}"
        return f"<ServerProcess {where}, {state}>"

    @property
    def address(self) -> str:
        """Where it listens, as "host:port".

        Raises:
            ConnectionFailed: it has not been started.
        """
        if not self._answer.address:
            raise ConnectionFailed("the server process has not been started")
        return self._answer.address

    @property
    def pid(self) -> int | None:
        """The number of the process in which the server runs; None before it is started."""
        return self._answer.pid or None

    @property
    def exitcode(self) -> int | None:
        """None before it is started and while it runs; negative: the signal that ended it."""
        return None if self._child is None else self._started().poll()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._started().poll() is None

    def start(self) -> None:
        """Start it; clients may come when this returns.

        Raises:
            ConnectionFailed: it cannot listen there, or did not come up; the message says why.
            OSError: the log file cannot be written.
            RuntimeError: it was started before.
        """
        if self._child is not None:
            raise RuntimeError(f"{self!r} can be started once only; make a new one")
        self._starter = os.getpid()
        child = self._child = spawn(self.log_file)
        give_up = threading.Timer(START_S, child.kill)
        give_up.start()
        try:
            level = logging.getLogger("stream_core").getEffectiveLevel()
            self._arguments.log_level = level if self.log_file is None else logging.INFO
            hand_over(child, self._arguments)
            self._answer = answer_of(child)
        except StreamError:
            wait_or_kill(child)
            raise
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            give_up.cancel()
            give_up.join()

    def terminate(self) -> None:
        """Tell it to stop: it takes leave of its clients and ends; on Windows it is killed."""
        self._started().terminate()

    def kill(self) -> None:
        """End it at once."""
        self._started().kill()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for its end, or for `timeout_s`; `exitcode` then says which."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._started().wait(timeout_s)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_ours:
            self.terminate()
            wait_or_kill(self._started())

    @property
    def _is_ours(self) -> bool:
        return self._starter in (0, os.getpid())

    def _started(self) -> Child:
        if self._child is None:
            raise RuntimeError(f"{self!r} cannot be stopped or joined: start it first")
        if not self._is_ours:
            raise RuntimeError(
                f"{self!r} cannot be watched or stopped here: this process ({os.getpid()}) is a "
                "fork of the one that started it"
            )
        return self._child
