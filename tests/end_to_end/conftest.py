"""A server, clients of it, and what may stand between them: a proxy, a network that is chaos."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

import stream_core as sc
from stream_core.transport.loops import new_loop
from tests.end_to_end.chaos_link import ChaosLink
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.screen import Screen, screen_in

AnyProxy = TypeVar("AnyProxy", bound=Proxy)

PATIENCE_S = 10.0
DEFAULT_SEED = 43
ON_BOTH_LOOPS = (
    "test_reconnection.py",
    "test_policies.py",
    "test_calls.py",
    "test_client.py",
    "test_history.py",
    "test_envelopes.py",
    "test_tls.py",
)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests of the core on both loops."""
    if item.path.name in ON_BOTH_LOOPS:
        return {"asyncio": asyncio.new_event_loop, "best": new_loop}
    return {"asyncio": asyncio.new_event_loop}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give seeds of chaos to the tests that take one, by `network` or by `chaos_seed`.

    What connects by `through` runs a second time on a network of chaos if it is marked so; with
    `--chaos` it runs only there. The seed is in the test's name: `--chaos=SEED` repeats it.
    """
    chosen: list[int] = metafunc.config.getoption("chaos")
    if "chaos_seed" in metafunc.fixturenames:
        metafunc.parametrize("chaos_seed", chosen or [DEFAULT_SEED], ids="chaos{}".format)
    elif "network" not in metafunc.fixturenames:
        return
    elif chosen:
        metafunc.parametrize("network", chosen, ids="chaos{}".format, indirect=True)
    elif metafunc.definition.get_closest_marker("chaos"):
        seeds = [None, DEFAULT_SEED]
        metafunc.parametrize("network", seeds, ids=["calm", f"chaos{DEFAULT_SEED}"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the audit its time; with `--chaos` leave out what no chaos can reach."""
    for item in items:
        if "kills" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(30 + config.getoption("kills")))
    if not config.getoption("chaos"):
        return
    chosen = [item for item in items if _reached_by_chaos(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _reached_by_chaos(item: pytest.Item) -> bool:
    takes = {"network", "chaos_seed"} & set(getattr(item, "fixturenames", ()))
    return bool(takes) and item.get_closest_marker("calm") is None


@pytest.fixture
async def network(request: pytest.FixtureRequest) -> int | None:
    """Give the seed of the chaos between clients and servers; None: there is none."""
    return getattr(request, "param", None)


@pytest.fixture
async def through(network: int | None) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Give a function that gives the address by which clients reach the server at another."""
    async with AsyncExitStack() as stack:
        links: dict[str, str] = {}

        async def through(address: str) -> str:
            if network is None:
                return address
            if address not in links:
                link = await stack.enter_async_context(_running(ChaosLink(address, network)))
                links[address] = link.address
            return links[address]

        yield through


@asynccontextmanager
async def _running(proxy: AnyProxy) -> AsyncIterator[AnyProxy]:
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


@pytest.fixture
async def _nothing_left_in_loop() -> AsyncIterator[None]:
    """Fail a test that leaves tasks or sockets; some loops open two of their own for each run."""
    before = _sockets()
    yield
    try:
        async with asyncio.timeout(2):
            while _tasks() or _sockets() > before:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.001)
    except TimeoutError:
        pytest.fail(f"left behind: {_tasks()}, {_sockets() - before} sockets", pytrace=False)


def _tasks() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def _sockets() -> int:
    links = Path("/proc/self/fd")
    if not links.exists():
        return 0
    found = 0
    for link in links.iterdir():
        with contextlib.suppress(OSError):
            found += os.readlink(link).startswith("socket:")
    return found


@pytest.fixture
async def limits() -> sc.Limits:
    return sc.Limits(resume_s=5.0)


@pytest.fixture
async def server(limits: sc.Limits) -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, limits=limits) as server:
        yield server


@pytest.fixture
async def server_address(server: sc.Server, through: Callable[[str], Awaitable[str]]) -> str:
    """Give where clients reach the server."""
    return await through(server.address)


@pytest.fixture
async def connect(server_address: str) -> AsyncIterator[Callable[..., Awaitable[sc.Client]]]:
    """Give a function that connects a client, which is closed in the end."""
    async with AsyncExitStack() as stack:

        async def connect(name: str | None = None, **arguments: Any) -> sc.Client:
            arguments.setdefault("address", server_address)
            client = sc.Client(name, **arguments)
            return await stack.enter_async_context(client)

        yield connect


@pytest.fixture
async def balanced() -> Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]:
    """Give a function that asks for a reader's account and holds it to the identity."""

    async def balanced(reader: sc.Reader) -> sc.ReaderStatistics:
        account = await reader.statistics()
        assert account.published == (
            account.delivered
            + account.in_flight
            + account.buffered
            + account.dropped
            + account.not_selected
            + account.reduced
        )
        return account

    return balanced


@pytest.fixture
async def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Give a function that turns the loop until something holds."""

    async def until(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.001)

    return until


@pytest.fixture
async def make_proxy(
    through: Callable[[str], Awaitable[str]],
) -> Callable[[str], AbstractAsyncContextManager[Proxy]]:
    """Give a function that stands another proxy before a server."""

    @asynccontextmanager
    async def make(address: str) -> AsyncIterator[Proxy]:
        async with _running(Proxy(await through(address))) as proxy:
            yield proxy

    return make


@pytest.fixture
async def proxy(make_proxy: Any, server: sc.Server) -> AsyncIterator[Proxy]:
    """Give a proxy before the server."""
    async with make_proxy(server.address) as proxy:
        yield proxy


@pytest.fixture
async def breaking_link(server: sc.Server, chaos_seed: int) -> AsyncIterator[ChaosLink]:
    """Give a chaos link before the server, which breaks connections once it is told to."""
    async with _running(ChaosLink(server.address, chaos_seed)) as link:
        yield link


@pytest.fixture
async def make_link(request: pytest.FixtureRequest, chaos_seed: int) -> Any:
    """Give a function that stands a proxy before a server, with `--chaos` a chaos link."""
    seeds = random.Random(chaos_seed)

    def make(address: str) -> AbstractAsyncContextManager[Proxy]:
        if not request.config.getoption("chaos"):
            return _running(Proxy(address))
        return _running(ChaosLink(address, seeds.getrandbits(32)))

    return make


@pytest.fixture
async def kills(request: pytest.FixtureRequest) -> int:
    """Give how many connections and servers are to be killed."""
    kills: int = request.config.getoption("kills")
    return kills


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A screen with mouse and keys; what programs keep goes to `tmp_path`."""
    with screen_in(tmp_path) as screen:
        yield screen
