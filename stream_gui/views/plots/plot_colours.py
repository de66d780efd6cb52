"""The colours of plots, from the widget's palette: curves that tell apart on light and on dark."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

__all__ = ["PlotColours", "curve_colour"]

# For people with deuteranopia or protanopia, too, each differs from all others by a distance of 14
# in CIELAB or more, the first six by 20; each has a contrast of 3 to 1 with the background.
_ON_LIGHT = (
    0x1565C9, 0xD05B10, 0x2B8D4E, 0x771787, 0xF0519A,
    0x7A3041, 0x7A4D00, 0x4E41D3, 0x859E37, 0x5D5C6D,
)  # fmt: skip
_ON_DARK = (
    0x5AA9FF, 0xED8646, 0x6AD888, 0x64D8FF, 0xFF84AF,
    0x089277, 0xDEBC38, 0x8C6FCE, 0xCEF16D, 0x5F8CB7,
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
