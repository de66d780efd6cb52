"""Takes data, pictures and a program away from a plot area; writes no file itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from stream_gui.session.exporting.python_script import python_script
from stream_gui.session.exporting.request import ExportedCurve, ExportRequest
from stream_gui.views.plots.measuring.measure_tools import MeasureTools
from stream_gui.views.plots.panel_deck import PanelDeck
from stream_gui.views.plots.panel_dock import PanelDock
from stream_gui.views.plots.panels.panel_view import PanelView
from stream_gui.views.plots.taking.export_dialog import ExportDialog
from stream_gui.views.plots.taking.export_source import ExportSource
from stream_gui.views.plots.taking.export_strip import ExportStrip
from stream_gui.views.plots.taking.file_question import ask_for_file
from stream_gui.views.plots.taking.picture import Motif, image_of, picture_mime, png_of, svg_of
from stream_gui.views.plots.time_view import TimeView

__all__ = ["TakeTools"]

_PICTURES = (".png", ".svg")


class TakeTools(QObject):
    """All that takes something away.

    Args:
        area: the plot area.
        deck: its panels.
        time_view: the stretch of time that is shown.
        measure: the cursors with their figures, and the markers that go with the data.
        exports: writes the files.

    Attributes:
        strip: shows the exports under way.
    """

    def __init__(
        self,
        area: QWidget,
        deck: PanelDeck,
        time_view: TimeView,
        measure: MeasureTools,
        exports: ExportSource,
    ) -> None:
        super().__init__(area)
        self._area = area
        self._deck = deck
        self._time_view = time_view
        self._measure = measure
        self._measuring = measure.measuring
        self._exports = exports
        self._folder = ""
        self.strip = ExportStrip(exports)
        make = self._make
        self._of_all = [
            make("Export the data …", self.ask_for_data, "Ctrl+S"),
            make("Save a picture …", self.ask_for_picture, "Ctrl+G"),
            make("Copy a picture", self.copy_picture, "Ctrl+Shift+G"),
            make("Copy as Python", self.copy_python, "Ctrl+Shift+Y"),
        ]
        self._of_one = [
            make("Export its data …", partial(self.ask_for_data, of_one=True)),
            make("Save a picture of it …", partial(self.ask_for_picture, of_one=True)),
            make("Copy a picture of it", partial(self.copy_picture, of_one=True)),
            make("Copy it as Python", partial(self.copy_python, of_one=True)),
        ]
        deck.followed.connect(self._follow)
        self._follow()

    def all(self) -> list[QAction]:
        """What can be done with all panels, in the order of a menu."""
        return list(self._of_all)

    def of_a_panel(self) -> list[QAction]:
        """What can be done with the current panel, for its menu."""
        separator = QAction(self._area)
        separator.setSeparator(True)
        return [separator, *self._of_one]

    def ask_for_data(self, *, of_one: bool = False) -> None:
        """Ask which samples to export, and where to."""
        view = self._time_view.columns(1000)
        if view is None:
            return
        spans = [("In view", (view.start_ns, view.stop_ns))]
        cursors = self._measuring.cursors
        if cursors is not None:
            spans.insert(0, ("Between the cursors", (cursors.start_ns, cursors.stop_ns)))
        scopes = self._scopes(of_one)
        if scopes:
            ExportDialog(scopes, spans, self._save_data, self._area).open()

    def ask_for_picture(self, *, of_one: bool = False) -> None:
        """Ask where to save a picture of the panels, or of the current one."""
        self._ask("Save a picture", _PICTURES, partial(self._save_picture, of_one))

    def copy_picture(self, *, of_one: bool = False) -> None:
        """Put a picture of the panels, or of the current one, onto the clipboard."""
        motif = self._motif(of_one)
        QGuiApplication.clipboard().setMimeData(picture_mime(image_of(motif), self._svg(motif)))

    def copy_python(self, *, of_one: bool = False) -> None:
        """Put a program that reads the same channels onto the clipboard."""
        views = self._views(self._deck.seen)
        if of_one and self._deck.current is not None:
            views = [self._deck.current.view]
        curves = [curve.key for view in views for curve in view.measured()]
        QApplication.clipboard().setText(python_script(self._exports.access, curves))

    def picture(self, ending: str, *, of_one: bool = False) -> bytes:
        """The panels, or the current one, as the content of a file: ".svg", or else of pixels."""
        motif = self._motif(of_one)
        return self._svg(motif) if ending.lower() == ".svg" else png_of(motif)

    def _save_data(self, ending: str, request: ExportRequest) -> None:
        server, epoch = self._exports.server
        start_ns, stop_ns = request.start_ns, request.stop_ns
        inside = (m for m in self._measuring.markers if start_ns <= m.time_ns <= stop_ns)
        whole = replace(request, markers=tuple(inside), server=server, epoch=epoch)
        self._ask("Save the data", (ending,), lambda path: self._exports.write(path, whole))

    def _save_picture(self, of_one: bool, path: Path) -> None:
        self._exports.write_bytes(path, self.picture(path.suffix, of_one=of_one))

    def _ask(self, title: str, endings: Sequence[str], chosen: Callable[[Path], object]) -> None:
        def remember(path: Path) -> None:
            self._folder = str(path.parent)
            chosen(path)

        ask_for_file(self._area, title, self._folder, endings, remember)

    def _svg(self, motif: Motif) -> bytes:
        views = self._views(self._deck.seen)
        for view in views:
            view.paint_as_lines(True)
        try:
            return svg_of(motif, "streamscope")
        finally:
            for view in views:
                view.paint_as_lines(False)

    def _motif(self, of_one: bool) -> Motif:
        """What belongs into a picture."""
        self._measure.hide_hover()
        current, panels = self._deck.current, self._deck.in_view()
        if of_one and current is not None:
            return Motif([current])
        view = self._time_view.columns(1000)
        if view is None:
            return Motif(panels)
        return Motif(panels, self._measure.view.figures(view.start_ns, view.stop_ns))

    def _scopes(self, of_one: bool) -> list[tuple[str, tuple[ExportedCurve, ...]]]:
        """Which curves can be exported, those first that are meant; what has none is left out."""
        panels, seen, current = self._deck.panels, self._deck.seen, self._deck.current
        found = [("The panels in view" if len(seen) < len(panels) else "All panels", seen)]
        if current is not None and len(panels) > 1:
            found.insert(0 if of_one else 1, ("The current panel", {current.number: current}))
        if len(seen) < len(panels):
            found.append(("All panels, those behind tabs too", panels))
        scopes = [(text, self._curves(self._views(each))) for text, each in found]
        return [(text, curves) for text, curves in scopes if curves]

    @staticmethod
    def _views(panels: Mapping[int, PanelDock]) -> list[PanelView]:
        return [panel.view for panel in panels.values()]

    def _curves(self, views: Iterable[PanelView]) -> tuple[ExportedCurve, ...]:
        """The curves of these panels, each once."""
        found = {
            curve.key: ExportedCurve(*curve.key, curve.unit, curve.series)
            for view in views
            for curve in view.measured()
        }
        return tuple(found.values())

    def _make(self, text: str, slot: Callable[[], object], key: str = "") -> QAction:
        action = QAction(text, self._area)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._area.addAction(action)
        action.triggered.connect(lambda: slot())
        return action

    def _follow(self) -> None:
        for action in (*self._of_all, *self._of_one):
            action.setEnabled(bool(self._deck.panels))
