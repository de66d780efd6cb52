"""Asks where to save something; it saves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

__all__ = ["ask_for_file"]

_FILTERS = {
    ".csv": "Comma-separated values (*.csv)",
    ".npz": "NumPy archive (*.npz)",
    ".png": "Picture of pixels (*.png)",
    ".svg": "Picture of lines and text (*.svg)",
}


def ask_for_file(
    parent: QWidget,
    title: str,
    folder: str,
    endings: Sequence[str],
    chosen: Callable[[Path], object],
) -> QFileDialog:
    """Ask where to save something; the file's name gets one of these endings."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters([_FILTERS[ending] for ending in endings])
    dialog.setDefaultSuffix(endings[0])
    places = QStandardPaths.StandardLocation
    dialog.setDirectory(folder or QStandardPaths.writableLocation(places.DocumentsLocation))
    dialog.selectFile(time.strftime("streamscope_%Y-%m-%d_%H%M%S") + endings[0])

    def on_filter(text: str) -> None:
        ending = next(each for each in endings if _FILTERS[each] == text)
        dialog.setDefaultSuffix(ending)
        name = Path(dialog.selectedFiles()[0])
        if name.suffix.lower() in endings:
            dialog.selectFile(name.with_suffix(ending).name)

    def on_selected(name: str) -> None:
        path = Path(name)
        if path.suffix.lower() not in endings:
            path = path.with_name(f"{path.name}{endings[0]}")
        chosen(path)

    dialog.filterSelected.connect(on_filter)
    dialog.fileSelected.connect(on_selected)
    dialog.open()
    return dialog
