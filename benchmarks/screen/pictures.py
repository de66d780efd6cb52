"""Pictures of every page and dialog: `python -m benchmarks.screen.pictures docs/monitor`.

The demo's server and rig, a window of 1280 by 800 without a display, once light and once dark.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget

    from stream_gui.app import Monitor

__all__ = ["main"]

THEMES = ("light", "dark")
SETTLED_S, FILLED_S = 0.6, 7.0
SIZE = 1280, 800

Take = Callable[[str, "QWidget | None"], Awaitable[None]]


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--dialogs", action="store_true", help="only those of an empty window")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    for theme in options.theme or THEMES:
        with tempfile.TemporaryDirectory() as kept:
            state = Path(kept)
            window = Options(
                theme=theme,
                settings=state / "monitor.json",
                run_files=state / "servers",
                calls_file=state / "calls.json",
            )
            run(window, partial(_take_all, options.folder, theme, options.dialogs))


async def _take_all(folder: Path, theme: str, only_dialogs: bool, monitor: Monitor) -> None:
    async def take(name: str, widget: QWidget | None = None) -> None:
        await asyncio.sleep(SETTLED_S)
        picture = (widget or monitor.window).grab()
        picture.save(str(folder / f"{name}-{theme}.png"))

    from stream_gui.session.demonstration import Demonstration

    monitor.window.resize(*SIZE)
    await take("empty")
    await _take_dialogs(take, monitor)
    if only_dialogs:
        return
    demonstration = Demonstration(monitor.portal, monitor.session.feedback)
    try:
        await demonstration.start()
        await _take_pages(take, monitor, demonstration.address)
    finally:
        await monitor.session.link.close()
        await demonstration.stop()
        await monitor.session.servers.close(stop_processes=True)


async def _take_dialogs(take: Take, monitor: Monitor) -> None:
    """Those of a window that has joined no server."""
    for name, show in (
        ("connect", monitor.window.show_connect_dialog),
        ("start-server", monitor.window.show_start_dialog),
    ):
        await _take_dialog(take, monitor, name, show)
        await _take_dialog(take, monitor, f"{name}-tls", show, _unfold)
    for name, action in (("shortcuts", "keys"), ("about", "about")):
        await _take_dialog(take, monitor, name, monitor.window.menus.actions[action].trigger)


def _unfold(dialog: QDialog) -> None:
    """Check every box that has more to ask for."""
    from PySide6.QtWidgets import QCheckBox

    for box in (getattr(dialog, name, None) for name in ("tls", "asks")):
        if isinstance(box, QCheckBox):
            box.setChecked(True)


async def _take_dialog(
    take: Take,
    monitor: Monitor,
    name: str,
    show: Callable[[], object],
    change: Callable[[QDialog], None] = lambda dialog: None,
) -> None:
    from PySide6.QtWidgets import QDialog

    show()
    dialog = next(each for each in monitor.window.findChildren(QDialog) if each.isVisible())
    change(dialog)
    await take(name, dialog)
    dialog.close()
    await asyncio.sleep(SETTLED_S)


async def _take_pages(take: Take, monitor: Monitor, address: str) -> None:
    """Those of a window at work."""
    from stream_gui.models.console.command_line import parse
    from stream_gui.session.link import Target
    from stream_gui.session.servers import ServerPlan
    from stream_gui.session.tour import first_layout

    session, window = monitor.session, monitor.window
    session.servers.start(ServerPlan(port=0, name="lab"))
    await asyncio.sleep(2.0)
    first_layout(session.plots)
    session.values.set_live(True)
    session.join(Target(address))
    session.calls.learn("rig")
    monitor.show_method("rig", "set_frequency")
    await asyncio.sleep(2.0)
    for line in ("rig.set_amplitude(volts=3.2)", "rig.calibration.fail()"):
        session.calls.call(parse(line, session.catalog.targets), line)
    await asyncio.sleep(FILLED_S)
    await take("monitor")
    for name in ("load", "servers", "feedback", "python"):
        window.docks[name].reveal()
        await take(name)
    await _take_finders(take, monitor)
    await _take_send(take, monitor)
    await _take_questions(take, monitor)
    session.join(Target("127.0.0.1:1"))
    window.docks["problems"].reveal()
    await asyncio.sleep(1.0)
    await take("problems")


async def _take_finders(take: Take, monitor: Monitor) -> None:
    for name, finder, typed in (
        ("finder", monitor.window.finder, "temp"),
        ("palette", monitor.window.commands, "pan"),
    ):
        finder.come_up()
        finder.line.setText(typed)
        await take(name, finder)
        finder.hide()


async def _take_send(take: Take, monitor: Monitor) -> None:
    import stream_core as sc
    from stream_gui.views.send_dialog import SendDialog

    info = sc.ChannelInfo(
        name="oven/setpoint",
        owner="oven",
        shared=True,
        dtype="float32",
        unit="K",
        description="Where the oven is to go.",
    )
    dialog = SendDialog(info, monitor.session.sending, monitor.window)
    dialog.open()
    dialog.lines[0].setText("warm")
    dialog.send_button.click()
    await take("send", dialog)
    dialog.close()


async def _take_questions(take: Take, monitor: Monitor) -> None:
    """What becomes of a server, and of a file that is damaged."""
    await _take_dialog(take, monitor, "leave", monitor.window.close)
    with tempfile.TemporaryDirectory(prefix="lab") as folder:
        path = Path(folder) / "lab.toml"
        monitor.session.workspaces.save_as(path)
        monitor.session.workspaces.save()
        path.write_text("version = 1\n[plots]\nwindow = 10\n")
        show = partial(monitor.window.workspace_menu.open, path)
        await _take_dialog(take, monitor, "damaged", show)


if __name__ == "__main__":
    main()
