"""What is promised of calls, held over real sockets in both faces."""

from __future__ import annotations

import asyncio
import inspect
import pydoc
import rlcompleter
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

import stream_core as sc
from stream_core.transport import Connection
from stream_core.wire.header import HEADER, Kind
from tests.annotated import LISTS, METHODS, VALUES, Methods, told

Until = Callable[[Callable[[], bool]], Awaitable[None]]
FACES = ["asyncio", "blocking"]


class Served(Methods):
    """What both faces of the target offer."""

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self.release = threading.Event()
        self.started = threading.Event()
        self.cancelled = threading.Event()
        self.produced = 0
        self.inside = 0
        self.most_inside = 0

    def rpc_produce(self, count: int) -> Iterator[int]:
        for self.produced in range(1, count + 1):
            yield self.produced

    async def rpc_produce_async(self, count: int) -> AsyncIterator[int]:
        for self.produced in range(1, count + 1):
            yield self.produced

    def rpc_enter(self) -> int:
        """Tell how many are inside."""
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        self.started.set()
        self.release.wait(10)
        self.inside -= 1
        return self.most_inside

    def rpc_block(self) -> None:
        self.started.set()
        while not sc.current_call().cancelled:
            if self.release.wait(0.001):
                return
        self.cancelled.set()

    async def rpc_hang(self) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if sc.current_call().cancelled:
                self.cancelled.set()
            raise

    def rpc_about_me(self) -> tuple[str, str, bool, bool]:
        call = sc.current_call()
        return call.caller, call.method, call.deadline is None, call.cancelled

    def rpc_report(self) -> str:
        for step in range(3):
            sc.current_call().progress(step)
        return "done"

    def rpc_fail(self) -> None:
        raise LookupError("no such probe")


class AsyncServed(Served, sc.Client): ...


class BlockingServed(Served, sc.blocking.Client): ...


class Pair:
    """A target and a caller, each of one of the faces, and the caller's proxy."""

    def __init__(self, target: Any, caller: Any, remote: Any, sent: list[int]) -> None:
        self.target = target
        self.caller = caller
        self.remote = remote
        self.sent = sent  # the kinds of the frames that the caller has sent

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The result of a call."""
        if isinstance(self.caller, sc.Client):
            return await self.method(method)(*args, **kwargs)
        return await asyncio.to_thread(self.method(method), *args, **kwargs)

    def method(self, path: str) -> Any:
        found = self.remote
        for name in path.split("."):
            found = getattr(found, name)
        return found


@pytest.fixture
async def join(server: sc.Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Give a function that connects a target and a caller of the faces asked for."""
    sent: list[int] = []
    send, send_now = Connection.send, Connection.send_now
    leave: list[Callable[[], Awaitable[None]]] = []

    def noting(way: Any) -> Any:
        def note(connection: Connection, *parts: Any) -> None:
            if getattr(connection._receiver, "identity", None) is watched[0]:
                sent.append(HEADER.unpack_from(parts[0])[1])
            way(connection, *parts)

        return note

    watched: list[Any] = [None]
    monkeypatch.setattr(Connection, "send", noting(send))
    monkeypatch.setattr(Connection, "send_now", noting(send_now))

    async def join(target_face: str, caller_face: str, **arguments: Any) -> Pair:
        workers = arguments.pop("rpc_workers", 1)
        targets = {"asyncio": AsyncServed, "blocking": BlockingServed}
        callers = {"asyncio": sc.Client, "blocking": sc.blocking.Client}
        target = targets[target_face]("rig", server.address, rpc_workers=workers)
        caller = callers[caller_face]("pc", server.address, **arguments)
        for client in (target, caller):
            if isinstance(client, sc.Client):
                await client.connect()
                leave.append(client.close)
            else:
                await asyncio.to_thread(client.connect)
                leave.append(lambda client=client: asyncio.to_thread(client.close))
        if isinstance(caller, sc.Client):
            remote: Any = await caller.remote("rig")
            watched[0] = caller._identity
        else:
            remote = await asyncio.to_thread(caller.remote, "rig")
            watched[0] = caller._client._identity
        pairs.append(Pair(target, caller, remote, sent))
        return pairs[-1]

    pairs: list[Pair] = []
    yield join
    for pair in pairs:
        pair.target.release.set()
    for close in reversed(leave):
        await close()


@pytest.fixture(params=FACES)
async def pair(join: Any, request: pytest.FixtureRequest) -> Pair:
    """Both ends of one face."""
    made: Pair = await join(request.param, request.param)
    return made


# Arguments


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_gets_what_its_annotations_promise(pair: Pair, method: str) -> None:
    for given, got in VALUES.get(method, ([], []))[0]:
        assert await pair.call(method, given) == told(got)
    for (args, kwargs), got in LISTS.get(method, ([], []))[0]:
        assert await pair.call(method, *args, **kwargs) == told(got)


