"""The workspace that is open: saved where the operator wants, and kept by itself in between.

A file is written when the operator saves; everything else goes to a file of this user's own, from
which the window comes back as it was, saved or not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from stream_gui.feedback import Feedback
from stream_gui.models.problem import not_saved
from stream_gui.models.problem_list import ProblemList
from stream_gui.models.workspace import Section, WorkspaceError, read_workspace, write_workspace
from stream_gui.session.workspace_file import WorkspaceFile
from stream_gui.settings import SettingsFile

__all__ = ["ENDING", "Damage", "Workspaces"]

ENDING, KEEPING = ".toml", "workspace"


@dataclass(frozen=True)
class Damage:
    """A file that cannot be opened.

    Attributes:
        path: the file.
        problem: what is wrong with it, and what can be done.
        has_backup: whether the one before it can be opened instead.
    """

    path: Path
    problem: str
    has_backup: bool


class Workspaces(QObject):
    """Opens, saves and keeps workspaces.

    Signals:
        changed(): another workspace is open, or it is saved or has changes that are not.
        damaged(Damage): a file could not be opened.

    Args:
        settings: remember which one was open, and those before.
        feedback: hears of failures.
        problems: hear of a disk that cannot be written.
        kept: the file that is written by itself; None for none.

    Attributes:
        path: the file of the workspace that is open; None if it has not been saved anywhere.
        modified: whether it has changes that are not in its file.
    """

    changed = Signal()
    damaged = Signal(object)

    def __init__(
        self,
        settings: SettingsFile,
        feedback: Feedback,
        problems: ProblemList,
        kept: Path | None,
    ) -> None:
        super().__init__()
        self._problems = problems
        self._settings = settings
        self._feedback = feedback
        self._sections: list[Section[Any]] = []
        self._kept = WorkspaceFile(kept, backs_up_once=True) if kept is not None else None
        self._kept_text = ""
        self._is_taking = False
        self.path: Path | None = None
        self.modified = False

    @property
    def name(self) -> str:
        """What it is called; "" if it has not been saved anywhere."""
        return self.path.name if self.path is not None else ""

    @property
    def recent(self) -> list[Path]:
        """Workspaces that were open before, the latest first."""
        return [Path(each) for each in self._settings.settings.workspaces]

    def add(self, section: Section[Any]) -> None:
        """Have a workspace hold this, too; before any is opened."""
        self._sections.append(section)

    def touch(self) -> None:
        """Something has changed that the operator may want to save."""
        if not self.modified and not self._is_taking:
            self._now(self.path, modified=True)

    def text(self) -> str:
        """The workspace as it is now."""
        return write_workspace(self._sections)

    def bring_back(self, without: Collection[str] = ()) -> bool:
        """Become what there was when the last window ended; False if there was nothing.

        Args:
            without: names of sections that are not taken.
        """
        if self._kept is None or not self._kept.path.exists():
            return False
        settings = self._settings.settings
        path = Path(settings.workspace) if settings.workspace else None
        if not self._take(self._kept, without=without):
            return False
        self._now(path, modified=settings.workspace_modified)
        return True

    def open(self, path: Path, *, backup: bool = False, without: Collection[str] = ()) -> bool:
        """Become what a file says, or its backup; False if it cannot be opened: nothing changes."""
        file = WorkspaceFile(path.absolute())
        if not self._take(file, backup=backup, without=without):
            return False
        if self._kept is not None and file.path == self._kept.path:
            self._now(None, modified=False)
        else:
            self._now(file.path, modified=backup)
        self.keep()
        return True

    def new(self) -> None:
        """Begin an empty one; the server stays."""
        self._is_taking = True
        for section in self._sections:
            if section.name != "server":
                section.read(None)
        self._is_taking = False
        self._now(None, modified=False)
        self.keep()

    def save(self) -> bool:
        """Write it to its file; False if that failed, or if it has none."""
        return self.path is not None and self.save_as(self.path)

    def save_as(self, path: Path) -> bool:
        """Write it to this file, which is its own from now on; False if that failed."""
        path = path.absolute()
        if not path.suffix:
            path = path.with_suffix(ENDING)
        try:
            WorkspaceFile(path).write(self.text())
        except OSError as error:
            self._feedback.error(f"save {path.name}", str(error))
            return False
        self._now(path, modified=False)
        self._feedback.information(f"save {path.name}", f"saved in {path.parent}")
        self.keep()
        return True

    def keep(self) -> None:
        """Write what there is now to the user's own file, if it is not what stands there."""
        if self._kept is None:
            return
        text = self.text()
        if text == self._kept_text and self._kept.path.exists():
            return
        try:
            self._kept.write(text)
            self._kept_text = text
            self._problems.clear(KEEPING)
        except OSError as error:
            self._problems.put(not_saved(KEEPING, "The workspace cannot be kept", error))

    def _take(
        self, file: WorkspaceFile, *, backup: bool = False, without: Collection[str] = ()
    ) -> bool:
        try:
            text = file.read(backup=backup)
            wanted = [each for each in self._sections if each.name not in without]
            take = read_workspace(text, self._sections, wanted)
        except (OSError, WorkspaceError) as error:
            self._tell(file, error, backup=backup)
            return False
        self._is_taking = True
        try:
            take()
        finally:
            self._is_taking = False
        return True

    def _tell(self, file: WorkspaceFile, error: Exception, *, backup: bool) -> None:
        path = file.backup if backup else file.path
        problem = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        if self._kept is not None and file.path == self._kept.path and not backup:
            problem += self._saved_from_oblivion()
        self._feedback.error("open a workspace", f"{path} cannot be opened: {problem}")
        self.damaged.emit(Damage(file.path, problem, file.has_backup and not backup))

    def _saved_from_oblivion(self) -> str:
        """Put the damaged file aside before the next one is written over it."""
        assert self._kept is not None
        try:
            return f"; it was kept as {self._kept.set_aside().name}"
        except OSError:
            return ""

    def _now(self, path: Path | None, *, modified: bool) -> None:
        self.path, self.modified = path, modified
        settings = self._settings.settings
        settings.workspace = str(path) if path is not None else ""
        settings.workspace_modified = modified
        if path is not None:
            settings.remember_workspace(str(path))
        self.changed.emit()
