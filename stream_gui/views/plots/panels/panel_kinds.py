"""Which kinds of panels there are; another kind is a class of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stream_gui.models.panel_kinds import EVENTS, IMAGE, READOUT
from stream_gui.views.plots.panels.events_panel import EventsPanel
from stream_gui.views.plots.panels.image_panel import ImagePanel
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.panels.readout_panel import ReadoutPanel
from stream_gui.views.plots.panels.time_panel import TimePanel
from stream_gui.views.plots.panels.unknown_panel import UnknownPanel

__all__ = ["PANEL_KINDS", "PanelKind", "make_panel_view"]


@dataclass(frozen=True, slots=True)
class PanelKind:
    """A kind of panel.

    Attributes:
        name: under which layouts know it.
        title: in menus.
        make: makes one.
        keeps_history: whether it goes on reading while it is hidden, unless it is told otherwise.
    """

    name: str
    title: str
    make: Callable[[PanelContext], PanelView]
    keeps_history: bool = False


PANEL_KINDS = {
    kind.name: kind
    for kind in (
        PanelKind("time", "Time plot", TimePanel, keeps_history=True),
        PanelKind(IMAGE, "Image", ImagePanel),
        PanelKind(READOUT, "Readout", ReadoutPanel, keeps_history=True),
        PanelKind(EVENTS, "Event table", EventsPanel),
        # a kind a line
    )
}


def make_panel_view(context: PanelContext) -> PanelView:
    """The inside of a panel of the kind that the layout asks for."""
    kind = PANEL_KINDS.get(context.layout.kind(context.number))
    return kind.make(context) if kind is not None else UnknownPanel(context)
