"""What can go wrong and stay wrong comes into the list, and goes by itself."""

import numpy as np
import pytest

import stream_core as sc
from stream_gui.session import problem_watch
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from tests.stream_gui.session.conftest import Eventually


def keys(session: MonitorSession) -> list[str]:
    return [problem.key for problem in session.problems.problems]


async def test_a_link_that_fails_is_a_problem_until_it_is_there(
    session: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    session.join(Target("127.0.0.1:1"))
    await eventually(lambda: keys(session) == ["link"])
    session.join(Target(server.address))
    await eventually(lambda: session.state.connected)
    assert keys(session) == []


async def test_a_server_that_goes_is_a_problem_until_it_is_back(
    session: MonitorSession, eventually: Eventually
) -> None:
    async with sc.Server("127.0.0.1", 0) as server:
        session.join(Target(server.address))
        await eventually(lambda: session.state.connected)
        host, port = server.address.split(":")
    await eventually(lambda: keys(session) == ["link"])
    assert "is broken" in session.problems.problems[0].what
    async with sc.Server(host, int(port)):
        await eventually(lambda: session.state.connected)
        assert keys(session) == []
        await session.link.close()
    assert keys(session) == []


async def test_leaving_a_server_is_no_problem(
    session: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    session.join(Target("127.0.0.1:1"))
    await eventually(lambda: keys(session) == ["link"])
    session.link.disconnect_now()
    await eventually(lambda: keys(session) == [])


async def test_a_flood_of_nan_is_a_problem_of_its_channel(
    joined: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    feed = joined.feeds.open("probe")
    async with sc.Client("writer", server.address) as client:
        writer = await client.create_channel("probe", dtype="f8", rate_hz=1000)
        await writer.wait_active()
        await writer.send_samples(np.zeros(100))
        await eventually(lambda: feed.newest() is not None)
        joined.watch.look()
        assert keys(joined) == []
        await writer.send_samples(np.full(100, np.nan))
        await eventually(lambda: feed.series[0].not_finite[0] == 100)
        joined.watch.look()
        assert keys(joined) == ["nan probe"]
        joined.feeds.close(feed)
        joined.watch.look()
        assert keys(joined) == []


async def test_a_channel_that_cannot_be_plotted_is_a_problem_while_it_is_shown(
    joined: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    feed = joined.feeds.open("server/statistics")
    feed.tell("error", "not allowed")
    joined.watch.look()
    assert keys(joined) == ["plot server/statistics"]
    joined.feeds.close(feed)
    joined.watch.look()
    assert keys(joined) == []


async def test_readers_that_lose_what_they_wanted_are_named(
    joined: MonitorSession,
    server: sc.Server,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(problem_watch, "ASKED_EVERY_S", 0.02)
    joined.link.disconnect_now()
    await eventually(lambda: not joined.state.wanted)
    joined.join(Target(server.address, "monitor"))
    async with sc.Client("daq", server.address) as client:
        writer = await client.create_channel("fast")
        slow = await client.subscribe("fast", buffer_size=200, overflow="ring")
        newest = await client.subscribe("fast", buffer_size=1, overflow="ring")
        await eventually(lambda: joined.state.connected)
        looks: list[object] = []
        take = joined.watch.take_readers

        def counted(readers: problem_watch.Readers) -> None:
            looks.append(readers)
            take(readers)

        monkeypatch.setattr(joined.watch, "take_readers", counted)
        await eventually(lambda: any(each == {("daq", "fast"): 0} for each in looks))
        for number in range(5000):
            await writer.send(number)
        await eventually(lambda: keys(joined) == ["slow daq fast"])
        assert "daq reads fast too slowly" in joined.problems.problems[0].what
        await slow.close()
        await newest.close()
        await eventually(lambda: keys(joined) == [])


def test_clocks_that_differ_are_a_problem_until_they_agree(session_here: MonitorSession) -> None:
    watch = session_here.watch
    watch.take_skew(0.9)
    assert keys(session_here) == []
    watch.take_skew(-3.2)
    assert "behind this computer's" in session_here.problems.problems[0].what
    assert "3.2 s" in session_here.problems.problems[0].cause
    watch.take_skew(-0.9)
    assert keys(session_here) == ["skew"]
    watch.take_skew(0.1)
    assert keys(session_here) == []


@pytest.fixture
async def session_here(session: MonitorSession) -> MonitorSession:
    return session
