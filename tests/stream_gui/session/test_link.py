"""The link: made, refused, broken, mended, ended."""

import asyncio
from typing import Any

import stream_core as sc
from stream_gui.models.link_state import LinkPhase
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession


async def test_it_joins_and_leaves(
    session: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    phases = []
    session.state.changed.connect(lambda: phases.append(session.state.phase))
    session.join(Target(server.address, "eye"))
    await eventually(lambda: session.state.connected)
    assert session.state.describe() == f"Connected to {server.address} as eye"
    session.link.disconnect_now()
    await eventually(lambda: session.state.phase is LinkPhase.DISCONNECTED)
    assert phases == [LinkPhase.CONNECTING, LinkPhase.CONNECTED, LinkPhase.DISCONNECTED]


async def test_a_refusal_is_told_and_stays_visible(
    session: MonitorSession, eventually: Any
) -> None:
    session.join(Target("127.0.0.1:1"))
    await eventually(lambda: session.state.problem)
    assert session.state.phase is LinkPhase.DISCONNECTED
    assert session.state.problem in session.state.describe()
    assert session.reports.rowCount() == 1


async def test_a_wrong_secret_is_refused(session: MonitorSession, eventually: Any) -> None:
    async with sc.Server("127.0.0.1", 0, secret="right") as server:
        session.join(Target(server.address))
        await eventually(lambda: session.state.problem)
        assert "Client(" not in session.state.problem  # no advice for programs
        assert session.state.wants_secret
        session.join(Target(server.address, secret="wrong"))
        await eventually(lambda: "wrong" in session.state.problem)
        assert session.settings.recent == []
        session.join(Target(server.address, secret="right"))
        await eventually(lambda: session.state.connected)


async def test_a_user_and_what_it_needs(session: MonitorSession, eventually: Any) -> None:
    users = {"ann": {"secret": "tea", "role": "operator"}}
    async with sc.Server("127.0.0.1", 0, users=users) as server:
        for target, problem in [
            (Target(server.address), "this server asks for a user and its secret"),
            (Target(server.address, user="ann"), "user 'ann' proves itself by its secret"),
            (
                Target(server.address, user="ann", secret="coffee"),
                "wrong secret or unknown user",
            ),
        ]:
            session.join(target)
            await eventually(lambda problem=problem: session.state.problem == problem)
            assert session.state.wants_secret
        session.join(Target(server.address, user="ann", secret="tea"))
        await eventually(lambda: session.state.connected)
        assert session.settings.recent[0].user == "ann"


async def test_a_client_certificate_and_what_may_be_wrong_with_it(
    session: MonitorSession, certificates: Any, eventually: Any
) -> None:
    authority = str(certificates.files("ours").certificate)

    def target(address: str, name: str = "") -> Target:
        files = certificates.files(name)
        proof = {"certificate": str(files.certificate), "key": str(files.key)} if name else {}
        return Target(address, tls=True, authority=authority, **proof)

    async with sc.Server("127.0.0.1", 0, tls=certificates.server(asks=True)) as server:
        for name, problem in [
            ("", "asks for a client certificate"),
            ("stranger", "does not know the authority of the client certificate"),
        ]:
            session.join(target(server.address, name))
            await eventually(lambda problem=problem: problem in session.state.problem)
            assert "Tls(" not in session.state.problem
        session.join(target(server.address, "daq"))
        await eventually(lambda: session.state.connected)
        assert session.settings.recent[0].certificate.endswith("daq.pem")
    async with sc.Server("127.0.0.1", 0, tls=certificates.server("expired")) as server:
        session.join(target(server.address))
        await eventually(lambda: "has a certificate that has expired" in session.state.problem)


async def test_tls_and_what_it_needs(
    session: MonitorSession, certificates: Any, eventually: Any
) -> None:
    authority = str(certificates.files("ours").certificate)
    async with sc.Server("127.0.0.1", 0, tls=certificates.server()) as server:
        session.join(Target(server.address))
        await eventually(lambda: session.state.problem)
        assert session.state.problem.endswith("speaks TLS only; give the file of its authority")
        assert not session.state.wants_secret
        session.join(Target(server.address, tls=True))
        await eventually(lambda: "unknown authority" in session.state.problem)
        session.join(Target(server.address, tls=True, authority="/no/such.pem"))
        await eventually(lambda: "/no/such.pem cannot be read" in session.state.problem)
        session.join(Target(server.address, tls=True, authority=authority))
        await eventually(lambda: session.state.connected)
        [recent] = session.settings.recent
        assert (recent.tls, recent.authority) == (True, authority)


async def test_the_servers_end_is_survived_and_its_return_noticed(
    session: MonitorSession, eventually: Any
) -> None:
    first = sc.Server("127.0.0.1", 0)
    await first.start()
    session.join(Target(first.address))
    await eventually(lambda: session.state.connected)
    await first.stop()
    await eventually(lambda: session.state.phase is LinkPhase.RECONNECTING)
    assert "trying again" in session.state.describe()
    assert session.load.clients.names == []
    port = int(first.address.rpartition(":")[2])
    async with sc.Server("127.0.0.1", port) as second:
        await eventually(lambda: session.state.connected)
        async with sc.Client("late", second.address) as late:
            await late.create_channel("late/comer")
            await eventually(lambda: "late/comer" in session.channels.tree.names)
        await eventually(lambda: "late/comer" not in session.channels.tree.names)


async def test_a_kick_ends_it_for_good(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("boss", server.address) as boss:
        await boss.kick("monitor", reason="enough")
        await eventually(lambda: joined.state.phase is LinkPhase.DISCONNECTED)
        await eventually(lambda: "enough" in joined.state.problem)
    await eventually(lambda: "enough" in str(joined.reports.index(0, 2).data()))
    assert joined.link.client is None


async def test_another_server_takes_the_place_of_the_first(
    joined: MonitorSession, eventually: Any
) -> None:
    async with sc.Server("127.0.0.1", 0) as other:
        joined.join(Target(other.address, "monitor"))
        await eventually(lambda: joined.state.connected and joined.state.address == other.address)


async def test_an_attempt_can_be_given_up(session: MonitorSession, eventually: Any) -> None:
    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    deaf = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    async with deaf:
        host, port = deaf.sockets[0].getsockname()
        session.join(Target(f"{host}:{port}"))
        await eventually(lambda: session.state.phase is LinkPhase.CONNECTING)
        session.link.disconnect_now()
        await eventually(lambda: session.state.phase is LinkPhase.DISCONNECTED)


def test_a_target_does_not_show_its_secret() -> None:
    assert "hidden" not in repr(Target("a:1", "n", "hidden"))
