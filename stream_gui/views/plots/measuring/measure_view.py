"""What lies between the cursors, as a slim table below the plots, with the markers beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QAction, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSplitter,
    QTableView,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from stream_gui import assets
from stream_gui.models.measure_table import MeasuredRow, MeasureTable, copied_text
from stream_gui.models.measuring import CursorName, Cursors, Measuring, resolution_ns
from stream_gui.models.quantity_text import elapsed_text, exact_clock_text, frequency_text
from stream_gui.views.plain_table import make_plain
from stream_gui.views.plots.elided_label import ElidedLabel
from stream_gui.views.plots.measuring.marker_list import MarkerList
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.taking.printed_figures import Figures

__all__ = ["MeasureView"]

_WIDTHS = (170, 96, 96, 96, 96, 96, 96, 96, 96, 108, 122, 90)
_ROW = 22
_LEAST_ROWS = 2
_RIDING_DIGITS = 1000
"""Where the live edge is, is not known to the nanosecond."""

_Facts = tuple[tuple[str, str], ...]
_MOST_OF_HEIGHT = 0.25
_SCROLL_BAR = 10


class MeasureView(QWidget):
    """A table of figures, and the list of markers.

    Args:
        measuring: where the cursors stand.
    """

    def __init__(self, measuring: Measuring) -> None:
        super().__init__()
        self._measuring = measuring
        self._shows_markers = False
        self._room = 600
        self._facts = QLabel()
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._warning = ElidedLabel(Qt.TextElideMode.ElideRight)
        self._warning.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.model = MeasureTable()
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.model)
        self._sorted.setSortRole(MeasureTable.SortRole)
        self._sorted.setDynamicSortFilter(True)
        self.table = self._make_table()
        self.markers = MarkerList(measuring)
        self._copy = QToolButton()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._build()
        measuring.cursors_changed.connect(self.follow)
        measuring.markers_changed.connect(self._resize)
        self.model.modelReset.connect(self._resize)
        self.follow()

    @property
    def facts(self) -> str:
        """What is said of the cursors' times."""
        return self._facts.text()

    @property
    def warning(self) -> str:
        """What keeps the figures from being of all there was."""
        return self._warning.text()

    @property
    def is_measuring(self) -> bool:
        """Whether the table is shown."""
        return self._measuring.cursors is not None

    def set_copy_action(self, action: QAction) -> None:
        """The button that copies does this."""
        self._copy.setDefaultAction(action)
        self._restyle()

    def show_markers(self, shown: bool) -> None:
        """Show the list of markers, or take it away."""
        self._shows_markers = shown
        self.follow()

    def show_rows(self, rows: list[MeasuredRow]) -> None:
        """Show these figures."""
        self.model.show(rows)
        incomplete = [f"{row.name}: {row.notes}" for row in rows if row.notes]
        more = f" (and {len(incomplete) - 1} more)" if incomplete[1:] else ""
        self._warning.setText(incomplete[0] + more if incomplete else "")
        self._warning.setToolTip("\n".join(incomplete))

    def fit_into(self, height: int) -> None:
        """Take no more than a share of this height."""
        if height != self._room:
            self._room = height
            self._resize()

    def copy(self) -> None:
        """Copy the table as it is sorted, with headings and units, separated by tabs."""
        cursors = self._measuring.cursors
        if cursors is None:
            return
        count = self._sorted.rowCount()
        places = [self._sorted.mapToSource(self._sorted.index(n, 0)).row() for n in range(count)]
        rows = [self.model.rows[place] for place in places]
        QGuiApplication.clipboard().setText(copied_text(rows, _copied_facts(cursors)))
        corner = self._copy.mapToGlobal(self._copy.rect().bottomLeft())
        QToolTip.showText(corner, f"{count} rows copied" if count != 1 else "1 row copied", self)

    def figures(self, start_ns: int, stop_ns: int) -> Figures | None:
        """What belongs into a picture of a stretch of time; None if nothing does.

        That is the table as it is sorted, and the notes of the markers.
        """
        cursors = self._measuring.cursors
        markers = [m for m in self._measuring.markers if m.text]
        inside = [m for m in markers if start_ns <= m.time_ns <= stop_ns]
        notes = [f"{exact_clock_text(m.time_ns)}  {m.text}" for m in inside]
        if cursors is None and not notes:
            return None
        rows, columns = self._sorted.rowCount(), range(self._sorted.columnCount())
        shown = range(rows if cursors is not None else 0)
        across = Qt.Orientation.Horizontal
        places = [self._sorted.mapToSource(self._sorted.index(n, 0)).row() for n in shown]
        return Figures(
            facts=(_plain(self._fact_pairs(cursors, riding=False)),) if cursors is not None else (),
            headings=tuple(self._sorted.headerData(column, across) for column in columns),
            rows=tuple(
                tuple(self._sorted.index(n, column).data() for column in columns) for n in shown
            ),
            colours=tuple(self.model.rows[place].colour for place in places),
            notes=tuple(notes),
        )

    def follow(self) -> None:
        """Let what is seen follow the cursors."""
        cursors = self._measuring.cursors
        self.table.setVisible(cursors is not None)
        self._copy.setVisible(cursors is not None)
        self._warning.setVisible(cursors is not None)
        self.markers.setVisible(self._shows_markers)
        self.setVisible(cursors is not None or self._shows_markers)
        self._facts.setText(
            _rich(self._fact_pairs(cursors, self._measuring.is_riding)) if cursors else "Markers"
        )
        self._resize()

    def sizeHint(self) -> QSize:
        """As high as its rows need, within bounds."""
        rows = self._rows() + 1
        return QSize(700, round((rows + 1.4) * _ROW) + _SCROLL_BAR + 10)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_splitter"):
            self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame as the panels have it."""
        colours = PlotColours.of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours.border)
        painter.setBrush(colours.base)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _make_table(self) -> QTableView:
        table = QTableView()
        make_plain(table, "Figures between the cursors", _ROW)
        table.setModel(self._sorted)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        return table

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 4, 0)
        row.setSpacing(16)
        row.addWidget(self._facts)
        row.addWidget(self._warning, 1)
        row.addWidget(self._copy)
        self._copy.setAutoRaise(True)
        self._copy.setIconSize(QSize(14, 14))
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.markers)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([1000, 320])
        self._splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._splitter, 1)
        self._restyle()

    def _restyle(self) -> None:
        colours = PlotColours.of(self.palette())
        self._warning.setStyleSheet(f"color: {colours.warning.name()}")
        action = self._copy.defaultAction()
        if action is not None:
            action.setIcon(assets.icon("copy", colours.text.name(), colours.border.name()))

    def _fact_pairs(self, cursors: Cursors, riding: bool) -> _Facts:
        times = [exact_clock_text(time_ns) for time_ns in (cursors.a_ns, cursors.b_ns)]
        if riding:  # text that need not change with every frame
            names: tuple[CursorName, ...] = ("a", "b")
            step_ns = resolution_ns(abs(cursors.distance_ns) // _RIDING_DIGITS)
            behind = (self._measuring.behind_ns(name) for name in names)
            times = [f"{elapsed_text(round(ns / step_ns) * step_ns)} ago" for ns in behind]
        return (
            ("A", times[0]),
            ("B", times[1]),
            ("Δt", elapsed_text(cursors.distance_ns)),
            ("1/Δt", frequency_text(cursors.distance_ns)),
        )

    def _rows(self) -> int:
        measured = self.model.rowCount() if self.is_measuring else 0
        listed = self.markers.model().rowCount() if self._shows_markers else 0
        most = max(_LEAST_ROWS, int(self._room * _MOST_OF_HEIGHT / _ROW) - 1)
        return min(max(measured, listed, _LEAST_ROWS), most)

    def _resize(self) -> None:
        self.setFixedHeight(self.sizeHint().height())


def _rich(facts: _Facts) -> str:
    return "&nbsp;&nbsp; ".join(f"<b>{name}</b>&nbsp; {text}" for name, text in facts)


def _plain(facts: _Facts) -> str:
    return "    ".join(f"{name} {text}" for name, text in facts)


def _copied_facts(cursors: Cursors) -> list[tuple[str, str]]:
    distance_ns = cursors.distance_ns
    inverse = repr(1e9 / abs(distance_ns)) if distance_ns else ""
    return [
        ("cursor A (ns since 1970, server's clock)", str(cursors.a_ns)),
        ("cursor B (ns since 1970, server's clock)", str(cursors.b_ns)),
        ("B - A (s)", repr(distance_ns / 1e9)),
        ("1/(B - A) (Hz)", inverse),
    ]
