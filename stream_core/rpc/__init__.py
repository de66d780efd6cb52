"""Remote procedure calls: methods described as data, checked at both ends, matched by number.

`methods` collects what a target offers, `Dispatcher` executes it, `PendingCalls` keeps what a
caller waits for, `Remote` is the proxy. Nothing here knows of sockets.
"""

from __future__ import annotations

from stream_core.rpc.bodies import encode_call, read_path
from stream_core.rpc.call import Call
from stream_core.rpc.calls import PendingCalls
from stream_core.rpc.current_call import CurrentCall, current_call
from stream_core.rpc.descriptions import (
    Description,
    MethodDescription,
    MethodKind,
    description_from_wire,
    description_to_wire,
)
from stream_core.rpc.dispatch import Dispatcher, no_method
from stream_core.rpc.failures import (
    Failure,
    decode_failure,
    encode_failure,
    failure_to_error,
    refusal,
)
from stream_core.rpc.frames import SendFrame
from stream_core.rpc.methods import Method, MethodTable, collect
from stream_core.rpc.parameters import ParameterDescription, ParameterKind
from stream_core.rpc.parcels import PIECE_BYTES, Parcels
from stream_core.rpc.remote import (
    Given,
    InvokeLate,
    Invoker,
    Remote,
    bind_again,
    describe,
    update,
)

__all__ = [
    "PIECE_BYTES",
    "Call",
    "CurrentCall",
    "Description",
    "Dispatcher",
    "Failure",
    "Given",
    "InvokeLate",
    "Invoker",
    "Method",
    "MethodDescription",
    "MethodKind",
    "MethodTable",
    "ParameterDescription",
    "ParameterKind",
    "Parcels",
    "PendingCalls",
    "Remote",
    "SendFrame",
    "bind_again",
    "collect",
    "current_call",
    "decode_failure",
    "describe",
    "description_from_wire",
    "description_to_wire",
    "encode_call",
    "encode_failure",
    "failure_to_error",
    "no_method",
    "read_path",
    "refusal",
    "update",
]
