"""The client, for one event loop: link and reconnection, writers, readers and calls."""

from stream_core.client.client import Client
from stream_core.client.reader import Reader
from stream_core.client.writer import Writer

__all__ = ["Client", "Reader", "Writer"]
