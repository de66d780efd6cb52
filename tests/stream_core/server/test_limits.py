"""Each field of `Limits` is exceeded: who does so is told which, and its neighbours see nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from stream_core.errors import (
    AuthenticationFailed,
    LimitExceeded,
    ProtocolError,
    StreamError,
)
from stream_core.rpc import decode_failure
from stream_core.security import make_verifier
from stream_core.server import Server
from stream_core.values import Limits
from stream_core.wire.header import Kind

NEIGHBOURS = 2  # a writer and a reader of one channel
Trial = Callable[["Lab"], Awaitable[str]]
TRIALS: dict[str, tuple[float, Trial]] = {}


class Lab(msgspec.Struct):
    """What a trial works with; each returns what the client that goes too far is told."""

    server: Server
    dial: Any
    join: Any
    until: Any
    log: pytest.LogCaptureFixture

    async def logged(self, words: str) -> str:
        await self.until(lambda: any(words in line for line in self.log.messages))
        return next(line for line in self.log.messages if words in line)


def at(value: float) -> Callable[[Trial], Trial]:
    """Name the trial by the limit that it exceeds, which has this value meanwhile."""

    def keep(trial: Trial) -> Trial:
        TRIALS[trial.__name__] = (value, trial)
        return trial

    return keep


async def refusal(answer: Awaitable[object], error: type[StreamError] = LimitExceeded) -> str:
    with pytest.raises(error) as refused:
        await answer
    return str(refused.value)


@at(NEIGHBOURS)
async def clients(lab: Lab) -> str:
    return await refusal(lab.join(lab.server))


@at(1)
async def channels(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    return await refusal(raw.call("create_channel", "another"))


@at(1)
async def readers(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    await raw.call("subscribe", "x")
    return await refusal(raw.call("subscribe", "x"))


@at(2000)
async def frame_bytes(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    raw.post("echo", bytes(2000))
    return (await raw.goodbye()).reason


@at(1000)
async def reader_bytes(lab: Lab) -> str:
    return await overrun(lab)


@at(1000)
async def buffer_bytes(lab: Lab) -> str:
    return await overrun(lab, buffer_size=None)


async def overrun(lab: Lab, **wishes: Any) -> str:
    """Flood a reader of one's own that takes nothing, and must not lose anything."""
    raw = await lab.join(lab.server)
    made = (await raw.call("create_channel", "flood"))["number"]
    subscribing = raw.post("subscribe", "flood", overflow="raise", **wishes)
    await raw.demand(made)
    number = (await raw.answer(subscribing))["number"]
    raw.acknowledges = True
    for sequence in range(5):  # two fill the reader's window, so that the others wait
        raw.data(made, sequence, bytes(600_000 if sequence < 2 else 900))
    await raw.items(number, 2)
    raw.credit(number, 1)
    return (await raw.end(number)).reason


@at(1000)
async def history_bytes(lab: Lab) -> str:
    """Nobody has asked for more: the oldest items go, and a new reader begins with the rest."""
    raw = await lab.join(lab.server)
    made = (await raw.call("create_channel", "remembers", history=100))["number"]
    for sequence in range(20):
        raw.data(made, sequence, bytes(50))
    reader = await raw.call("subscribe", "remembers", history=100)
    kept = 20 - reader["first"]
    assert 0 < kept < 10
    assert len(await raw.items(reader["number"], kept)) == kept
    return f"history_bytes={1000}"


@at(100_000)
async def link_bytes(lab: Lab) -> str:
    caller, target = await lab.join(lab.server), await lab.join(lab.server, "deaf")
    target.pause()
    while not (refused := caller.received(Kind.FAILURE)):
        caller.post("big", bytes(1_000_000), target=target.number)
        await caller.sync()
    return decode_failure(refused[0].body).message


@at(1000)
async def handshake_bytes(lab: Lab) -> str:
    raw = await lab.dial(lab.server)
    return await refusal(raw.hello("daq", program="p" * 1000), ProtocolError)


