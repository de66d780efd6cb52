"""Fixtures of every test: nothing may be left behind, and nothing of the user's is touched."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from stream_core.server import Server
from tests.certificates import Certificates

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# No deadline for an example: a busy computer would break it. Each test has 30 seconds in all.
# The same examples in every run; `--hypothesis-profile=search` looks for others.
settings.register_profile("streamscope", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("streamscope")

PATIENCE_S = 2.0
"""How long something that is ending already may take to be gone."""

QT_FIXTURES = {"qapp", "qtbot"}
"""With one of these a test may leave windows and timers."""

EXECUTOR = "asyncio_"
"""Threads of a loop's default executor end with the loop, after the test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make chaos` choose."""
    parser.addoption(
        "--chaos",
        metavar="SEED[,SEED...]",
        type=lambda text: [int(seed) for seed in text.split(",")],
        default=[],
        help="run all end-to-end tests of the core, and only these, on a network of chaos",
    )
    parser.addoption(
        "--kills",
        metavar="N",
        type=int,
        default=50,
        help="how many connections and servers the audit kills",
    )


def pytest_configure() -> None:
    """Hear Ctrl-C, as the programs of tests then do: a shell's background jobs are deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Set aside what the imports have made: the looks at all objects stay cheap."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(autouse=True)
def _every_account_balances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every reader of a server in this process to its account when the server stops."""
    stop = Server.stop

    async def checked_stop(server: Server, **how: float) -> None:
        try:
            _check_accounts(server)
        finally:
            await stop(server, **how)

    monkeypatch.setattr(Server, "stop", checked_stop)


@pytest.fixture(scope="session")
def check_accounts() -> Callable[[Server], None]:
    """Give the check of the accounts of all readers of a server."""
    return _check_accounts


def _check_accounts(server: Server) -> None:
    """Each number that was published is delivered, under way, dropped or left out, at any time."""
    for session in server._services.sessions if server._services else ():
        for subscription in session.subscriptions.values():
            counters = subscription.buffer.counters
            assert counters.balanced, (session.name, subscription.channel.spec.name, counters)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves threads, sockets, widgets or timers; an async one, tasks too."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("_nothing_left_in_loop")
        yield
        return
    uses_qt = not QT_FIXTURES.isdisjoint(request.fixturenames)
    leftovers = _watch(_threads, _sockets, *([_qt_things] if uses_qt else []))
    yield
    give_up = time.monotonic() + PATIENCE_S
    while (left := leftovers()) and time.monotonic() < give_up:
        time.sleep(0.005)
    _fail_if(left)


@pytest.fixture
async def _nothing_left_in_loop() -> AsyncIterator[None]:
    leftovers = _watch(_threads, _sockets, _tasks, _loop_timers)
    yield
    give_up = time.monotonic() + PATIENCE_S
    await asyncio.sleep(0)
    while (left := leftovers()) and time.monotonic() < give_up:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.005)
    _fail_if(left)


def _watch(*sources: Callable[[], dict[object, str]]) -> Callable[[], list[str]]:
    before = {source: source() for source in sources}

    def leftovers() -> list[str]:
        return [
            text
            for source, known in before.items()
            for key, text in source().items()
            if key not in known
        ]

    return leftovers


def _fail_if(left: list[str]) -> None:
    if left:
        pytest.fail("the test left behind: " + "; ".join(left), pytrace=False)


def _threads() -> dict[object, str]:
    return {
        thread.ident: f"thread {thread.name}"
        for thread in threading.enumerate()
        if not thread.name.startswith(EXECUTOR)
    }


def _sockets() -> dict[object, str]:
    """Give this process's open sockets; where there is no /proc, warnings must do."""
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return {}
    found: dict[object, str] = {}
    for number in numbers:
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the descriptor of the listing itself
        if target.startswith("socket:"):
            found[target] = f"{target} (descriptor {number})"
    return found


def _tasks() -> dict[object, str]:
    mine = asyncio.current_task()
    return {id(task): f"task {task!r}" for task in asyncio.all_tasks() if task is not mine}


def _loop_timers() -> dict[object, str]:
    timers = getattr(asyncio.get_running_loop(), "_scheduled", ())
    return {id(timer): f"timer {timer!r}" for timer in timers if not timer.cancelled()}


def _qt_things() -> dict[object, str]:
    """Give visible windows and running timers; that looks at all objects there are."""
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtGui import QGuiApplication
    from shiboken6 import isValid

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    found: dict[object, str] = {
        id(window): f"window {window!r}"
        for window in QGuiApplication.topLevelWindows()
        if window.isVisible()
    }
    for thing in gc.get_objects():
        if issubclass(type(thing), QTimer) and isValid(thing) and thing.isActive():
            found[id(thing)] = f"timer {thing!r}"
    return found


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Give certificates for TLS, good and bad."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Give the directory that holds pyproject.toml."""
    return Path(__file__).parent.parent
