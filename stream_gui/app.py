"""The composition root: application, loop, thread, session and window, ended in order.

The stream client lives in a thread of its own with the best loop there is; here, on the Qt loop,
is only what people see and do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import qasync
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

import stream_core as sc
from stream_gui import assets
from stream_gui.models.address import full_address
from stream_gui.models.workspace import Section
from stream_gui.session import call_store
from stream_gui.session.faults import Faults, log_qt_messages
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.rendering import Rendering
from stream_gui.session.run_files import RunFiles, default_folder
from stream_gui.settings import SettingsFile, default_path
from stream_gui.views.appearance import Appearance
from stream_gui.views.main_window import MainWindow
from stream_gui.views.plot_sheet import PlotSheet
from stream_gui.views.window_state import WindowSection

__all__ = ["Monitor", "Options", "Scenario", "make_application", "render", "run"]

SWITCH_INTERVAL_S = 0.001
KEPT = "workspace.toml"
IGNORED = Section("window", WindowSection, lambda: None, lambda _: None)
"""What a picture of the panels has no use for."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Options:
    """How to start.

    Attributes:
        address: a server to join at once; "": that of the workspace, if it has one.
        name: the client name there.
        secret, tls, authority, user, certificate, key: how it is joined; see `Target`.
        theme: "system", "light", "dark", or "" for what was chosen before.
        settings: the file of the settings, beside which the workspace is kept; None keeps both in
            memory.
        workspace: the file of a workspace to open; None: the window comes back as it was.
        run_files: the folder of the run files.
        calls_file: keeps the calls made for the next start; without settings none are kept.
    """

    address: str = ""
    name: str = ""
    theme: str = ""
    tls: bool = False
    authority: str = ""
    settings: Path | None = field(default_factory=default_path)
    workspace: Path | None = None
    run_files: Path = field(default_factory=default_folder)
    calls_file: Path = field(default_factory=call_store.default_file)
    secret: str = field(default="", repr=False)
    user: str = ""
    certificate: str = ""
    key: str = ""


class Monitor:
    """One window with its session, from its start to its end.

    Args:
        application: the Qt application.
        options: how to start.
    """

    def __init__(self, application: QApplication, options: Options) -> None:
        self._options = options
        self._thread = sc.LoopThread("stream client").start()
        settings = SettingsFile(options.settings)
        kept = options.settings.with_name(KEPT) if options.settings is not None else None
        self.session = MonitorSession(
            self._thread,
            settings,
            RunFiles(options.run_files),
            kept_workspace=kept,
            calls_file=options.calls_file if options.settings is not None else None,
        )
        choice = options.theme or settings.settings.theme
        self.appearance = Appearance(application, choice)
        self.window = MainWindow(self.session, self.appearance)
        self.window.leave_wanted.connect(self._leave)
        self._faults = Faults(self.session.bridge, self.session.feedback)
        self._left: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    @property
    def portal(self) -> sc.LoopThread:
        """The client's thread."""
        return self._thread

    @property
    def frames(self) -> int:
        """How many plots have been painted."""
        return self.window.plots.frames

    def show_method(self, target: str, path: str) -> None:
        """Bring a method into the console's form."""
        self.window.console.methods.choose(target, path)

    def picture(self, file: Path) -> None:
        """Write a picture of the window.

        Raises:
            OSError: It cannot be written.
        """
        if not self.window.grab().save(str(file)):
            raise OSError(f"{file} cannot be written")

    def begin(self) -> None:
        """Show the window, and join the server that was given or ask for one."""
        self._faults.catch(asyncio.get_running_loop())
        self._bring_back()
        self.window.show()
        self.window.channels.setFocus()
        self.session.begin()
        self.session.values.set_live(self.session.settings.live_values)
        if self._options.address:
            options = self._options
            self.session.join(
                Target(
                    full_address(options.address),
                    options.name,
                    secret=options.secret,
                    tls=options.tls,
                    authority=options.authority,
                    user=options.user,
                    certificate=options.certificate,
                    key=options.key,
                )
            )

    async def left(self) -> None:
        """Wait until the operator leaves."""
        await asyncio.shield(self._left)

    async def end(self) -> None:
        """End everything in order: settings, session, window, thread."""
        self.window.save_state()
        self.window.hide()
        stop_processes = self._left.done() and self._left.result()
        await self.session.close(stop_processes=stop_processes)
        self.window.close_for_good()
        self.window.deleteLater()
        self._faults.release(asyncio.get_running_loop())
        self._thread.stop()

    def _bring_back(self) -> None:
        without = ("server",) if self._options.address else ()
        workspaces = self.session.workspaces
        if self._options.workspace is not None:
            workspaces.open(self._options.workspace, without=without)
        else:
            workspaces.bring_back(without)

    def _leave(self, stop_processes: bool) -> None:
        if not self._left.done():
            self._left.set_result(stop_processes)


Scenario = Callable[[Monitor], Awaitable[None]]
"""What is done with a window once it is there; when it returns, the window is left."""


def make_application() -> QApplication:
    """The Qt application, or the one that is there."""
    log_qt_messages()
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("streamscope")
    application.setApplicationDisplayName("streamscope")
    application.setDesktopFileName("streamscope")
    application.setStyle("Fusion")
    application.setWindowIcon(assets.app_icon())
    application.setQuitOnLastWindowClosed(False)
    return application


def run(options: Options, scenario: Scenario = Monitor.left) -> None:
    """Run a monitor until the operator leaves, or the scenario has ended."""
    application = make_application()
    try:
        _run(application, lambda: _live(application, options, scenario))
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("interrupted")


def render(rendering: Rendering, out: Path, size: tuple[int, int], theme: str) -> list[str]:
    """Write a picture of a workspace's panels after a while; gives what is missing in it.

    Args:
        rendering: what is read, and for how long.
        out: the file, ".png" or ".svg".
        size: width and height of the panels in pixels.
        theme: "system", "light" or "dark".

    Raises:
        WorkspaceError: The workspace cannot be opened.
        ConnectionFailed: There is no server to read from.
        OSError: The picture cannot be written.
    """
    application = make_application()
    Appearance(application, theme)
    picture, missing = _run(application, lambda: _render(rendering, out.suffix, QSize(*size)))
    out.write_bytes(picture)
    return missing


def _run(application: QApplication, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do the work on a Qt loop, with threads taking turns as painting needs it."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
            return runner.run(work())
    finally:
        sys.setswitchinterval(interval_s)


async def _render(rendering: Rendering, ending: str, size: QSize) -> tuple[bytes, list[str]]:
    thread = sc.LoopThread("stream client").start()
    session = MonitorSession(thread, SettingsFile(None), RunFiles(default_folder()))
    session.workspaces.add(IGNORED)
    sheet = PlotSheet(session, size)
    try:
        rendering.open(session)
        sheet.show()
        missing = await rendering.watch(session)
        return sheet.picture(ending), missing
    finally:
        await session.close()
        sheet.close()
        thread.stop()


async def _live(application: QApplication, options: Options, scenario: Scenario) -> None:
    monitor = Monitor(application, options)
    try:
        with _ended_by_signal():
            monitor.begin()
            await scenario(monitor)
    finally:
        await monitor.end()


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the window as SIGINT does: in order."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except asyncio.CancelledError:
        if not ended:
            raise
    finally:
        signal.signal(signal.SIGTERM, before)
