"""In place of a panel of a kind that this version does not know; it keeps what it was told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout

from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.time_view import TimeView

__all__ = ["UnknownPanel"]


class UnknownPanel(PanelView):
    """Says that there is nothing to see.

    Args:
        context: what the layout says of it.
    """

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._note = QLabel(
            f"This version has no panels of the kind “{context.layout.kind(context.number)}”.\n"
            "The layout keeps it for one that has."
        )
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        QVBoxLayout(self).addWidget(self._note)

    @property
    def note(self) -> str:
        """What it says."""
        return self._note.text()

    def follow_layout(self) -> None:
        """There is nothing to follow."""

    def recolour(self, colours: PlotColours) -> None:
        """The words matter less than others."""
        self._note.setStyleSheet(f"color: {colours.dim.name()}")

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """There is nothing to paint."""
        return False

    def shut_down(self) -> None:
        """There is nothing to give back."""
