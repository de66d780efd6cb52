"""Fields for what a server allows, each with what it means; it starts no server."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QSpinBox, QWidget

import stream_core as sc

__all__ = ["LimitsFields"]

_MIB = 1024 * 1024
_FIELDS = (
    ("clients", "Clients", "connected at once", 1, 100_000, 1),
    ("channels", "Channels", "existing at once", 1, 1_000_000, 1),
    ("readers", "Readers", "of one client", 1, 1_000_000, 1),
    ("calls", "Calls", "under way from one client", 1, 1_000_000, 1),
    ("buffer_bytes", "Memory", "for what waits for readers, history included", 1, 1_000_000, _MIB),
    ("frame_bytes", "Largest item", "that may be sent", 1, 4_000, _MIB),
)


class LimitsFields(QWidget):
    """Hidden until its box, which stands elsewhere, is checked; then each limit can be changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox("Others than the usual ones")
        self.fields: dict[str, QSpinBox] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(5)
        usual = sc.Limits()
        for name, label, meaning, least, most, unit in _FIELDS:
            field = QSpinBox(minimum=least, maximum=most)
            field.setValue(round(getattr(usual, name) / unit))
            field.setSuffix(" MiB" if unit > 1 else "")
            field.setGroupSeparatorShown(True)
            field.setAccessibleName(label)
            field.lineEdit().setTextMargins(6, 0, 2, 0)
            self.fields[name] = field
            row = QLabel(f"{label}, {meaning}")
            row.setBuddy(field)
            form.addRow(row, field)
        self.hide()
        self.box.toggled.connect(self.setVisible)

    @property
    def limits(self) -> sc.Limits:
        """What was filled in; the usual ones where nothing was."""
        usual = sc.Limits()
        if not self.box.isChecked():
            return usual
        changed = {}
        for name, _, _, _, _, unit in _FIELDS:
            value = self.fields[name].value()
            if value != round(getattr(usual, name) / unit):
                changed[name] = value * unit
        return sc.Limits(**changed)
