"""How a row is painted that has a sign before it; which one is the business of its subclasses."""

from __future__ import annotations

from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.views.appearance import Appearance

__all__ = ["SignDelegate"]


class SignDelegate(QStyledItemDelegate):
    """Puts signs in the colours of the theme.

    Args:
        appearance: gives colours and icons.
        parent: the view.
    """

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def put_sign(self, option: QStyleOptionViewItem, icon: str, colour: str) -> None:
        """Put an icon, in a colour of the theme, before what is painted."""
        option.icon = self._appearance.icon(icon, str(getattr(self._appearance.theme, colour)))
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
