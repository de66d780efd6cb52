"""Making a connection to a server, with errors that say what to do; never speaks a word on it."""

from __future__ import annotations

import asyncio
import errno
import socket

from stream_core.errors import ConnectionFailed
from stream_core.transport.address import Address
from stream_core.transport.connection import Connection, Receiver

__all__ = ["dial"]


async def dial(address: Address, receiver: Receiver, *, frame_bytes: int) -> Connection:
    """A connection to `address`.

    Raises:
        ConnectionFailed: nobody listens there, or it cannot be reached; the message says which.
    """
    loop = asyncio.get_running_loop()
    try:
        _, connection = await loop.create_connection(
            lambda: Connection(receiver, frame_bytes=frame_bytes), address.host, address.port
        )
    except (socket.gaierror, ValueError):  # ValueError: no name could look like that
        raise ConnectionFailed(
            f"host '{address.host}' is unknown; check the address {address}"
        ) from None
    except OSError as error:
        if _refused(error):
            raise ConnectionFailed(
                f"no server listens at {address}; start one with 'streamscope serve'"
            ) from None
        reason = error.strerror or str(error)
        raise ConnectionFailed(f"{address} cannot be reached: {reason}") from None
    return connection


def _refused(error: OSError) -> bool:
    """Whether nobody listens; of a host with several addresses asyncio gives texts only."""
    return isinstance(error, ConnectionRefusedError) or (
        error.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(error)
    )
