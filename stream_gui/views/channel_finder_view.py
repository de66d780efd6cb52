"""A line to type a few letters of a channel in, over a list of what they mean; it plots nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.channel_finder import ChannelFinder, Found
from stream_gui.models.channel_node import natural_key
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.models.found_list import FoundList
from stream_gui.views.appearance import Appearance
from stream_gui.views.found_delegate import FoundDelegate

__all__ = ["ChannelFinderView"]

_WIDTH, _HEIGHT, _TOP = 620, 420, 56
_SETTLED_MS = 250
_HINT = (
    "<b>Return</b> plot  ·  <b>Shift+Return</b> in a new panel  ·  "
    "<b>Ctrl+Return</b> plot and stay  ·  <b>Esc</b> close"
)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ChannelFinderView(QFrame):
    """Comes up over a window and goes when something was chosen, or the window is clicked.

    Signals:
        chosen(str, str, bool): this channel and column ("" for all) are to be plotted; in a new
            panel.

    Args:
        tree: the channels there are.
        appearance: light or dark.
        window: over which it comes up.
    """

    chosen = Signal(str, str, bool)

    def __init__(self, tree: ChannelTree, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("finder")
        self._tree = tree
        self._finder = ChannelFinder()
        self._found = FoundList()
        self.line = QLineEdit()
        self.list = QListView()
        self.note = QLabel()
        self.count = QLabel()
        self._renewing = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._renewing.timeout.connect(self._renew)
        self.list.setItemDelegate(FoundDelegate(appearance, self._remark, self.list))
        self._build(appearance)
        self.line.textChanged.connect(self._seek)
        self.list.clicked.connect(lambda _: self._choose(anew=False))
        for signal in (tree.rowsInserted, tree.rowsRemoved, tree.modelReset):
            signal.connect(self._on_tree)

    @property
    def texts(self) -> list[str]:
        """What the list shows, from the top."""
        return [found.text for found in self._found.findings.best]

    def come_up(self) -> None:
        """Come up with an empty line."""
        parent = self.parentWidget()
        if parent is not None:
            room = parent.size()
            width, height = min(_WIDTH, room.width() - 24), min(_HEIGHT, room.height() - _TOP - 24)
            self.resize(width, height)
            self.move(parent.mapToGlobal(QPoint((room.width() - width) // 2, _TOP)))
        self.line.clear()
        self._renew()
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While letters are typed, the arrows move in the list and Return chooses."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _build(self, appearance: Appearance) -> None:
        self.line.setPlaceholderText("A few letters of a channel or a column")
        self.line.setAccessibleName("Find a channel")
        self.line.setClearButtonEnabled(True)
        self.line.installEventFilter(self)
        self.list.setModel(self._found)
        self.list.setObjectName("found")
        self.list.setAccessibleName("Channels found")
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        hint = QLabel(_HINT)
        for label in (self.note, self.count, hint):
            label.setProperty("dim", True)
        foot = QHBoxLayout()
        foot.addWidget(hint)
        foot.addStretch()
        foot.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 9, 9, 7)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.note, 1)
        column.addLayout(foot)

    def _on_tree(self) -> None:
        if self.isVisible():
            self._renewing.start()

    def _renew(self) -> None:
        """Seek among the channels that there are now."""
        entries = []
        for name in sorted(self._tree.names, key=natural_key):
            entries.append((name, ""))
            info = self._tree.info(name)
            columns = info.columns if info is not None else None
            entries += [(name, column) for column in columns or ()]
        self._finder.set_entries(entries)
        self._seek()

    def _seek(self) -> None:
        findings = self._finder.find(self.line.text())
        self._found.show(findings)
        self.list.setCurrentIndex(self._found.index(0, 0))
        some = bool(findings.best)
        self.list.setVisible(some)
        self.note.setVisible(not some)
        if not findings.total:
            self.note.setText("There are no channels. Join a server to see its channels.")
        else:
            self.note.setText(f"No channel has the letters “{self.line.text().strip()}”")
        self.count.setText(f"{findings.count:,} of {findings.total:,}".replace(",", "\u202f"))

    def _take_key(self, event: QKeyEvent) -> bool:
        keys = event.modifiers()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            stays = bool(keys & Qt.KeyboardModifier.ControlModifier)
            self._choose(anew=bool(keys & Qt.KeyboardModifier.ShiftModifier), stays=stays)
        elif event.key() in _MOVES:
            self._move(event.key())
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    def _move(self, key: int) -> None:
        page = max(1, self.list.viewport().height() // max(1, self.list.sizeHintForRow(0)) - 1)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page}
        row = self.list.currentIndex().row() + steps.get(Qt.Key(key), page)
        last = self._found.rowCount() - 1
        self.list.setCurrentIndex(self._found.index(min(max(row, 0), last), 0))

    def _choose(self, *, anew: bool, stays: bool = False) -> None:
        found = self._found.found(QModelIndex(self.list.currentIndex()))
        if found is None:
            return
        if not stays:
            self.hide()
        self.chosen.emit(found.channel, found.column, anew)

    def _remark(self, found: Found) -> tuple[str, str]:
        """The unit of a channel, and its icon."""
        info = self._tree.info(found.channel)
        unit = info.unit if info is not None else ""
        if found.column:
            return unit, "column"
        kind = self._tree.index_of(found.channel).data(ChannelTree.KindRole)
        return unit, "object" if kind == "objects" else "channel"
