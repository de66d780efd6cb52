"""What a window says to those who may not do everything: each thing once, and what is missing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

import stream_core as sc
from stream_gui.models.console.command_line import parse
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession

ROLES = ("reader", "writer", "operator", "admin")
USERS = {name: {"secret": f"tea of {name}", "role": name} for name in ROLES}
MISSING = {"reader": {"write", "call", "admin"}, "writer": {"call", "admin"}, "operator": {"admin"}}


class Rig(sc.Client):
    """Has a channel, a reader and a method."""

    async def rpc_scan(self, points: int) -> int:
        """Scan."""
        return points


@pytest.fixture
async def guarded() -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, users=USERS) as server:
        yield server


@pytest.fixture
async def rig(guarded: sc.Server) -> AsyncIterator[sc.Client]:
    async with Rig("rig", guarded.address, user="admin", secret="tea of admin") as rig:
        await rig.create_channel("rig/x", dtype="float64", shared=True)
        await rig.subscribe("rig/x", buffer_size=50)
        yield rig


def refusals(session: MonitorSession) -> list[str]:
    reports = session.reports
    rows = range(reports.rowCount())
    return [
        str(reports.index(row, 2).data())
        for row in rows
        if "may not" in str(reports.index(row, 2).data())
    ]


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_told_what_it_lacks_and_nothing_else(
    role: str,
    session: MonitorSession,
    guarded: sc.Server,
    rig: sc.Client,
    eventually: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "stream_gui")
    session.join(Target(guarded.address, "eye", user=role, secret=f"tea of {role}"))
    await eventually(lambda: session.state.connected and "rig" in session.load.clients.names)
    await eventually(lambda: session.channels.tree.info("rig/x") is not None)
    session.plots.plot_in_new_panel("rig/x")
    session.watch.look()
    await asyncio.sleep(0)
    assert refusals(session) == []
    assert caplog.messages == []

    told: list[str] = []
    for heard in (session.administration.done, session.administration.refused):
        heard.connect(told.append)
    session.administration.configure_reader("rig", await _reader(rig), every=2)
    await eventually(lambda: len(told) == 1)
    session.sending.send("rig/x", 1.0)
    await eventually(lambda: not session.sending.busy)
    session.calls.learn("rig")
    await eventually(lambda: session.catalog.description("rig") is not None)
    number = session.calls.call(parse("rig.scan(2)", session.catalog.targets), "rig.scan(2)")
    await eventually(lambda: session.calls.history.record(number).duration_s is not None)

    said = {
        "admin": told[0],
        "write": session.sending.problem,
        "call": session.calls.history.record(number).result,
    }
    missing = MISSING.get(role, set())
    for grant, text in said.items():
        assert (f"user '{role}' may not" in text) == (grant in missing), text
        assert (f"needs {grant} on 'rig" in text) == (grant in missing), text
    assert session.problems.rowCount() == 0
    assert len(refusals(session)) <= len(missing)


async def _reader(rig: sc.Client) -> int:
    remote: Any = await rig.remote("server")
    (reader,) = [each for each in await remote.reader_statistics() if each["client"] == "rig"]
    return int(reader["number"])
