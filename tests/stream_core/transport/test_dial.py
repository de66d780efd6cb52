from __future__ import annotations

import socket

import pytest

from stream_core.errors import ConnectionFailed
from stream_core.transport import Address, dial


class Nobody:
    def frames_received(self, connection: object, frames: object) -> None: ...
    def broken(self, connection: object, error: object) -> None: ...
    def writable(self, connection: object) -> None: ...
    def lost(self, connection: object, error: object) -> None: ...


async def test_where_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = Address(*bound.getsockname())
        with pytest.raises(ConnectionFailed, match="no server listens"):
            await dial(address, Nobody(), frame_bytes=1000)


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".com", "\0"])
async def test_what_no_host_can_be_called(host: str) -> None:
    with pytest.raises(ConnectionFailed, match="unknown"):
        await dial(Address(host, 1), Nobody(), frame_bytes=1000)
