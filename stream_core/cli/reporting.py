"""How a command ends: one clear sentence for each failure, and an exit code; no traceback."""

from __future__ import annotations

import errno
import functools
import inspect
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from stream_core.cli.missing import explanation
from stream_core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    ProtocolError,
    StreamError,
)

__all__ = ["ExitCode", "fail", "reporting"]

Parameters = ParamSpec("Parameters")

SECRET_ADVICE = "; give it by --secret-file or $STREAMSCOPE_SECRET"
USER_ADVICE = (
    "; give --user or $STREAMSCOPE_USER, and its secret by --secret-file or $STREAMSCOPE_SECRET"
)

PHRASES = (
    ("; wait=True waits for it", "wait", "; --wait waits for it"),
    ("; wait_s waits for it", "wait", "; --wait waits for it"),
    ("; give it as Client(secret=…)", "secret_file", SECRET_ADVICE),
    ("; give Client(secret=…)", "secret_file", SECRET_ADVICE),
    ("; give secret= too", "secret_file", SECRET_ADVICE),
    ("; give Client(user=…, secret=…)", "user", USER_ADVICE),
    (", or say insecure=True (--insecure)", "insecure", ", or say --insecure"),
)
"""What the library says to programs, the parameter of the command, and what users can do."""

DISK_FULL = "the disk is full; make room, or write somewhere else"
NOT_PERMITTED = "this user may not do that; see who owns it, or write somewhere else"
SYSTEM_FAULTS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EACCES: NOT_PERMITTED,
    errno.EPERM: NOT_PERMITTED,
    errno.EROFS: "it can only be read; write somewhere else",
}
"""What the system says, and what users can do."""


class ExitCode(IntEnum):
    """What the shell gets to know."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_CONNECTION = 3
    TIMED_OUT = 4
    INTERRUPTED = 130


def fail(message: str, code: ExitCode = ExitCode.FAILED) -> typer.Exit:
    """Write one sentence to standard error; give what is to be raised."""
    typer.echo(f"streamscope: {message}", err=True)
    return typer.Exit(code)


def reporting(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Wrap a command so that what it raises ends it as a user may expect.

    A fault of ours, an exception nobody has thought of, keeps its traceback.
    """

    @functools.wraps(command)
    def reported(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_output()
            raise typer.Exit(ExitCode.DONE) from None
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except ImportError as error:
            raise fail(explanation(error, "gui")) from error
        except (StreamError, OSError) as error:
            _forget_refused_output()
            raise fail(_in_options(error, command), _code(error)) from error

    return reported


def _in_options(error: Exception, command: Callable[..., None]) -> str:
    """Give an error's sentence with options for arguments; without the advice if there is none."""
    message = _in_words(error)
    options = inspect.signature(command).parameters
    for phrase, parameter, advice in PHRASES:
        message = message.replace(phrase, advice if parameter in options else "")
    return message


def _in_words(error: Exception) -> str:
    plain = str(error) or type(error).__name__
    if isinstance(error, StreamError) or not isinstance(error, OSError) or error.errno is None:
        return plain
    reason = SYSTEM_FAULTS.get(error.errno) or error.strerror or plain
    return f"{error.filename}: {reason}" if error.filename else reason


def _code(error: Exception) -> ExitCode:
    match error:
        case ConnectionFailed() | ConnectionLost() | AuthenticationFailed() | ProtocolError():
            return ExitCode.NO_CONNECTION
        case TimeoutError():
            return ExitCode.TIMED_OUT
        case _:
            return ExitCode.FAILED


def _forget_refused_output() -> None:
    """What could not be written is not tried again at the end of the process."""
    try:
        sys.stdout.flush()
    except OSError:
        _forget_output()


def _forget_output() -> None:
    """Let nothing be written any more: whoever takes our output has had enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
