"""The monitor on its real loop, against a server process and a publisher process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from stream_gui.app import Monitor, Options, run
from stream_gui.models.console.call_history import CallHistory, CallStatus
from stream_gui.models.link_state import LinkPhase
from stream_gui.session.demonstration import Demonstration
from stream_gui.session.link import Target

PATIENCE_S = 15.0
ACCOUNT = ("delivered", "in_flight", "buffered", "dropped", "not_selected", "reduced")

Play = Callable[[Monitor, Demonstration], Awaitable[None]]


@pytest.fixture
def plain_application(qapp: QApplication) -> Iterator[QApplication]:
    """Gives the application back as it was."""
    style_sheet, palette = qapp.styleSheet(), qapp.palette()
    yield qapp
    qapp.setStyleSheet(style_sheet)
    qapp.setPalette(palette)


@pytest.fixture
def perform(plain_application: QApplication, tmp_path: Path) -> Callable[[Play], None]:
    """Run a play with a window, a server and a publisher on a real Qt loop."""

    async def with_demonstration(monitor: Monitor, play: Play) -> None:
        demonstration = Demonstration(monitor.portal, monitor.session.feedback)
        try:
            await demonstration.start()
            monitor.session.join(Target(demonstration.address, "eye"))
            await play(monitor, demonstration)
            await monitor.session.link.close()
        finally:
            await demonstration.stop()

    def perform(play: Play) -> None:
        options = Options(settings=tmp_path / "monitor.json", run_files=tmp_path)
        run(options, lambda monitor: with_demonstration(monitor, play))

    return perform


async def eventually(holds: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up, "it never came true"
        await asyncio.sleep(0.02)


async def check_accounts(monitor: Monitor) -> None:
    """What was published to each reader is accounted for, item by item."""
    client = monitor.session.link.client
    assert client is not None

    async def readers() -> list[dict[str, int]]:
        remote = await client.remote("server")
        found: list[dict[str, int]] = await remote.reader_statistics()
        return found

    accounts = await monitor.portal.call(readers())
    assert any(account["published"] > 10_000 for account in accounts)
    for account in accounts:
        assert account["published"] == sum(account[part] for part in ACCOUNT)


def newest_call(monitor: Monitor) -> tuple[str, str, str]:
    """Text, result and status of the latest call, as its row shows them."""
    table = monitor.window.console.history.table.model()
    status = table.index(0, 0).data(CallHistory.StatusRole)
    return table.index(0, 1).data(), table.index(0, 2).data(), status


async def type_call(monitor: Monitor, text: str) -> None:
    line = monitor.window.console.line
    line.setFocus()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    QTest.keyClick(line, Qt.Key.Key_Return)
    await eventually(lambda: newest_call(monitor)[0] == text)


def test_channels_curves_load_and_calls_are_all_there(perform: Callable[[Play], None]) -> None:
    async def play(monitor: Monitor, demonstration: Demonstration) -> None:
        session, window = monitor.session, monitor.window
        tree = session.channels.tree
        await eventually(lambda: {"rig/waveform", "computer/cpu/load"} <= set(tree.names))
        assert demonstration.address in window.status.link.text()
        assert window.banner.isHidden()

        # a double click plots the channel
        view = window.channels.tree
        proxy = window.channels.tree.model()
        found = proxy.match(  # type: ignore[union-attr]
            proxy.index(0, 0),  # type: ignore[union-attr]
            tree.PathRole,
            "rig/waveform",
            1,
            Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive,
        )
        view.doubleClicked.emit(found[0])
        (feed,) = session.feeds.opened
        await eventually(lambda: feed.series and feed.series[0].total > 5_000)
        assert len(feed.series) == 8
        painted = window.plots.frames
        await eventually(lambda: window.plots.frames > painted + 5)

        # a call that is typed changes the curves
        await eventually(lambda: "rig" in session.catalog.targets)
        await type_call(monitor, "rig.set_amplitude(volts=5.0)")
        await eventually(lambda: newest_call(monitor)[2] == CallStatus.DONE)
        assert newest_call(monitor)[1] == "2"
        before = feed.series[0].total
        await eventually(lambda: feed.series[0].total > before + 5_000)
        newest_ns = feed.series[0].newest_time_ns
        assert newest_ns is not None
        curve = feed.series[0].envelope(newest_ns - 300_000_000, newest_ns, 100)
        assert float(np.nanmax(curve.high)) > 4.0

        # progress, and a remote traceback
        await type_call(monitor, "rig.calibration.run(steps=3)")
        await eventually(lambda: newest_call(monitor)[2] == CallStatus.DONE)
        await type_call(monitor, "rig.calibration.fail()")
        await eventually(lambda: newest_call(monitor)[2] == CallStatus.FAILED)
        window.console.history.result.fold.setChecked(True)
        assert "Traceback" in window.console.history.result.text.toPlainText()

        # the load of all three clients
        await eventually(lambda: window.load.table.model().rowCount() == 3)
        names = {window.load.table.model().index(row, 0).data() for row in range(3)}
        assert names == {"eye", "computer", "rig"}
        await eventually(lambda: len(window.load.graph.stack.layers) == 3)
        assert "clients" in window.load.server.text()
        await check_accounts(monitor)

    perform(play)


def test_the_window_survives_the_servers_end(perform: Callable[[Play], None]) -> None:
    async def play(monitor: Monitor, demonstration: Demonstration) -> None:
        await eventually(lambda: monitor.session.state.connected)
        await demonstration.stop()
        await eventually(lambda: monitor.session.state.phase is LinkPhase.RECONNECTING)
        await eventually(monitor.window.banner.isVisible)
        assert "trying again" in monitor.window.banner.text.text()
        assert monitor.window.isVisible()

    perform(play)
