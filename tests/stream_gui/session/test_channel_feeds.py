"""Feeds of pictures and of items: read once, for as long as a panel shows them."""

import asyncio
from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.session import frame_feeds
from stream_gui.session.frame_feeds import SHORTEST_S, interval_for
from stream_gui.session.item_feeds import KEPT
from stream_gui.session.monitor_session import MonitorSession

LIMIT = 10_000_000


async def readers(server: sc.Server, channel: str) -> list[dict[str, Any]]:
    async with sc.Client("looker", server.address) as looker:
        remote = await looker.remote("server")
        every = await remote.reader_statistics()
        return [reader for reader in every if reader["channel"] == channel]


async def test_the_newest_frame_is_shown(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("camera", dtype="uint16", shape=(3, 4), unit="counts")
        feed = joined.feeds.frames.open("camera")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(np.full((3, 4), 7, np.uint16), time_ns=123)
        await eventually(lambda: feed.state == "live")
        newest = feed.frames.newest
        assert newest is not None
        assert (newest.pixels.tolist(), newest.time_ns) == ([[7] * 4] * 3, 123)
        assert feed.unit == "counts"
        joined.feeds.frames.close(feed)


async def test_only_what_is_shown_crosses_the_link(
    joined: MonitorSession, server: sc.Server, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_feeds, "SHORTEST_S", 0.05)
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("camera", dtype="uint8", shape=(10, 10))
        feed = joined.feeds.frames.open("camera")
        await asyncio.wait_for(writer.wait_active(), 5)
        for number in range(500):
            await writer.send(np.full((10, 10), number % 256, np.uint8))
        newest = 499 % 256
        await eventually(lambda: feed.frames.total and feed.newest()[0, 0] == newest)
        assert feed.frames.total < 50
        (reader,) = await readers(server, "camera")
        assert (reader["delivered"], reader["buffered"]) == (feed.frames.total, 0)
        joined.feeds.frames.close(feed)


async def test_curves_come_a_few_times_a_second(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    """What comes in small blocks costs this machine more than drawing it."""
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("volts", dtype="float32", rate_hz=10_000)
        feed = joined.feeds.open("volts")
        await asyncio.wait_for(writer.wait_active(), 5)
        (reader,) = await readers(server, "volts")
        assert 0.05 <= reader["min_interval_s"] <= 0.1
        joined.feeds.close(feed)


def test_large_frames_come_less_often() -> None:
    assert interval_for(1000) == SHORTEST_S
    assert interval_for(200_000_000) == 4.0


async def test_past_frames_of_all_channels_share_a_part_of_the_budget_of_history(
    joined: MonitorSession,
) -> None:
    joined.history.budget_bytes = 4 * LIMIT
    one = joined.feeds.frames.open("one")
    assert one.frames.limit_bytes == LIMIT
    other = joined.feeds.frames.open("other")
    assert one.frames.limit_bytes == other.frames.limit_bytes == LIMIT // 2
    joined.feeds.frames.close(other)
    assert one.frames.limit_bytes == LIMIT
    one.frames.append(np.zeros((1000, 1000), np.uint8), 1, 1)
    joined.history.share()
    assert joined.history.used_bytes == 1_000_000
    joined.feeds.frames.close(one)


async def test_colours_and_arrays_of_other_channels_are_pictures(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("screen", codec="array")
        feed = joined.feeds.frames.open("screen")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(np.zeros((2, 3, 4), np.uint8))
        await eventually(lambda: feed.frames.total == 1)
        await writer.send(np.zeros((5, 6)))
        await eventually(lambda: feed.frames.total == 2)
        assert feed.newest().shape == (5, 6)
        joined.feeds.frames.close(feed)


@pytest.mark.parametrize(
    ("item", "suits"), [("text", "events"), (np.zeros(3), "time"), (np.zeros((2, 2, 2)), "events")]
)
async def test_what_is_no_picture_says_what_it_is(
    joined: MonitorSession, server: sc.Server, eventually: Any, item: Any, suits: str
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("thing")
        feed = joined.feeds.frames.open("thing")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(item)
        await eventually(lambda: feed.state == "error")
        assert feed.suits == suits
        assert "no picture" in feed.problem
        joined.feeds.frames.close(feed)


async def test_an_item_that_is_no_picture_is_told_until_the_next_one(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("screen")
        feed = joined.feeds.frames.open("screen")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(np.zeros((2, 3)))
        await eventually(lambda: feed.state == "live")
        await writer.send("no signal")
        await eventually(lambda: feed.problem)
        assert (feed.state, feed.suits) == ("live", "")
        assert "str" in feed.problem
        await writer.send(np.ones((2, 3)))
        await eventually(lambda: not feed.problem)
        assert feed.frames.total == 2
        joined.feeds.frames.close(feed)


async def test_a_channel_that_failed_is_read_when_it_comes_again(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    feed = joined.feeds.frames.open("thing")
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("thing")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send("text")
        await eventually(lambda: feed.state == "error")
        await eventually(lambda: "thing" in joined.channels.tree.names)
    await eventually(lambda: "thing" not in joined.channels.tree.names)
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("thing", dtype="uint8", shape=(2, 3))
        await eventually(lambda: writer.active)
        await writer.send(np.zeros((2, 3), np.uint8))
        await eventually(lambda: feed.state == "live" and feed.frames.total == 1)
    joined.feeds.frames.close(feed)


async def test_what_has_failed_is_read_anew_when_it_is_tried_again(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("volts", dtype="float32")
        feed = joined.feeds.open("volts")
        await asyncio.wait_for(writer.wait_active(), 5)
        (reader,) = await readers(server, "volts")
        await writer.send(1.0)
        await eventually(lambda: feed.newest() == 1.0)
        await rig.configure_reader(
            reader["client"], reader["number"], overflow="raise", buffer_size=2
        )
        await writer.send_samples(np.zeros(1000, np.float32), interval_ns=1000)
        await eventually(lambda: feed.state == "error" and not writer.active)
        joined.feeds.try_again(feed)
        assert (feed.state, feed.problem) == ("waiting", "")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(2.0)
        await eventually(lambda: feed.state == "live" and feed.newest() == 2.0)
        joined.feeds.try_again(feed)
        assert feed.state == "live"
        feed.tell("error")
        joined.feeds.try_again(feed)  # too quickly for any news of the channel: its items tell
        while feed.state != "live":
            await writer.send(3.0)
            await eventually(lambda: True)
        joined.feeds.close(feed)


async def test_every_item_is_listed_with_its_history(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("log", history=2)
        for text in ("a", "b", "c"):
            await writer.send(text)
        await writer.flush()
        feed = joined.feeds.items.open("log")
        await eventually(lambda: feed.log.end == 2)
        await writer.send({"d": None})
        await eventually(lambda: feed.log.end == 3)
        rows = feed.log.since(0).rows
        assert [row.value for row in rows] == ["b", "c", {"d": None}]
        assert [row.sequence for row in rows] == [1, 2, 3]
        assert feed.newest() == {"d": None}
        joined.feeds.items.close(feed)


async def test_losses_of_a_flood_are_rows(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("flood", dtype="int64")
        feed = joined.feeds.items.open("flood")
        await asyncio.wait_for(writer.wait_active(), 5)
        count = 3 * KEPT
        await writer.send_samples(np.arange(count), interval_ns=1000)
        await eventually(lambda: feed.newest() == count - 1)
        rows = feed.log.since(0).rows
        losses = [row.lost for row in rows if row.is_loss]
        assert losses
        assert len(rows) < KEPT
        assert sum(losses) + len(rows) - len(losses) == count
        joined.feeds.items.close(feed)


async def test_a_feed_is_opened_once_and_ends_with_its_last_panel(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("log")
        one, other = joined.feeds.items.open("log"), joined.feeds.items.open("log")
        assert one is other
        await asyncio.wait_for(writer.wait_active(), 5)
        assert len(await readers(server, "log")) == 1
        joined.feeds.items.close(one)
        assert joined.feeds.items.opened == [other]
        joined.feeds.items.close(other)
        assert joined.feeds.items.opened == []
        await eventually(lambda: not writer.active)


async def test_a_channel_that_goes_and_comes_again(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    feed = joined.feeds.items.open("log")
    assert feed.state == "waiting"
    for round_number in range(2):
        async with sc.Client("rig", server.address) as rig:
            writer = await rig.create_channel("log")
            await asyncio.wait_for(writer.wait_active(), 5)
            await writer.send(round_number)
            await eventually(lambda: feed.newest() == round_number)  # noqa: B023
            await eventually(lambda: "log" in joined.channels.tree.names)
            assert feed.state == "live"
        await eventually(lambda: feed.state == "ended")
    values = [row.value for row in feed.log.since(0).rows if not row.is_loss]
    assert values == [0, 1]
    joined.feeds.items.close(feed)


async def test_the_tree_shows_what_panels_read(
    joined: MonitorSession, server: sc.Server, eventually: Any
) -> None:
    async with sc.Client("rig", server.address) as rig:
        writer = await rig.create_channel("camera", dtype="uint16", shape=(3, 4))
        feed = joined.feeds.frames.open("camera")
        await asyncio.wait_for(writer.wait_active(), 5)
        await writer.send(np.zeros((3, 4), np.uint16))
        await eventually(lambda: "camera" in joined.feeds.newest())
        assert joined.feeds.panel_kind("camera") == "image"
        joined.feeds.frames.close(feed)
