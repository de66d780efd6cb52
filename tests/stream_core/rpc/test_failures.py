from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core import errors
from stream_core.errors import InvalidValue, NotAllowed, ProtocolError, RemoteError, TargetNotFound
from stream_core.rpc.failures import (
    Failure,
    decode_failure,
    encode_failure,
    failure_to_error,
    raised,
    refusal,
)


class Silent(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise ValueError("no text")


def caught(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as found:
        return found


@pytest.mark.parametrize(
    "failure",
    [Failure("raised", "ValueError", "no", "Traceback…"), Failure("refused", "TypeError", "é")],
)
def test_a_failure_travels(failure):
    assert decode_failure(encode_failure(failure)) == failure


def test_a_text_that_is_no_unicode_travels_escaped():
    arrived = decode_failure(encode_failure(Failure("raised", "OSError", "file \udcff")))
    assert arrived.message == "file \\udcff"


@given(st.binary(max_size=40))
def test_junk_is_a_protocol_error(body):
    with pytest.raises(ProtocolError, match="FAILURE is malformed"):
        decode_failure(body)


@pytest.mark.parametrize(
    "error",
    [
        TypeError("add() takes 1"),
        AttributeError("no method"),
        InvalidValue("must be"),
        TargetNotFound("gone"),
        NotAllowed("no grant"),
        errors.CallTimeout("late"),
        errors.LimitExceeded("too many"),
        errors.ChannelClosed("over"),
    ],
)
def test_a_refusal_is_raised_as_the_same_class(error):
    raised_here = failure_to_error(refusal(error))
    assert type(raised_here) is type(error)
    assert str(raised_here) == str(error)


def test_what_a_method_raised_is_a_remote_error_with_a_note():
    failure = raised(caught(ZeroDivisionError("division by zero")))
    error = failure_to_error(failure, target_name="rig")
    assert isinstance(error, RemoteError)
    assert (error.type_name, error.message) == ("ZeroDivisionError", "division by zero")
    assert error.traceback.startswith("Traceback")
    assert error.__notes__[0].startswith("At rig:\nTraceback")


def test_only_the_servers_own_errors_keep_their_class():
    failure = raised(caught(errors.ChannelNotFound("no such channel")))
    assert type(failure_to_error(failure)) is RemoteError
    assert type(failure_to_error(failure, from_server=True)) is errors.ChannelNotFound
    other = raised(caught(KeyError("x")))
    assert type(failure_to_error(other, from_server=True)) is RemoteError


def test_an_unknown_class_is_never_made():
    assert type(failure_to_error(Failure("refused", "SystemExit", "1"))) is RemoteError
    assert type(failure_to_error(Failure("refused", "RemoteError", "1"))) is RemoteError


def test_frames_of_the_library_can_be_left_out():
    def method() -> None:
        raise ValueError("here")

    try:
        method()
    except ValueError as error:
        whole, own = raised(error), raised(error, 1)
    assert "in test_frames_of_the_library" in whole.traceback
    assert "in test_frames_of_the_library" not in own.traceback
    assert "in method" in own.traceback
    assert raised(ValueError("never raised"), 3).traceback == "ValueError: never raised\n"


def test_a_broken_exception_is_a_failure_nevertheless():
    failure = raised(caught(Silent()))
    assert failure.type_name == "Silent"
    assert "cannot be had" in failure.message


def test_a_very_long_message_is_cut():
    failure = refusal(InvalidValue("x" * 1_000_000))
    assert len(failure.message) < 100_000
    assert failure.message.endswith("(cut)")