@at(1)
async def handshake_s(lab: Lab) -> str:
    return (await (await lab.dial(lab.server)).goodbye()).reason


@at(0.01)
async def guess_delay_s(lab: Lab) -> str:
    lab.server._entrance._verifier = make_verifier("tea")
    raw = await lab.dial(lab.server)
    await refusal(raw.hello("guesser", secret="coffee"), AuthenticationFailed)
    return await lab.logged("wrong secrets come from 127.0.0.1")


@at(2)
async def calls(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    for _ in range(2):
        raw.post("find_client", "nobody", wait_s=60)
    return await refusal(raw.answer(raw.post("echo", 1)))


@at(12)
async def name_bytes(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    for answer in (
        raw.call("subscribe", "n" * 13, wait=True),
        raw.call("challenge", "n" * 13, "n,,n=,r=1"),
        lab.join(lab.server, "n" * 13),
    ):
        assert "name_bytes=12" in await refusal(answer)
    return await refusal(raw.call("create_channel", "n" * 13))


@at(60)
async def heartbeat_s(lab: Lab) -> str:
    raw = await lab.join(lab.server, "silent")
    sessions = lab.server._services.sessions
    sessions.named("silent").connection.last_in_s -= 181
    sessions.check_heartbeats(sessions.named("writer").connection.last_in_s)
    await raw.closed()
    return await lab.logged("silent lost its link")


@at(0.05)
async def stall_s(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    made = (await raw.call("create_channel", "stalled"))["number"]
    subscribing = raw.post("subscribe", "stalled", overflow="wait", buffer_size=1)
    await raw.demand(made)
    number = (await raw.answer(subscribing))["number"]
    for sequence in range(4):
        raw.data(made, sequence, sequence)
    await raw.items(number, 2)
    lab.server._services.demands.check_stalls(2**62)
    raw.credit(number, 0)
    raw.credit(number, 1)
    await raw.items(number, 2)
    raw.credit(number, 3)
    return (await raw.end(number)).reason


@at(0.05)
async def resume_s(lab: Lab) -> str:
    raw = await lab.join(lab.server, "broken")
    raw.abort()
    return await lab.logged("broken has gone")


@at(2)
async def watches(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    for _ in range(2):
        raw.post("watch", "**")
    return await refusal(raw.answer(raw.post("watch", "**")))


@at(5)
async def watch_backlog(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    watching = raw.post("watch", "**")
    await raw.sync()
    for index in range(40):
        await raw.call("create_channel", f"w{index}")
    raw.send(Kind.CREDIT, sequence=watching, count=1000)
    last = await raw.frame(Kind.FAILURE, sequence=watching)
    return decode_failure(last.body).message


@at(100)
async def metadata_bytes(lab: Lab) -> str:
    raw = await lab.join(lab.server)
    for said in (
        {"unit": "u" * 100},
        {"labels": {f"key{index}": "" for index in range(20)}},
        {"dtype": "f8", "columns": [f"column {index}" for index in range(20)]},
    ):
        assert "metadata_bytes=100" in await refusal(raw.call("create_channel", "y", **said))
    return await refusal(raw.call("create_channel", "y", description="d" * 100))


@pytest.mark.parametrize("limit", TRIALS)
async def test_who_exceeds_a_limit_is_told_which_and_nobody_else_is_disturbed(
    serve, dial, join, stream, until, check, caplog, limit
):
    value, trial = TRIALS[limit]
    server = await serve(**{limit: value})
    writer, reader, channel, number = await stream(server)
    reason = await trial(Lab(server, dial, join, until, caplog))
    assert f"{limit}={value:g}" in reason
    writer.data(channel, 0, "the neighbours go on")
    assert await reader.items(number, 1) == {0: "the neighbours go on"}
    assert await writer.call("echo", 1) == 1
    assert not writer.received(Kind.GOODBYE) + reader.received(Kind.GOODBYE, Kind.LOST, Kind.END)
    check()


def test_every_limit_is_tried():
    assert set(TRIALS) == {field.name for field in msgspec.structs.fields(Limits)}
