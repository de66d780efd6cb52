"""Making a connection to a server, with errors that say what to do; never speaks a word on it."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

from stream_core.errors import ConnectionFailed
from stream_core.transport.address import Address
from stream_core.transport.connection import Connection, Receiver
from stream_core.transport.send_buffer import keep_little
from stream_core.transport.tls import demand_tls
from stream_core.transport.tls_layer import TlsLayer

__all__ = ["dial"]


async def dial(
    address: Address, receiver: Receiver, *, frame_bytes: int, tls: ssl.SSLContext | None = None
) -> Connection:
    """A connection to `address`; with `tls` only to a server that has proven who it is.

    Raises:
        ConnectionFailed: nobody listens there, or it cannot be reached; the message says which.
        AuthenticationFailed: it has no certificate that `tls` accepts, or does not accept ours.
    """
    connection = Connection(receiver, frame_bytes=frame_bytes)
    if tls is None:
        await _connect(address, connection)
    else:
        await _connect_securely(address, connection, tls)
    return connection


async def _connect_securely(address: Address, connection: Connection, tls: ssl.SSLContext) -> None:
    try:
        layer = demand_tls(connection, tls, address)
    except ValueError:
        raise _unknown(address) from None
    await _connect(address, layer)
    try:
        refusal = await layer.shaken
    except BaseException:
        layer.abort()
        await asyncio.wait({connection.lost})
        raise
    if refusal is not None:
        raise refusal


async def _connect(address: Address, protocol: Connection | TlsLayer) -> None:
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_connection(lambda: protocol, address.host, address.port)
    except (socket.gaierror, ValueError):  # ValueError: no name could look like that
        raise _unknown(address) from None
    except OSError as error:
        if _refused(error):
            raise ConnectionFailed(
                f"no server listens at {address}; start one with 'streamscope serve'"
            ) from None
        reason = error.strerror or str(error)
        raise ConnectionFailed(f"{address} cannot be reached: {reason}") from None
    keep_little(transport)


def _unknown(address: Address) -> ConnectionFailed:
    return ConnectionFailed(f"host '{address.host}' is unknown; check the address {address}")


def _refused(error: OSError) -> bool:
    """Whether nobody listens; of a host with several addresses asyncio gives texts only."""
    return isinstance(error, ConnectionRefusedError) or (
        error.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(error)
    )
