"""Asks what data is to be exported, of which time and in what form; writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.models.quantity_text import clock_text, elapsed_text
from stream_gui.models.value_text import bytes_text
from stream_gui.session.exporting.request import ExportedCurve, ExportRequest

__all__ = ["ExportDialog"]

_MILLISECOND_NS = 1_000_000
_ROW_BYTES, _CELL_BYTES = 56, 11
_FORMS = (
    (".csv", "Text for spreadsheets and other programs (.csv)"),
    (".npz", "NumPy archive (.npz)"),
)


class ExportDialog(QDialog):
    """Scope, time and form of an export.

    Args:
        scopes: the curves of all panels, and of the current one if there are more.
        spans: the time in view, and that between the cursors if they are shown.
        save: called with the ending of the file's name and the request.
        parent: the window.
    """

    def __init__(
        self,
        scopes: Sequence[tuple[str, tuple[ExportedCurve, ...]]],
        spans: Sequence[tuple[str, tuple[int, int]]],
        save: Callable[[str, ExportRequest], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the data")
        self._scopes, self._spans, self._save = scopes, spans, save
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 14, 18, 14)
        self._column.setSpacing(6)
        self.scope = self._choices("Curves", [_counted(*scope) for scope in scopes])
        self.span = self._choices("Time", [_timed(*span) for span in spans])
        self.form = self._choices("Format", [text for _, text in _FORMS])
        self._size = QLabel()
        self._size.setObjectName("dim")
        self._buttons = QDialogButtonBox()
        self._buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self._save_button = self._buttons.addButton(
            "Save as …", QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._column.addSpacing(6)
        self._column.addWidget(self._size)
        self._column.addSpacing(6)
        self._column.addWidget(self._buttons)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._save_button.setDefault(True)
        self._follow()

    @property
    def request(self) -> ExportRequest:
        """What is chosen."""
        _, curves = self._scopes[self.scope.checkedId()]
        _, (start_ns, stop_ns) = self._spans[self.span.checkedId()]
        return ExportRequest(curves, start_ns, stop_ns)

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return _FORMS[self.form.checkedId()][0]

    @property
    def size_text(self) -> str:
        """What it says of the size."""
        return self._size.text()

    def _choices(self, title: str, texts: Sequence[str]) -> QButtonGroup:
        heading = QLabel(title)
        heading.setStyleSheet("font-weight: 600")
        self._column.addWidget(heading)
        group = QButtonGroup(self)
        for number, text in enumerate(texts):
            button = QRadioButton(text)
            button.setChecked(number == 0)
            group.addButton(button, number)
            self._column.addWidget(button)
        self._column.addSpacing(6)
        group.idClicked.connect(self._follow)
        return group

    def _follow(self) -> None:
        request = self.request
        count = request.samples
        if self.ending == ".csv":
            size = count * _CELL_BYTES + _ROW_BYTES * max(map(_samples_of(request), request.curves))
        else:
            size = count * 12
        samples = f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        text = f"{samples} samples, about {bytes_text(size)}" if count else "No samples there"
        if any(map(_is_reduced(request), request.curves)):
            text += "; some come as minima and maxima, not at full rate"
        self._size.setText(text)
        self._save_button.setEnabled(bool(count))

    def _on_accepted(self) -> None:
        self._save(self.ending, self.request)
        self.accept()


def _samples_of(request: ExportRequest) -> Callable[[ExportedCurve], int]:
    def count(curve: ExportedCurve) -> int:
        spans = curve.series.spans(request.start_ns, request.stop_ns)
        return sum(last - first for first, last in spans)

    return count


def _is_reduced(request: ExportRequest) -> Callable[[ExportedCurve], bool]:
    def is_reduced(curve: ExportedCurve) -> bool:
        return curve.series.reduced_between(request.start_ns, request.stop_ns) > 1

    return is_reduced


def _counted(text: str, curves: tuple[ExportedCurve, ...]) -> str:
    return f"{text}: {len(curves)} curve{'s' if len(curves) != 1 else ''}"


def _timed(text: str, span: tuple[int, int]) -> str:
    start_ns, stop_ns = span
    start, stop = (clock_text(time_ns, _MILLISECOND_NS) for time_ns in span)
    return f"{text}: {start} to {stop} ({elapsed_text(stop_ns - start_ns)})"
