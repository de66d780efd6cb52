from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

from stream_core.transport.send_buffer import SEND_BUFFER_BYTES, keep_little
from stream_core.wire.header import Kind, header
from tests.stream_core.transport.test_connection import end, on_both_loops, pair

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep little anyway")


@on_both_loops
async def test_little_lies_between_two_ends_on_one_computer() -> None:
    here, there, server = await pair()
    transport = here.link._transport
    assert transport is not None
    kept_bytes = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert kept_bytes <= 2 * SEND_BUFFER_BYTES
    body = bytes(8 * SEND_BUFFER_BYTES)
    here.link.send(header(Kind.DATA, len(body)), body)
    await there.until(lambda: len(there.frames) == 1)
    await end(here, there, server)


class Socket:
    """A transport and its socket between two addresses."""

    def __init__(self, own: str, peer: str, *, failed: bool = False) -> None:
        self.set: list[int] = []
        self.failed = failed
        self._facts = {"socket": self, "sockname": (own, 1), "peername": (peer, 2)}

    def get_extra_info(self, name: str) -> Any:
        return self._facts[name]

    def setsockopt(self, level: int, name: int, value: int) -> None:
        if self.failed:
            raise OSError
        self.set.append(value)


@pytest.mark.parametrize(
    ("between", "size_bytes"),
    [
        (Socket("192.0.2.7", "192.0.2.7"), [SEND_BUFFER_BYTES]),
        (Socket("192.0.2.7", "192.0.2.8"), []),
        (Socket("::1", "::1", failed=True), []),
    ],
)
def test_a_network_is_left_to_the_system(between: Socket, size_bytes: list[int]) -> None:
    keep_little(between)  # type: ignore[arg-type]
    assert between.set == size_bytes
