"""A server as a process of its own, and both ends of how it is started; never serves by itself.

The parent runs `python -m stream_core serve --from-stdin`, writes the arguments, secrets included,
to its standard input as msgpack until end of file, and reads one line of JSON from its standard
output: the address and the process number, or the reason why there is no server. From then on the
child's standard output is its standard error, which it inherits, and its log goes there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from stream_core import errors
from stream_core.errors import ConnectionFailed, ProtocolError, StreamError
from stream_core.server import Server, UsersGiven
from stream_core.transport.address import DEFAULT_PORT
from stream_core.transport.loops import run
from stream_core.values import Limits, Tls

__all__ = ["ServerProcess", "serve_from_stdin", "serve_until_signal"]

logger = logging.getLogger(__name__)

START_S = 30.0
STOP_S = 10.0
DRAIN_S = 4.0
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Arguments(msgspec.Struct, forbid_unknown_fields=True):
    host: str
    port: int
    name: str | None
    secret: str | None
    users: Any
    tls: dict[str, str | None] | None
    limits: Limits
    insecure: bool
    log_level: int

    def server(self) -> Server:
        return Server(
            self.host,
            self.port,
            name=self.name,
            secret=self.secret,
            users=self.users,
            tls=None if self.tls is None else Tls(**self.tls),
            limits=self.limits,
            insecure=self.insecure,
        )


class _Answer(msgspec.Struct, omit_defaults=True):
    address: str = ""
    pid: int = 0
    error: str = ""
    type: str = ""


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
        self._arguments = _Arguments(
            host, port, name, secret, known, files, limits, insecure, logging.WARNING
        )
        self.log_file: str | os.PathLike[str] | None = None
        self._arguments.server()  # refuses here, not only in the child
        self._child: subprocess.Popen[bytes] | None = None
        self._starter = 0
        self._answer = _Answer()

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
        child = self._child = _spawn(self.log_file)
        give_up = threading.Timer(START_S, child.kill)
        give_up.start()
        try:
            level = logging.getLogger("stream_core").getEffectiveLevel()
            self._arguments.log_level = level if self.log_file is None else logging.INFO
            _write(child, msgspec.msgpack.encode(self._arguments))
            self._answer = _read_answer(child)
        except StreamError:
            _wait_or_kill(child)
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
            _wait_or_kill(self._started())

    @property
    def _is_ours(self) -> bool:
        return self._starter in (0, os.getpid())

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise RuntimeError(f"{self!r} cannot be stopped or joined: start it first")
        if not self._is_ours:
            raise RuntimeError(
                f"{self!r} cannot be watched or stopped here: this process ({os.getpid()}) is a "
                "fork of the one that started it"
            )
        return self._child


# The parent's end


class _Child(subprocess.Popen[bytes]):
    """A process that may well go on when nobody holds it any more."""

    def __del__(self) -> None:
        super().__del__(_warn=lambda *_, **__: None)  # type: ignore[call-arg]


def _spawn(log_file: str | os.PathLike[str] | None) -> _Child:
    with contextlib.ExitStack() as opened:
        log: IO[bytes] | int | None = None if _has_stderr() else subprocess.DEVNULL
        if log_file is not None:
            log = opened.enter_context(open(log_file, "ab"))
        return _spawn_with(log)


def _spawn_with(log: IO[bytes] | int | None) -> _Child:
    try:
        return _Child(
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
    root = str(Path(__file__).parent.parent)
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


def _write(child: subprocess.Popen[bytes], data: bytes) -> None:
    assert child.stdin is not None
    with contextlib.suppress(OSError), child.stdin as pipe:  # it has ended: its answer says why
        pipe.write(data)


def _read_answer(child: subprocess.Popen[bytes]) -> _Answer:
    assert child.stdout is not None
    with child.stdout as pipe:
        line = pipe.readline()
    try:
        answer = msgspec.json.decode(line, type=_Answer)
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


def _wait_or_kill(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        logger.warning("server process %s did not end in %s s and is killed", child.pid, STOP_S)
        child.kill()
        child.wait()


# The child's end


def serve_from_stdin() -> int:
    """Run the server whose arguments come from a `ServerProcess`; gives the exit code."""
    line = _answer_pipe()
    try:
        arguments = _read_arguments()
        logging.basicConfig(level=arguments.log_level, format=LOG_FORMAT)
        run(_serve(arguments, line))
    except Exception as error:  # whatever it is, somebody waits for the line
        if line.closed:
            logger.exception("the server ended")
        else:
            text = str(error) or type(error).__name__
            _reply(line, _Answer(error=text, type=type(error).__name__))
        return 1
    return 0


def _answer_pipe() -> IO[bytes]:
    """What was standard output; from now on that is standard error."""
    line = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return line


def _read_arguments() -> _Arguments:
    try:
        return msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Arguments)
    except msgspec.MsgspecError as error:
        raise ProtocolError(
            f"standard input does not hold a server's arguments: {error}; only ServerProcess runs "
            "'serve --from-stdin'"
        ) from error


async def _serve(arguments: _Arguments, line: IO[bytes]) -> None:
    server = arguments.server()

    def ready() -> None:
        _reply(line, _Answer(address=server.address, pid=os.getpid()))

    await serve_until_signal(server, ready)


def _reply(line: IO[bytes], answer: _Answer) -> None:
    with contextlib.suppress(OSError), line:  # nobody waits any more
        line.write(msgspec.json.encode(answer) + b"\n")


async def serve_until_signal(server: Server, ready: Callable[[], None] | None = None) -> None:
    """Run the server until SIGINT or SIGTERM (on Windows: Ctrl-C or Ctrl-Break).

    Then its readers are served what waits for them, for a few seconds; a second signal ends that.

    Args:
        server: one that is not started yet.
        ready: called once it listens.
    """
    server.allow_files()
    stopped = asyncio.Event()
    with _on_signals(asyncio.get_running_loop(), stopped.set):
        async with server:
            if ready is not None:
                ready()
            await stopped.wait()
            stopped.clear()
            await _stop(server, stopped)


async def _stop(server: Server, again: asyncio.Event) -> None:
    stopping = asyncio.ensure_future(server.stop(drain_s=DRAIN_S))
    hearing = asyncio.ensure_future(again.wait())
    await asyncio.wait({stopping, hearing}, return_when=asyncio.FIRST_COMPLETED)
    hearing.cancel()
    await server.stop()
    await stopping


@contextlib.contextmanager
def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Iterator[None]:
    if sys.platform == "win32":
        numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGBREAK]

        def handle(*_: object) -> None:
            loop.call_soon_threadsafe(stop)

        before = [signal.signal(number, handle) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)
    else:
        numbers = [signal.SIGINT, signal.SIGTERM]
        for number in numbers:
            loop.add_signal_handler(number, stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
