from __future__ import annotations

import pytest

from stream_core.rpc import decode_failure
from stream_core.server import watches as module
from stream_core.wire import objects
from stream_core.wire.header import Kind


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(module, "COALESCE_S", 0.0)


async def changes(raw, number, count):
    found = []
    for _ in range(count):
        frame = await raw.frame(Kind.RESULT, sequence=number)
        change = objects.decode(frame.body)
        found.append((change["kind"], change["info"]["name"]))
    raw.send(Kind.CREDIT, sequence=number, count=100)
    return found


async def test_a_snapshot_then_what_changes(server, join):
    raw, other = await join(server, "daq"), await join(server, "pc")
    await raw.call("create_channel", "rig1/b")
    await raw.call("create_channel", "rig1/a")
    await raw.call("create_channel", "rig2/a")
    watching = other.post("watch", "rig1/*")
    await raw.call("create_channel", "rig1/c")
    assert await changes(other, watching, 3) == [
        ("added", "rig1/a"),
        ("added", "rig1/b"),
        ("added", "rig1/c"),
    ]
    await raw.call("delete_channel", "rig1/a")
    await raw.call("delete_channel", "rig2/a")
    assert await changes(other, watching, 1) == [("removed", "rig1/a")]
    raw.post("subscribe", "rig1/b")
    frame = await other.frame(Kind.RESULT, sequence=watching)
    change = objects.decode(frame.body)
    assert (change["kind"], change["info"]["name"]) == ("changed", "rig1/b")
    assert change["info"]["readers"] == 1
    assert change["info"]["owner"] == "daq"


async def test_names_of_a_client_that_has_gone(server, join):
    raw, other = await join(server, "daq"), await join(server, "pc")
    await raw.call("create_channel", "x")
    watching = other.post("watch", "**")
    await changes(other, watching, 1)
    raw.send(Kind.GOODBYE, b"\x91\xa0")
    change = objects.decode((await other.frame(Kind.RESULT, sequence=watching)).body)
    assert change["kind"] == "removed"
    assert (change["info"]["owner"], list(change["info"]["writers"])) == ("daq", ["daq"])


async def test_changes_of_one_channel_are_told_as_one(server, join, monkeypatch):
    monkeypatch.setattr(module, "COALESCE_S", 0.1)
    raw, other = await join(server, "daq"), await join(server, "pc")
    watching = other.post("watch", "*")
    await raw.call("create_channel", "first")
    assert await changes(other, watching, 1) == [("added", "first")]
    for name in ("x", "y"):
        await raw.call("create_channel", name, shared=True)
        await other.call("open_writer", name)
    await raw.call("delete_channel", "x")
    await raw.call("delete_channel", "first")
    await raw.call("create_channel", "first")
    assert await changes(other, watching, 3) == [
        ("added", "y"),
        ("removed", "first"),
        ("added", "first"),
    ]


async def test_the_servers_own_are_seen_only_on_demand(server, join):
    raw = await join(server)
    assert await raw.call("channels", "**") == []
    found = await raw.call("channels", "server/**")
    own = [("server/events", "server"), ("server/statistics", "server")]
    assert [(info["name"], info["owner"]) for info in found] == own
    watching = raw.post("watch", "server/*")
    assert await changes(raw, watching, 2) == [("added", name) for name, _ in own]


async def test_a_snapshot_is_whole_whatever_the_backlog(serve, join):
    raw = await join(await serve(watch_backlog=5))
    for index in range(20):
        await raw.call("create_channel", f"x{index:02}")
    watching = raw.post("watch", "**")
    assert len(await changes(raw, watching, 20)) == 20


async def test_a_watch_that_falls_behind_is_ended(serve, join):
    server = await serve(watch_backlog=50)
    raw, slow = await join(server, "daq"), await join(server, "slow")
    watching = slow.post("watch", "**")
    await slow.sync()
    for index in range(120):
        await raw.call("create_channel", f"x{index:03}")
    (watch,) = server._services.watches._watches
    assert len(watch.pending) == 50
    slow.send(Kind.CREDIT, sequence=watching, count=1000)
    last = await slow.frame(Kind.FAILURE, sequence=watching)
    assert "watch_backlog=50" in decode_failure(last.body).message
    assert not server._services.watches._watches


@pytest.mark.parametrize("how", ["cancel", "abort"])
async def test_a_watch_that_nobody_follows_is_forgotten(server, join, until, how):
    raw, other = await join(server, "daq"), await join(server, "pc")
    watching = other.post("watch", "**")
    await other.sync()
    assert server._services.watches._watches
    if how == "cancel":
        other.send(Kind.CANCEL, sequence=watching)
    else:
        other.abort()
    await until(lambda: not server._services.watches._watches)
    await raw.call("create_channel", "x")
