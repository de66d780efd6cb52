"""What every curve says of itself: whether all of it is here, or why not; draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from stream_gui.views.plots.panel_curves import ShownCurve
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["Badge", "badge_of", "tip_of"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A word or two about a curve.

    Attributes:
        text: what it says.
        short: the same where there is little room.
        colour: in which.
        is_quiet: whether there is nothing to worry about.
    """

    text: str
    short: str
    colour: QColor
    is_quiet: bool = False


def badge_of(shown: ShownCurve, colours: PlotColours) -> Badge:
    """The badge of a curve."""
    feed = shown.feed
    lost = f"{_count(feed.lost)} lost" if feed.lost else ""
    if feed.state in ("ended", "error"):
        text = f"{feed.state}, {lost}" if lost else feed.state
        return Badge(text, text, colours.bad if feed.state == "error" else colours.warning)
    if feed.columns and shown.series is None:
        return Badge("no such column", "no column", colours.warning)
    if feed.problem:
        return Badge("not only numbers", "odd", colours.warning)
    if feed.reduced > 1:
        ratio = f"1:{feed.reduced}"
        text, short = (
            (f"decimated {ratio}, {lost}", f"{ratio}, {lost}")
            if lost
            else (f"decimated {ratio}", ratio)
        )
        return Badge(text, short, colours.warning if lost else colours.accent)
    if lost:
        return Badge(lost, lost, colours.warning)
    if feed.state == "waiting":
        return Badge("waiting", "waiting", colours.dim)
    return Badge("full rate", "1:1", colours.dim, is_quiet=True)


def tip_of(shown: ShownCurve) -> str:
    """All that there is to say of a curve."""
    curve, feed = shown.curve, shown.feed
    lines = [f"{curve.channel}  {curve.column}".strip()]
    if feed.problem:
        lines.append(feed.problem)
        if feed.state == "error":
            lines.append("Menu key: try again.")
    elif feed.columns and shown.series is None:
        lines.append(f"The channel has no column of this name now, but {', '.join(feed.columns)}.")
    elif feed.state == "waiting":
        lines.append("Waiting for the channel to appear.")
    elif feed.reduced > 1:
        lines.append(
            f"Decimated at the server (envelope {feed.reduced}): of each {feed.reduced} samples"
            " the smallest and the largest come,\nsince link or machine cannot keep up with all"
            " of them. No peak is lost; zooming in shows no more."
        )
    elif feed.state == "live":
        lines.append("Full rate: every sample comes here.")
    if feed.lost:
        lines.append(f"{_count(feed.lost)} items were lost on the way here; each place is marked.")
    lines += _strange(shown)
    lines.append("Click: show or hide.  Drag: to another axis or panel.  Menu key: more.")
    return "\n".join(lines)


def _strange(shown: ShownCurve) -> list[str]:
    """What has come that is no number."""
    nan, infinite = shown.series.not_finite if shown.series is not None else (0, 0)
    lines = []
    if nan:
        lines.append(f"NaN so far: {_count(nan)}. The curve is interrupted there.")
    if infinite:
        lines.append(f"Infinite so far: {_count(infinite)}. An arrow at the edge stands for them.")
    return lines


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
