"""The result of one call: as text, tree, table or plot; of a failed one the message."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QStackedWidget,
    QTableView,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.console.call_record import NOTHING, CallRecord, CallStatus
from stream_gui.models.console.result_grid import curves_of, grid_of
from stream_gui.models.console.result_table import ResultTable
from stream_gui.models.console.value_tree import ValueTree
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.result_plot import ResultPlot

__all__ = ["ResultView"]

FACES = ("Text", "Tree", "Table", "Plot")


class ResultView(QWidget):
    """Shows what a call gave.

    The face that was chosen last is shown where the result has it.

    Args:
        appearance: gives colours.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._record: CallRecord | None = None
        self._shown: tuple[int, int, str] | None = None
        self._wanted = ""
        self.message = QLabel(wordWrap=True)
        self.message.setProperty("problem", True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setContentsMargins(8, 4, 8, 2)
        self.fold = QToolButton()
        self.fold.setText("Remote traceback")
        self.fold.setCheckable(True)
        self.fold.setToolTip("What the target's program was doing when it failed")
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.toggled.connect(self._unfold)
        self.text = self._made_text(appearance)
        self.tree, self._tree = QTreeView(), ValueTree(self)
        self.table, self._table = QTableView(), ResultTable()
        self.plot = ResultPlot(appearance)
        self._set_up_views()
        self._pages = QStackedWidget()
        for page in (self.text, self.tree, self.table, self.plot):
            self._pages.addWidget(page)
        self.buttons = self._made_buttons()
        self.copy_action = self._made_copy()
        self._arrange()
        self.show_record(None)

    @property
    def face(self) -> str:
        """Which face is shown: "Text", "Tree", "Table" or "Plot"."""
        return FACES[self._pages.currentIndex()]

    def choose(self, face: str) -> None:
        """Show this face, now and of further results that have it."""
        self._wanted = face
        self._show_face()

    def show_record(self, record: CallRecord | None) -> None:
        """Take another call, or what has become of the one that is shown."""
        facts = None
        if record is not None:
            facts = record.number, record.received + record.failures, record.status
            if facts == self._shown and record.status is not CallStatus.RUNNING:
                return
        self._record, before, self._shown = record, self._shown, facts
        same = before is not None and facts is not None and before[0] == facts[0]
        self._show_message()
        if not same or facts != before or record is None or record.received == 0:
            self._show_value(grows=same)

    def _show_message(self) -> None:
        record = self._record
        failed = record is not None and record.status is CallStatus.FAILED
        self.message.setText(record.result if record is not None and failed else "")
        self.message.setVisible(failed)
        self.fold.setVisible(bool(record is not None and record.traceback))

    def _show_value(self, *, grows: bool) -> None:
        record = self._record
        value = record.value if record is not None else NOTHING
        times_s = record.times_s if record is not None else []
        grid = grid_of(value, times_s) if value is not NOTHING else None
        curves = curves_of(grid) if grid is not None else None
        is_branch = isinstance(value, (dict, list, tuple, set)) and bool(value)
        has = {"Text": True, "Tree": is_branch, "Table": grid is not None}
        has["Plot"] = curves is not None
        for face, button in self.buttons.items():
            button.setEnabled(has[face])
        if not grows:
            self.fold.setChecked(False)
        self._table.show_grid(grid, grows=grows)
        self.plot.show_curves(curves)
        if is_branch or not grows:
            self._tree.show_value(value if is_branch else None)
        self._show_text()
        self._show_face()

    def _show_text(self) -> None:
        record = self._record
        if record is None:
            text = ""
        elif record.status is CallStatus.FAILED:
            text = record.traceback if self.fold.isChecked() else ""
        elif record.status is CallStatus.RUNNING and record.received == 0:
            text = record.progress
        else:
            text = record.full_text
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def _show_face(self) -> None:
        able = {face for face, button in self.buttons.items() if button.isEnabled()}
        record = self._record
        by_itself = "Plot" if record is not None and record.received and "Plot" in able else "Text"
        face = self._wanted if self._wanted in able else by_itself
        self._pages.setCurrentIndex(FACES.index(face))
        self.buttons[face].setChecked(True)
        if face == "Tree" and self._tree.rowCount() <= 30:
            self.tree.expandToDepth(0)

    def _unfold(self, open_: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)
        self._show_text()

    def _copy(self) -> None:
        """The whole result: a table for a spreadsheet, else as text."""
        record = self._record
        if record is None:
            return
        texts = [record.result, record.traceback] if record.traceback else [record.full_text]
        if self.face == "Table":
            texts = [self._table.text()]
        QGuiApplication.clipboard().setText("\n".join(texts))

    def _made_text(self, appearance: Appearance) -> QPlainTextEdit:
        text = QPlainTextEdit(readOnly=True)
        text.setObjectName("flat")
        text.setAccessibleName("Result")
        text.setPlaceholderText("What the selected call gave")
        text.setFont(appearance.fixed_font())
        return text

    def _set_up_views(self) -> None:
        self.tree.setModel(self._tree)
        self.tree.setAccessibleName("Result as a tree")
        self.tree.setUniformRowHeights(True)
        self.table.setModel(self._table)
        self.table.setAccessibleName("Result as a table")
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.table.horizontalHeader().setDefaultSectionSize(96)
        self.table.verticalHeader().setDefaultSectionSize(22)

    def _made_buttons(self) -> dict[str, QToolButton]:
        group = QButtonGroup(self)
        buttons = {}
        for face in FACES:
            button = QToolButton()
            button.setText(face)
            button.setCheckable(True)
            button.setToolTip(f"Show the result as {face.lower()}")
            button.clicked.connect(lambda _=False, face=face: self.choose(face))
            group.addButton(button)
            buttons[face] = button
        return buttons

    def _made_copy(self) -> QAction:
        action = QAction("Copy the result", self, shortcut=QKeySequence("Ctrl+Shift+C"))
        self._appearance.dress(action, "copy")
        action.setToolTip("The whole result; a table as a spreadsheet takes it")
        action.triggered.connect(self._copy)
        return action

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(1)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch()
        copy = QToolButton()
        copy.setDefaultAction(self.copy_action)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.message)
        column.addWidget(self.fold)
        column.addWidget(self._pages, 1)
