"""The panels of a workspace alone, of a size that is wanted, for a picture; it asks nobody."""

from __future__ import annotations

from PySide6.QtCore import QSize

from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.plots.plot_area import PlotArea

__all__ = ["PlotSheet"]


class PlotSheet:
    """A plot area without its tools.

    Args:
        session: has the layout and the data.
        size: of the panels, in pixels.
    """

    def __init__(self, session: MonitorSession, size: QSize) -> None:
        self.area = PlotArea(session.plots, session.feeds, session.exports)
        self.area.bar.hide()
        self._size = size

    def show(self) -> None:
        """Paint from now on."""
        self.area.resize(self._size)
        self.area.show()
        self.area.setFocus()  # else a button would show that it has the keys
        layout = self.area.layout()
        assert layout is not None
        layout.activate()
        self.area.resize(self.area.size() + self._size - self.area.deck.size())

    def picture(self, ending: str) -> bytes:
        """The picture as a file of this kind: ".png" or ".svg"."""
        assert self.area.take is not None
        return self.area.take.picture(ending)

    def close(self) -> None:
        """Paint no more."""
        self.area.shut_down()
        self.area.close()
        self.area.deleteLater()