async def test_of_what_does_not_fit_no_byte_leaves(pair: Pair) -> None:
    pair.sent.clear()
    tried = 0
    for method, (_good, wrong) in VALUES.items():
        for value in wrong:
            with pytest.raises(sc.InvalidValue, match=rf"^{method}\(\): argument 'value'"):
                pair.method(method)(value)
            tried += 1
        with pytest.raises(TypeError):
            pair.method(method)()
    for method, (_good, refused) in LISTS.items():
        for args, kwargs in refused:
            with pytest.raises(TypeError, match=rf"^{method}\(\)"):
                pair.method(method)(*args, **kwargs)
            tried += 1
    assert tried > 60
    with pytest.raises(sc.InvalidValue, match="tto"):
        pair.remote.int(1, tto=-1)
    link = {Kind.PING, Kind.PONG, Kind.CREDIT}  # the link's own
    assert [kind for kind in pair.sent if kind not in link] == []
    assert pair.target.ran == 0
    await pair.call("int", 1)
    assert Kind.CALL in pair.sent


# What a proxy shows


async def test_a_proxy_looks_like_a_local_object(pair: Pair) -> None:
    remote = pair.remote
    assert {"group", "int", "mixed", "echo"} <= set(dir(remote))
    assert dir(remote.group) == ["add", "inner"]
    assert str(inspect.signature(remote.mixed)) == (
        "(a: int, /, b: int, c: int = 3, *rest: int, d: int, **named: str) -> str"
    )
    assert str(inspect.signature(remote.defaults)) == (
        "(colour: Colour = Colour.BLUE, point: Point = Point(x=1.0, y=0.0, tags=[]), "
        "none: int | None = None) -> str"
    )
    assert inspect.signature(remote.float).parameters["value"].annotation is float
    assert remote.group.add.__doc__ == "Add two numbers."
    shown = pydoc.plain(pydoc.render_doc(remote.group.inner.deepest))
    assert "deepest(value: float) -> str" in shown
    assert "At the bottom." in shown
    assert "add, inner" in repr(remote.group)
    assert "enum(value: Colour) -> str" in pydoc.plain(pydoc.render_doc(remote))
    description = sc.describe(remote)
    assert (description.target, sc.describe(remote.group.add).path) == ("rig", "group.add")
    assert await pair.call("group.add", 2, b=3) == 5
    assert await pair.call("group.inner.deepest", 1.5) == "float 1.5"


async def test_tab_completion_knows_methods_and_groups(pair: Pair) -> None:
    completer = rlcompleter.Completer({"remote": pair.remote})
    assert completer.complete("remote.gro", 0) == "remote.group"
    assert completer.complete("remote.group.ad", 0) == "remote.group.add("
    offered = [completer.complete("remote.group.inner.", number) for number in range(2)]
    assert offered == ["remote.group.inner.deepest(", None]


async def test_the_server_is_described_like_any_other(pair: Pair) -> None:
    if isinstance(pair.caller, sc.Client):
        server = await pair.caller.remote("server")
        channels = await server.channels("**")
    else:
        server = await asyncio.to_thread(pair.caller.remote, "server")
        channels = await asyncio.to_thread(server.channels, "**")
    assert channels == []
    assert {"channels", "clients", "echo", "kick", "statistics"} <= set(dir(server))
    assert str(inspect.signature(server.kick)).startswith("(name: str, reason: str = '', ban_s")
    with pytest.raises(sc.InvalidValue, match="name"):
        server.kick(5)


# Deadlines, and what a method knows of its call


@pytest.mark.parametrize("target_face", FACES)
@pytest.mark.parametrize("caller_face", FACES)
@pytest.mark.parametrize("method", ["hang", "block"])
async def test_the_deadline_reaches_both_ends(
    join: Any, target_face: str, caller_face: str, method: str
) -> None:
    pair = await join(target_face, caller_face)
    with pytest.raises(sc.CallTimeout, match=rf"{method}\(\) of 'rig'"):
        await pair.call(method, tto=0.05)
    if pair.target.started.is_set():  # else the deadline passed before it was begun
        assert await asyncio.to_thread(pair.target.cancelled.wait, 10)


@pytest.mark.parametrize("face", FACES)
async def test_the_clients_settings_name_the_deadline_and_give_its_default(
    join: Any, face: str
) -> None:
    pair = await join("asyncio", face, timeout_s=0.05, timeout_name="patience_s")
    with pytest.raises(sc.CallTimeout):
        await pair.call("hang")
    with pytest.raises(sc.CallTimeout):
        await pair.call("hang", patience_s=0.01)
    with pytest.raises(TypeError, match="unexpected keyword argument 'tto'"):
        pair.remote.hang(tto=1)
    assert await pair.call("group.add", 1, patience_s=None) == 2


