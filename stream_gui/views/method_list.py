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
        self._wanted_target = ""
        self._paths: dict[str, str] = {}
        self.targets = QComboBox()
        self.targets.setAccessibleName("Target")
        self.targets.setToolTip("Who executes the call")
        self.targets.currentTextChanged.connect(self._target_chosen)
        self.targets.activated.connect(lambda _: self._target_picked())
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
        self._wanted_target, self._paths[target] = target, path
        if self.targets.findText(target) >= 0:
            self.targets.setCurrentText(target)
            self._show_methods()

    def _arrange(self) -> None:
        again = QToolButton()
        again.setToolTip("Ask the target again what it offers")
        again.setAccessibleName("Ask again")
        again.clicked.connect(lambda: self._calls.learn(self.target, again=True))
        self._appearance.dress(again, "refresh")
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 6, 4)
        row.setSpacing(6)
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
        for name in (before, self._wanted_target):
            if name in names:
                self.targets.setCurrentText(name)
        self.targets.blockSignals(False)
        self.targets.setEnabled(bool(names))
        if self.target != before or not names:
            self._target_chosen(self.target)

    def _target_chosen(self, target: str) -> None:
        if target:
            self._calls.learn(target)
        self._show_methods()

    def _target_picked(self) -> None:
        """The operator's own choice ends all earlier wishes."""
        self._wanted_target = self.target

    def _described(self, target: str) -> None:
        if target == self.target:
            self._show_methods()

    def _show_methods(self) -> None:
        self.methods.blockSignals(True)
        self.methods.clear()
        description = self._catalog.description(self.target)
        if description is not None:
            self._add_methods(description)
        elif self._catalog.problem(self.target):
            self.methods.addTopLevelItem(QTreeWidgetItem([self._catalog.problem(self.target)]))
        self.methods.expandAll()
        self.methods.blockSignals(False)
        self._select_latest()

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

    def _select_latest(self) -> None:
        """Make the method current that was so, or is to be so, at this target."""
        found = self.methods.findItems(
            "*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive
        )
        methods = [item for item in found if item.data(0, PATH)]
        path = self._paths.get(self.target)
        latest = next((item for item in methods if item.data(0, PATH) == path), None)
        if latest is not None or methods:
            self.methods.blockSignals(True)
            self.methods.setCurrentItem(latest or methods[0])
            self.methods.blockSignals(False)
        self.chosen.emit(self.target, self.path)

    def _method_chosen(self) -> None:
        if self.path:
            self._paths[self.target] = self.path
        self.chosen.emit(self.target, self.path)
