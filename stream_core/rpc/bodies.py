"""The body of CALL: the method's path, readable on its own, then its arguments."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire import objects

__all__ = ["decode_call", "encode_call", "read_path"]

LENGTH = struct.Struct("<H")
LENGTH_BYTES = LENGTH.size
PATH_BYTES = 1024
KNOWN_PATHS = 1024
PAIR = b"\x92"  # msgpack: an array of two follows
NO_KEYWORDS = b"\x80"  # msgpack: an empty map


@lru_cache(maxsize=1024)
def _prefix(path: str) -> bytes:
    encoded = path.encode()
    if not 0 < len(encoded) <= PATH_BYTES:
        raise InvalidValue(f"the path of a method has 1 to {PATH_BYTES} bytes, not {len(encoded)}")
    return LENGTH.pack(len(encoded)) + encoded + PAIR


def encode_call(path: str, args: list[Any], kwargs: dict[str, Any]) -> bytes:
    """The body of a call.

    Raises:
        InvalidValue: an argument cannot be sent.
    """
    try:
        keywords = objects.encode(kwargs) if kwargs else NO_KEYWORDS
        return _prefix(path) + objects.encode(args) + keywords
    except InvalidValue as error:
        raise InvalidValue(f"{path}(): an argument cannot be sent: {error}") from None


_known: dict[bytes, str] = {}  # the paths by what a body begins with


@lru_cache(maxsize=1024)
def _text(path: bytes) -> str:
    try:
        return path.decode()
    except UnicodeDecodeError:
        raise ProtocolError("CALL is malformed: the method's name is not UTF-8") from None


def _split(body: bytes | bytearray | memoryview) -> tuple[str, int]:
    """The path, and where the arguments begin."""
    if len(body) < LENGTH_BYTES:
        raise ProtocolError("CALL is malformed: it has no method")
    start = LENGTH_BYTES + body[0] + body[1] * 256
    if not LENGTH_BYTES < start <= len(body) or start > LENGTH_BYTES + PATH_BYTES:
        raise ProtocolError("CALL is malformed: the method's name has a wrong length")
    return _text(bytes(body[LENGTH_BYTES:start])), start


def read_path(body: bytes | bytearray | memoryview) -> str:
    """The path of the method that a call is for; the arguments are not looked at.

    Raises:
        ProtocolError: there is none.
    """
    return _split(body)[0]


def decode_call(body: bytes | bytearray | memoryview) -> tuple[str, list[Any], dict[str, Any]]:
    """The path and the arguments of a call.

    Raises:
        ProtocolError: the body is not that of a call.
    """
    if type(body) is bytes:
        start = LENGTH_BYTES + body[0] + 256 * body[1] if len(body) > LENGTH_BYTES else 0
        path = _known.get(body[:start])
        if path is None:
            path, start = _split(body)
            if len(_known) < KNOWN_PATHS:
                _known[body[:start]] = path
        arguments = objects.decode(body[start:])
    else:
        path, start = _split(body)
        arguments = objects.decode(memoryview(body)[start:])
    if type(arguments) is list and len(arguments) == 2:
        args, kwargs = arguments
        if type(args) is list and type(kwargs) is dict:
            if kwargs and not all(type(name) is str for name in kwargs):
                raise ProtocolError("CALL is malformed: the name of an argument is not text")
            return path, args, kwargs
    raise ProtocolError("CALL is malformed: it has no list and dict of arguments")