async def test_a_method_knows_its_call(pair: Pair) -> None:
    assert await pair.call("about_me", tto=None) == ("pc", "about_me", True, False)
    assert await pair.call("about_me") == ("pc", "about_me", False, False)
    with pytest.raises(RuntimeError, match="only inside of a method"):
        sc.current_call()


async def test_progress_comes_before_the_result(pair: Pair) -> None:
    if not isinstance(pair.caller, sc.Client):
        assert await pair.call("report") == "done"  # a call that waits has nobody to tell
        return
    steps: list[int] = []
    assert await pair.remote.report().on_progress(steps.append) == "done"
    assert steps == [0, 1, 2]


async def test_a_remote_error_is_text(pair: Pair) -> None:
    with pytest.raises(sc.RemoteError) as caught:
        await pair.call("fail")
    error = caught.value
    assert (error.type_name, error.message) == ("LookupError", "no such probe")
    assert "in rpc_fail" in error.traceback
    assert not isinstance(error, LookupError)
    assert "At rig:" in "".join(error.__notes__)


# Streams, order, ends


@pytest.mark.parametrize("method", ["produce", "produce_async"])
async def test_a_stream_runs_no_further_ahead_than_its_window(
    pair: Pair, method: str, until: Until
) -> None:
    ahead = 32 + 16  # the window, and a credit for each half of it
    if isinstance(pair.caller, sc.Client):
        results: Any = aiter(pair.method(method)(10_000, tto=None))
        for number in range(1, 101):
            assert await anext(results) == number
        await pair.caller.ping()
        assert 100 <= pair.target.produced <= 100 + ahead
        await pair.remote.echo(None)
    else:
        results = await asyncio.to_thread(pair.method(method), 10_000, tto=None)
        for number in range(1, 101):
            assert await asyncio.to_thread(next, results) == number
        await asyncio.to_thread(pair.remote.echo, None)
        assert 100 <= pair.target.produced <= 100 + ahead
    del results  # leaving the iteration ends the generator
    await until(lambda: not _calls_of(pair.target)._dispatcher._live)


def _calls_of(client: Any) -> Any:
    return (client if isinstance(client, sc.Client) else client._client)._session._calls


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("workers", [1, 3])
async def test_so_many_def_methods_run_at_once_as_there_are_workers(
    join: Any, face: str, workers: int, until: Until
) -> None:
    pair = await join(face, "asyncio", rpc_workers=workers)
    calls = [pair.remote.enter() for _ in range(5)]
    await until(lambda: pair.target.inside == workers)
    assert await pair.remote.echo("others overlap") == "others overlap"
    pair.target.release.set()
    assert max(await asyncio.gather(*calls)) == workers


async def test_a_client_may_call_itself(pair: Pair) -> None:
    if isinstance(pair.target, sc.Client):
        remote: Any = await pair.target.remote("rig")
        assert await remote.group.add(1, 2) == 3
        assert len(await remote.bytes(bytes(1_000_000))) > 1_000_000
    else:
        remote = await asyncio.to_thread(pair.target.remote, "rig")
        assert await asyncio.to_thread(remote.group.add, 1, 2) == 3
        assert len(await asyncio.to_thread(remote.bytes, bytes(1_000_000))) > 1_000_000


async def test_calls_overlap_freely(join: Any) -> None:
    pair = await join("asyncio", "asyncio")
    hanging = pair.remote.hang(tto=None)
    results = await asyncio.gather(*(pair.remote.group.add(n) for n in range(200)))
    assert results == [n + 1 for n in range(200)]
    assert not hanging.done()
    assert hanging.cancel()


@pytest.mark.parametrize("target_face", FACES)
@pytest.mark.parametrize("caller_face", FACES)
async def test_pending_calls_fail_at_once_when_the_target_goes(
    join: Any, target_face: str, caller_face: str
) -> None:
    pair = await join(target_face, caller_face)
    calling = asyncio.create_task(pair.call("hang", tto=None))
    await asyncio.to_thread(pair.target.started.wait, 10)
    if isinstance(pair.target, sc.Client):
        await pair.target.close()
    else:
        await asyncio.to_thread(pair.target.close)
    with pytest.raises(sc.TargetNotFound, match="'rig' has gone"):
        await calling


def test_nothing_connects_when_a_client_is_made() -> None:
    for face in (AsyncServed, BlockingServed):
        client: Any = face("rig", "127.0.0.1:1")
        assert client.state is sc.State.CLOSED


@pytest.mark.parametrize("face", [sc.Client, sc.blocking.Client])
def test_subclasses_may_use_any_name_but_those_of_the_interface(face: type) -> None:
    promised = set(
        "connect close state epoch now_ns clock_offset_ns clock_error_ns on_state create_channel "
        "open_writer subscribe subscribe_all watch channels clients statistics delete_channel kick "
        "configure_reader remote ping name".split()
    )
    client = face("rig", "127.0.0.1:1")
    public = {name for name in dir(client) if not name.startswith("_")}
    assert public == promised
