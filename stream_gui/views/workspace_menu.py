"""The menu of workspaces, and the questions that go with it; it reads and writes none itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from stream_gui.session.workspaces import ENDING, Damage, Workspaces
from stream_gui.views.confirmation import confirm
from stream_gui.views.menus import Menus

__all__ = ["WorkspaceMenu"]

_FILTER = f"Workspaces (*{ENDING});;All files (*)"


class WorkspaceMenu:
    """Fills the menu and asks for files.

    Args:
        workspaces: opens and saves.
        menus: gets the actions.
        window: over which is asked.
    """

    def __init__(self, workspaces: Workspaces, menus: Menus, window: QWidget) -> None:
        self._workspaces = workspaces
        self._window = window
        menu = menus.menu("&Workspace")
        menus.add(menu, "workspace_new", "&New", self._new, shortcut="Ctrl+Alt+N")
        menus.add(menu, "workspace_open", "&Open …", self._ask_open, shortcut="Ctrl+Alt+O")
        self.recent = QMenu("Open &recent", window)
        self.recent.aboutToShow.connect(self._fill_recent)
        menu.addMenu(self.recent)
        menu.addSeparator()
        menus.add(menu, "workspace_save", "&Save", self._save, shortcut="Ctrl+Alt+S")
        menus.add(
            menu, "workspace_save_as", "Save &as …", self._ask_save, shortcut="Ctrl+Alt+Shift+S"
        )
        self._fill_recent()
        workspaces.changed.connect(self._fill_recent)
        workspaces.damaged.connect(self._tell_damage)

    def open(self, path: Path) -> None:
        """Open a workspace; if there are changes that are not saved, ask first."""
        self._leaving("Open", partial(self._workspaces.open, path))

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self._workspaces.recent:
            action = self.recent.addAction(path.name, partial(self.open, path))
            action.setToolTip(str(path))
            action.setEnabled(path != self._workspaces.path or self._workspaces.modified)
        self.recent.setToolTipsVisible(True)
        self.recent.setEnabled(not self.recent.isEmpty())

    def _new(self) -> None:
        self._leaving("Begin anew", self._workspaces.new)

    def _save(self) -> None:
        if self._workspaces.path is None:
            self._ask_save()
        else:
            self._workspaces.save()

    def _leaving(self, deed: str, action: Callable[[], object]) -> None:
        if not self._workspaces.modified:
            action()
            return
        name = self._workspaces.name
        confirm(
            self._window,
            f"Leave the changes of {name}?" if name else "Leave a workspace that is not saved?",
            "What has changed since it was saved last is lost."
            if name
            else "Its panels are lost, unless it is saved first (Ctrl+Alt+S).",
            deed,
            action,
        )

    def _ask_open(self) -> None:
        dialog = self._dialog("Open a workspace")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def _ask_save(self) -> None:
        dialog = self._dialog("Save the workspace")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(ENDING)
        dialog.selectFile(self._workspaces.name or f"workspace{ENDING}")
        dialog.fileSelected.connect(lambda name: self._workspaces.save_as(Path(name)))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(_FILTER.split(";;"))
        places = QStandardPaths.StandardLocation
        last = next(iter(self._workspaces.recent), None)
        folder = str(last.parent) if last is not None else ""
        dialog.setDirectory(folder or QStandardPaths.writableLocation(places.DocumentsLocation))
        return dialog

    def _tell_damage(self, damage: Damage) -> None:
        """Say what is wrong, and offer the backup if there is one."""
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        box.setText(f"<b>{damage.path.name} cannot be opened</b>")
        said = damage.problem[:1].upper() + damage.problem[1:]
        if damage.has_backup:
            said += "\n\nThe file before this one was kept and can be opened instead."
            opening = box.addButton("Open the backup", QMessageBox.ButtonRole.AcceptRole)
            opening.clicked.connect(lambda: self._workspaces.open(damage.path, backup=True))
            box.setDefaultButton(opening)
        box.setInformativeText(said)
        box.setEscapeButton(box.addButton("Close", QMessageBox.ButtonRole.RejectRole))
        box.open()
