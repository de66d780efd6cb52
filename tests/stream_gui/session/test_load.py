"""The load, and what an operator may do about it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

import stream_core as sc
from stream_gui.models.load.reader_table import ReaderTable
from stream_gui.session.monitor_session import MonitorSession


@pytest.fixture
async def rig(joined: MonitorSession, server: sc.Server) -> AsyncIterator[sc.Client]:
    async with sc.Client("rig", server.address) as rig:
        yield rig


async def look_at(joined: MonitorSession, eventually: Any, name: str) -> None:
    await eventually(lambda: name in joined.load.clients.names)
    table = joined.load.clients
    row = next(row for row in range(table.rowCount()) if table.index(row, 0).data() == name)
    joined.load.look_at(table.index(row, 0).data(table.NumberRole))


def readers(joined: MonitorSession) -> list[sc.ReaderStatistics]:
    table = joined.load.readers
    return [table.index(row, 0).data(ReaderTable.RowRole) for row in range(table.rowCount())]


async def test_a_client_shows_its_channels_and_its_readers(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    await rig.create_channel("rig/x", dtype="float64")
    await rig.subscribe("rig/x", buffer_size=50, overflow="skip")
    await look_at(joined, eventually, "rig")
    await eventually(lambda: joined.load.owned.rowCount() == 1)
    await eventually(lambda: len(readers(joined)) == 1)
    (reader,) = readers(joined)
    assert (reader.channel, reader.buffer_size, reader.overflow) == ("rig/x", 50, "skip")
    joined.load.look_at(None)
    assert (joined.load.owned.rowCount(), joined.load.readers.rowCount()) == (0, 0)


async def test_version_and_time_of_connection_are_told(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    clients = joined.load.clients
    await eventually(lambda: clients.rowCount() == 2 and clients.index(1, 12).data())
    assert clients.index(1, 12).data() == sc.__version__
    assert clients.index(1, 11).data().endswith(" s")


async def test_a_reader_is_changed_from_here(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    await rig.create_channel("rig/x", dtype="float64")
    await rig.subscribe("rig/x", buffer_size=50)
    await look_at(joined, eventually, "rig")
    await eventually(lambda: len(readers(joined)) == 1)
    number = readers(joined)[0].number
    joined.administration.configure_reader("rig", number, buffer_size=7, every=3)
    await eventually(lambda: readers(joined)[0].buffer_size == 7)
    assert readers(joined)[0].every == 3
    line = f'client.configure_reader("rig", {number}, buffer_size=7, every=3)'
    assert joined.around.python.lines[-1] == line


async def test_a_kicked_client_stays_away_as_long_as_wanted(
    joined: MonitorSession, rig: sc.Client, server: sc.Server, eventually: Any
) -> None:
    done: list[str] = []
    joined.administration.done.connect(done.append)
    joined.administration.kick("rig", reason="floods", ban_s=60.0)
    await eventually(lambda: rig.state is sc.State.CLOSED)
    await eventually(lambda: done == ["kick rig"])
    with pytest.raises(sc.StreamError, match="rig"):
        await sc.Client("rig", server.address).connect()
    assert joined.around.python.lines[-1] == 'client.kick("rig", reason="floods", ban_s=60.0)'


async def test_what_the_server_refuses_is_told(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    refused: list[str] = []
    joined.administration.refused.connect(refused.append)
    await rig.create_channel("rig/x")
    joined.administration.delete_channels("rig/x")
    await eventually(lambda: refused)
    assert refused[0].startswith("delete channel rig/x: ")
    assert "rig" in refused[0]
    joined.administration.kick("nobody")
    await eventually(lambda: len(refused) == 2)
    assert "nobody" in refused[1]


async def test_of_several_each_is_kicked_and_that_is_told_once(
    joined: MonitorSession, rig: sc.Client, server: sc.Server, eventually: Any
) -> None:
    told: list[str] = []
    joined.administration.done.connect(told.append)
    joined.administration.refused.connect(told.append)
    async with sc.Client("daq", server.address, reconnect=False) as daq:
        joined.administration.kick("daq", "rig")
        await eventually(lambda: rig.state is sc.State.CLOSED and daq.state is sc.State.CLOSED)
        await eventually(lambda: told == ["kick 2 clients"])
    lines = joined.around.python.lines[-2:]
    assert [line.split(",")[0] for line in lines] == ['client.kick("daq"', 'client.kick("rig"']


async def test_what_is_refused_of_several_does_not_keep_the_others(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    refused: list[str] = []
    joined.administration.refused.connect(refused.append)
    client = joined.link.client
    assert client is not None
    await client.create_channel("mine")
    joined.administration.delete_channels("nobodys", "mine")
    await eventually(lambda: refused)
    assert refused[0].startswith("delete 2 channels: 1 done; ")
    assert "nobodys" in refused[0]
    assert await rig.channels("mine") == []


async def test_an_own_channel_is_deleted(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    client = joined.link.client
    assert client is not None
    await client.create_channel("mine")
    joined.administration.delete_channels("mine")
    await eventually(lambda: "client.delete_channel" in joined.around.python.lines[-1])
    done: list[str] = []
    joined.administration.done.connect(done.append)
    await eventually(lambda: done)
    assert await rig.channels("mine") == []


async def test_without_a_server_nothing_can_be_done(session: MonitorSession) -> None:
    refused: list[str] = []
    session.administration.refused.connect(refused.append)
    session.administration.kick("rig")
    assert refused == ["kick rig: there is no server"]
    assert session.around.python.lines == []


async def test_joining_is_told_as_python(joined: MonitorSession) -> None:
    lines = joined.around.python.lines[0].splitlines()
    assert lines == [
        f'client = sc.blocking.Client("monitor", "{joined.state.address}")',
        "client.connect()",
    ]


async def test_plotting_and_sending_are_told_as_python(
    joined: MonitorSession, rig: sc.Client, eventually: Any
) -> None:
    await rig.create_channel("rig/set", shared=True)
    feed = joined.feeds.open("rig/set")
    joined.feeds.close(joined.feeds.open("rig/set"))
    joined.sending.send("rig/set", 2.5)
    await eventually(lambda: not joined.sending.busy)
    assert joined.around.python.lines[-2:] == [
        'reader = client.subscribe("rig/set", wait=True)',
        'client.open_writer("rig/set").send(2.5)',
    ]
    joined.feeds.close(feed)
