"""Panels as a picture: of pixels or of lines and text; it saves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QMimeData, QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontMetricsF, QIcon, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QToolButton, QWidget

from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.taking.printed_figures import Figures, paint_figures, size_of_figures

__all__ = ["Motif", "image_of", "picture_mime", "png_of", "svg_of"]

SVG_MIME = "image/svg+xml"

_BETWEEN_PX = 6
_FLAGS = QWidget.RenderFlag.DrawChildren | QWidget.RenderFlag.DrawWindowBackground


@dataclass(frozen=True, slots=True)
class Motif:
    """What a picture shows.

    Attributes:
        widgets: the panels: those in the window, and each that floats, below each other.
        figures: what is written below them.
    """

    widgets: Sequence[QWidget]
    figures: Figures | None = None

    @property
    def size(self) -> QSize:
        """In pixels of the screen."""
        return self._panels + QSize(0, round(self.footer.height()))

    @property
    def footer(self) -> QRectF:
        """Where the figures are."""
        below, width = QPointF(0, self._panels.height()), self._panels.width()
        if self.figures is None:
            return QRectF(below, QSizeF(width, 0))
        metrics = QFontMetricsF(self.widgets[0].font())
        return QRectF(below, size_of_figures(self.figures, metrics, width))

    def paint(self, painter: QPainter) -> None:
        """Paint everything."""
        first = self.widgets[0]
        painter.setFont(first.font())
        painter.fillRect(QRect(QPoint(0, 0), self.size), first.palette().window())
        for widget, place in zip(self.widgets, self._places, strict=True):
            painter.setClipRect(place)  # without it not even children are clipped
            with _without_buttons(widget):
                widget.render(painter, place.topLeft(), QRegion(), _FLAGS)
        painter.setClipping(False)
        if self.figures is not None:
            paint_figures(painter, self.figures, self.footer, PlotColours.of(first.palette()))

    @property
    def _panels(self) -> QSize:
        """The size of all panels together."""
        places = self._places
        return QSize(max(place.width() for place in places), places[-1].bottom() + 1)

    @property
    def _places(self) -> list[QRect]:
        places: list[QRect] = []
        top = 0
        for widget in self.widgets:
            places.append(QRect(QPoint(0, top), widget.size()))
            top = places[-1].bottom() + 1 + _BETWEEN_PX
        return places


def image_of(motif: Motif) -> QImage:
    """The picture as pixels, as it is on the screen but for the buttons."""
    ratio = motif.widgets[0].devicePixelRatioF()
    image = QImage(motif.size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    motif.paint(painter)
    painter.end()
    return image


def png_of(motif: Motif) -> bytes:
    """The same as a file."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image_of(motif).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def svg_of(motif: Motif, title: str) -> bytes:
    """The picture as lines and text, in a file; its curves are to paint lines meanwhile."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the older one cannot clip
    generator.setOutputDevice(buffer)
    generator.setSize(motif.size)
    generator.setViewBox(QRect(QPoint(0, 0), motif.size))
    generator.setResolution(96)
    generator.setTitle(title)
    painter = QPainter(generator)
    with ExitStack() as uncached:
        for widget in motif.widgets:
            uncached.enter_context(_uncached(widget))
        motif.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def picture_mime(image: QImage, svg: bytes) -> QMimeData:
    """Both for the clipboard."""
    data = QMimeData()
    data.setImageData(image)
    data.setData(SVG_MIME, svg)
    return data


@contextmanager
def _without_buttons(widget: QWidget) -> Iterator[None]:
    """Let buttons keep their place but show nothing: they are none in a picture."""
    before = [(each, each.icon(), each.text()) for each in widget.findChildren(QToolButton)]
    for button, _, _ in before:
        button.setIcon(QIcon())
        button.setText("")
    try:
        yield
    finally:
        for button, icon, text in before:
            button.setIcon(icon)
            button.setText(text)


@contextmanager
def _uncached(widget: QWidget) -> Iterator[None]:
    """Let no background be an image."""
    before = [(view, view.cacheMode()) for view in widget.findChildren(QGraphicsView)]
    for view, _ in before:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    try:
        yield
    finally:
        for view, mode in before:
            view.setCacheMode(mode)
