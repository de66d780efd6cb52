"""A target comes back with other methods: its callers' proxies follow, in both faces."""

from __future__ import annotations

import asyncio
import enum
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Literal

import pytest

import stream_core as sc
from stream_core.client.targets import Targets
from stream_core.rpc import Dispatcher

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class OldCalc:
    def rpc_add(self, a: float, b: float) -> float:
        return a + b


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Old(sc.Client):
    rpc_calc = OldCalc()

    def rpc_mode(self, mode: Mode) -> str:
        return mode.value

    def rpc_double(self, value: float) -> float:
        return value * 2

    def rpc_gone(self) -> None: ...

    def rpc_same(self, value: int) -> int:
        return value

    def rpc_list(self, count: int) -> list[int]:
        return list(range(count))


class NewCalc:
    def rpc_add(self, a: int, b: int, c: int = 0) -> int:
        """Add up to three."""
        return a + b + c

    def rpc_subtract(self, a: int, b: int) -> int:
        return a - b


class Deep:
    rpc_calc = NewCalc()


class New(sc.Client):
    rpc_calc = NewCalc()
    rpc_deep = Deep()

    def rpc_mode(self, mode: Literal["fast", "slow"]) -> str:
        return f"new {mode}"

    def rpc_double(self, value: int) -> int:
        return value * 2

    def rpc_same(self, value: int) -> int:
        return value

    async def rpc_list(self, count: int, step: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number * step

    async def rpc_ticks(self, count: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all targets that described themselves to somebody."""
    names: list[str] = []
    encode = Dispatcher._encoded_description

    def noted(dispatcher: Dispatcher) -> bytes:
        names.append(dispatcher.table.name)
        return encode(dispatcher)

    monkeypatch.setattr(Dispatcher, "_encoded_description", noted)
    return names


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """What a target offers is not told to anybody while this is not set."""
    told = asyncio.Event()
    told.set()
    describe = Targets._describe

    async def later(*args: Any) -> Any:
        await told.wait()
        return await describe(*args)

    monkeypatch.setattr(Targets, "_describe", later)
    return told


@pytest.fixture
async def remote(
    connect: Connect, server: sc.Server, told: asyncio.Event
) -> AsyncIterator[sc.Remote]:
    """The proxy of a target that has been replaced; by whom is not told yet."""
    pc = await connect("pc")
    async with Old("rig", server.address):
        remote = await pc.remote("rig")
        assert await remote.calc.add(1, 2) == 3
        told.clear()
    async with New("rig", server.address):
        yield remote


async def test_the_proxy_follows_by_itself(
    described: list[str], remote: Any, told: asyncio.Event, until: Until
) -> None:
    told.set()
    calc = remote.calc
    await until(lambda: "ticks" in dir(remote))
    assert dir(remote) == ["calc", "deep", "double", "echo", "list", "mode", "same", "ticks"]
    assert dir(calc) == ["add", "subtract"]
    assert str(inspect.signature(calc.add)) == "(a: int, b: int, c: int = 0) -> int"
    assert calc.add.__doc__ == "Add up to three."
    assert await calc.subtract(5, 2) == 3
    assert await remote.deep.calc.add(1, 2, 3) == 6
    with pytest.raises(AttributeError, match="has no method 'gone'"):
        _ = remote.gone
    assert sc.describe(remote).method("gone") is None
    assert described == ["rig", "rig"]


async def test_a_new_method_may_be_called_before_the_proxy_knows_it(
    described: list[str], remote: Any, told: asyncio.Event
) -> None:
    assert "ticks" not in dir(remote)
    late = remote.ticks(3)
    later = remote.deep.calc.add(1, 2, c=4, tto=5)
    wrong = remote.calc.subtracted(2, 3)
    misled = remote.calc.subtract("x", 1)
    listed = remote.calc.subtract(1)
    assert sc.describe(remote.gone).path == "gone"  # what is known still
    told.set()
    assert await later == 7
    assert await late == [0, 1, 2]
    assert late.result() == []
    with pytest.raises(AttributeError, match=r"no method 'calc\.subtracted'; did you mean"):
        await wrong
    with pytest.raises(sc.InvalidValue, match="argument 'a' must be int"):
        await misled
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'b'"):
        await listed
    assert described == ["rig", "rig"]


async def test_late_calls_are_iterated_and_cancelled_like_others(
    remote: Any, told: asyncio.Event
) -> None:
    numbers, single, given_up = remote.ticks(100), remote.deep.calc.add(1, 2), remote.ticks(5)
    done: list[Any] = []
    single.add_done_callback(lambda call: done.append(call.result()))
    assert given_up.cancel()
    assert not given_up.cancel()
    told.set()
    assert [number async for number in numbers] == list(range(100))
    assert await single == 3
    assert done == [3]
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_a_refused_call_is_made_again_by_the_new_description(
    described: list[str], remote: Any, told: asyncio.Event
) -> None:
    # By the old description the member travels as its name, by the new one as its value.
    mode, add = remote.mode(Mode.FAST), remote.calc.add(1, b=2)
    told.set()
    assert (await mode, await add) == ("new fast", 3)
    assert described == ["rig", "rig"]


async def test_a_refused_call_raises_by_the_new_description(
    described: list[str], remote: Any, told: asyncio.Event
) -> None:
    double, gone, listed = remote.double(1.5), remote.gone(), remote.list(3)
    told.set()
    with pytest.raises(sc.InvalidValue, match=r"argument 'value' must be int, not 1\.5"):
        await double
    with pytest.raises(AttributeError, match=r"'rig' has no method 'gone'; it has calc\.add"):
        await gone
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'step'"):
        await listed
    assert described == ["rig", "rig"]
    assert await remote.list(3, 2) == [0, 2, 4]


async def test_a_refusal_by_who_has_not_changed_is_final(
    connect: Connect, server: sc.Server, described: list[str]
) -> None:
    pc = await connect("pc")
    async with Old("rig", server.address) as rig:
        remote = await pc.remote("rig")
        table = rig._session._calls._dispatcher.table
        table.get = {"double": table.get("gone")}.get  # it has lost its methods, silently
        with pytest.raises(AttributeError, match="'rig' has no method 'same'"):
            await remote.same(1)
        with pytest.raises(TypeError, match="takes 0 positional arguments but 1 was given"):
            await remote.double(1)
    assert described == ["rig"]


async def test_the_time_of_a_call_runs_while_the_target_is_asked(
    remote: Any, told: asyncio.Event, until: Until
) -> None:
    refused, late = remote.mode(Mode.FAST, tto=0.05), remote.ticks(1, tto=0.05)
    for call in (refused, late):
        with pytest.raises(sc.CallTimeout):
            await call
    given_up = remote.mode(Mode.SLOW, tto=None)
    await until(lambda: given_up.second_chance is None)  # it was refused
    assert given_up.cancel()
    told.set()
    assert await remote.mode(Mode.SLOW) == "new slow"


async def test_a_target_that_stays_away_is_not_found(connect: Connect, server: sc.Server) -> None:
    pc = await connect("pc")
    async with Old("rig", server.address):
        remote = await pc.remote("rig")
    await pc.ping()
    for call in (remote.same(1), remote.whatever(1)):
        with pytest.raises(sc.TargetNotFound, match="'rig'"):
            await call
    async with New("rig", server.address):
        assert await remote.same(1) == 1
        assert await remote.ticks(2) == [0, 1]


async def test_what_has_gone_while_our_link_was_broken_is_noticed(
    connect: Connect, server: sc.Server, proxy: Any, until: Until
) -> None:
    pc = await connect("pc", address=proxy.address)
    async with Old("rig", server.address):
        remote = await pc.remote("rig")
        proxy.refusing = True
        await proxy.cut_off(pc)
    async with New("rig", server.address):
        proxy.refusing = False
        await until(lambda: pc.state is sc.State.CONNECTED)
        assert await remote.ticks(2) == [0, 1]


async def test_nobody_is_described_again_for_a_broken_link(
    connect: Connect, server: sc.Server, proxy: Any, until: Until, described: list[str]
) -> None:
    pc = await connect("pc")
    async with Old("rig", proxy.address) as rig:
        remote = await pc.remote("rig")
        await proxy.cut_off(rig)
        await until(lambda: rig.state is sc.State.CONNECTED)
        assert await remote.same(1) == 1
        with pytest.raises(AttributeError):
            _ = remote.ticks
    assert described == ["rig"]


async def test_a_restarted_server_and_its_clients_are_described_again(
    until: Until, described: list[str]
) -> None:
    async with sc.Server("127.0.0.1", 0) as server:
        address = server.address
        async with sc.Client("pc", address) as pc, Old("rig", address):
            remote, own = await pc.remote("rig"), await pc.remote("server")
            await server.stop()
            port = int(address.rpartition(":")[2])
            async with sc.Server("127.0.0.1", port):
                await until(lambda: pc.state is sc.State.CONNECTED)
                await until(lambda: described.count("server") == 2)
                await until(lambda: described.count("rig") == 2)
                assert await own.echo(1) == 1
                assert await remote.same(2) == 2


async def test_several_proxies_are_told_of_one_description(
    connect: Connect, server: sc.Server, described: list[str], until: Until
) -> None:
    pc = await connect("pc")
    async with Old("rig", server.address):
        remotes = [await pc.remote("rig") for _ in range(3)]
    async with New("rig", server.address):
        await until(lambda: all("ticks" in dir(remote) for remote in remotes))
        assert described == ["rig"] * 4


class BlockingNew(sc.blocking.Client):
    rpc_calc = NewCalc()

    def rpc_double(self, value: int) -> int:
        return value * 2


class BlockingOld(sc.blocking.Client):
    def rpc_double(self, value: float) -> float:
        return value * 2

    def rpc_gone(self) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    with sc.LoopThread("server") as thread:
        server = sc.Server("127.0.0.1", 0)
        thread.run(server.start())
        try:
            yield server.address
        finally:
            thread.run(server.stop())


def test_the_blocking_face_follows_too(described: list[str], address: str) -> None:
    with sc.blocking.Client("pc", address) as pc:
        with BlockingOld("rig", address):
            remote: Any = pc.remote("rig")
            assert remote.double(1.5) == 3.0
            with pytest.raises(AttributeError, match="did you mean 'double'"):
                _ = remote.doubel
            gone = remote.gone
        with BlockingNew("rig", address):
            assert remote.calc.subtract(5, 3) == 2  # at once
            assert remote.double(3) == 6
            assert dir(remote) == ["calc", "double", "echo"]
            with pytest.raises(AttributeError, match="has no method 'gone'"):
                gone()
            assert not hasattr(remote, "gone")
        assert described == ["rig", "rig"]
        with pytest.raises(sc.TargetNotFound):
            remote.double(1)
        with pytest.raises(AttributeError):
            _ = remote.never
    with pytest.raises(AttributeError):
        _ = remote.closed
