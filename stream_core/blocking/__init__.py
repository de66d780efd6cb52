"""The same client for threads: the same names, and every method waits for its result.

from stream_core import blocking

with blocking.Client("recorder", "127.0.0.1:50012") as client:
    for value in client.subscribe("rig1/adc/ai0"):
        print(value)
"""

from stream_core.blocking.client import Client
from stream_core.blocking.reader import Reader
from stream_core.blocking.writer import Writer

__all__ = ["Client", "Reader", "Writer"]
