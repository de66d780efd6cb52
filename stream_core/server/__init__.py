"""The server: accepts, authenticates, distributes and accounts; knows nothing of any client code."""

from stream_core.server.server import Server

__all__ = ["Server"]
