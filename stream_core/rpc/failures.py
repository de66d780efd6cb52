"""The body of FAILURE: why a call has no result, as data; remote classes are never instantiated."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Literal

import msgspec

from stream_core import errors
from stream_core.errors import ProtocolError, RemoteError, StreamError

__all__ = [
    "Failure",
    "decode_failure",
    "encode_failure",
    "failure_to_error",
    "raised",
    "refusal",
]

TEXT_CHARACTERS = 64 * 1024  # a longer message or traceback is cut: it is for people to read
CUT = "\n… (cut)"


class Failure(msgspec.Struct, frozen=True):
    """Why a call failed.

    Attributes:
        kind: "raised": the method ran and raised; "refused": it was never run to its end.
        type_name: name of the exception's class.
        message: its text.
        traceback: of the method, as text; "" for refusals.
    """

    kind: Literal["raised", "refused"]
    type_name: str
    message: str
    traceback: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Failure)

_REFUSALS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (TypeError, AttributeError, TimeoutError)
} | {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, StreamError) and kind is not RemoteError
}
_OF_SERVER = {name: kind for name, kind in _REFUSALS.items() if issubclass(kind, StreamError)}


def encode_failure(failure: Failure) -> bytes:
    """The failure as the body of a frame."""
    try:
        return _encoder.encode(failure)
    except UnicodeEncodeError:  # lone surrogates in a message
        parts = (failure.type_name, failure.message, failure.traceback)
        clean = (part.encode("utf-8", "backslashreplace").decode() for part in parts)
        return _encoder.encode(Failure(failure.kind, *clean))


def decode_failure(body: bytes | bytearray | memoryview) -> Failure:
    """The failure in a body.

    Raises:
        ProtocolError: there is none.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"FAILURE is malformed: {error}") from None


def refusal(error: Exception) -> Failure:
    """The failure for a call that is not executed, or not to its end."""
    return Failure("refused", type(error).__name__, _text(error))


def raised(error: BaseException, skip_frames: int = 0) -> Failure:
    """The failure for what a method raised.

    Args:
        error: it.
        skip_frames: how many of the outermost frames are the library's own.
    """
    trace = error.__traceback__
    for _ in range(skip_frames):
        trace = trace.tb_next if trace is not None else None
    return Failure("raised", type(error).__name__, _text(error), _traceback(error, trace))


def _text(error: BaseException) -> str:
    try:
        return _cut(str(error))
    except Exception:  # a broken __str__ must not hide the failure
        return "(its text cannot be had: __str__ raised)"


def _traceback(error: BaseException, trace: TracebackType | None) -> str:
    try:
        lines = traceback.format_exception(type(error), error, trace)
    except Exception:  # as above
        return ""
    return _cut("".join(lines))


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_CHARACTERS else text[:TEXT_CHARACTERS] + CUT


def failure_to_error(
    failure: Failure, *, from_server: bool = False, target_name: str = ""
) -> Exception:
    """The exception to raise at the caller.

    Args:
        failure: what came.
        from_server: the target is the server: what it raises of this library's errors is raised
            here as the same class.
        target_name: who was called, for the note with the remote traceback.
    """
    known = _REFUSALS if failure.kind == "refused" else _OF_SERVER if from_server else {}
    kind = known.get(failure.type_name)
    if kind is not None:
        return kind(failure.message)
    error = RemoteError(failure.type_name, failure.message, failure.traceback)
    if failure.traceback:
        error.add_note(f"At {target_name or 'the target'}:\n{failure.traceback.rstrip()}")
    return error
