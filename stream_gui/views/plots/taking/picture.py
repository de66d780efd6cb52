"""Panels as a picture: of pixels or of lines and text; it saves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QMimeData, QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontMetricsF, QIcon, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QToolButton, QWidget

from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.taking.printed_figures import Figures, paint_figures, size_of_figures

__all__ = ["Motif", "image_of", "picture_mime", "png_of", "svg_of"]

SVG_MIME = "image/svg+xml"

_FLAGS = QWidget.RenderFlag.DrawChildren | QWidget.RenderFlag.DrawWindowBackground


@dataclass(frozen=True, slots=True)
class Motif:
    """What a picture shows.

    Attributes:
        widget: the panels.
        figures: what is written below them.
    """

    widget: QWidget
    figures: Figures | None = None

    @property
    def size(self) -> QSize:
        """In pixels of the screen."""
        return self.widget.size() + QSize(0, round(self.footer.height()))

    @property
    def footer(self) -> QRectF:
        """Where the figures are."""
        below, widget = QPointF(0, self.widget.height()), self.widget
        if self.figures is None:
            return QRectF(below, QSizeF(widget.width(), 0))
        metrics = QFontMetricsF(widget.font())
        return QRectF(below, size_of_figures(self.figures, metrics, widget.width()))

    def paint(self, painter: QPainter) -> None:
        """Paint everything."""
        painter.setFont(self.widget.font())
        painter.fillRect(QRect(QPoint(0, 0), self.size), self.widget.palette().window())
        painter.setClipRect(self.widget.rect())  # without it not even children are clipped
        with _without_buttons(self.widget):
            self.widget.render(painter, QPoint(), QRegion(), _FLAGS)
        painter.setClipping(False)
        if self.figures is not None:
            colours = PlotColours.of(self.widget.palette())
            paint_figures(painter, self.figures, self.footer, colours)


def image_of(motif: Motif) -> QImage:
    """The picture as pixels, as it is on the screen but for the buttons."""
    ratio = motif.widget.devicePixelRatioF()
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
    with _uncached(motif.widget):
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
