"""Cursors, markers and values at the mouse for all panels of a plot area; keeps none of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from stream_gui.models.measure_table import MeasuredRow
from stream_gui.models.measuring import Marker, Measuring, resolution_ns
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.quantity_text import clock_text, quantity_text
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.measuring.hover_tracker import HoverTracker, MousePlace
from stream_gui.views.plots.measuring.measure_actions import MeasureActions
from stream_gui.views.plots.measuring.measure_layer import MeasureLayer
from stream_gui.views.plots.measuring.measure_view import MeasureView
from stream_gui.views.plots.measuring.measured_curve import MeasuredCurve
from stream_gui.views.plots.measuring.note_editor import NoteEditor
from stream_gui.views.plots.measuring.overlay_paint import HoverText
from stream_gui.views.plots.panels.panel_view import PanelView
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.time_view import TimeView

__all__ = ["MeasureTools"]

_NEWS_EVERY_S = 0.2
_MOVES_EVERY_S = 0.03
_VALUES_EVERY_S = 0.1
"""The values under a mouse that rests are read so often."""

_SHARE_OF_TIME = 0.1
"""Figures of very many curves are taken less often: they get this share of the thread's time."""


class MeasureTools(QObject):
    """All that measures in a plot area.

    Args:
        area: the plot area.
        layout: keeps cursors and markers.
        time_view: the stretch of time that is shown.
        panels: gives the panels by their numbers.
        moving: actions that the arrow keys do while no cursor is chosen.

    Attributes:
        measuring: the cursors and markers.
        view: the table.
        actions: what can be done, with keys.
    """

    def __init__(
        self,
        area: QWidget,
        layout: PlotLayout,
        time_view: TimeView,
        panels: Callable[[], Mapping[int, PanelView]],
        moving: Sequence[QAction],
    ) -> None:
        super().__init__(area)
        self._area = area
        self._layout = layout
        self._time_view = time_view
        self._panels = panels
        self._layers: dict[int, tuple[PlotCanvas, MeasureLayer]] = {}
        self._hover = HoverTracker(self)
        self._hovered: MousePlace | None = None
        self._hovered_at_s = -math.inf
        self._taken: object = None
        self._taken_at_s = -math.inf
        self._cost_s = 0.0
        self.measuring = Measuring(layout, self)
        self.view = MeasureView(self.measuring)
        self.actions = MeasureActions(area, self.measuring, self, moving)
        self.view.set_copy_action(self.actions.copy)
        self.view.markers.sought.connect(self._seek_marker)

    # what is done at each frame

    def follow(self, now_s: float) -> None:
        """Let layers and table follow the time, the data and the mouse."""
        self.measuring.advance(None if self._layout.paused else self._time_view.stop_ns)
        place = self._hover.place
        reads_values = place != self._hovered or now_s - self._hovered_at_s >= _VALUES_EVERY_S
        if reads_values:
            self._hovered, self._hovered_at_s = place, now_s
        panels = self._panels()
        for number in [number for number in self._layers if number not in panels]:
            self._detach(number)
        for number, panel in panels.items():
            canvas = panel.time_canvas()
            if canvas is None or not panel.isVisible():
                continue
            if number not in self._layers:
                self._attach(number, canvas)
            view = self._time_view.columns(canvas.column_count)
            layer = self._layers[number][1]
            hover = self._hover_text(panel, canvas) if reads_values else layer.hover
            layer.follow(view, hover)
        self.view.fit_into(self._area.height())
        self._take_figures(now_s)

    def forget(self, number: int) -> None:
        """The inside of this panel is going, and what lies over it goes with it."""
        if number in self._layers:
            self._detach(number)

    def hide_hover(self) -> None:
        """Let nothing be said at the mouse until the next frame: it belongs into no picture."""
        self._hovered = None
        for _, layer in self._layers.values():
            layer.hide_hover()

    def layer(self, number: int) -> MeasureLayer:
        """What lies over the curves of this panel."""
        return self._layers[number][1]

    # what an operator does

    def toggle_cursors(self) -> None:
        """Bring the cursors into view, or take them away."""
        view = self._time_view.columns(self._width())
        if self.measuring.cursors is not None:
            self.measuring.hide()
        elif view is not None:
            step_ns = resolution_ns(view.column_ns)
            start_ns = round(view.start_ns / step_ns) * step_ns
            duration_ns = round((view.stop_ns - view.start_ns) / (3 * step_ns)) * 3 * step_ns
            self.measuring.show(start_ns, start_ns + duration_ns)
        self.actions.follow()

    def toggle_riding(self) -> None:
        """Let the cursors keep their distance to the live edge, or their times."""
        if not self.measuring.is_riding:
            self._layout.paused = False
        self.measuring.set_riding(not self.measuring.is_riding)
        self.actions.follow()

    def nudge(self, pixels: int) -> None:
        """Move the chosen cursor by so many pixels."""
        name, cursors = self.measuring.chosen, self.measuring.cursors
        layer = self._current_layer()
        if name is not None and cursors is not None and layer is not None:
            before_ns = cursors.at(name)
            x = layer.x_of(before_ns) + pixels
            time_ns = layer.time_at(x)
            while time_ns == before_ns:
                x += pixels
                time_ns = layer.time_at(x)
            self.measuring.move(name, time_ns)

    def step(self, samples: int) -> None:
        """Move the chosen cursor by so many samples of the current panel's first visible curve."""
        name, cursors, series = self.measuring.chosen, self.measuring.cursors, self._series()
        if name is not None and cursors is not None and series is not None:
            time_ns = series.neighbour(cursors.at(name), samples)
            if time_ns is not None:
                self.measuring.move(name, time_ns)

    def ask_for_marker(self) -> None:
        """Ask for the note of a marker at the mouse, else at the chosen cursor, else now."""
        place, cursors, name = self._hover.place, self.measuring.cursors, self.measuring.chosen
        found = self._current()
        if place is not None:
            found = next((each for each in self._layers.values() if each[0] is place.canvas), None)
        if found is None:
            return
        canvas, layer = found
        if place is not None:
            time_ns = layer.time_at(place.x)
        elif cursors is not None and name is not None:
            time_ns = cursors.at(name)
        else:
            time_ns = self._time_view.stop_ns or 0
        self._edit(
            canvas, layer, time_ns, "", lambda text: self.measuring.add_marker(time_ns, text)
        )

    def show_markers(self, shown: bool) -> None:
        """Show the list of markers, or take it away."""
        self.view.show_markers(shown)
        if shown:
            self.view.markers.setFocus()

    def copy_table(self) -> None:
        """Copy the table to the clipboard."""
        self.view.copy()

    # layers

    def _attach(self, number: int, canvas: PlotCanvas) -> None:
        layer = MeasureLayer(canvas.box, self.measuring, canvas)
        layer.cursor_sought.connect(self._seek_cursor)
        layer.marker_opened.connect(lambda marker: self._open_marker(number, marker))
        self._layers[number] = canvas, layer
        self._hover.watch(canvas)

    def _detach(self, number: int) -> None:
        canvas, layer = self._layers.pop(number)
        layer.release()
        self._hover.forget(canvas)

    def _current(self) -> tuple[PlotCanvas, MeasureLayer] | None:
        """The current panel's canvas and layer, else those of the first that has any."""
        current = self._layout.current
        if current in self._layers:
            return self._layers[current]
        return next(iter(self._layers.values()), None)

    def _current_layer(self) -> MeasureLayer | None:
        found = self._current()
        return found[1] if found is not None else None

    def _width(self) -> int:
        found = self._current()
        return found[0].column_count if found is not None else 1000

    # values at the mouse

    def _hover_text(self, panel: PanelView, canvas: PlotCanvas) -> HoverText | None:
        place = self._hover.place
        view = self._time_view.columns(canvas.column_count)
        if place is None or view is None:
            return None
        duration_ns = view.stop_ns - view.start_ns
        step_ns = resolution_ns(round(duration_ns / max(1, canvas.column_count)))
        time_ns = round((view.start_ns + place.share * duration_ns) / step_ns) * step_ns
        curves = list(panel.measured())
        rows = [(curve.colour, curve.name, _value_text(curve, time_ns)) for curve in curves]
        x = place.share * canvas.box.rect().width()
        y = place.y if place.canvas is canvas else None
        return HoverText(x, y, clock_text(time_ns, step_ns), tuple(rows))

    # the table

    def _take_figures(self, now_s: float) -> None:
        cursors = self.measuring.cursors
        if cursors is None:
            return
        curves = self._curves()
        versions = [(curve.key, curve.name, curve.series.version) for curve in curves.values()]
        wanted = (cursors, versions)
        if wanted == self._taken:
            return
        moved = not isinstance(self._taken, tuple) or self._taken[0] != cursors
        is_moved_by_hand = moved and not self.measuring.is_riding
        pause_s = _MOVES_EVERY_S if is_moved_by_hand else _NEWS_EVERY_S
        if now_s - self._taken_at_s < max(pause_s, self._cost_s / _SHARE_OF_TIME):
            return
        begun = time.perf_counter()
        start_ns, stop_ns = cursors.start_ns, cursors.stop_ns
        self.view.show_rows(
            [
                MeasuredRow(
                    key=curve.key,
                    name=curve.full_name,
                    unit=curve.unit,
                    colour=curve.colour,
                    at_a=_value(curve.series, cursors.a_ns),
                    at_b=_value(curve.series, cursors.b_ns),
                    figures=curve.series.statistics(start_ns, stop_ns),
                )
                for curve in curves.values()
            ]
        )
        self._taken, self._taken_at_s = wanted, now_s
        self._cost_s = time.perf_counter() - begun

    def _curves(self) -> dict[object, MeasuredCurve]:
        """The curves of all panels, each once."""
        found: dict[object, MeasuredCurve] = {}
        for panel in self._panels().values():
            for curve in panel.measured():
                found.setdefault(curve.key, curve)
        return found

    def _series(self) -> Series | None:
        """The samples by which a cursor steps."""
        current = self._layout.current
        panels = self._panels()
        order = [panels[n] for n in (current,) if n is not None and n in panels]
        order += panels.values()
        curves = (curve.series for panel in order for curve in panel.measured())
        return next((series for series in curves if series.length), None)

    # where to look

    def _seek_cursor(self, name: str) -> None:
        cursors = self.measuring.cursors
        if cursors is not None:
            self._time_view.show_at(cursors.b_ns if name == "b" else cursors.a_ns)

    def _seek_marker(self, marker: Marker) -> None:
        self._time_view.show_at(marker.time_ns)

    def _open_marker(self, number: int, marker: Marker) -> None:
        canvas, layer = self._layers[number]
        self._edit(
            canvas,
            layer,
            marker.time_ns,
            marker.text,
            lambda text: self.measuring.edit_marker(marker, text),
        )

    def _edit(
        self,
        canvas: PlotCanvas,
        layer: MeasureLayer,
        time_ns: int,
        text: str,
        done: Callable[[str], object],
    ) -> None:
        corner = canvas.mapFromScene(layer.mapToScene(layer.x_of(time_ns), 0))
        foot = canvas.mapFromScene(layer.mapToScene(0, layer.boundingRect().height()))
        NoteEditor(canvas, corner.x(), foot.y(), text, done, self._area)


def _value(series: Series, time_ns: int) -> float:
    sample = series.sample_at(time_ns)
    return sample.value if sample is not None else math.nan


def _value_text(curve: MeasuredCurve, time_ns: int) -> str:
    sample = curve.series.sample_at(time_ns)
    if sample is None:
        return "\N{EN DASH}"
    return "NaN" if math.isnan(sample.value) else quantity_text(sample.value, curve.unit)
