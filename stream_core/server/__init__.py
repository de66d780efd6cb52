"""The server: accepts, authenticates, distributes and accounts; it never sees a client's code."""

from stream_core.server.permits import UsersGiven
from stream_core.server.server import Server

__all__ = ["Server", "UsersGiven"]
