"""The row of tools above the plots: time window, pause, scale, panels; changes only the layout."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
)

from stream_gui import assets
from stream_gui.models.plot_layout import SECONDS, WINDOWS_S, PlotLayout
from stream_gui.plotdata.ticks import utc_offset_text
from stream_gui.views.plots.elided_label import ElidedLabel
from stream_gui.views.plots.plot_actions import PlotActions
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.window_text import duration_text

__all__ = ["PlotBar"]


class PlotBar(QFrame):
    """Tools for all panels.

    Args:
        layout: what they change.
        actions: what the buttons do.
    """

    def __init__(self, layout: PlotLayout, actions: PlotActions) -> None:
        super().__init__()
        self.setObjectName("plot_bar")
        self._layout = layout
        self._actions = actions
        self._pause = self._button(actions.pause, with_text=True)
        self._window = QComboBox()
        self._state = QLabel()
        self._zone = ElidedLabel(Qt.TextElideMode.ElideRight)
        self._tools: list[tuple[QToolButton, str]] = []
        self._buttons = {
            "fit": self._button(actions.fit),
            "plot_add": self._menu_button("New panel", actions.of_new_panels()),
        }
        self._build()
        layout.window_changed.connect(self._follow)
        layout.paused_changed.connect(self._follow)
        self._window.activated.connect(self._on_chosen)
        self._restyle()
        self._follow()

    @property
    def window_text(self) -> str:
        """The stretch of time shown, as it is written there."""
        return self._window.currentText() or self._window.placeholderText()

    @property
    def state_text(self) -> str:
        """What it says of the view's time."""
        return self._state.text()

    def add_tool(self, action: QAction, icon: str) -> None:
        """Put a button for this action behind the others, with text and icon."""
        button = self._button(action, with_text=True)
        self._tools.append((button, icon))
        self._row.insertWidget(
            self._row.indexOf(self._buttons["plot_add"]) + len(self._tools), button
        )
        self._restyle()

    def show_behind(self, behind_s: float, stop_ns: int | None) -> None:
        """Say how far a paused view is behind the data, and which day and zone it shows."""
        paused = self._layout.paused
        text = (
            f"Paused, {duration_text(round(behind_s))} behind" if paused and behind_s >= 1 else ""
        )
        self._state.setText(text or ("Paused" if paused else ""))
        if stop_ns is not None:
            self._show_zone(stop_ns)

    @property
    def zone_text(self) -> str:
        """The day and the zone of the times, as they are written there."""
        return self._zone.text()

    def _show_zone(self, stop_ns: int) -> None:
        local = time.localtime(stop_ns // 1_000_000_000)
        zone = utc_offset_text(stop_ns)
        if self._layout.shared(SECONDS):
            zone = f"right edge {time.strftime('%H:%M:%S', local)} {zone}"
        self._zone.setText(f"{time.strftime('%a %d %b %Y', local)}, {zone}")
        self._zone.shorter = f"{time.strftime('%d %b', local)}, {zone}", zone
        self._zone.setToolTip(
            f"{self.zone_text}\nTimes are local; this is the day at the right edge."
        )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            self._restyle()

    def _build(self) -> None:
        self._window.setAccessibleName("Stretch of time shown")
        self._window.setToolTip("Stretch of time shown (+ and \N{MINUS SIGN}, or the wheel)")
        self._window.setMinimumContentsLength(7)
        for window_s in WINDOWS_S:
            self._window.addItem(duration_text(window_s), window_s)
        self._zone.setObjectName("dim")
        self._zone.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._zone.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(6, 3, 8, 3)
        row.setSpacing(4)
        row.addWidget(self._pause)
        row.addWidget(self._window)
        row.addWidget(self._buttons["fit"])
        row.addWidget(self._buttons["plot_add"])
        row.addSpacing(8)
        row.addWidget(self._state)
        row.addWidget(self._zone, 1)

    def _button(self, action: QAction, *, with_text: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if with_text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _menu_button(self, text: str, actions: Sequence[QAction]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip("A new panel, or a channel to plot")
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addActions(actions)
        button.setMenu(menu)
        return button

    def _restyle(self) -> None:
        colours = PlotColours.of(self.palette())
        self._state.setStyleSheet(f"color: {colours.warning.name()}; font-weight: 600")
        self._zone.setStyleSheet(f"color: {colours.dim.name()}")
        self._actions.fit.setIcon(assets.icon("fit", colours.text.name(), colours.border.name()))
        self._buttons["plot_add"].setIcon(assets.icon("plot_add", colours.text.name()))
        for button, icon in self._tools:
            button.defaultAction().setIcon(assets.icon(icon, colours.text.name()))
        self._follow()

    def _follow(self) -> None:
        colours = PlotColours.of(self.palette())
        paused = self._layout.paused
        self._actions.pause.setText("Go live" if paused else "Pause")
        colour = colours.warning if paused else colours.text
        self._actions.pause.setIcon(assets.icon("play" if paused else "pause", colour.name()))
        self._pause.setToolTip(
            "Follow the data again (Space)" if paused else "Hold the view; data goes on (Space)"
        )
        number = self._window.findData(self._layout.window_s)
        self._window.setPlaceholderText(duration_text(self._layout.window_s))
        self._window.setCurrentIndex(number)

    def _on_chosen(self, number: int) -> None:
        self._layout.window_s = self._window.itemData(number)
