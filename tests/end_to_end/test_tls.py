"""Whole runs over TLS, on both loops: nothing differs from runs in the clear."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import numpy as np
import pytest

import stream_core as sc


class Target(sc.Client):
    def rpc_add(self, first: float, second: float) -> float:
        return first + second

    def rpc_twice(self, array: np.ndarray) -> np.ndarray:
        return array * 2


def cut(server: sc.Server) -> None:
    """Break every link without a word."""
    for session in tuple(server._services.sessions):
        if session.connection is not None:
            session.connection.abort()


async def test_data_calls_and_reconnection(certificates):
    tls = certificates.client()
    async with (
        sc.Server("127.0.0.1", 0, tls=certificates.server(), secret="tea") as server,
        Target("daq", server.address, tls=tls, secret="tea") as daq,
        sc.Client("pc", server.address, tls=tls, secret="tea") as pc,
    ):
        writer = await daq.create_channel("rig1/any")
        reader = await pc.subscribe("rig1/any", overflow="wait", buffer_size=100)
        array = np.arange(4_000_000.0)

        async def send() -> None:
            for number in range(3000):
                await writer.send(number)
            await writer.send(array)

        sending = asyncio.ensure_future(send())
        assert [await reader.get(timeout_s=10) for _ in range(3000)] == list(range(3000))
        np.testing.assert_array_equal(await reader.get(timeout_s=10), array)
        await sending

        remote = await pc.remote("daq")
        assert await remote.add(2.0, 3.0) == 5
        np.testing.assert_array_equal(await remote.twice(array[:100_000]), array[:100_000] * 2)

        states: list[sc.State] = []
        again = asyncio.Event()
        pc.on_state(lambda state: (states.append(state), state == "connected" and again.set()))
        daq_again = asyncio.Event()
        daq.on_state(lambda state: state == "connected" and daq_again.set())
        cut(server)
        async with asyncio.timeout(10):
            await again.wait()
            await daq_again.wait()
        assert states == ["reconnecting", "connected"]
        await asyncio.gather(daq.ping(), pc.ping())
        assert await writer.send("after", wait_active=True)
        assert await reader.get(timeout_s=10) == "after"
        assert reader.lost == 0


async def test_servers_that_are_not_who_they_should_be(certificates):
    tls = certificates.client()
    for name, words in (
        ("expired", "has a certificate that has expired; give it a new one"),
        ("foreign", "has a certificate of an unknown authority; give the file of its authority"),
        ("elsewhere", "has a certificate that does not name '127.0.0.1'"),
        ("daq", "has a certificate that is not for servers"),
    ):
        async with sc.Server("127.0.0.1", 0, tls=certificates.server(name)) as server:
            with pytest.raises(sc.AuthenticationFailed) as caught:
                await sc.Client("pc", server.address, tls=tls).connect()
            assert str(caught.value).startswith(f"the server at {server.address} {words}")
    async with sc.Server("127.0.0.1", 0, tls=certificates.server()) as server:
        with pytest.raises(sc.AuthenticationFailed, match="unknown authority"):
            await sc.Client("pc", server.address, tls=sc.Tls()).connect()


async def test_clients_that_are_not_let_in(certificates):
    async with sc.Server("127.0.0.1", 0, tls=certificates.server(asks=True)) as server:
        async with sc.Client("daq", server.address, tls=certificates.client("daq")) as daq:
            reader = await daq.subscribe("server/events", history=100)
            for name, words in (
                (None, r"asks for a client certificate; give Tls\(certificate=…, key=…\)"),
                ("stranger", "does not know the authority of the client certificate"),
                ("server", "does not accept that certificate for a client"),
            ):
                with pytest.raises(sc.AuthenticationFailed, match=words):
                    await sc.Client("pc", server.address, tls=certificates.client(name)).connect()
            with pytest.raises(sc.AuthenticationFailed, match="speaks TLS only; give the file"):
                await sc.Client("pc", server.address).connect()
            told: list[str] = []
            while len(told) < 4:
                event = await reader.get(timeout_s=10)
                if event["event"] == "client_refused":
                    told.append(event["reason"])
            assert "no certificate" in told[0]
            assert "TLS only" in told[3]
            assert [client.name for client in await daq.clients()] == ["daq"]


async def test_a_server_in_the_clear(certificates):
    async with sc.Server("127.0.0.1", 0) as server:
        with pytest.raises(sc.AuthenticationFailed, match=r"speaks no TLS.*or leave tls out"):
            await sc.Client("pc", server.address, tls=certificates.client()).connect()


async def test_a_client_does_not_go_on_with_a_server_that_it_cannot_trust(certificates, caplog):
    async with sc.Server("127.0.0.1", 0, tls=certificates.server()) as server:
        address, port = server.address, int(server.address.rpartition(":")[2])
        client = sc.Client("pc", address, tls=certificates.client())
        await client.connect()
        reader = await client.subscribe("rig1/x", wait=True)
        closed = asyncio.Event()
        client.on_state(lambda state: state == "closed" and closed.set())
    async with sc.Server("127.0.0.1", port, tls=certificates.server("foreign")):
        with caplog.at_level(logging.ERROR):
            async with asyncio.timeout(10):
                await closed.wait()
        assert "has a certificate of an unknown authority" in caplog.text
        with pytest.raises(sc.ConnectionLost, match=r"unknown authority.*connect again"):
            await reader.get()
    await client.close()


async def test_a_half_open_handshake_ends(certificates):
    limits = sc.Limits(handshake_s=0.05)
    async with sc.Server("127.0.0.1", 0, tls=certificates.server(), limits=limits) as server:
        host, port = server.address.split(":")
        for first in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(first)
            async with asyncio.timeout(10):
                assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()


async def test_who_is_kicked_while_he_sends_hears_why(certificates):
    tls = certificates.client()
    async with (
        sc.Server("127.0.0.1", 0, tls=certificates.server()) as server,
        sc.Client("pc", server.address, tls=tls) as pc,
        sc.Client("daq", server.address, tls=tls) as daq,
    ):
        writer = await daq.create_channel("rig1/flood")
        await pc.subscribe("rig1/flood", overflow="ring", buffer_size=2)
        closed = asyncio.Event()
        daq.on_state(lambda state: state == "closed" and closed.set())
        block = bytes(200_000)

        async def flood() -> None:
            while not closed.is_set():
                await writer.send(block)
                await asyncio.sleep(0)

        flooding = asyncio.ensure_future(flood())
        await pc.kick("daq", reason="too loud")
        async with asyncio.timeout(10):
            await closed.wait()
        with contextlib.suppress(sc.StreamError):
            await flooding
        with pytest.raises(sc.ConnectionLost, match="too loud"):
            await daq.ping()


def test_a_server_process_and_the_blocking_face(certificates):
    tls = certificates.client()
    with (
        sc.ServerProcess("127.0.0.1", 0, tls=certificates.server()) as server,
        sc.blocking.Client("pc", server.address, tls=tls) as client,
    ):
        assert client.statistics().server.name == "streamscope"
        with pytest.raises(sc.AuthenticationFailed, match="TLS only"):
            sc.blocking.Client("plain", server.address).connect()
    with pytest.raises(sc.InvalidValue, match=r"certificate nowhere\.pem cannot be read"):
        sc.ServerProcess("127.0.0.1", 0, tls=sc.Tls(certificate="nowhere.pem"))
