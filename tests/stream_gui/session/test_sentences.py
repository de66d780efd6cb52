"""What the command line says in a sentence, the feedback of the window says, too."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import stream_core as sc
from stream_core.cli.certificates import Authority
from stream_core.wire import messages
from stream_core.wire.header import Kind, header
from stream_gui.feedback import Severity
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.servers import ServerPlan


@pytest.fixture
async def told(session: MonitorSession) -> list[Any]:
    reports: list[Any] = []
    session.feedback.reported.connect(reports.append)
    return reports


def the_error(told: list[Any]) -> str:
    (report,) = [each for each in told if each.severity is Severity.ERROR]
    text: str = report.text
    return text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "no-such-host.invalid:50012",
            "host 'no-such-host.invalid' is unknown; check the address no-such-host.invalid:50012",
        ),
        ("127.0.0.1:1", "no server listens at 127.0.0.1:1; start one with 'streamscope serve'"),
    ],
)
async def test_a_server_that_cannot_be_reached(
    session: MonitorSession, told: list[Any], eventually: Any, address: str, sentence: str
) -> None:
    session.join(Target(address))
    await eventually(lambda: session.state.problem)
    assert the_error(told) == session.state.problem == sentence


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("expired", "has expired; give it a new one ('streamscope certificate')"),
        ("tomorrow", "is not valid yet; set the clocks of both computers"),
    ],
)
async def test_a_certificate_out_of_its_time(
    session: MonitorSession,
    told: list[Any],
    certificates: Any,
    eventually: Any,
    name: str,
    fault: str,
) -> None:
    since = datetime.now(UTC) + timedelta(days=1)
    authority = Authority.load(certificates.files("ours"))
    files = certificates.files("tomorrow")
    authority.sign(files, name="tomorrow", hosts=["127.0.0.1"], days=1, since=since)
    async with sc.Server("127.0.0.1", 0, tls=certificates.server(name)) as server:
        target = Target(
            server.address, tls=True, authority=str(certificates.files("ours").certificate)
        )
        session.join(target)
        await eventually(lambda: session.state.problem)
        assert the_error(told) == f"the server at {server.address} has a certificate that {fault}"


async def test_a_server_of_another_version(
    session: MonitorSession, told: list[Any], eventually: Any
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(40)
        body = messages.encode(
            messages.Welcome(
                version=2,
                name="x",
                number=1,
                session="s",
                epoch=1,
                now_ns=1,
                frame_bytes=10_000,
                heartbeat_s=5.0,
                resume_s=5.0,
            )
        )
        writer.write(header(Kind.WELCOME, len(body)) + body)
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        host, port = listener.sockets[0].getsockname()
        session.join(Target(f"{host}:{port}"))
        await eventually(lambda: session.state.problem)
    assert the_error(told) == (
        "the server speaks version 2 of the protocol, this client version 1; "
        "install the same version of streamscope"
    )


@pytest.mark.parametrize("in_window", [True, False])
async def test_a_port_in_use(
    session: MonitorSession, told: list[Any], server: sc.Server, eventually: Any, in_window: bool
) -> None:
    port = int(server.address.rpartition(":")[2])
    session.servers.start(ServerPlan(port=port, in_window=in_window))
    await eventually(lambda: session.servers.problem)
    assert the_error(told) == session.servers.problem
    assert session.servers.problem == (
        f"cannot listen at {server.address}: another program listens there; "
        "choose another port, or 0 for any free one"
    )
