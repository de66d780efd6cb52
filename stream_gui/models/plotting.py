"""Where channels go that an operator wants to see: to a panel that can show what they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stream_gui.models.panel_kinds import EVENTS, IMAGE, TIME, fits
from stream_gui.models.plot_layout import PlotLayout

__all__ = ["doing", "plot_channels"]


def plot_channels(
    layout: PlotLayout,
    entries: Iterable[tuple[str, str]],
    kind_of: Callable[[str], str],
    *,
    panel: int | None = None,
    new_panel: bool = False,
) -> int | None:
    """Show channels, or columns of them, in panels of the kinds that fit them; undone as one.

    Args:
        layout: where the panels stand.
        entries: channels, each with a column or "" for all.
        kind_of: gives the kind of panel that can show a channel, "" if nothing tells yet.
        panel: on which they were dropped; what it cannot show gets a panel beside it.
        new_panel: no panel that is there already is to show them.

    Returns:
        The number of the last panel that shows one of them; None if there was nothing to show.
    """
    entries = list(dict.fromkeys(entries))
    made: dict[str, int] = {}
    found: int | None = None
    with layout.one_change(doing(entries)):
        for channel, column in entries:
            kind = kind_of(channel)
            target = made.get(kind or TIME)
            if target is None and not new_panel:
                target = panel if panel is not None else layout.current
                if target is not None and not _takes(layout, target, channel, kind, panel):
                    target = None
            if target is None or (kind == IMAGE and target in made.values()):
                target = made[kind or TIME] = layout.add_panel(kind or TIME)
            found = _put(layout, target, channel, column)
    return found


def _takes(
    layout: PlotLayout, target: int, channel: str, kind: str, dropped_on: int | None
) -> bool:
    """Whether a panel that is there is to show a channel.

    A table takes everything that is dropped on it, but numbers only then; a picture is replaced by
    another only if that was dropped on it.
    """
    there = layout.kind(target)
    if there == IMAGE and dropped_on is None and layout.curves(target):
        return any(curve.channel == channel for curve in layout.curves(target))
    if there == EVENTS and dropped_on is None:
        return kind == EVENTS
    return fits(kind, there)


def _put(layout: PlotLayout, panel: int, channel: str, column: str) -> int:
    if layout.kind(panel) == IMAGE:
        for curve in layout.curves(panel):
            if curve.channel != channel:
                layout.remove_curve(panel, curve.channel, curve.column)
    return layout.plot(channel, column, panel)


def doing(entries: Iterable[tuple[str, str]]) -> str:
    """What plotting these is called, to be read after "Undo"."""
    names = dict.fromkeys(channel for channel, _ in entries)
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"plotting {next(iter(names), '')}{more}"
