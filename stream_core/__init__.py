"""Streams of measurements between clients of a central server, and calls between them.

    import stream_core as sc

    async with sc.Server() as server, sc.Client("daq", server.address) as daq:
        writer = await daq.create_channel("rig1/adc/ai0", unit="V", dtype="float64", rate_hz=1000)

`stream_core.blocking` has the same client for threads.
"""

from __future__ import annotations

from stream_core import blocking
from stream_core.client import Client, Reader, Writer
from stream_core.errors import (
    AuthenticationFailed,
    BufferOverflow,
    CallTimeout,
    ChannelClosed,
    ChannelExists,
    ChannelNotFound,
    ConnectionFailed,
    ConnectionLost,
    Empty,
    InvalidValue,
    LimitExceeded,
    NameTaken,
    NotAllowed,
    ProtocolError,
    RemoteError,
    StreamError,
    TargetNotFound,
)
from stream_core.loop_thread import LoopThread
from stream_core.process import ServerProcess
from stream_core.rpc import Call, Description, MethodDescription, Remote, current_call, describe
from stream_core.server import Server
from stream_core.transport.loops import run
from stream_core.values import (
    Block,
    ChannelChange,
    ChannelInfo,
    ChannelStatistics,
    ClientInfo,
    ClientStatistics,
    Codec,
    Compression,
    Demand,
    Item,
    Limits,
    Loss,
    Overflow,
    ReaderStatistics,
    ServerStatistics,
    State,
    Statistics,
    Tls,
    __version__,
)

__all__ = [
    "AuthenticationFailed",
    "Block",
    "BufferOverflow",
    "Call",
    "CallTimeout",
    "ChannelChange",
    "ChannelClosed",
    "ChannelExists",
    "ChannelInfo",
    "ChannelNotFound",
    "ChannelStatistics",
    "Client",
    "ClientInfo",
    "ClientStatistics",
    "Codec",
    "Compression",
    "ConnectionFailed",
    "ConnectionLost",
    "Demand",
    "Description",
    "Empty",
    "InvalidValue",
    "Item",
    "LimitExceeded",
    "Limits",
    "LoopThread",
    "Loss",
    "MethodDescription",
    "NameTaken",
    "NotAllowed",
    "Overflow",
    "ProtocolError",
    "Reader",
    "ReaderStatistics",
    "Remote",
    "RemoteError",
    "Server",
    "ServerProcess",
    "ServerStatistics",
    "State",
    "Statistics",
    "StreamError",
    "TargetNotFound",
    "Tls",
    "Writer",
    "__version__",
    "blocking",
    "current_call",
    "describe",
    "run",
]
