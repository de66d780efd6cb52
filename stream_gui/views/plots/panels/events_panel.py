"""A panel that lists the items of channels, whatever they carry; the newest come by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from stream_gui import assets
from stream_gui.models.event_table import EventTable
from stream_gui.models.event_text import date_text, loss_text, rows_as_json, rows_as_tsv
from stream_gui.models.value_text import detail_text
from stream_gui.plotdata.item_log import LogRow
from stream_gui.views.plots.event_list import EventList
from stream_gui.views.plots.feed_source import ItemFeed
from stream_gui.views.plots.open_feeds import OpenFeeds
from stream_gui.views.plots.panel_curves import common_path
from stream_gui.views.plots.panels.panel_action import panel_action
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.time_view import TimeView
from stream_gui.views.plots.tool_button import tool_button

__all__ = ["EventsPanel"]

NEWEST_FIRST, DETAIL, FILTER = "newest_first", "detail", "filter"
_NEWS_EVERY_S = 0.1
_COPY = "Copy rows (Ctrl+C)"
_EMPTY = "Drag a channel here, or double-click one in the channel tree"


class EventsPanel(PanelView):
    """A table of items, with a line to filter it and the whole of the row that is picked.

    Args:
        context: what it shows, and where its data comes from.
    """

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._layout, self._number = context.layout, context.number
        self._taken_at_s = 0.0
        self._stood_at_ns: int | None = None
        self._frames = 0
        self.table = EventTable()
        self.list = EventList(self.table)
        self.detail = QPlainTextEdit(readOnly=True)
        self.filter = QLineEdit()
        self.note = QLabel()
        self.status = QLabel()
        self._order = tool_button("")
        self._detail = tool_button("Show the whole of the row that is picked (Return)")
        self._feeds: OpenFeeds[ItemFeed] = OpenFeeds(context.feeds.items, self._on_feeds_changed)
        self._build()
        self._connect()
        self.recolour(PlotColours.of(self.palette()))
        self.follow_layout()

    @property
    def title(self) -> str:
        """What all its channels have in common."""
        return common_path(tuple(feed.channel for feed in self._feeds.all)) or "Events"

    @property
    def frames(self) -> int:
        """How often it has shown news."""
        return self._frames

    def header(self) -> QWidget:
        """The line that filters."""
        return self._header

    def tools(self) -> Iterable[QWidget]:
        """What turns the order, and what shows the detail."""
        return self._order, self._detail

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        options = self._layout.options(self._number)
        self.table.newest_first = bool(options.get(NEWEST_FIRST, True))
        self.table.filter = str(options.get(FILTER, ""))
        if self.filter.text().split() != self.table.filter.split():
            self.filter.setText(str(options.get(FILTER, "")))
        self.detail.setVisible(bool(options.get(DETAIL, False)))
        self._feeds.sync(curve.channel for curve in self._layout.curves(self._number))
        self._on_feeds_changed()
        self.list.go_to_newest()
        self._show_tools()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.list.recolour(colours.warning)
        for label in (self.note, self.status):
            label.setStyleSheet(f"color: {colours.dim.name()}; padding: 2px 8px")
        self._show_tools()
        self.show_values()

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Take over what has come, unless the view stands still."""
        if self._layout.paused:
            return self._follow_time(time_view.stop_ns)
        self._stood_at_ns = None
        if now_s - self._taken_at_s < _NEWS_EVERY_S:
            return False
        self._taken_at_s = now_s
        taken = self.table.take()
        self._frames += bool(taken)
        return bool(taken)

    def show_values(self) -> None:
        """Say how much there is, and how it stands with the channels."""
        self.note.setText(self._note())
        self._stack.setCurrentWidget(self.note if self.note.text() else self._splitter)
        self.status.setText(self._status())
        self.status.setVisible(bool(self.status.text()))

    def fit(self) -> None:
        """Show the newest row, and follow it."""
        self.list.go_to_newest()

    def newest(self) -> Iterator[tuple[ItemFeed, int]]:
        """Each channel that has items, with the time of its newest one."""
        for feed in self._feeds.all:
            if feed.log.newest_time_ns is not None:
                yield feed, feed.log.newest_time_ns

    def failed(self) -> Sequence[Callable[[], None]]:
        """For each of its channels that has failed, what lets it be tried again."""
        return self._feeds.failed()

    def shut_down(self) -> None:
        """Give all feeds back."""
        self._feeds.close()

    def _build(self) -> None:
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter of the events")
        self.filter.setToolTip("Only rows with all of these words, in a channel's name or a value")
        self.filter.setMaximumWidth(260)
        self.filter.setMinimumWidth(60)
        self._header = QWidget()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.filter, 4)
        self.filter.setStyleSheet("padding: 1px 5px")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(QApplication.font().pointSizeF())
        self.detail.setFont(font)
        self.detail.setObjectName("flat")
        self.detail.setAccessibleName("The whole of the row that is picked")
        self.detail.setPlaceholderText("Pick a row to see the whole of it")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self.detail)
        self._splitter.setSizes([300, 120])
        self._splitter.setChildrenCollapsible(False)
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 2, 1, 1)
        column.setSpacing(0)
        column.addWidget(body, 1)
        column.addWidget(self.status)
        self.setFocusProxy(self.list)
        self._build_actions()

    def _build_actions(self) -> None:
        for text, keys, slot in (
            ("Filter", ("/",), self._edit_filter),
            ("Show the time of the row in the plots", ("J",), self._show_time),
            (_COPY, (), self._copy_rows),
            ("Copy rows as JSON", ("Ctrl+Shift+C",), lambda: self._copy(rows_as_json)),
            ("Copy the value", (), self._copy_value),
            ("Clear the table", (), self.table.clear),
        ):
            self.addAction(panel_action(self, text, keys, slot))

    def _connect(self) -> None:
        self.list.picked.connect(self._show_detail)
        self.list.picked.connect(self.activated)
        self.list.copy_wanted.connect(self._copy_rows)
        self.list.activated.connect(lambda _: self._toggle_detail())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._offer)
        self.table.counts_changed.connect(self.show_values)
        self.filter.textEdited.connect(self._on_filter)
        self._order.clicked.connect(self._turn)
        self._detail.clicked.connect(self._toggle_detail)

    def _follow_time(self, stop_ns: int | None) -> bool:
        """Pick the row of the time at the right edge, once that is moved."""
        before, self._stood_at_ns = self._stood_at_ns, stop_ns
        if before is None or stop_ns is None or stop_ns == before:
            return False
        self.list.pick(self.table.row_at(stop_ns))
        return True

    def _on_feeds_changed(self) -> None:
        feeds = self._feeds.all
        self.table.set_logs(feed.log for feed in feeds)
        self.list.show_channels([feed.channel for feed in feeds])
        self.title_changed.emit()
        self.show_values()

    def _on_filter(self, text: str) -> None:
        words = " ".join(text.split()) or None
        fold = f"filter {self._number}"
        self._layout.set_option(self._number, FILTER, words, doing="another filter", fold=fold)

    def _turn(self) -> None:
        turned = None if not self.table.newest_first else False
        self._layout.set_option(self._number, NEWEST_FIRST, turned, doing="turning the order")

    def _toggle_detail(self) -> None:
        shown = True if self.detail.isHidden() else None
        self._layout.set_option(self._number, DETAIL, shown, doing="showing the detail")

    def _show_tools(self) -> None:
        colours, first = self._colours, self.table.newest_first
        self._order.setIcon(
            assets.icon("newest_top" if first else "newest_bottom", colours.dim.name())
        )
        tip = "The newest row is on top" if first else "The newest row is at the bottom"
        self._order.setToolTip(f"{tip}: turn the order")
        self._order.setAccessibleName(self._order.toolTip())
        shown = not self.detail.isHidden()
        colour = colours.accent if shown else colours.dim
        self._detail.setIcon(assets.icon("detail", colour.name()))

    def _show_detail(self) -> None:
        row = self.list.current
        text = _whole(row) if row is not None else ""
        if text != self.detail.toPlainText():
            self.detail.setPlainText(text)

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.addActions(self.actions())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.cursor().pos())

    def _edit_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _show_time(self) -> None:
        """Let all panels show what was when the row that is picked came."""
        row = self.list.current
        if row is not None and row.time_ns:
            self.context.time_view.show_at(row.time_ns)
            self._stood_at_ns = self.context.time_view.stop_ns

    def _copy_rows(self) -> None:
        self._copy(rows_as_tsv)

    def _copy(self, written: Callable[[list[LogRow]], str]) -> None:
        rows = self.list.selected
        if rows:
            QGuiApplication.clipboard().setText(written(rows))

    def _copy_value(self) -> None:
        row = self.list.current
        if row is not None:
            text = loss_text(row) if row.is_loss else detail_text(row.value)
            QGuiApplication.clipboard().setText(text)

    def _note(self) -> str:
        """What to say in place of rows."""
        feeds = self._feeds.all
        if not feeds:
            return _EMPTY
        if self.table.kept:
            return ""
        problems = [feed.problem for feed in feeds if feed.problem]
        if problems:
            return problems[0]
        more = f" and {len(feeds) - 1} more" if feeds[1:] else ""
        return f"Waiting for {feeds[0].channel}{more}"

    def _status(self) -> str:
        """How many rows there are, and what an operator should know of the channels."""
        if not self.table.kept:
            return ""
        parts = []
        shown, kept = self.table.rowCount(), self.table.kept
        parts.append(f"{_count(shown)} of {_rows(kept)}" if shown < kept else _rows(kept))
        if self.table.dropped:
            parts.append(f"{_count(self.table.dropped)} older ones dropped")
        if self._layout.paused:
            parts.append(f"paused, {_count(self.table.waiting)} new")
        elif not self.list.follows:
            parts.append("not following (End)")
        parts += [
            f"{feed.channel}: {feed.problem or feed.state}"
            for feed in self._feeds.all
            if feed.state in ("ended", "error")
        ]
        return "  ·  ".join(parts)


def _whole(row: LogRow) -> str:
    """Everything that is known of a row."""
    head = f"{row.channel}  ·  #{row.sequence}  ·  {date_text(row.time_ns)}"
    return f"{head}\n\n{loss_text(row) if row.is_loss else detail_text(row.value)}"


def _rows(count: int) -> str:
    return f"{_count(count)} row{'s' if count != 1 else ''}"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
