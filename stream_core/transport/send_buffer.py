"""How much of what is sent within one computer lies with the system; on Linux only."""

from __future__ import annotations

import asyncio
import socket
import sys

__all__ = ["SEND_BUFFER_BYTES", "keep_little"]

SEND_BUFFER_BYTES = 512 * 1024  # Linux makes it twice as much, and counts its own for each part


def keep_little(transport: asyncio.BaseTransport) -> None:
    """Hold the send buffer small where the peer is on this computer.

    Nothing is on its way there, so what lies in between only waits, in up to 4 MiB at the sender
    and tens at the receiver, and each copy is of memory, and to memory, that has left the caches.
    """
    own, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    connected = transport.get_extra_info("socket")
    if sys.platform != "linux" or connected is None or not own or not peer or own[0] != peer[0]:
        return
    try:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    except OSError:  # it has failed, which the loop will tell
        return
