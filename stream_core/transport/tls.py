"""The two sides of TLS, each with its own words for what goes wrong."""

from __future__ import annotations

import ssl

from stream_core.transport.address import Address
from stream_core.transport.connection import Connection
from stream_core.transport.tls_faults import (
    client_fault,
    no_tls_from_client,
    no_tls_from_server,
    server_fault,
)
from stream_core.transport.tls_layer import TlsLayer

__all__ = ["demand_tls", "serve_tls"]


def demand_tls(connection: Connection, context: ssl.SSLContext, address: Address) -> TlsLayer:
    """The client's side: what is to be connected to the socket instead of the connection.

    Raises:
        ValueError: no host could be called like that.
    """
    return TlsLayer(
        connection,
        context,
        host=address.host,
        fault=lambda error: client_fault(error, address),
        no_tls=lambda: no_tls_from_server(address),
    )


def serve_tls(connection: Connection, context: ssl.SSLContext, plain_answer: bytes) -> TlsLayer:
    """The server's side; `plain_answer` is what a client without TLS is told."""
    return TlsLayer(
        connection,
        context,
        host=None,
        fault=server_fault,
        no_tls=no_tls_from_client,
        plain_answer=plain_answer,
    )
