"""The only place that touches sockets: connections of frames, and addresses."""

from stream_core.transport.address import Address
from stream_core.transport.connection import Connection, Receiver
from stream_core.transport.dial import dial

__all__ = ["Address", "Connection", "Receiver", "dial"]
