"""What every kind of panel is to its frame and to the plot area; it shows nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.feed_source import FeedSource, OpenFeed
from stream_gui.views.plots.measuring.measured_curve import MeasuredCurve
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.time_view import TimeView

__all__ = ["PanelContext", "PanelView"]


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What a panel is given.

    Attributes:
        layout: what it shows, and where it writes down what an operator changes.
        number: its own there.
        feeds: where its data comes from.
        time_view: the stretch of time that all panels show.
    """

    layout: PlotLayout
    number: int
    feeds: FeedSource
    time_view: TimeView


class PanelView(QWidget):
    """The inside of a panel.

    The frame around it has the border, the title, the button that closes it, and takes what is
    dropped. The actions that are added to it (`addAction`) stand in the panel's menu.

    Signals:
        title_changed(): `title` has another value.
        activated(): the operator works in this panel: it is to be the current one.

    Args:
        context: what it shows, and where its data comes from.

    Attributes:
        context: the same.
        has_time_axis: whether it can show the times below, so that panels above it need not.
    """

    has_time_axis = False
    title_changed = Signal()
    activated = Signal()

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self.context = context

    @property
    def title(self) -> str:
        """What stands above it."""
        return ""

    @property
    def frames(self) -> int:
        """How often its data has been drawn."""
        return 0

    def header(self) -> QWidget | None:
        """What stands beside the title, if anything: the legend."""
        return None

    def tools(self) -> Iterable[QWidget]:
        """The buttons before the one that closes it."""
        return ()

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        raise NotImplementedError

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        raise NotImplementedError

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Show the data as it is now if anything of it has changed; tell whether.

        Args:
            time_view: the stretch of time to show.
            now_s: the time of a steady clock, in seconds.
        """
        raise NotImplementedError

    def show_values(self) -> None:
        """Show newest values and states as text; called a few times a second."""

    def show_time_axis(self, shown: bool) -> None:
        """Show the times below, or leave the room to the data."""

    def fit(self) -> None:
        """Let all scales fit themselves to the data again."""

    def time_canvas(self) -> PlotCanvas | None:
        """What its curves stand on, if it shows any over the time that all panels share."""
        return None

    def measured(self) -> Iterable[MeasuredCurve]:
        """The visible curves over time that have data."""
        return ()

    def paint_as_lines(self, wanted: bool) -> None:
        """Paint lines in place of an image of them, where there is one: for a picture of lines."""

    def set_range(self) -> None:
        """Ask for the limits of a scale, where there is one."""

    def axis_widths(self) -> tuple[float, float]:
        """The room that is needed beside its time axis, left and right."""
        return 0.0, 0.0

    def set_axis_widths(self, left: float, right: float) -> None:
        """Leave so much room beside the time axis, so that the times of all panels align."""

    def failed(self) -> Sequence[Callable[[], None]]:
        """For each of its channels that has failed, what lets it be tried again."""
        return ()

    def newest(self) -> Iterable[tuple[OpenFeed, int]]:
        """Each feed whose data stands on the time axis, with the time of its newest sample."""
        return ()

    def shut_down(self) -> None:
        """Give all feeds back; it is not used any more."""
        raise NotImplementedError
