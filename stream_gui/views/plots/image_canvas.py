"""A picture on screen, zoomed and moved; what it shows and in which colours it is told."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from stream_gui.plotdata.frames import Frame
from stream_gui.plotdata.pixels import Colouring, pooled
from stream_gui.views.plots.image_view import Part
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["ImageCanvas"]

_ZOOM_A_STEP = 1.25
_MOVE_A_STEP = 0.1
_MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ImageCanvas(QWidget):
    """Shows one frame at a time.

    Signals:
        hovered(): the mouse points to another pixel, or to none.
        activated(): the operator works here.

    Attributes:
        note: what to say in place of a picture.
        images_drawn: how often pixels have been coloured.
    """

    hovered = Signal()
    activated = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture")
        self.note = ""
        self.images_drawn = 0
        self._colours = PlotColours.of(self.palette())
        self._frame: Frame | None = None
        self._colouring: Colouring | None = None
        self._is_locked = True
        self._part: Part | None = None
        self._drawn: tuple[object, QImage, QRectF] | None = None
        self._pixels: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._mouse: QPointF | None = None
        self._dragged_from: QPointF | None = None

    # what it shows

    @property
    def frame_shown(self) -> Frame | None:
        """The frame on screen."""
        return self._frame

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is shown, whatever its size."""
        return self._part is None

    @property
    def part(self) -> Part:
        """The part of the picture that is shown."""
        size = (self.width(), self.height())
        if self._part is None:
            return Part.whole(self._shape, size, is_locked=self._is_locked)
        return self._part

    @property
    def pooling(self) -> int:
        """How many pixels of the picture share one of the screen, in each direction."""
        part, ratio = self.part, self.devicePixelRatioF()
        across = part.width / max(1.0, self.width() * ratio)
        down = part.height / max(1.0, self.height() * ratio)
        return max(1, math.floor(min(across, down)))

    def show_frame(self, frame: Frame, colouring: Colouring) -> None:
        """Show this frame in these colours."""
        if self._frame is not None and frame.pixels.shape[:2] != self._shape:
            self._part = None  # what was zoomed to is not there any more
        self._frame, self._colouring = frame, colouring
        self.update()

    def forget_frame(self) -> None:
        """Show the note, or nothing."""
        self._frame = None
        self.update()

    def lock(self, is_locked: bool) -> None:
        """Keep pixels square, or let the picture fill the room."""
        if is_locked != self._is_locked:
            self._is_locked = is_locked
            self._part = None
            self.update()

    def zoom_step(self, steps: int) -> None:
        """Show less if positive, else more, about the middle."""
        self.zoom(_ZOOM_A_STEP**-steps)

    def fit(self) -> None:
        """Show the whole picture again."""
        self._part = None
        self.update()

    def zoom(self, factor: float, across: float = 0.5, down: float = 0.5) -> None:
        """Show `factor` times as much, with one place of the screen where it was."""
        if self._frame is not None:
            self._part = self.part.zoomed(factor, across, down, self._shape)
            self.update()

    def move_by(self, across: float, down: float) -> None:
        """Show what is so many widths and heights further."""
        if self._frame is not None:
            self._part = self.part.moved(across, down, self._shape)
            self.update()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.update()

    def pixel_under_mouse(self) -> tuple[int, int] | None:
        """Row and column of the pixel that the mouse points to."""
        if self._mouse is None or self._frame is None:
            return None
        part = self.part
        column = math.floor(part.left + self._mouse.x() / max(1, self.width()) * part.width)
        row = math.floor(part.top + self._mouse.y() / max(1, self.height()) * part.height)
        inside = 0 <= row < self._shape[0] and 0 <= column < self._shape[1]
        return (row, column) if inside else None

    # Qt

    def sizeHint(self) -> QSize:
        """Enough to see something."""
        return QSize(240, 180)

    def minimumSizeHint(self) -> QSize:
        """It can be very small."""
        return QSize(60, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, or the note."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colours.base)
        if self._frame is not None and self._colouring is not None:
            image, place = self._image(self._frame, self._colouring)
            if self._frame.pixels.dtype.kind == "f":
                self._paint_hatching(painter, place)
            painter.drawImage(place, image)
        if self.note:
            painter.setPen(self._colours.dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 4, -12, -4), flags, self.note)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse."""
        steps = event.angleDelta().y() / 120
        if steps:
            where = event.position()
            across, down = where.x() / max(1, self.width()), where.y() / max(1, self.height())
            self.zoom(_ZOOM_A_STEP**-steps, across, down)
            self._point_to(where)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        self.activated.emit()
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it, or point to a pixel."""
        where = event.position()
        if self._dragged_from is not None:
            moved = self._dragged_from - where
            self.move_by(moved.x() / max(1, self.width()), moved.y() / max(1, self.height()))
            self._dragged_from = where
        self._point_to(where)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._dragged_from = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of it again."""
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Point to nothing."""
        self._point_to(None)

    def event(self, event: QEvent) -> bool:
        """Take the keys that move the picture before the plots around do."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if _move(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift and an arrow move."""
        move = _move(event)
        if move is None:
            super().keyPressEvent(event)
        else:
            self.move_by(*move)

    # within

    @property
    def _shape(self) -> tuple[int, int]:
        if self._frame is None:
            return (1, 1)
        height, width = self._frame.pixels.shape[:2]
        return int(height), int(width)

    def _point_to(self, where: QPointF | None) -> None:
        before = self.pixel_under_mouse()
        self._mouse = where
        if self.pixel_under_mouse() != before or where is None:
            self.hovered.emit()

    def _image(self, frame: Frame, colouring: Colouring) -> tuple[QImage, QRectF]:
        """The part in sight, coloured, and where it belongs on the screen."""
        part, factor = self.part, self.pooling
        height, width = self._shape
        left, right = _span(part.left, part.width, width, factor)
        top, bottom = _span(part.top, part.height, height, factor)
        key = (frame, colouring, factor, left, right, top, bottom)
        if self._drawn is None or self._drawn[0] != key:
            some = pooled(frame.pixels[top:bottom, left:right], factor)
            self._pixels = colouring.colour(some, self._pixels)  # the image has no copy of its own
            rows, columns = self._pixels.shape
            form = QImage.Format.Format_RGB32  # where no pixel can be blank, it paints faster
            if frame.pixels.dtype.kind == "f":
                form = QImage.Format.Format_ARGB32_Premultiplied
            image = QImage(self._pixels.data, columns, rows, 4 * columns, form)
            self._drawn = key, image, QRectF(left, top, columns * factor, rows * factor)
            self.images_drawn += 1
        _, image, source = self._drawn
        across, down = self.width() / part.width, self.height() / part.height
        place = QRectF(
            (source.left() - part.left) * across,
            (source.top() - part.top) * down,
            source.width() * across,
            source.height() * down,
        )
        return image, place

    def _paint_hatching(self, painter: QPainter, place: QRectF) -> None:
        """What is behind a picture: it shows where a pixel has no value."""
        painter.fillRect(place, self._colours.border)
        lines = QColor(self._colours.text)
        lines.setAlpha(150)
        painter.fillRect(place, QBrush(lines, Qt.BrushStyle.BDiagPattern))


def _move(event: QKeyEvent) -> tuple[float, float] | None:
    """How far a key moves the picture, in widths and heights; None for other keys."""
    if event.modifiers() != Qt.KeyboardModifier.ShiftModifier or event.key() not in _MOVES:
        return None
    across, down = _MOVES[Qt.Key(event.key())]
    return across * _MOVE_A_STEP, down * _MOVE_A_STEP


def _span(begin: float, length: float, limit: int, factor: int) -> tuple[int, int]:
    """The pixels from first to last + 1 that are in sight, in whole blocks of `factor`."""
    first = max(0, math.floor(begin / factor) * factor)
    last = min(limit, math.ceil((begin + length) / factor) * factor)
    first = min(first, (limit - 1) // factor * factor)
    return first, max(last, first + 1)
