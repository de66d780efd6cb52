"""The targets and the methods that each offers, as one tree; it calls none of them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.models.console.method_catalog import MethodCatalog, method_names
from stream_gui.session.calls import Calls
from stream_gui.views.appearance import Appearance

__all__ = ["MethodTree"]

TARGET = Qt.ItemDataRole.UserRole + 1
PATH = Qt.ItemDataRole.UserRole + 2


class MethodTree(QWidget):
    """Choose a method of a target.

    A target is asked for its methods when it is opened or chosen.

    Signals:
        chosen(str, str): target and path of the method that is current now; the path may be "".
        activated(): the current method was double-clicked, or Return was pressed on it.

    Args:
        calls: asks the targets.
        appearance: gives colours and icons.
    """

    chosen = Signal(str, str)
    activated = Signal()

    def __init__(self, calls: Calls, appearance: Appearance) -> None:
        super().__init__()
        self._calls = calls
        self._catalog: MethodCatalog = calls.catalog
        self._appearance = appearance
        self._wanted: tuple[str, str] = "", ""
        self._latest: dict[str, str] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self.filter = QLineEdit(clearButtonEnabled=True)
        self.filter.setPlaceholderText("Filter methods")
        self.filter.setAccessibleName("Filter methods")
        self.filter.textChanged.connect(lambda _: self._apply_filter())
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Methods")
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.currentItemChanged.connect(lambda *_: self._item_chosen())
        self.tree.itemActivated.connect(self._item_activated)
        self.tree.itemExpanded.connect(self._item_expanded)
        self._arrange()
        self._catalog.targets_changed.connect(self._show_targets)
        self._catalog.described.connect(self._show_methods)
        appearance.changed.connect(self._colour)
        self._show_targets()

    @property
    def target(self) -> str:
        """The target of the current item, or ""."""
        item = self.tree.currentItem()
        return str(item.data(0, TARGET) or "") if item is not None else ""

    @property
    def path(self) -> str:
        """The path of the current method, or ""."""
        item = self.tree.currentItem()
        return str(item.data(0, PATH) or "") if item is not None else ""

    def choose(self, target: str, path: str = "") -> None:
        """Make a method of a target current, as soon as it is known."""
        self._wanted = target, path
        if path:
            self._latest[target] = path
        self._take_wanted()

    def paths(self, target: str) -> list[str]:
        """The methods that are shown of a target."""
        item = self._items.get(target)
        below = _below(item) if item is not None else []
        return [str(each.data(0, PATH)) for each in below if each.data(0, PATH)]

    def _arrange(self) -> None:
        again = QToolButton()
        again.setToolTip("Ask the chosen target again what it offers")
        again.setAccessibleName("Ask again")
        again.clicked.connect(lambda: self._calls.learn(self.target, again=True))
        self._appearance.dress(again, "refresh")
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 6, 4)
        row.setSpacing(3)
        row.addWidget(self.filter, 1)
        row.addWidget(again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.tree)

    # targets

    def _show_targets(self) -> None:
        """Follow the catalog; what is still there keeps its place, its state and its methods."""
        names = self._catalog.targets
        with QSignalBlocker(self.tree):
            for gone in set(self._items) - set(names):
                self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(self._items.pop(gone)))
            for place, name in enumerate(names):
                if name not in self._items:
                    self._items[name] = self._made_target(name)
                    self.tree.insertTopLevelItem(place, self._items[name])
        for name in names:
            if self._catalog.description(name) is not None and not self.paths(name):
                self._show_methods(name)
        self._apply_filter()
        self._take_wanted()
        self._item_chosen()

    def _made_target(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name])
        item.setData(0, TARGET, name)
        item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        self._dress(item)
        return item

    # methods

    def _show_methods(self, target: str) -> None:
        item = self._items.get(target)
        if item is None:
            return
        current = self.path if self.target == target else ""
        description = self._catalog.description(target)
        with QSignalBlocker(self.tree):
            item.takeChildren()
            if description is not None:
                self._add_methods(item, target, description)
            else:
                item.addChild(self._made_note(target, self._catalog.problem(target)))
            self._make_current(target, current)
        self._apply_filter()
        self._take_wanted()
        self._item_chosen()

    def _made_note(self, target: str, text: str) -> QTreeWidgetItem:
        note = QTreeWidgetItem([text])
        note.setData(0, TARGET, target)
        note.setToolTip(0, text)
        return note

    def _add_methods(self, top: QTreeWidgetItem, target: str, description: sc.Description) -> None:
        groups: dict[str, QTreeWidgetItem] = {"": top}
        for path in method_names(description):
            method = next(each for each in description.methods if each.path == path)
            group = path.rpartition(".")[0]
            item = QTreeWidgetItem([method.text])
            item.setData(0, TARGET, target)
            item.setData(0, PATH, path)
            item.setToolTip(0, method.doc or method.text)
            self._dress(item)
            self._group(groups, group, target).addChild(item)

    def _group(self, groups: dict[str, QTreeWidgetItem], path: str, target: str) -> QTreeWidgetItem:
        if path not in groups:
            above, _, name = path.rpartition(".")
            groups[path] = item = QTreeWidgetItem([name])
            item.setData(0, TARGET, target)
            self._dress(item)
            self._group(groups, above, target).addChild(item)
            item.setExpanded(True)
        return groups[path]

    def _colour(self) -> None:
        for top in self._items.values():
            for item in [top, *_below(top)]:
                self._dress(item)

    def _dress(self, item: QTreeWidgetItem) -> None:
        theme = self._appearance.theme
        if item.data(0, PATH):
            item.setIcon(0, self._appearance.icon("method", theme.accent))
        elif item.parent() is None and item.text(0) == item.data(0, TARGET):
            name = "server" if item.text(0) == "server" else "console"
            item.setIcon(0, self._appearance.icon(name, theme.text))
        else:
            item.setIcon(0, self._appearance.icon("group", theme.dim))
            item.setForeground(0, QBrush(self._appearance.colour("dim")))

    # what is current

    def _take_wanted(self) -> None:
        """Make the wanted method current if it is there by now."""
        target, path = self._wanted
        if target not in self._items:
            return
        if self._catalog.description(target) is None:
            self._calls.learn(target)
            return
        self._items[target].setExpanded(True)
        self._wanted = "", ""
        self._make_current(target, path or self._latest.get(target, ""))

    def _make_current(self, target: str, path: str) -> None:
        top = self._items[target]
        methods = [each for each in _below(top) if each.data(0, PATH)]
        found = next((each for each in methods if each.data(0, PATH) == path), None)
        if found is not None:
            for above in _above(found):
                above.setExpanded(True)
            self.tree.setCurrentItem(found)
            self.tree.scrollToItem(found)

    def _item_chosen(self) -> None:
        if self.path:
            self._latest[self.target] = self.path
        self.chosen.emit(self.target, self.path)

    def _item_expanded(self, item: QTreeWidgetItem) -> None:
        target = str(item.data(0, TARGET) or "")
        if item.parent() is None and not item.childCount():
            self._calls.learn(target)

    def _item_activated(self, item: QTreeWidgetItem) -> None:
        if item.data(0, PATH):
            self.activated.emit()
        else:
            item.setExpanded(not item.isExpanded())

    def _apply_filter(self) -> None:
        words = self.filter.text().lower().split()
        for target, top in self._items.items():
            shown = False
            for item in _below(top):
                if item.data(0, PATH):
                    name = f"{target}.{item.data(0, PATH)} {item.toolTip(0)}".lower()
                    item.setHidden(not all(word in name for word in words))
                    shown = shown or not item.isHidden()
            for item in reversed(_below(top)):
                if not item.data(0, PATH) and item.childCount():
                    item.setHidden(all(each.isHidden() for each in _children(item)))
            named = all(word in target.lower() for word in words)
            top.setHidden(not (shown or named))
            if words and shown:
                top.setExpanded(True)


def _below(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """All items inside, each before what is inside of it."""
    found = []
    for child in _children(item):
        found += [child, *_below(child)]
    return found


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (item.child(place) for place in range(item.childCount()))
    return [child for child in children if child is not None]


def _above(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = []
    above = item.parent()
    while above is not None:
        found.append(above)
        above = above.parent()
    return found
