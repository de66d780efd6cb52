from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from stream_core import blocking
from stream_core.errors import (
    ChannelClosed,
    ChannelExists,
    ChannelNotFound,
    ConnectionFailed,
    ConnectionLost,
    InvalidValue,
    TargetNotFound,
)
from stream_core.values import State

Connected = Callable[..., blocking.Client]


def test_a_client_connects_and_closes(address: str) -> None:
    client = blocking.Client("c", address)
    states: list[State] = []
    client.on_state(states.append)
    assert client.state is State.CLOSED
    with client as same:
        assert same is client
        assert (client.name, client.state) == ("c", State.CONNECTED)
        assert client.epoch is not None
        assert 0 < client.ping() < 5
        assert abs(client.clock_offset_ns) < 60e9
        assert client.clock_error_ns >= 0
        assert client.now_ns() <= client.now_ns()
        with pytest.raises(InvalidValue, match="connected already"):
            client.connect()
    assert client.state is State.CLOSED
    client.close()
    with client:
        assert client.ping() > 0
    assert states == [State.CONNECTING, State.CONNECTED, State.CLOSED] * 2


def test_no_server_is_said_and_no_thread_stays() -> None:
    client = blocking.Client("c", "127.0.0.1:1")
    with pytest.raises(ConnectionFailed, match=r"no server listens at 127\.0\.0\.1:1"):
        client.connect()
    client.close()


def test_use_before_connect_and_after_close_is_refused_clearly(address: str) -> None:
    client = blocking.Client("c", address)
    with pytest.raises(ConnectionLost, match="not connected; call connect"):
        client.channels()
    with client:
        writer = client.create_channel("x")
        reader = client.subscribe("x")
    for action in (
        client.ping,
        client.clients,
        client.statistics,
        lambda: client.subscribe("x"),
        lambda: client.remote("server"),
        lambda: next(iter(client.watch())),
    ):
        with pytest.raises(ConnectionLost, match="closed"):
            action()
    for action in (
        lambda: writer.send(1),
        lambda: writer.send_nowait(1),
        lambda: writer.send_samples([1]),
        writer.end,
        writer.wait_active,
        reader.get,
        reader.get_nowait,
        reader.get_item,
        reader.get_block,
        reader.statistics,
        reader.configure,
    ):
        with pytest.raises((ChannelClosed, ConnectionLost), match=r"closed|no subscription now"):
            action()
    writer.close()
    reader.clear()
    reader.close()
    assert list(reader) == []


def test_the_server_is_asked(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    ours.create_channel("rig/a", unit="V")
    assert [info.name for info in other.channels("rig/*")] == ["rig/a"]
    assert {info.name for info in other.clients()} == {"ours", "other"}
    assert {info.name for info in other.statistics().clients} >= {"ours", "other"}
    with pytest.raises(ChannelExists):
        other.create_channel("rig/a")
    ours.delete_channel("rig/a")
    with pytest.raises(ChannelNotFound):
        other.subscribe("rig/a")
    with pytest.raises(TargetNotFound):
        other.kick("nobody")


def test_a_readers_parameters_are_changed_by_another_client(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    ours.create_channel("a")
    reader = ours.subscribe("a")
    other.configure_reader("ours", reader.statistics().number, buffer_size=7)
    assert reader.statistics().buffer_size == 7
    reader.configure(buffer_size=9, overflow="skip")
    statistics = reader.statistics()
    assert (statistics.buffer_size, statistics.overflow) == (9, "skip")


def test_channels_are_watched(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    ours.create_channel("a/1")
    changes = other.watch("a/*")
    first = next(changes)
    writer = ours.create_channel("a/2")
    second = next(changes)
    writer.close()
    third = next(changes)
    kinds = [(change.kind, change.info.name) for change in (first, second, third)]
    assert kinds == [("added", "a/1"), ("added", "a/2"), ("removed", "a/2")]
    changes.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(changes)


def test_readers_come_as_channels_appear(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    readers = other.subscribe_all("a/*", buffer_size=5)
    writer = ours.create_channel("a/1")
    reader = next(readers)
    assert isinstance(reader, blocking.Reader)
    writer.send("hello")
    assert reader.get(timeout_s=5) == "hello"
    assert reader.statistics().buffer_size == 5


def test_many_threads_use_one_client(client: Connected) -> None:
    shared = client("shared")
    results: list[int] = []

    def work(number: int) -> None:
        writer = shared.create_channel(f"c/{number}")
        reader = shared.subscribe(f"c/{number}", overflow="wait")
        for value in range(100):
            writer.send(value)
        results.append(sum(reader.get(timeout_s=10) for _ in range(100)))
        statistics = reader.statistics()
        assert statistics.published == statistics.delivered == 100

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [4950] * 6


def test_a_callback_that_waits_for_its_own_client_is_refused(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("a")
    errors: list[str] = []
    called = threading.Event()

    def wait(_: object) -> None:
        try:
            ours.ping()
        except RuntimeError as error:
            errors.append(str(error))
        called.set()

    writer.on_demand(wait)
    other.subscribe("a")
    assert called.wait(10)
    assert "cannot wait for itself" in errors[0]
