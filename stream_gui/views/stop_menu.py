"""The menu of the servers that can be stopped, with the question before; it stops none itself."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from stream_gui.session.servers import Servers
from stream_gui.views.confirmation import confirm

__all__ = ["StopMenu"]


class StopMenu(QMenu):
    """Lists the servers that were started here whenever it is opened.

    Args:
        servers: those there are.
        window: over which the question is asked.
    """

    def __init__(self, servers: Servers, window: QWidget) -> None:
        super().__init__("S&top a server", window)
        self._servers = servers
        self._window = window
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        own = [server.address for server in self._servers.own]
        known = [server.address for server in self._servers.known()]
        for address in dict.fromkeys([*own, *known]):
            self.addAction(address, partial(self._ask, address))
        if self.isEmpty():
            self.addAction("None was started here").setEnabled(False)

    def _ask(self, address: str) -> None:
        confirm(
            self._window,
            f"Stop the server at {address}?",
            "All its clients lose their connection, and its channels end.",
            "Stop the server",
            lambda: self._servers.stop(address),
        )
