"""A line to type a few letters of a name in, over a list of what they mean; it knows no names."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
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
from stream_gui.models.found_list import FoundList
from stream_gui.views.appearance import Appearance
from stream_gui.views.found_delegate import FoundDelegate

__all__ = ["FinderView"]

_WIDTH, _HEIGHT, _TOP = 620, 420, 56
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FinderView(QFrame):
    """Comes up over a window and goes when something was chosen, or the window is clicked.

    Args:
        appearance: light or dark.
        window: over which it comes up.
        name: of the line, for those who do not see it.
        ask: what stands in the line while it is empty.
        hint: which keys do what.
    """

    def __init__(
        self, appearance: Appearance, window: QWidget, *, name: str, ask: str, hint: str
    ) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("finder")
        self._finder = ChannelFinder()
        self._found = FoundList()
        self.line = QLineEdit()
        self.list = QListView()
        self.note = QLabel()
        self.count = QLabel()
        self.list.setItemDelegate(FoundDelegate(appearance, self.remark, self.list))
        self.line.setPlaceholderText(ask)
        self.line.setAccessibleName(name)
        self._build(hint)
        self.line.textChanged.connect(self._seek)
        self.list.clicked.connect(lambda _: self._choose(anew=False))

    # what a subclass says

    def entries(self) -> Iterable[tuple[str, str]]:
        """What there is to be found now: names, each with "" or a part of what it names."""
        raise NotImplementedError

    def remark(self, found: Found) -> tuple[str, str]:
        """What stands on the right of a name, and the icon on its left."""
        raise NotImplementedError

    def choose(self, found: Found, *, anew: bool) -> None:
        """Do what was chosen; `anew` is with Shift."""
        raise NotImplementedError

    def nothing_found(self, typed: str) -> str:
        """What to say in place of an empty list; nothing was typed if there is nothing at all."""
        raise NotImplementedError

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
        self.renew()
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def renew(self) -> None:
        """Seek among what there is now."""
        self._finder.set_entries(self.entries())
        self._seek()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While letters are typed, the arrows move in the list and Return chooses."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _build(self, hint: str) -> None:
        self.line.setClearButtonEnabled(True)
        self.line.installEventFilter(self)
        self.list.setModel(self._found)
        self.list.setObjectName("found")
        self.list.setAccessibleName("Found")
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        keys = QLabel(hint)
        for label in (self.note, self.count, keys):
            label.setProperty("dim", True)
        foot = QHBoxLayout()
        foot.addWidget(keys)
        foot.addStretch()
        foot.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 9, 9, 7)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.note, 1)
        column.addLayout(foot)

    def _seek(self) -> None:
        findings = self._finder.find(self.line.text())
        self._found.show(findings)
        self.list.setCurrentIndex(self._found.index(0, 0))
        some = bool(findings.best)
        self.list.setVisible(some)
        self.note.setVisible(not some)
        typed = self.line.text().strip() if findings.total else ""
        self.note.setText("" if some else self.nothing_found(typed))
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
        self.choose(found, anew=anew)
