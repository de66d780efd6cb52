"""The calls that are kept by name, as a tree of folders; it makes none of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QInputDialog,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.console.saved_calls import SavedCall, SavedCalls
from stream_gui.views.appearance import Appearance

__all__ = ["SavedView"]

PATH = Qt.ItemDataRole.UserRole + 1
NONE_YET = "No call is kept yet. Ctrl+B keeps the one that is filled in."


class SavedView(QWidget):
    """Choose a saved call, rename it, move it to a folder, forget it.

    Signals:
        chosen(str): a call was clicked or became current: its line.
        activated(str): a call was double-clicked, or Return was pressed on it: its line.

    Args:
        saved: the calls.
        appearance: gives icons.
    """

    chosen = Signal(str)
    activated = Signal(str)

    def __init__(self, saved: SavedCalls, appearance: Appearance) -> None:
        super().__init__()
        self._saved = saved
        self._appearance = appearance
        self._gone: list[list[SavedCall]] = []
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Saved calls")
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.currentItemChanged.connect(lambda *_: self._choose())
        self.tree.itemActivated.connect(lambda *_: self._activate())
        self.hint = QLabel(NONE_YET, wordWrap=True)
        self.hint.setObjectName("dim")
        self.hint.setContentsMargins(8, 6, 8, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.hint)
        column.addWidget(self.tree, 1)
        self.rename_action = self._made("Rename or move …", "F2", self.ask_for_path)
        self.remove_action = self._made("Forget this call", "Delete", self._remove)
        self.undo_action = self._made("Have it again", "Ctrl+Z", self._undo)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        saved.changed.connect(self._show)
        appearance.changed.connect(self._show)
        self._show()

    @property
    def path(self) -> str:
        """The path of the current call or folder, or ""."""
        item = self.tree.currentItem()
        return str(item.data(0, PATH)) if item is not None else ""

    def ask_for_path(self) -> None:
        """Ask for another name, or another folder."""
        if self.path:
            before = self.path
            ask_for_path(self, before, lambda path: self._saved.rename(before, path))

    def _made(self, text: str, keys: str, deed: object) -> QAction:
        action = QAction(text, self, shortcut=QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(deed)
        self.tree.addAction(action)
        return action

    def _remove(self) -> None:
        gone = self._saved.remove(self.path)
        if gone:
            self._gone.append(gone)
        self.undo_action.setEnabled(bool(self._gone))

    def _undo(self) -> None:
        if self._gone:
            self._saved.put_back(self._gone.pop())
        self.undo_action.setEnabled(bool(self._gone))

    def _show(self) -> None:
        current = self.path
        self.tree.blockSignals(True)
        self.tree.clear()
        folders: dict[str, QTreeWidgetItem] = {}
        for call in self._saved.calls:
            item = QTreeWidgetItem([call.name])
            item.setData(0, PATH, call.path)
            item.setToolTip(0, call.line)
            item.setIcon(0, self._appearance.icon("call", self._appearance.theme.accent))
            self._folder(folders, call.folder).addChild(item)
            if call.path == current:
                self.tree.setCurrentItem(item)
        self.tree.expandAll()
        self.tree.blockSignals(False)
        self.hint.setVisible(not self._saved.calls)
        self.undo_action.setEnabled(bool(self._gone))

    def _folder(self, folders: dict[str, QTreeWidgetItem], path: str) -> QTreeWidgetItem:
        if not path:
            return self.tree.invisibleRootItem()
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = item = QTreeWidgetItem([name])
            item.setData(0, PATH, path)
            item.setIcon(0, self._appearance.icon("folder", self._appearance.theme.dim))
            self._folder(folders, above).addChild(item)
        return folders[path]

    def _choose(self) -> None:
        call = self._saved.get(self.path)
        if call is not None:
            self.chosen.emit(call.line)

    def _activate(self) -> None:
        call = self._saved.get(self.path)
        if call is not None:
            self.activated.emit(call.line)


def ask_for_path(parent: QWidget, before: str, take: object) -> QInputDialog:
    """Ask under which name, and in which folder, a call is kept."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keep a call")
    dialog.setLabelText("Name, with its folder in front: rig/start up/warm")
    dialog.setTextValue(before)
    dialog.textValueSelected.connect(take)
    dialog.resize(420, dialog.sizeHint().height())
    dialog.open()
    return dialog
