"""What the parts of a session do together."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.session import load
from stream_gui.session.economy import Economy
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession


def tree_text(tree: ChannelTree, name: str, column: int) -> str:
    return str(tree.index_of(name, column).data())


async def test_the_tree_follows_the_server(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    tree = joined.channels.tree
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/t", unit="K", dtype="float32")
        await eventually(lambda: "rig/t" in tree.names and "server/statistics" in tree.names)
        assert tree_text(tree, "rig/t", 5) == "rig"
        await writer.close()
        await eventually(lambda: "rig/t" not in tree.names)
    joined.leave()
    await eventually(lambda: not tree.names)
    assert joined.around.python.lines[-1] == "client.close()"


async def test_the_load_of_every_client_is_shown(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address):
        await eventually(lambda: joined.load.clients.names == ["monitor", "rig"])
        await eventually(lambda: joined.load.history.ages_s.size >= 2)
        assert joined.load.history.server is not None
        assert joined.catalog.targets == ["server", "monitor", "rig"]


async def test_who_may_not_read_the_servers_channels_sees_the_load_of_its_own(
    session: MonitorSession, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "ASKED_EVERY_S", 0.01)
    users = {"ann": {"secret": "tea", "role": "rig"}, "rig": {"secret": "tea", "role": "writer"}}
    known = {"users": users, "roles": {"rig": {"read": ["rig/**"]}}}
    async with (
        sc.Server("127.0.0.1", 0, users=known) as server,
        sc.Client("rig", server.address, user="rig", secret="tea") as rig,
    ):
        session.join(Target(server.address, "eye", "tea", user="ann"))
        await eventually(lambda: len(session.load.clients.names) == 2)
        await rig.create_channel("rig/x")
        await rig.create_channel("hidden/x")
        await eventually(lambda: "rig/x" in session.channels.tree.names)
        async with sc.Client("late", server.address, user="rig", secret="tea"):
            await eventually(lambda: "late" in session.load.clients.names)
        assert "hidden/x" not in session.channels.tree.names
        assert session.reports.rowCount() == 1  # that it is connected
        assert session.state.describe() == f"Connected to {server.address} as eye, user ann"


async def test_values_cost_nothing_until_somebody_asks(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    tree = joined.channels.tree
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/t")
        await eventually(lambda: "rig/t" in tree.names)
        joined.values.set_visible(["rig/t"])
        await asyncio.sleep(0.05)
        assert not writer.active
        assert tree_text(tree, "rig/t", 1) == "idle"
        joined.values.set_live(True)
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(12.5)
        await eventually(lambda: tree_text(tree, "rig/t", 1) == "12.5")
        joined.values.set_visible([])
        assert tree_text(tree, "rig/t", 1) == "idle"
        await eventually(lambda: not writer.active)


async def test_a_feed_brings_every_sample_of_every_column(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel(
            "rig/w", dtype="float32", columns=("x", "y"), unit="V", rate_hz=1000
        )
        feed = joined.feeds.open("rig/w")
        assert joined.feeds.open("rig/w") is feed
        await asyncio.wait_for(writer.wait_active(), 5)
        block = np.arange(2000, dtype=np.float32).reshape(1000, 2)
        await writer.send_samples(block)
        await eventually(lambda: feed.state == "live" and feed.series[0].total == 1000)
        assert (feed.columns, feed.unit) == (("x", "y"), "V")
        assert [series.last_value for series in feed.series] == [1998.0, 1999.0]
        await eventually(lambda: "rig/w" in joined.channels.tree.names)
        joined.values.refresh()
        assert tree_text(joined.channels.tree, "rig/w", 1) == "1998, 1999"
        joined.feeds.close(feed)
        assert writer.active
        joined.feeds.close(feed)
        await eventually(lambda: not writer.active)


async def test_a_feed_waits_for_its_channel_and_for_its_return(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    feed = joined.feeds.open("rig/later")
    assert feed.state == "waiting"
    async with sc.Client("rig", server.address) as rig:
        for value in (1.0, 2.0):
            writer = await rig.create_channel("rig/later")
            await eventually(lambda: "rig/later" in joined.channels.tree.names)
            await asyncio.wait_for(writer.wait_active(), 5)
            await writer.send(value)
            await eventually(lambda: feed.series and feed.series[0].last_value == value)  # noqa: B023
            assert feed.state == "live"
            await writer.close()
            await eventually(lambda: feed.state == "ended")
    assert feed.series[0].total == 2
    joined.feeds.close(feed)


async def test_what_cannot_be_drawn_says_so(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/events")
        feed = joined.feeds.open("rig/events")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send("valve opened")
        await eventually(lambda: feed.state == "error")
        assert "str" in feed.problem
        assert feed.suits == "events"
        assert joined.reports.unread == 0  # the panel that had it open shows it as a table
        async with sc.Server("127.0.0.1", 0) as other, sc.Client("r", other.address) as numbers:
            better = await numbers.create_channel("rig/events")
            joined.join(Target(other.address))
            await asyncio.wait_for(better.wait_active(), 5)
            await better.send(1.0)
            await eventually(lambda: feed.state == "live")
        joined.feeds.close(feed)


async def test_a_feed_that_failed_begins_again_when_its_channel_comes_again(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    feed = joined.feeds.open("rig/thing")
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/thing")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send("text")
        await eventually(lambda: feed.state == "error")
        await eventually(lambda: "rig/thing" in joined.channels.tree.names)
        await writer.close()
        await eventually(lambda: "rig/thing" not in joined.channels.tree.names)
        writer = await rig.create_channel("rig/thing", unit="V")
        await eventually(lambda: writer.active)
        await writer.send(1.5)
        await eventually(lambda: feed.state == "live" and feed.newest() == 1.5)
        assert (feed.problem, feed.suits, feed.unit) == ("", "", "V")
    joined.feeds.close(feed)


async def test_what_is_no_number_among_numbers_ends_no_feed(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/meter")
        feed = joined.feeds.open("rig/meter")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(1.0)
        await eventually(lambda: feed.newest() == 1.0)
        await writer.send("overload")
        await eventually(lambda: "str" in feed.problem)
        assert (feed.state, feed.suits) == ("live", "")
        await writer.send(2.0)
        await eventually(lambda: not feed.problem and feed.newest() == 2.0)
        assert feed.series[0].not_finite == (1, 0)
        joined.feeds.close(feed)


async def test_a_feed_goes_on_at_another_server(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    feed = joined.feeds.open("a")
    async with (
        sc.Server("127.0.0.1", 0) as other,
        sc.Client("rig", other.address) as rig,
    ):
        writer = await rig.create_channel("a")
        joined.join(Target(other.address))
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(5)
        await eventually(lambda: feed.series and feed.series[0].last_value == 5.0)
        joined.feeds.close(feed)


async def test_joining_is_remembered_without_the_secret(
    session: MonitorSession, eventually: Any
) -> None:
    async with sc.Server("127.0.0.1", 0, secret="a very plain secret") as server:
        session.join(Target(server.address, "me", "a very plain secret"))
        await eventually(lambda: session.state.connected)
    recent = session.settings.recent[0]
    assert (recent.address, recent.name, recent.needs_secret) == (server.address, "me", True)
    session.save_settings()
    path = session.settings_file._path
    assert path is not None
    assert "plain secret" not in path.read_text()


async def test_what_is_too_much_is_asked_for_as_an_envelope_and_no_peak_is_lost(
    joined: MonitorSession, server: sc.Server, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [1]

    class Stub(Economy):
        def is_due(self, now_s: float) -> bool:
            return True

        def judge(self, now_s: float) -> int:
            self.reduced = wanted[0]
            return self.reduced

    monkeypatch.setattr("stream_gui.session.feeds.Economy", Stub)
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("rig/w", dtype="float64", rate_hz=1000)
        feed = joined.feeds.open("rig/w")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send_samples(np.zeros(1000))
        await eventually(lambda: feed.series and feed.series[0].total == 1000)
        wanted[0] = 100
        await writer.send_samples(np.zeros(1000))
        await eventually(lambda: feed.reduced == 100)
        spike = np.zeros(1000)
        spike[517] = 99.0
        await writer.send_samples(spike)
        await eventually(lambda: feed.series[0].total >= 2000 + 18)
        newest = feed.series[0].newest_time_ns
        assert feed.series[0].envelope(newest - 10**10, newest, 5000).high.max() == 99.0
        assert feed.series[0].statistics(newest - 10**10, newest).reduced == 100
        assert feed.lost == 0
        wanted[0] = 1
        await writer.send_samples(np.ones(1000))
        await eventually(lambda: feed.reduced == 1)
        joined.feeds.close(feed)


async def test_a_workspace_names_its_server_and_waits_for_it(
    session: MonitorSession, eventually: Any, tmp_path: Path
) -> None:
    async with sc.Server("127.0.0.1", 0) as server:
        session.join(Target(server.address, "eye"))
        await eventually(lambda: session.state.connected)
        assert session.workspaces.save_as(tmp_path / "lab.toml")
        host, port = server.address.split(":")
        session.link.disconnect_now()
        await eventually(lambda: not session.state.wanted)
    written = (tmp_path / "lab.toml").read_text()
    assert f'[server]\naddress = "{host}:{port}"\nname = "eye"\n' in written
    assert "secret" not in written
    assert session.workspaces.open(tmp_path / "lab.toml")
    await eventually(lambda: session.state.problem)
    assert session.state.wanted  # it is tried again until it is there
    async with sc.Server(host, int(port)):
        await eventually(lambda: session.state.connected)
        assert session.state.client_name == "eye"
        await session.link.close()
