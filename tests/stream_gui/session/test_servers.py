"""Servers started from the window."""

from pathlib import Path
from typing import Any

import pytest

import stream_core as sc
from stream_core.security import make_verifier, new_users_text, with_user
from stream_gui.models.link_state import LinkPhase
from stream_gui.models.server_table import OTHER, OWN
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunFiles
from stream_gui.session.servers import ServerPlan


def write_private(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)


async def test_a_server_in_this_window_is_joined_and_ends_with_it(
    session: MonitorSession, eventually: Any
) -> None:
    session.servers.start(ServerPlan(port=0, in_window=True))
    assert session.servers.starting
    await eventually(lambda: session.state.connected)
    (own,) = session.servers.own
    assert own.in_window
    assert own.address == session.state.address
    assert session.servers.known() == []
    await session.servers.close(stop_processes=False)
    await eventually(lambda: session.state.phase is LinkPhase.RECONNECTING)
    started, joined, stopped = session.around.python.lines
    assert 'server = sc.Server("127.0.0.1", 0)' in started
    assert own.address in joined
    assert stopped == "thread.run(server.stop())\nthread.stop()"


async def test_a_server_process_stays_and_can_be_found_and_stopped(
    session: MonitorSession, tmp_path: Path, eventually: Any
) -> None:
    session.servers.start(ServerPlan(port=0, name="lab", secret="s3cret"))
    await eventually(lambda: session.state.connected)
    (own,) = session.servers.own
    await session.servers.close(stop_processes=False)
    (found,) = RunFiles(tmp_path / "servers").servers()
    assert (found.address, found.name, found.needs_secret) == (own.address, "lab", True)
    assert "s3cret" not in (tmp_path / "servers" / f"{found.pid}.json").read_text()
    async with sc.Client("other", found.address, secret="s3cret"):
        pass
    session.servers.stop(found.address)
    await eventually(lambda: not session.servers.own)
    await eventually(lambda: not found.is_alive())
    assert session.servers.known() == []
    assert session.around.python.lines[-1] == "server.terminate()\nserver.join()"


@pytest.mark.parametrize("in_window", [True, False])
async def test_a_server_with_tls_is_joined(
    session: MonitorSession, certificates: Any, eventually: Any, in_window: bool
) -> None:
    files, authority = certificates.files("server"), str(certificates.files("ours").certificate)
    plan = ServerPlan(
        port=0,
        in_window=in_window,
        certificate=str(files.certificate),
        key=str(files.key),
        authority=authority,
    )
    session.servers.start(plan)
    await eventually(lambda: session.state.connected)
    known = [(each.tls, each.authority) for each in session.servers.known()]
    assert known == ([] if in_window else [(True, authority)])
    await session.servers.close(stop_processes=True)


@pytest.mark.parametrize("in_window", [True, False])
async def test_a_server_with_users_and_certificates_is_joined(
    session: MonitorSession, certificates: Any, eventually: Any, tmp_path: Path, in_window: bool
) -> None:
    server, own = certificates.files("server"), certificates.files("daq")
    users = tmp_path / "users.toml"
    text = with_user(new_users_text(), "ann", make_verifier("tea"), ["admin"], where="users")
    write_private(users, text)
    plan = ServerPlan(
        port=0,
        secret="tea",
        in_window=in_window,
        certificate=str(server.certificate),
        key=str(server.key),
        authority=str(certificates.files("ours").certificate),
        asks=True,
        own_certificate=str(own.certificate),
        own_key=str(own.key),
        users=str(users),
        user="ann",
    )
    session.servers.start(plan)
    await eventually(lambda: session.state.connected)
    client = session.link.client
    assert client is not None
    assert [each.user for each in await client.clients()] == ["ann"]
    await session.servers.close(stop_processes=True)


async def test_a_certificate_that_is_not_there_is_told(
    session: MonitorSession, eventually: Any
) -> None:
    session.servers.start(ServerPlan(port=0, in_window=True, certificate="/no/such.pem"))
    await eventually(lambda: session.servers.problem)
    assert "/no/such.pem cannot be read" in session.servers.problem


async def test_a_server_of_another_window_can_be_stopped(
    session: MonitorSession, tmp_path: Path, eventually: Any
) -> None:
    session.servers.start(ServerPlan(port=0))
    await eventually(lambda: session.servers.own)
    (own,) = session.servers.own
    session.servers._own.clear()  # as if another window had started it
    session.servers.stop(own.address)
    assert own.record is not None
    await eventually(lambda: not session.servers.known())
    assert f"os.kill({own.record.pid}, signal.SIGTERM)" in session.around.python.lines
    await own.stop()
    assert not own.record.is_alive()


async def test_a_taken_port_is_told(
    session: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    port = int(server.address.rpartition(":")[2])
    for in_window in (True, False):
        session.servers.start(ServerPlan(port=port, in_window=in_window))
        await eventually(lambda: not session.servers.starting)
        assert str(port) in session.servers.problem
    assert session.servers.own == []


def test_a_plan_does_not_show_its_secret() -> None:
    assert "hidden" not in repr(ServerPlan(secret="hidden"))


async def test_a_server_process_logs_to_a_file_and_tells_its_cost(
    session: MonitorSession, eventually: Any
) -> None:
    limits = sc.Limits(clients=7)
    session.servers.start(ServerPlan(port=0, name="lab", limits=limits))
    await eventually(lambda: session.state.connected)
    session.servers.look()
    (row,) = session.servers.table.rows
    assert (row.name, row.whose, row.joined) == ("lab", OWN, True)
    assert row.memory_bytes is not None
    assert row.memory_bytes > 1_000_000
    assert row.outside == ""  # it listens for this computer only
    session.servers.look()
    assert session.servers.table.rows[0].cpu is not None
    assert f"listening at {row.address}" in session.servers.log_of(row)
    assert "monitor@" in session.servers.log_of(row)
    await session.servers.close(stop_processes=True)


@pytest.mark.parametrize("in_window", [True, False])
async def test_a_server_starts_again_as_it_was_and_its_clients_come_back(
    session: MonitorSession, eventually: Any, in_window: bool
) -> None:
    session.servers.start(ServerPlan(port=0, secret="s3cret", in_window=in_window))
    await eventually(lambda: session.state.connected)
    (before,) = session.servers.own
    async with sc.Client("daq", before.address, secret="s3cret") as daq:
        session.servers.restart(before.address)
        assert session.servers.own[0] is before
        await eventually(lambda: session.servers.own and session.servers.own[0] is not before)
        await eventually(lambda: session.state.connected and daq.state is sc.State.CONNECTED)
    assert session.servers.own[0].address == before.address
    await session.servers.close(stop_processes=True)


async def test_a_server_of_an_earlier_window_is_found_and_joined(
    session: MonitorSession, tmp_path: Path, eventually: Any
) -> None:
    session.servers.start(ServerPlan(port=0, name="lab"))
    await eventually(lambda: session.state.connected)
    (own,) = session.servers.own
    session.servers._own.clear()  # as if that window had crashed
    session.link.disconnect_now()
    await eventually(lambda: not session.state.wanted)
    session.servers.look()
    (row,) = session.servers.table.rows
    assert (row.address, row.whose, row.joined) == (own.address, OTHER, False)
    session.join_known(row.address)
    await eventually(lambda: session.state.connected)
    session.servers.stop(row.address)
    await eventually(lambda: not session.servers.known())
