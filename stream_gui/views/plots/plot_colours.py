"""The colours of plots, from the widget's palette: curves that tell apart on light and on dark."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

__all__ = ["PlotColours", "curve_colour"]

_ON_LIGHT = (
    0x1565C9, 0xC9500F, 0x1F8A4C, 0x9133BD, 0xC42364,
    0x0B8088, 0x9A6B00, 0x5A3FD0, 0x5B7F0A, 0x566270,
)  # fmt: skip
_ON_DARK = (
    0x5AA9FF, 0xFF9350, 0x52CC86, 0xCF8CF5, 0xFF7BA0,
    0x43CFD6, 0xE8C14A, 0xA493FF, 0xB4D64E, 0xAAB6C4,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlotColours:
    """What plots are painted in.

    Attributes:
        is_dark: whether the background is dark.
        base: the background.
        grid: of the lines behind the curves.
        border: of axes and frames.
        text: of words.
        dim: of words that matter less.
        accent: of the current panel and of what is selected.
        warning: of what an operator should notice.
        bad: of what has failed.
    """

    is_dark: bool
    base: QColor
    grid: QColor
    border: QColor
    text: QColor
    dim: QColor
    accent: QColor
    warning: QColor
    bad: QColor

    @staticmethod
    def of(palette: QPalette) -> PlotColours:
        """The colours that go with a palette."""
        role = QPalette.ColorRole
        base, text = palette.color(role.Base), palette.color(role.Text)
        is_dark = base.lightness() < 128
        return PlotColours(
            is_dark=is_dark,
            base=base,
            grid=_mixed(base, text, 0.09),
            border=_mixed(base, text, 0.24),
            text=text,
            dim=_mixed(base, text, 0.66),
            accent=palette.color(role.Highlight),
            warning=QColor("#e5a23c" if is_dark else "#9a5f00"),
            bad=QColor("#f0686a" if is_dark else "#c02f2f"),
        )


def curve_colour(number: int, is_dark: bool) -> QColor:
    """The colour of a curve; it repeats after ten."""
    colours = _ON_DARK if is_dark else _ON_LIGHT
    return QColor.fromRgb(colours[number % len(colours)])


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    """So much of the other colour in the one."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * share) for a, b in parts))
