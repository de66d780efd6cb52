"""A line in a form: as any, but the form hears when Return is pressed in it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

__all__ = ["LineEdit"]


class LineEdit(QLineEdit):
    """A line that is typed; it takes the place that there is."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(60)
