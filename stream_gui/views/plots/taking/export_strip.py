"""The exports under way, a line each with its progress and a button that stops it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from stream_gui.views.plots.taking.export_source import ExportSource, RunningExport

__all__ = ["ExportStrip"]

_STEPS = 1000


class ExportStrip(QWidget):
    """Seen only while something is exported.

    Args:
        exports: what is under way.
    """

    def __init__(self, exports: ExportSource) -> None:
        super().__init__()
        self._exports = exports
        self._lines: dict[RunningExport, _Line] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 2, 8, 2)
        self._column.setSpacing(2)
        exports.changed.connect(self._follow)
        self._follow()

    @property
    def texts(self) -> list[str]:
        """What it says of each export."""
        return [line.text for line in self._lines.values()]

    def cancel(self, number: int) -> None:
        """Stop one of them."""
        list(self._lines)[number].cancel()

    def _follow(self) -> None:
        jobs = list(self._exports.jobs)
        for job in [job for job in self._lines if job not in jobs]:
            line = self._lines.pop(job)
            line.hide()
            line.deleteLater()
        for job in jobs:
            if job not in self._lines:
                self._lines[job] = _Line(job)
                self._column.addWidget(self._lines[job])
        self.setVisible(bool(jobs))


class _Line(QWidget):
    """One export."""

    def __init__(self, job: RunningExport) -> None:
        super().__init__()
        self._job = job
        self._text = QLabel(f"Writing {job.path.name}")
        self._text.setToolTip(str(job.path))
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._share = QLabel()
        self._share.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self._cancel = QPushButton("Cancel")
        self._cancel.setAccessibleName(f"Cancel writing {job.path.name}")
        self._cancel.clicked.connect(job.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in ((self._text, 0), (self._bar, 1), (self._share, 0)):
            row.addWidget(widget, stretch)
        row.addWidget(self._cancel)
        job.changed.connect(partial(_Line._follow, self))
        self._follow()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._text.text()}, {self._share.text()}"

    def _follow(self) -> None:
        job = self._job
        self._bar.setValue(round(job.share * _STEPS))
        self._share.setText(f"{job.share:.0%}".replace("%", " %"))
        self._cancel.setEnabled(not job.is_cancelled)
        if job.is_cancelled:
            self._text.setText(f"Cancelling {job.path.name}")
