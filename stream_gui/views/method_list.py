"""The targets and the methods that the chosen one offers; it calls none of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

import stream_core as sc
from stream_gui.models.method_catalog import MethodCatalog, method_names
from stream_gui.session.calls import Calls
from stream_gui.views.appearance import Appearance

__all__ = ["MethodList"]

PATH = Qt.ItemDataRole.UserRole + 1


class MethodList(QWidget):
    """Choose a target, then one of its methods.

    Signals:
        chosen(str, str): target and path of the method that is current now.
        activated(): the current method was double-clicked, or Return was pressed on it.
    """

    chosen = Signal(str, str)
    activated = Signal()

    def __init__(self, calls: Calls, appearance: Appearance) -> None:
        super().__init__()
        self._calls = calls
        self._catalog: MethodCatalog = calls.catalog
        self._appearance = appearance
        self._wanted = ""
        self.targets = QComboBox()
        self.targets.setAccessibleName("Target")
        self.targets.setToolTip("Who executes the call")
        self.targets.currentTextChanged.connect(self._target_chosen)
        self.methods = QTreeWidget()
        self.methods.setHeaderHidden(True)
        self.methods.setAccessibleName("Methods")
        self.methods.setIndentation(14)
        self.methods.setUniformRowHeights(True)
        self.methods.setExpandsOnDoubleClick(False)
        self.methods.currentItemChanged.connect(lambda *_: self._method_chosen())
        self.methods.itemActivated.connect(lambda *_: self.activated.emit())
        self._arrange()
        self._catalog.targets_changed.connect(self._show_targets)
        self._catalog.described.connect(self._described)
        appearance.changed.connect(self._show_methods)
        self._show_targets()

    @property
    def target(self) -> str:
        """The target that is chosen, or ""."""
        return self.targets.currentText()

    @property
    def path(self) -> str:
        """The path of the current method, or ""."""
        item = self.methods.currentItem()
        return str(item.data(0, PATH) or "") if item is not None else ""

    def choose(self, target: str, path: str = "") -> None:
        """Make a target and one of its methods current, as soon as it is known."""
        self._wanted = path
        if self.targets.findText(target) >= 0:
            self.targets.setCurrentText(target)
        self._select_wanted()

    def _arrange(self) -> None:
        again = QToolButton()
        again.setToolTip("Ask the target again what it offers")
        again.setAccessibleName("Ask again")
        again.clicked.connect(lambda: self._calls.learn(self.target, again=True))
        self._appearance.dress(again, "refresh")
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 6, 4)
        row.addWidget(QLabel("Target"))
        row.addWidget(self.targets, 1)
        row.addWidget(again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.methods)

    def _show_targets(self) -> None:
        """Follow the catalog, keeping the choice if it is still there."""
        before = self.target
        names = self._catalog.targets
        self.targets.blockSignals(True)
        self.targets.clear()
        self.targets.addItems(names)
        if before in names:
            self.targets.setCurrentText(before)
        self.targets.blockSignals(False)
        self.targets.setEnabled(bool(names))
        if self.target != before or not names:
            self._target_chosen(self.target)

    def _target_chosen(self, target: str) -> None:
        if target:
            self._calls.learn(target)
        self._show_methods()

    def _described(self, target: str) -> None:
        if target == self.target:
            self._show_methods()

    def _show_methods(self) -> None:
        path = self.path or self._wanted
        self.methods.blockSignals(True)
        self.methods.clear()
        description = self._catalog.description(self.target)
        if description is not None:
            self._add_methods(description)
        elif self._catalog.problem(self.target):
            self.methods.addTopLevelItem(QTreeWidgetItem([self._catalog.problem(self.target)]))
        self.methods.expandAll()
        self.methods.blockSignals(False)
        self._wanted = path
        self._select_wanted()

    def _add_methods(self, description: sc.Description) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for path in method_names(description):
            method = next(each for each in description.methods if each.path == path)
            item = QTreeWidgetItem([method.text])
            item.setData(0, PATH, path)
            item.setToolTip(0, method.doc or method.text)
            item.setIcon(0, self._appearance.icon("method", self._appearance.theme.accent))
            group = path.rpartition(".")[0]
            if group:
                self._group(groups, group).addChild(item)
            else:
                self.methods.addTopLevelItem(item)

    def _group(self, groups: dict[str, QTreeWidgetItem], path: str) -> QTreeWidgetItem:
        if path not in groups:
            above, _, name = path.rpartition(".")
            groups[path] = item = QTreeWidgetItem([name])
            item.setIcon(0, self._appearance.icon("group", self._appearance.theme.dim))
            if above:
                self._group(groups, above).addChild(item)
            else:
                self.methods.addTopLevelItem(item)
        return groups[path]

    def _select_wanted(self) -> None:
        found = self.methods.findItems(
            "*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive
        )
        methods = [item for item in found if item.data(0, PATH)]
        wanted = next((item for item in methods if item.data(0, PATH) == self._wanted), None)
        if wanted is None and methods and not self.path:
            wanted = methods[0]
        if wanted is not None and wanted is not self.methods.currentItem():
            self.methods.setCurrentItem(wanted)
        else:
            self._method_chosen()

    def _method_chosen(self) -> None:
        if self.path:
            self._wanted = self.path
        self.chosen.emit(self.target, self.path)
