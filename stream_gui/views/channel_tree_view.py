"""The channel tree with its filter field; it reads no channel and draws no curve."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QDrag,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.channel_filter import ChannelFilter
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.session.last_values import LastValues
from stream_gui.views.appearance import Appearance
from stream_gui.views.channel_delegate import ChannelDelegate

__all__ = ["ChannelTreeView"]

WIDTHS = (148, 92, 46, 64, 60, 56)
SETTLE_MS, TAGS = 150, 4
EXPANDED_CHANNELS = 300
ROOT = QModelIndex()


class Tree(QTreeView):
    """The tree itself.

    Signals:
        chosen(): Return was pressed on the selection; with shift: `chosen_anew()`.
    """

    chosen = Signal()
    chosen_anew = Signal()

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drag the names alone: whole rows would hide where they are dropped."""
        rows = [row for row in self.selectionModel().selectedRows() if _is_draggable(row)]
        data = self.model().mimeData(rows) if rows else None
        if data is None:
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(_name_tag(self, data.text().split("\n")))
        drag.setHotSpot(QPoint(-12, -6))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.chosen_anew.emit()
        else:
            self.chosen.emit()


def _is_draggable(index: QModelIndex) -> bool:
    return bool(index.flags() & Qt.ItemFlag.ItemIsDragEnabled)


def _name_tag(widget: QWidget, names: list[str]) -> QPixmap:
    """A picture of the names that are being dragged."""
    shown = names[:TAGS] + ([f"and {len(names) - TAGS} more"] if len(names) > TAGS else [])
    tag = QLabel("\n".join(shown))
    tag.setObjectName("tag")
    tag.setFont(widget.font())
    tag.adjustSize()
    return tag.grab()


