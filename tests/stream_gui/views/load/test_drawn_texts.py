"""Texts that are drawn again and again."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QImage, QPainter

from stream_gui.views.load.drawn_texts import DrawnTexts


def inked(
    texts: DrawnTexts, text: str, *, at_right: bool = False, font: QFont | None = None
) -> list[int]:
    """The columns of a picture of 200 pixels in which something is drawn in its middle 100."""
    image = QImage(200, 24, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setFont(font or QFont())
    texts.draw(painter, QRect(50, 0, 100, 24), text, at_right=at_right)
    painter.end()
    white = image.pixel(0, 0)
    return [x for x in range(200) if any(image.pixel(x, y) != white for y in range(24))]


def test_a_text_stands_at_either_end(qapp: object) -> None:
    texts = DrawnTexts(QFont())
    assert inked(texts, "12 kB")[0] in range(50, 54)
    assert inked(texts, "12 kB", at_right=True)[-1] in range(146, 151)
    assert inked(texts, "") == []


def test_what_has_no_room_is_cut_short(qapp: object) -> None:
    assert inked(DrawnTexts(QFont()), "a name that is far too long for this")[-1] <= 150


def test_another_font_is_measured_anew(qapp: object) -> None:
    texts = DrawnTexts(QFont())
    inked(texts, "12 kB", at_right=True)
    larger = QFont()
    larger.setPixelSize(20)
    texts.use(larger)
    assert inked(texts, "12 kB", at_right=True, font=larger)[-1] in range(146, 151)
