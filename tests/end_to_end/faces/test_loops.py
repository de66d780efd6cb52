"""The asyncio client on each loop, and the thread with a loop of its own awaited from each."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import pytest
import qasync
from PySide6.QtWidgets import QApplication

import stream_core as sc
from stream_core.transport.loops import new_loop

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]


@contextmanager
def qt_runner(application: QApplication) -> Iterator[Run[Any]]:
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        yield runner.run
    del runner
    gc.collect()  # what the loop had of Qt must not be collected by another thread


@pytest.fixture(params=["asyncio", "best", "qt"])
def run(request: pytest.FixtureRequest) -> Iterator[Run[Any]]:
    """Give a function that runs a coroutine on one of the loops to its end."""
    if request.param == "qt":
        with qt_runner(request.getfixturevalue("qapp")) as run:
            yield run
        return
    factory = asyncio.new_event_loop if request.param == "asyncio" else new_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        yield runner.run


class Calculator(sc.Client):
    """Offers calls of each kind."""

    def rpc_thread(self) -> str:
        return threading.current_thread().name

    async def rpc_add(self, left: int, right: int) -> int:
        await asyncio.sleep(0)
        return left + right

    async def rpc_count(self, up_to: int) -> AsyncIterator[int]:
        for number in range(up_to):
            yield number

    def rpc_fail(self) -> None:
        raise ZeroDivisionError("there")


async def use_everything(address: str) -> None:
    async with Calculator("calculator", address) as calculator, sc.Client("pc", address) as pc:
        states: list[sc.State] = []
        pc.on_state(states.append)
        writer = await calculator.create_channel("x", rate_hz=100)
        samples = await calculator.create_channel("y", dtype="float64", rate_hz=1000)
        reader = await pc.subscribe("x", overflow="wait", buffer_size=50)
        numbers = await pc.subscribe("y")

        async def send() -> None:
            for number in range(500):
                assert await writer.send(number)
            await writer.end()
            assert await samples.send_samples(np.arange(100.0))
            await writer.flush()

        sending = asyncio.ensure_future(send())
        assert [value async for value in reader.transfer()] == list(range(500))
        assert (await numbers.read_array(100)).tolist() == list(range(100))
        await sending
        with pytest.raises(TimeoutError):
            await reader.get(timeout_s=0.01)
        remote = await pc.remote("calculator")
        assert await remote.add(2, 3) == 5
        assert await remote.thread() == "rpc-calculator-1"
        assert [number async for number in remote.count(4)] == [0, 1, 2, 3]
        with pytest.raises(sc.RemoteError, match="there"):
            await remote.fail()
        assert 0 < await pc.ping() < 5
        assert pc.clock_error_ns < 1_000_000_000
        changes = pc.watch("z")
        coming = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        await calculator.create_channel("z")
        assert (await coming).kind == "added"
        await changes.aclose()
        assert (await reader.statistics()).delivered == 500


def test_a_client_works_on_every_loop(run: Run[None], address: str) -> None:
    run(use_everything(address))


def test_a_server_works_on_every_loop(run: Run[None]) -> None:
    async def main() -> None:
        async with sc.Server(port=0) as server:
            await use_everything(server.address)

    run(main())


def test_a_link_is_made_again_on_every_loop(run: Run[None], server: sc.Server) -> None:
    async def main() -> None:
        async with sc.Client("c", server.address) as client:
            writer = await client.create_channel("x")
            reader = await client.subscribe("x")
            back = asyncio.Event()
            client.on_state(lambda state: back.set() if state is sc.State.CONNECTED else None)
            assert client._session is not None
            connection = client._session.link._connection
            assert connection is not None
            connection.abort()
            await back.wait()
            while not writer.active:  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0)
            await writer.send("again")
            assert await reader.get(timeout_s=5) == "again"

    run(main())


def test_what_is_left_open_is_closed_at_the_end_of_the_loop() -> None:
    async def main() -> tuple[sc.Server, sc.Client, sc.Reader]:
        server = sc.Server(port=0)
        await server.start()
        client = sc.Client("c", server.address)
        await client.connect()
        writer, reader = await client.create_channel("x"), await client.subscribe("x")
        await writer.send("before the end")
        return server, client, reader

    def check(server: sc.Server, client: sc.Client, reader: sc.Reader) -> None:
        assert client.state is sc.State.CLOSED
        assert reader.end_reason is not None
        with pytest.raises(sc.ConnectionFailed):
            sc.blocking.Client("late", server.address).connect()

    check(*sc.run(main()))
    check(*asyncio.run(main()))
    with sc.LoopThread() as thread:
        left = thread.run(main())
    check(*left)


# LoopThread


async def there() -> str:
    return threading.current_thread().name


async def fail() -> None:
    raise ZeroDivisionError("there")


class Endless:
    """Work that ends by being cancelled only, and notes that."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.task: asyncio.Task[Any] | None = None

    async def work(self) -> None:
        self.task = asyncio.current_task()
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended.set()

    async def until_begun(self) -> None:
        while not self.begun.is_set():  # noqa: ASYNC110 - it is set in another thread
            await asyncio.sleep(0)


