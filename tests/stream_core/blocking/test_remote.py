from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

import stream_core as sc
from stream_core import blocking
from stream_core.errors import CallTimeout, InvalidValue, RemoteError, TargetNotFound

Connected = Callable[..., blocking.Client]


class Calculator:
    def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""
        return a + b


class Host(blocking.Client):
    """Offers methods of every kind."""

    def __init__(self, name: str, address: str) -> None:
        super().__init__(name, address)
        self.rpc_calc = Calculator()
        self.cancelled = threading.Event()
        self.waiting = threading.Event()

    def rpc_my_echo(self, data: object) -> tuple[str, object]:
        return "MY ECHO", data

    async def rpc_caller(self) -> str:
        return sc.current_call().caller

    def rpc_count(self, n: int) -> Iterator[int]:
        try:
            yield from range(n)
        finally:
            self.cancelled.set()

    async def rpc_count_async(self, n: int) -> AsyncIterator[int]:
        for number in range(n):
            yield number

    def rpc_images(self, size: int, count: int) -> Iterator[bytes]:
        try:
            for number in range(count):
                yield bytes([number]) * size
        finally:
            self.cancelled.set()

    def rpc_fail(self) -> None:
        raise ZeroDivisionError("there")

    async def rpc_wait(self) -> None:
        import asyncio

        try:
            self.waiting.set()
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    def rpc_call_back(self) -> str:
        """A method may use its own client."""
        caller: str = self.remote(sc.current_call().caller).my_echo("back")[1]
        return caller


@pytest.fixture
def host(client: Connected) -> Host:
    return client("host", Host)  # type: ignore[return-value]


def test_calls_wait_for_their_results(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    assert remote.my_echo("HALLO", tto=10) == ("MY ECHO", "HALLO")
    assert remote.calc.add(2, b=3) == 5
    assert remote.caller() == "caller"
    assert remote.echo([1]) == [1]
    assert sc.describe(remote).target == "host"
    assert sc.describe(remote.calc.add).doc == "Add two numbers."
    with pytest.raises(TypeError):
        remote.calc.add()
    with pytest.raises(InvalidValue):
        remote.calc.add("x")
    with pytest.raises(RemoteError, match="ZeroDivisionError: there"):
        remote.fail()
    with pytest.raises(AttributeError, match="my_echo"):
        _ = remote.my_ecko


def test_generators_give_iterators(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    assert list(remote.count(100)) == list(range(100))
    assert list(remote.count_async(100)) == list(range(100))


def test_large_arguments_and_results(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    data = bytes(range(256)) * 20_000
    assert remote.my_echo(data) == ("MY ECHO", data)
    images = list(remote.images(1_000_000, 5))
    assert [(len(image), image[-1]) for image in images] == [(1_000_000, n) for n in range(5)]


def test_leaving_an_iteration_over_large_results_ends_it(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    host.cancelled.clear()
    for image in remote.images(1_000_000, 100):
        if image[0] == 2:
            break
    assert host.cancelled.wait(10)
    assert remote.my_echo(1) == ("MY ECHO", 1)


def test_leaving_an_iteration_ends_the_generator(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    host.cancelled.clear()
    for number in remote.count(1_000_000):
        if number == 3:
            break
    del number
    assert host.cancelled.wait(10)


def test_a_deadline_cancels_the_method(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    with pytest.raises(CallTimeout):
        remote.wait(tto=0.1)
    assert host.cancelled.wait(10)


def test_a_target_that_is_not_there(client: Connected) -> None:
    ours = client("caller")
    with pytest.raises(TargetNotFound, match="nobody"):
        ours.remote("nobody")


def test_a_target_that_comes_is_waited_for(client: Connected) -> None:
    ours = client("caller")
    found: list[tuple[str, object]] = []
    thread = threading.Thread(
        target=lambda: found.append(ours.remote("host", wait_s=10).my_echo(1))
    )
    thread.start()
    client("host", Host)
    thread.join()
    assert found == [("MY ECHO", 1)]


def test_a_method_uses_its_own_client(client: Connected, host: Host) -> None:
    caller = client("caller", Host)
    assert caller.remote("host").call_back() == "back"


def test_the_server_is_a_target(client: Connected) -> None:
    ours = client("caller")
    assert ours.remote("server").echo("x") == "x"


def test_many_threads_call_at_once(client: Connected, host: Host) -> None:
    remote = client("caller").remote("host")
    results: list[float] = []

    def call(start: int) -> None:
        results.extend(remote.calc.add(start, n) - start for n in range(50))

    threads = [threading.Thread(target=call, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(list(range(50)) * 6)


def test_closing_the_client_ends_a_call_that_waits(client: Connected, host: Host) -> None:
    ours = client("caller")
    remote = ours.remote("host")
    errors: list[BaseException] = []

    def call() -> None:
        try:
            remote.wait(tto=None)
        except sc.ConnectionLost as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert host.waiting.wait(10)
    ours.close()
    thread.join()
    assert len(errors) == 1
    with pytest.raises(sc.ConnectionLost, match="closed"):
        remote.my_echo(1)
