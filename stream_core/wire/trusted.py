"""pickle and marshal, for laboratories that trust each other; never used unless a client allows it.

Decoding either can execute code that the sender chose. A receiver must name the codec in
`trusted_codecs`; the server never decodes them. No other file imports these two modules.
"""

from __future__ import annotations

import marshal
import pickle
from typing import Any

from stream_core.errors import InvalidValue, ProtocolError

__all__ = ["decode_marshal", "decode_pickle", "encode_marshal", "encode_pickle"]


def encode_pickle(value: Any) -> bytes:
    """The value as a pickle.

    Raises:
        InvalidValue: it cannot be pickled.
    """
    try:
        return pickle.dumps(value, protocol=5)
    except Exception as error:  # what a class does to be pickled may raise anything
        raise InvalidValue(f"{type(value).__name__} cannot be pickled: {error}") from error


def decode_pickle(data: bytes | bytearray | memoryview) -> Any:
    """The value in a pickle. Executes what the sender put there.

    Raises:
        ProtocolError: it is no pickle, or one of classes that are not known here.
    """
    try:
        return pickle.loads(data)
    except Exception as error:  # as above
        raise ProtocolError(f"not a pickle that can be loaded here: {error}") from error


def encode_marshal(value: Any) -> bytes:
    """The value in the marshal format of this version of Python.

    Raises:
        InvalidValue: marshal does not know its type.
    """
    try:
        return marshal.dumps(value)
    except (ValueError, TypeError) as error:
        raise InvalidValue(
            f"marshal cannot carry {type(value).__name__}: {error}; codec 'pickle' may"
        ) from error


def decode_marshal(data: bytes | bytearray | memoryview) -> Any:
    """The value in marshal format. Junk can crash the interpreter.

    Raises:
        ProtocolError: it is not in the marshal format of this version of Python.
    """
    try:
        return marshal.loads(data)
    except (EOFError, ValueError, TypeError, MemoryError) as error:
        raise ProtocolError(f"not marshalled by this version of Python: {error}") from error