def test_results_and_exceptions_come_to_every_loop(run: Run[None]) -> None:
    async def main() -> None:
        with sc.LoopThread("portal") as thread:
            assert await thread.call(there()) == "portal"
            assert (
                await asyncio.gather(*(thread.call(there()) for _ in range(20))) == ["portal"] * 20
            )
            with pytest.raises(ZeroDivisionError, match="there"):
                await thread.call(fail())
            assert threading.current_thread() is threading.main_thread()

    run(main())


def test_a_cancelled_wait_cancels_the_work_and_ends_after_it(run: Run[None]) -> None:
    async def main() -> None:
        with sc.LoopThread() as thread:
            endless = Endless()
            task = asyncio.ensure_future(thread.call(endless.work()))
            await endless.until_begun()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert endless.ended.is_set()
            timed = Endless()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await thread.call(timed.work())
            assert timed.ended.is_set() or not timed.begun.is_set()

    run(main())


def test_work_that_is_cancelled_there_cancels_the_wait(run: Run[None]) -> None:
    async def main() -> None:
        with sc.LoopThread() as thread:
            endless = Endless()
            task = asyncio.ensure_future(thread.call(endless.work()))
            await endless.until_begun()
            assert endless.task is not None
            thread.call_soon(endless.task.cancel)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert task.cancelled()

    run(main())


def test_a_thread_that_is_stopped_under_a_wait_says_so(run: Run[None]) -> None:
    async def main() -> None:
        thread = sc.LoopThread("portal").start()
        works = [Endless() for _ in range(3)]
        tasks = [asyncio.ensure_future(thread.call(work.work())) for work in works]
        for work in works:
            await work.until_begun()
        thread.stop()
        for work, task in zip(works, tasks, strict=True):
            with pytest.raises(RuntimeError, match=r"'portal' .* was stopped"):
                await task
            assert work.ended.is_set()
        with pytest.raises(RuntimeError, match="it was stopped"):
            await thread.call(there())

    run(main())


def test_a_client_in_a_thread_is_used_from_every_loop(run: Run[None], address: str) -> None:
    async def main() -> None:
        with sc.LoopThread("portal") as thread:
            client = sc.Client("c", address)
            await thread.call(client.connect())
            writer = await thread.call(client.create_channel("x"))
            reader = await thread.call(client.subscribe("x", overflow="wait"))
            for number in range(20):
                await thread.call(writer.send(number))
            assert [await thread.call(reader.get()) for _ in range(20)] == list(range(20))
            pending = asyncio.ensure_future(thread.call(reader.get()))
            await thread.call(asyncio.sleep(0))
            await thread.call(client.close())
            with pytest.raises(sc.ChannelClosed, match="the client was closed"):
                await pending
            with pytest.raises(sc.ConnectionLost, match="the client was closed"):
                await thread.call(client.ping())

    run(main())


