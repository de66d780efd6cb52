"""What is said of a link that could not be made, held to the errors that really come."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import stream_core as sc
from stream_gui.models.link_diagnosis import LINK, diagnose
from stream_gui.models.problem import Problem


async def failure(address: str, name: str = "a", **options: object) -> Problem:
    with pytest.raises(sc.StreamError) as caught:
        async with sc.Client(name, address, **options):  # type: ignore[arg-type]
            pass
    return diagnose(caught.value, address)


async def other_program(answer: bytes) -> tuple[asyncio.Server, str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def locked() -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, secret="open") as server:
        yield server


async def test_nobody_listens() -> None:
    problem = await failure("127.0.0.1:1")
    assert problem.key == LINK
    assert problem.what == "No connection to 127.0.0.1:1"
    assert "Nobody listens at that port" in problem.cause
    assert "50012" in problem.remedy
    assert problem.action == "connect"


async def test_the_secret_is_missing_or_wrong(locked: sc.Server) -> None:
    assert "none was given" in (await failure(locked.address)).cause
    assert "not the server's" in (await failure(locked.address, secret="x")).cause


async def test_a_user_is_missing_or_unknown_or_too_much(locked: sc.Server) -> None:
    users = {"ann": {"secret": "tea"}}
    async with sc.Server("127.0.0.1", 0, users=users) as server:
        assert "its users only" in (await failure(server.address)).cause
        assert "no such user" in (await failure(server.address, user="bob", secret="x")).cause
        assert "without its secret" in (await failure(server.address, user="ann")).cause
    assert "one secret for all" in (await failure(locked.address, user="ann", secret="x")).cause


async def test_the_name_is_taken(locked: sc.Server) -> None:
    async with sc.Client("a", locked.address, secret="open"):
        problem = await failure(locked.address, secret="open")
    assert problem.cause.startswith("The client name is taken")
    assert "another client name" in problem.remedy


async def test_the_server_speaks_no_tls(locked: sc.Server) -> None:
    assert "Leave TLS out" in (await failure(locked.address, tls=sc.Tls())).remedy


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.9 and more of it\r\n"])
async def test_another_program_listens(answer: bytes) -> None:
    server, address = await other_program(answer)
    async with server:
        problem = await failure(address)
    assert "Another program listens at that port" in problem.cause


async def test_a_firewall_says_nothing() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        problem = await failure(address, connect_timeout_s=0.05)
    assert "firewall" in problem.cause


async def test_the_versions_differ(monkeypatch: pytest.MonkeyPatch, locked: sc.Server) -> None:
    error = sc.ProtocolError("the client speaks version 2 of the protocol, this server version 1")
    assert "same version" in diagnose(error, locked.address).remedy


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sc.LimitExceeded("clients=2 are connected"), "clients=2"),
        (sc.AuthenticationFailed("its certificate has expired"), "has expired"),
        (sc.ConnectionLost("the server ended the connection: kicked"), "kicked"),
    ],
)
def test_anything_else_is_told_as_it_is(error: Exception, said: str) -> None:
    assert said in diagnose(error, "a:1").cause
