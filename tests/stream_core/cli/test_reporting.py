from __future__ import annotations

import errno
import functools
from typing import NoReturn

import pytest
import typer

from stream_core.cli.reporting import ExitCode, reporting
from stream_core.errors import (
    AuthenticationFailed,
    CallTimeout,
    ChannelNotFound,
    ConnectionFailed,
    RemoteError,
    StreamError,
)


def command_that_raises(error: BaseException) -> None:
    def command() -> NoReturn:
        raise error

    reporting(command)()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionFailed("nobody at 127.0.0.1:1"), ExitCode.NO_CONNECTION),
        (CallTimeout("no answer in 1 s"), ExitCode.TIMED_OUT),
        (TimeoutError("nothing in 1 s"), ExitCode.TIMED_OUT),
        (ChannelNotFound("channel 'x' does not exist"), ExitCode.FAILED),
        (RemoteError("ValueError", "too high"), ExitCode.FAILED),
    ],
)
def test_a_failure_is_one_sentence_and_a_code(
    error: StreamError | OSError, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        command_that_raises(error)
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == f"streamscope: {error}\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file", "secret"), "secret: No such file"),
        (OSError(errno.ENOSPC, "No space"), "the disk is full; make room, or write somewhere else"),
        (
            PermissionError(errno.EACCES, "Permission denied", "x.pem"),
            "x.pem: this user may not do that; see who owns it, or write somewhere else",
        ),
    ],
)
def test_what_the_system_says_is_one_sentence(
    error: OSError, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        command_that_raises(error)
    assert capsys.readouterr().err == f"streamscope: {said}\n"


def with_options(wait: bool = False, secret_file: str = "", insecure: bool = False) -> None:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("said", "shown", "shown_without_options"),
    [
        ("none; wait=True waits for it", "none; --wait waits for it", "none"),
        ("none; wait_s waits for it", "none; --wait waits for it", "none"),
        (
            "a secret; give it as Client(secret=…)",
            "a secret; give it by --secret-file or $STREAMSCOPE_SECRET",
            "a secret",
        ),
        (
            "a secret; give Client(secret=…)",
            "a secret; give it by --secret-file or $STREAMSCOPE_SECRET",
            "a secret",
        ),
        ("one, or say insecure=True (--insecure)", "one, or say --insecure", "one"),
    ],
)
def test_advice_is_in_the_options_of_the_command(
    said: str, shown: str, shown_without_options: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @functools.wraps(with_options)
    def command(**_given: object) -> None:
        raise AuthenticationFailed(said)

    with pytest.raises(typer.Exit):
        reporting(command)()
    assert capsys.readouterr().err == f"streamscope: {shown}\n"
    with pytest.raises(typer.Exit):
        command_that_raises(AuthenticationFailed(said))
    assert capsys.readouterr().err == f"streamscope: {shown_without_options}\n"


def test_an_interrupt_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        command_that_raises(KeyboardInterrupt())
    assert ended.value.exit_code == ExitCode.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_what_is_not_installed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        command_that_raises(ModuleNotFoundError("No module named 'PySide6'", name="PySide6"))
    assert "pip install 'streamscope[gui]'" in capsys.readouterr().err


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        command_that_raises(ZeroDivisionError())
