from __future__ import annotations

import asyncio
import socket

import pytest

from stream_core.errors import ConnectionFailed
from stream_core.server import Server


async def test_two_servers_want_one_port(server):
    other = Server("127.0.0.1", int(server.address.rpartition(":")[2]))
    with pytest.raises(ConnectionFailed, match="choose another port"):
        await other.start()
    await other.stop()


async def test_an_unknown_host_is_said():
    with pytest.raises(ConnectionFailed, match=r"host 'no\.such\.host\.invalid' is unknown"):
        await Server("no.such.host.invalid", 0, insecure=True).start()


async def test_stop_while_clients_knock(server):
    host, port = server.address.split(":")
    sockets = [socket.create_connection((host, int(port))) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.wait_for(server.stop(), 3.0)
    for each in sockets:
        each.close()
