"""How a channel that was found is painted: its name with the letters typed, and its unit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from stream_gui.models.channel_finder import Found
from stream_gui.models.found_list import FoundList
from stream_gui.views.appearance import Appearance

__all__ = ["FoundDelegate"]

_MARGIN, _ICON, _GAP = 8, 16, 8


class FoundDelegate(QStyledItemDelegate):
    """Paints a row.

    Args:
        appearance: gives colours and icons.
        remark: what stands on the right of a channel, and the icon on its left.
        parent: the list.
    """

    def __init__(
        self,
        appearance: Appearance,
        remark: Callable[[Found], tuple[str, str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._remark = remark

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """A line with some air."""
        return QSize(200, QFontMetrics(option.font).height() + 9)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The icon, the name and the remark."""
        found: Found = index.data(FoundList.FoundRole)
        remark, icon = self._remark(found)
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, self._appearance.colour("selected"))
        shade = self._appearance.theme.dim if found.column else self._appearance.theme.accent
        box = QRect(option.rect.left() + _MARGIN, 0, _ICON, _ICON)
        box.moveTop(option.rect.center().y() - _ICON // 2)
        self._appearance.icon(icon, shade).paint(painter, box)
        room = option.rect.adjusted(_MARGIN + _ICON + _GAP, 0, -_MARGIN, 0)
        remark_width = QFontMetrics(option.font).horizontalAdvance(remark)
        painter.setPen(self._appearance.colour("dim"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, remark)
        room.setRight(room.right() - (remark_width + _GAP if remark else 0))
        self._paint_name(painter, room, option, found)
        painter.restore()

    def _paint_name(
        self, painter: QPainter, room: QRect, option: QStyleOptionViewItem, found: Found
    ) -> None:
        """The name, the letters that were typed in bold and another colour."""
        painter.setClipRect(room)
        bold = QFont(option.font)
        bold.setBold(True)
        marked = set(found.marked)
        left = room.left() + min(0, room.width() - self._width(found, option.font, bold))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for is_marked, places in groupby(range(len(found.text)), key=marked.__contains__):
            text = "".join(found.text[place] for place in places)
            font = bold if is_marked else option.font
            width = QFontMetrics(font).horizontalAdvance(text)
            painter.setFont(font)
            text_colour = option.palette.color(QPalette.ColorRole.Text)
            painter.setPen(self._appearance.colour("accent") if is_marked else text_colour)
            painter.drawText(QRect(left, room.top(), width + 4, room.height()), align, text)
            left += width

    def _width(self, found: Found, plain: QFont, bold: QFont) -> int:
        marked = set(found.marked)
        runs = groupby(range(len(found.text)), key=marked.__contains__)
        return sum(
            QFontMetrics(bold if is_marked else plain).horizontalAdvance(
                "".join(found.text[place] for place in places)
            )
            for is_marked, places in runs
        )
