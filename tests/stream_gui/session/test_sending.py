"""Values that the operator sends."""

import stream_core as sc
from stream_gui.session.monitor_session import MonitorSession
from tests.stream_gui.session.conftest import Eventually


async def test_a_value_comes_to_who_reads_the_channel(
    joined: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    async with sc.Client("oven", server.address) as oven:
        await oven.create_channel("oven/setpoint", shared=True, dtype="float32", unit="K")
        reader = await oven.subscribe("oven/setpoint")
        joined.sending.send("oven/setpoint", 350.0)
        assert joined.sending.busy
        assert await reader.get() == 350.0
        await eventually(lambda: not joined.sending.busy)
        assert joined.sending.problem == ""


async def test_what_keeps_a_value_from_being_sent_is_told(
    joined: MonitorSession, server: sc.Server, eventually: Eventually
) -> None:
    async with sc.Client("oven", server.address) as oven:
        await oven.create_channel("oven/setpoint", shared=True, dtype="float32")
        await oven.create_channel("oven/temperature", dtype="float32")
        problems = []
        for channel, value in (
            ("oven/setpoint", 1.0),
            ("oven/temperature", 1.0),
            ("oven/nothing", 1.0),
            ("oven/setpoint", "hot"),
        ):
            joined.sending.send(channel, value)
            await eventually(lambda: not joined.sending.busy)
            problems.append(joined.sending.problem)
        assert "nobody reads the channel" in problems[0]
        assert all(problems)


async def test_without_a_server_nothing_is_sent(session: MonitorSession) -> None:
    session.sending.send("a", 1)
    assert "no server" in session.sending.problem
