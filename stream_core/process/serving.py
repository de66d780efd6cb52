"""The server in the process that was made for it, or until a signal in any other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import IO

import msgspec

from stream_core.errors import ProtocolError
from stream_core.process.start_up import Answer, Arguments
from stream_core.server import Server
from stream_core.transport.loops import run

__all__ = ["serve_from_stdin", "serve_until_signal"]

logger = logging.getLogger(__name__)

DRAIN_S = 4.0
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


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
            _reply(line, Answer(error=text, type=type(error).__name__))
        return 1
    return 0


def _answer_pipe() -> IO[bytes]:
    """What was standard output; from now on that is standard error."""
    line = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return line


def _read_arguments() -> Arguments:
    try:
        return msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Arguments)
    except msgspec.MsgspecError as error:
        raise ProtocolError(
            f"standard input does not hold a server's arguments: {error}; only ServerProcess runs "
            "'serve --from-stdin'"
        ) from error


async def _serve(arguments: Arguments, line: IO[bytes]) -> None:
    server = arguments.server()

    def ready() -> None:
        _reply(line, Answer(address=server.address, pid=os.getpid()))

    await serve_until_signal(server, ready)


def _reply(line: IO[bytes], answer: Answer) -> None:
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