# Blocking clients where there is a loop


def test_a_blocking_client_works_where_another_loop_runs(run: Run[None], address: str) -> None:
    """As in a notebook: the loop stands still for as long as the client waits."""

    async def main() -> None:
        with sc.blocking.Client("c", address) as client:
            writer, reader = client.create_channel("x"), client.subscribe("x")
            writer.send(1)
            assert reader.get(timeout_s=5) == 1
            assert client.remote("c").echo(2) == 2

    run(main())


def test_a_blocking_client_of_a_server_on_its_own_loop_is_refused(run: Run[None]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with sc.Server(port=0) as server:
            client = sc.blocking.Client("c", server.address)
            with pytest.raises(RuntimeError, match=r"would stand still .* asyncio\.to_thread"):
                client.connect()
            with ThreadPoolExecutor(1) as elsewhere:
                await loop.run_in_executor(elsewhere, client.connect)
                writer = await loop.run_in_executor(elsewhere, client.create_channel, "x")
                for use in (client.ping, writer.flush, lambda: client.remote("c").echo(1)):
                    with pytest.raises(RuntimeError, match="would stand still"):
                        use()
                    await loop.run_in_executor(elsewhere, use)
                assert writer.send(1) is False  # nobody reads: there is nothing to wait for
                await loop.run_in_executor(elsewhere, client.close)

    run(main())


class Selfish(sc.blocking.Client):
    """Uses itself inside of its methods."""

    def rpc_in_a_thread(self) -> str:
        return f"{self.ping() > 0} {sorted(found.name for found in self.channels())}"

    async def rpc_in_the_loop(self) -> float:
        return self.ping()

    def rpc_call_itself(self, name: str) -> Any:
        return self.remote(name).in_a_thread()

    def rpc_send(self, count: int) -> list[int]:
        writer, reader = self.create_channel("own"), self.subscribe("own")
        for number in range(count):
            writer.send(number)
        return [reader.get() for _ in range(count)]


def test_a_blocking_client_inside_of_its_own_methods(
    client: Callable[..., sc.blocking.Client],
) -> None:
    client("selfish", Selfish, rpc_workers=2)
    remote = client("ours").remote("selfish")
    assert remote.in_a_thread() == "True []"
    assert remote.send(5) == [0, 1, 2, 3, 4]
    assert remote.call_itself("selfish") == "True ['own']"
    alone = client("alone", Selfish)
    assert isinstance(alone, Selfish)
    with pytest.raises(sc.RemoteError, match=r"the client's only worker.*rpc_workers=2"):
        client("third").remote("alone").call_itself("alone")
    assert alone.rpc_call_itself("alone") == "True ['own']"  # outside of its worker it may
    with pytest.raises(sc.RemoteError, match=r"cannot wait for itself.*`def` method"):
        remote.in_the_loop()


def test_a_blocking_client_inside_of_its_callbacks_is_refused(
    client: Callable[..., sc.blocking.Client],
) -> None:
    ours = client("ours")
    writer = ours.create_channel("x")
    told: list[str] = []
    called = threading.Event()

    def use(_: object) -> None:
        for act in (ours.ping, ours.close, ours.connect, writer.flush, writer.close,
                    lambda: ours.remote("server"), lambda: next(ours.watch())):  # fmt: skip
            try:
                act()
            except RuntimeError as error:
                told.append(str(error))
        called.set()

    writer.on_demand(use)
    reader = ours.subscribe("x")
    assert called.wait(10)
    assert len(told) == 7
    assert all("cannot wait for itself" in text for text in told)
    writer.send("still open")
    assert reader.get(timeout_s=5) == "still open"