class ChannelTreeView(QWidget):
    """Channels to look through, to drag and to plot.

    Signals:
        plot_requested(list, bool): (channel, column or "") of each curve wanted; in a new panel.
        send_requested(str): a value is to be sent to this channel.
    """

    plot_requested = Signal(list, bool)
    send_requested = Signal(str)

    def __init__(self, tree: ChannelTree, values: LastValues, appearance: Appearance) -> None:
        super().__init__()
        self._channels = tree
        self._values = values
        self._appearance = appearance
        self._model = ChannelFilter(tree)
        self._open: list[QPersistentModelIndex] = []
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._tell_visible)
        self.filter = self._make_filter()
        self.live = self._make_live()
        self.tree = self._make_tree()
        self._arrange()
        self._watch_for_changes()

    def selected(self) -> list[tuple[str, str]]:
        """Channel and column ("" for all) of the selected rows that can be plotted."""
        rows = self.tree.selectionModel().selectedRows()
        return [curve for row in rows for curve in self._curves(row)]

    def plot_selected(self, *, new_panel: bool = False) -> None:
        """Ask for curves of what is selected."""
        curves = self.selected()
        if curves:
            self.plot_requested.emit(curves, new_panel)

    def send_to_selected(self) -> None:
        """Ask for a value to be sent to the first channel that is selected."""
        channel = next((name for name, _ in self.selected()), "")
        if channel:
            self.send_requested.emit(channel)

    def focus_filter(self) -> None:
        """Let the operator type into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin what only a visible view needs."""
        super().showEvent(event)
        self._settled.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """End what only a visible view needs."""
        super().hideEvent(event)
        self._values.set_visible(())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows may be visible now."""
        super().resizeEvent(event)
        self._settled.start()

    # made once

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit(placeholderText="Filter channels", clearButtonEnabled=True)
        field.setAccessibleName("Filter channels")
        sign = QAction(field)
        self._appearance.dress(sign, "filter")
        field.addAction(sign, QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(self._filter_changed)
        field.returnPressed.connect(self._go_to_tree)
        return field

    def _make_live(self) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAccessibleName("Live values")
        button.setToolTip("Show the newest value of every visible row, once a second")
        button.setChecked(self._values.live)
        button.toggled.connect(self._values.set_live)
        self._values.live_changed.connect(button.setChecked)
        self._appearance.dress(button, "live")
        return button

    def _make_tree(self) -> Tree:
        tree = Tree()
        tree.setAccessibleName("Channels")
        tree.setModel(self._model)
        tree.setItemDelegate(ChannelDelegate(self._appearance, tree))
        tree.setUniformRowHeights(True)
        tree.setIndentation(15)
        tree.setExpandsOnDoubleClick(False)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._show_menu)
        tree.doubleClicked.connect(self._double_clicked)
        tree.chosen.connect(self.plot_selected)
        tree.chosen_anew.connect(lambda: self.plot_selected(new_panel=True))
        header = tree.header()
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(28)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, width)
        return tree

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(6, 6, 6, 4)
        row.setSpacing(4)
        row.addWidget(self.filter)
        row.addWidget(self.live)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.tree)
        self.setFocusProxy(self.tree)

    def _watch_for_changes(self) -> None:
        for signal in (self.tree.expanded, self.tree.collapsed, self._model.rowsRemoved):
            signal.connect(self._settled.start)
        self.tree.verticalScrollBar().valueChanged.connect(lambda _: self._settled.start())
        self._model.rowsInserted.connect(self._rows_inserted)
        self._model.modelReset.connect(self._settled.start)
        self._appearance.changed.connect(self.tree.viewport().update)

    # what happens

    def _rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """New folders open by themselves while the tree is small; columns stay folded."""
        self._settled.start()
        is_new = self._model.rowCount(parent) == last - first + 1
        if not is_new or len(self._channels.names) > EXPANDED_CHANNELS:
            return
        while parent.isValid():
            if parent.data(ChannelTree.KindRole) == "folder":
                self.tree.expand(parent)
            parent = parent.parent()

    def _filter_changed(self, text: str) -> None:
        was_active = self._model.active
        if not was_active:
            self._open = [QPersistentModelIndex(each) for each in self._open_rows()]
        self._model.set_text(text)
        if self._model.active:
            self.tree.expandAll()
        elif was_active:
            self._open_again()
        self._settled.start()

    def _open_rows(self, parent: QModelIndex = ROOT) -> Iterator[QModelIndex]:
        """The rows of the unfiltered tree that are open."""
        for row in range(self._model.rowCount(parent)):
            index = self._model.index(row, 0, parent)
            if self.tree.isExpanded(index):
                yield self._model.mapToSource(index)
                yield from self._open_rows(index)

    def _open_again(self) -> None:
        """Without a filter the tree is open where it was before."""
        self.tree.collapseAll()
        for source in self._open:
            if source.isValid():
                self.tree.expand(self._model.mapFromSource(source))

    def _go_to_tree(self) -> None:
        self.tree.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.tree.selectionModel().hasSelection():
            first = next((each for each in self._rows() if each.data(ChannelTree.PathRole)), None)
            if first is not None:
                self.tree.setCurrentIndex(first)

    def _double_clicked(self, index: QModelIndex) -> None:
        row = index.siblingAtColumn(0)
        curves = self._curves(row)
        if curves:
            self.plot_requested.emit(curves, False)
        else:
            self.tree.setExpanded(row, not self.tree.isExpanded(row))

    def _curves(self, index: QModelIndex) -> list[tuple[str, str]]:
        if not _is_draggable(index):
            return []
        return [(index.data(ChannelTree.PathRole), index.data(ChannelTree.ColumnRole) or "")]

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        curves = self.selected()
        plot = menu.addAction(self._appearance.icon("plot"), "Plot", self.plot_selected)
        anew = menu.addAction(
            self._appearance.icon("plot_add"),
            "Plot in a new panel",
            lambda: self.plot_selected(new_panel=True),
        )
        menu.addSeparator()
        send = menu.addAction("Send a value …", self.send_to_selected)
        copy = menu.addAction(self._appearance.icon("copy"), "Copy name", self._copy_names)
        menu.addAction("Expand all", self.tree.expandAll)
        menu.addAction("Collapse all", self.tree.collapseAll)
        for action in (plot, anew, send, copy):
            action.setEnabled(bool(curves))
        menu.popup(self.tree.viewport().mapToGlobal(position))

    def _copy_names(self) -> None:
        names = dict.fromkeys(channel for channel, _ in self.selected())
        QGuiApplication.clipboard().setText("\n".join(names))

    def _tell_visible(self) -> None:
        if self.isVisible():
            names = (row.data(ChannelTree.PathRole) for row in self._rows())
            self._values.set_visible(name for name in names if name)

    def _rows(self) -> Iterator[QModelIndex]:
        """The rows that are on the screen now."""
        index = self.tree.indexAt(QPoint(0, 0))
        bottom = self.tree.viewport().height()
        while index.isValid() and self.tree.visualRect(index).top() < bottom:
            yield index
            index = self.tree.indexBelow(index)
