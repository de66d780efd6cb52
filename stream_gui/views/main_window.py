"""The main window: docks around the plots, menus and their wiring; every part is its own view."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QTabWidget, QVBoxLayout, QWidget

from stream_gui.models.link_state import LinkPhase
from stream_gui.models.server_table import ServerRow
from stream_gui.models.value_entry import why_not
from stream_gui.models.versions import versions
from stream_gui.models.workspace import Section
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunningServer
from stream_gui.views.appearance import Appearance
from stream_gui.views.channel_finder_view import ChannelFinderView
from stream_gui.views.channel_tree_view import ChannelTreeView
from stream_gui.views.command_palette import CommandPalette
from stream_gui.views.connect_dialog import ConnectDialog
from stream_gui.views.console.rpc_console_view import RpcConsoleView
from stream_gui.views.dock import Dock
from stream_gui.views.feedback_view import FeedbackView
from stream_gui.views.help_dialogs import AboutDialog, ShortcutsDialog
from stream_gui.views.history_menu import HistoryButton, HistoryMenu
from stream_gui.views.leave_question import LeaveQuestion
from stream_gui.views.link_banner import LinkBanner
from stream_gui.views.load.load_view import LoadView
from stream_gui.views.main_docks import MainDocks
from stream_gui.views.main_menus import Place, fill_channels_menu, fill_places
from stream_gui.views.menus import Menus
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.problems_view import ProblemsView
from stream_gui.views.python_view import PythonView
from stream_gui.views.send_dialog import SendDialog
from stream_gui.views.servers_view import ServersView
from stream_gui.views.start_server_dialog import StartServerDialog
from stream_gui.views.status_bar import StatusBar
from stream_gui.views.stop_menu import StopMenu
from stream_gui.views.welcome import Welcome
from stream_gui.views.window_state import WindowSection, WindowState
from stream_gui.views.workspace_menu import WorkspaceMenu

__all__ = ["MainWindow"]

SAVE_MS = 10_000
SHORTCUT = Qt.FocusReason.ShortcutFocusReason
PLOTS_PLACE = 4
"""Among the docks in menu and keys; docks that came later come after it."""


class MainWindow(QMainWindow):
    """The monitor.

    Signals:
        leave_wanted(bool): the window is to be closed; with the server processes it started.

    Args:
        session: does what is asked for.
        appearance: light or dark.
    """

    leave_wanted = Signal(bool)

    def __init__(self, session: MonitorSession, appearance: Appearance) -> None:
        super().__init__()
        self._session = session
        self._appearance = appearance
        self._may_close = False
        self.setWindowTitle("streamscope")
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.channels = ChannelTreeView(session.channels.tree, session.values, appearance)
        self.load = LoadView(session.load, session.calls, session.administration, appearance)
        self.console = RpcConsoleView(session.calls, appearance, session.settings.command_lines)
        self.feedback = FeedbackView(session.reports, appearance)
        self.problems = ProblemsView(session.problems, appearance)
        self.servers = ServersView(session.servers, appearance)
        self.python = PythonView(session.around.python, appearance)
        self.plots = PlotArea(session.plots, session.feeds, session.exports)
        self.banner = LinkBanner(session.state, appearance)
        self.history_menu = HistoryMenu(session.history, self)
        kept = HistoryButton(session.history, self.history_menu)
        self.status = StatusBar(
            session.state,
            session.load.history,
            session.reports,
            session.problems,
            kept,
            appearance,
        )
        self.finder = ChannelFinderView(session.channels.tree, appearance, self)
        self.setStatusBar(self.status)
        self._arrange()
        self.menus = Menus(self.menuBar(), appearance, self)
        self.commands = CommandPalette(self.menus, appearance, self)
        self._fill_menus()
        self.plots.set_empty(self._welcome())
        self._connect()
        self._state = WindowState(
            self,
            {
                "channels": self.channels.tree.header(),
                "clients": self.load.table.horizontalHeader(),
                "load": self.load.splitter,
                "console": self.console.splitter,
                "calls": self.console.history.splitter,
            },
        )
        session.workspaces.add(
            Section("window", WindowSection, self._state.write, self._state.read)
        )
        self._places.begin()
        self._saving = QTimer(self, interval=SAVE_MS)
        self._saving.timeout.connect(self.save_state)
        self._saving.start()

    # what others ask

    def show_connect_dialog(self) -> None:
        """Ask which server to join."""
        dialog = ConnectDialog(self._session, self._appearance, self)
        dialog.start_wanted.connect(self.show_start_dialog)
        dialog.open()

    def show_start_dialog(self) -> None:
        """Ask what server to start."""
        StartServerDialog(self._session.servers, self._appearance, self).open()

    def save_state(self) -> None:
        """Write down what comes back at the next start."""
        settings = self._session.settings
        settings.live_values = self._session.values.live
        settings.theme = self._appearance.choice
        settings.command_lines = self.console.line.lines
        settings.history_bytes = self._session.history.budget_bytes
        self._session.workspaces.keep()
        self._session.save_settings()

    def close_for_good(self) -> None:
        """Close without asking; the session has ended."""
        self._may_close = True
        self._saving.stop()
        self.plots.shut_down()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first; the session ends before the window goes."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self._ask_to_leave()

    # made once

    def _arrange(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.banner)
        column.addWidget(self.plots, 1)
        self.setCentralWidget(centre)
        bodies = {
            "channels": ("Channels", self.channels),
            "console": ("Remote calls", self.console),
            "load": ("Load", self.load),
            "feedback": ("Feedback", self.feedback),
            "problems": ("Problems", self.problems),
            "servers": ("Servers", self.servers),
            "python": ("Python", self.python),
        }
        self._places = MainDocks(self, self._appearance, bodies)
        self.docks = self._places.all

    def _fill_menus(self) -> None:
        self._fill_server_menu()
        self.workspace_menu = WorkspaceMenu(self._session.workspaces, self.menus, self)
        fill_channels_menu(self.menus, self.channels, self._filter, self.finder.come_up)
        self._fill_plots_and_calls_menus()
        self._fill_view_menu()
        self._fill_help_menu()

    def _fill_server_menu(self) -> None:
        menus, menu = self.menus, self.menus.menu("&Server")
        menus.add(
            menu,
            "connect",
            "&Connect …",
            self.show_connect_dialog,
            shortcut="Ctrl+O",
            icon="connect",
        )
        menus.add(
            menu,
            "disconnect",
            "&Disconnect",
            self._session.leave,
            shortcut="Ctrl+D",
            icon="disconnect",
        )
        menu.addSeparator()
        menus.add(
            menu,
            "start_server",
            "&Start a server …",
            self.show_start_dialog,
            shortcut="Ctrl+Shift+S",
            icon="server_start",
        )
        stop = menu.addMenu(StopMenu(self._session.servers, self))
        self._appearance.dress(stop, "server_stop")
        menu.addSeparator()
        menu.addAction(self.load.disconnect_action)
        menu.addSeparator()
        menus.add(menu, "quit", "&Quit", self.close, shortcut="Ctrl+Q", icon="quit")

    def _fill_plots_and_calls_menus(self) -> None:
        plots = self.menus.menu("&Plots")
        self.plots.fill_menu(plots)
        plots.addSeparator()
        plots.addMenu(self.history_menu)
        self.menus.menu("C&alls").addActions(list(self.console.actions_of_console.values()))

    def _fill_view_menu(self) -> None:
        places: list[Place] = [
            (name, dock.windowTitle(), partial(self._reveal, dock))
            for name, dock in self.docks.items()
        ]
        places.insert(PLOTS_PLACE, ("plots", "Plots", partial(self.plots.setFocus, SHORTCUT)))
        menus, menu = self.menus, fill_places(self.menus, places, self.docks, self._places.place)
        menus.add_themes(menu, self._choose_theme)
        menus.add(menu, "full_screen", "Full &screen", self._toggle_full_screen, shortcut="F11")
        menu.addAction(self.feedback.clear_action)

    def _fill_help_menu(self) -> None:
        menus, menu = self.menus, self.menus.menu("&Help")
        menus.add(
            menu,
            "palette",
            "&Do anything …",
            self.commands.come_up,
            shortcut="Ctrl+Shift+P",
            icon="find",
        )
        menus.add(
            menu, "keys", "&Keyboard shortcuts", self._show_keys, shortcut="F1", icon="keyboard"
        )
        menus.add(menu, "about", "&About streamscope", self._show_about, icon="information")

    def _welcome(self) -> Welcome:
        action = self.menus.actions
        workspace = ("Come back to what was saved before.", action["workspace_open"])
        running = self._session.servers.known()
        join = ("A server runs already: join it.", action["connect"])
        if running:  # most likely started by a window that is gone
            here = QAction(f"Join {running[-1].address}", self)
            here.triggered.connect(lambda: self._join_here(running[-1]))
            join = ("A server runs on this computer: join it again.", here)
        return Welcome(
            self._session.state,
            [
                join,
                ("There is none yet: start one on this computer.", action["start_server"]),
                workspace,
            ],
            [
                ("Plot a channel: drag it here from the tree, or find it by name.", action["find"]),
                ("Anything else is found by a few letters, too.", action["palette"]),
                workspace,
            ],
        )

    def _connect(self) -> None:
        self.channels.plot_requested.connect(self._plot)
        self.load.method_chosen.connect(self._show_method)
        self.finder.chosen.connect(lambda *found: self._plot([found[:2]], found[2]))
        self.servers.start_wanted.connect(self.show_start_dialog)
        self.servers.join_wanted.connect(self._join_here)
        self.channels.send_requested.connect(self._ask_for_value)
        self.banner.connect_wanted.connect(self.show_connect_dialog)
        self.banner.start_wanted.connect(self.show_start_dialog)
        self.banner.stop_wanted.connect(self._session.leave)
        self.status.link_clicked.connect(self.show_connect_dialog)
        self.status.feedback_clicked.connect(lambda: self._reveal(self.docks["feedback"]))
        self.status.problems_clicked.connect(lambda: self._reveal(self.docks["problems"]))
        self.problems.remedy_wanted.connect(lambda name: self.menus.actions[name].trigger())
        for changed in (self._session.plots.panel_added, self._session.plots.panel_removed):
            changed.connect(lambda _: self.banner.set_told(not self._session.plots.panels))
        self.banner.set_told(not self._session.plots.panels)
        self._session.state.changed.connect(self._show_link)
        self._session.workspaces.changed.connect(self._show_title)
        self._show_link()

    # what happens

    def _show_method(self, target: str, path: str) -> None:
        self.docks["console"].reveal()
        self.console.methods.choose(target, path)

    def _plot(self, curves: list[tuple[str, str]], new_panel: bool) -> None:
        self.plots.plot(curves, anew=new_panel)

    def _join_here(self, server: ServerRow | RunningServer) -> None:
        if server.needs_secret:
            self.show_connect_dialog()
        else:
            self._session.join_known(server.address)

    def _ask_for_value(self, channel: str) -> None:
        session = self._session
        info = session.channels.tree.info(channel)
        reason = why_not(info, session.state.client_name)
        if info is not None and not reason:
            SendDialog(info, session.sending, self).open()
        else:
            session.feedback.warning(f"send a value to {channel}", reason)
            self._reveal(self.docks["feedback"])

    def _show_link(self) -> None:
        state = self._session.state
        self.menus.actions["disconnect"].setEnabled(state.wanted)
        self._show_title()

    def _show_title(self) -> None:
        state, workspaces = self._session.state, self._session.workspaces
        name = f"{workspaces.name}{'*' if workspaces.modified else ''}" if workspaces.name else ""
        joined = state.phase in (LinkPhase.CONNECTED, LinkPhase.RECONNECTING)
        address = state.address if joined else ""
        self.setWindowTitle(" - ".join(part for part in (name, address, "streamscope") if part))

    def _filter(self) -> None:
        self.docks["channels"].reveal()
        self.channels.focus_filter()

    def _reveal(self, dock: Dock) -> None:
        dock.reveal()
        dock.body.setFocus(SHORTCUT)

    def _choose_theme(self, choice: str) -> None:
        self._appearance.choose(choice)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_keys(self) -> None:
        ShortcutsDialog(self.menus.shortcuts(), self._appearance, self).open()

    def _show_about(self) -> None:
        AboutDialog(versions(self._session.load.history.server), self).open()

    def _ask_to_leave(self) -> None:
        own = self._session.servers.own
        if not own:
            self.leave_wanted.emit(False)
            return
        LeaveQuestion(own, self.leave_wanted.emit, self).open()
