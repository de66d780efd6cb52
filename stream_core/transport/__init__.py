"""The only place that touches sockets: connections of frames, and addresses."""

from stream_core.transport.address import Address
from stream_core.transport.connection import Connection, Growing, Receiver
from stream_core.transport.dial import dial
from stream_core.transport.tls import serve_tls
from stream_core.transport.tls_faults import no_tls_from_client
from stream_core.transport.tls_files import client_context, server_context

__all__ = [
    "Address",
    "Connection",
    "Growing",
    "Receiver",
    "client_context",
    "dial",
    "no_tls_from_client",
    "serve_tls",
    "server_context",
]
