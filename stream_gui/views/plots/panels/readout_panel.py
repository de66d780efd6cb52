"""A panel of large values with limits; the newest, or those of the time shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QStackedLayout

from stream_gui.models.limits import Limits
from stream_gui.models.steady_figures import SteadyFigures
from stream_gui.models.tile_face import TileFace
from stream_gui.models.value_text import span_text
from stream_gui.plotdata.reading import Reading
from stream_gui.views.plots.feed_source import PlotFeed
from stream_gui.views.plots.limits_dialog import LimitsDialog
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.panels.kind_settling import KindSettling
from stream_gui.views.plots.panels.panel_action import panel_action
from stream_gui.views.plots.panels.panel_view import PanelContext, PanelView
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour
from stream_gui.views.plots.readout_grid import ReadoutGrid
from stream_gui.views.plots.readout_tile import ReadoutTile
from stream_gui.views.plots.time_view import TimeView

__all__ = ["ReadoutPanel"]

LIMITS, NO_TRACE = "limits", "no_trace"
STALE_S = 5.0
TRACE_S = 60.0
_EVERY_S = 0.1
_EMPTY = "Drag a channel here, or double-click one in the channel tree"

Key = tuple[str, str]


class _Value:
    """What a tile is painted from."""

    def __init__(self, unit: str) -> None:
        self.reading = Reading()
        self.figures = SteadyFigures(unit)
        self.extremes = SteadyFigures(unit)

    def foot(self, now_s: float) -> str:
        """The extremes, with their unit if it has another prefix than the value's."""
        reading, figures = self.reading, self.extremes
        if not math.isfinite(reading.least):
            return ""
        for extreme in (reading.least, reading.most):
            figures.follow(extreme, now_s)
        unit = f" {figures.unit}" if figures.unit != self.figures.unit else ""
        least, most = figures.text(reading.least), figures.text(reading.most)
        return f"min {least}{unit}   max {most}{unit}"


class ReadoutPanel(PanelView):
    """One tile for each channel or column.

    Args:
        context: what it shows, and where its data comes from.
    """

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self._layout, self._number = context.layout, context.number
        self._colours = PlotColours.of(self.palette())
        self._values: dict[Key, _Value] = {}
        self._tiles: dict[Key, ReadoutTile] = {}
        self._painted_at_s = -1.0
        self._frames = 0
        self._settling = KindSettling(self, self._unseen)
        self.note = QLabel()
        self.grid = ReadoutGrid()
        self._stack = QStackedLayout(self)
        self._build()
        self.curves = PanelCurves(
            context.layout, context.number, context.feeds, self._on_curves_changed
        )
        self.recolour(self._colours)
        self.follow_layout()

    @property
    def title(self) -> str:
        """What all its channels have in common."""
        return self.curves.title or "Readout"

    @property
    def frames(self) -> int:
        """How often values have been shown."""
        return self._frames

    @property
    def tiles(self) -> list[ReadoutTile]:
        """The tiles, in the order in which their curves were added."""
        return list(self.grid.tiles)

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        self.curves.sync()
        self.need_paint()

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._colours = colours
        self.note.setStyleSheet(f"color: {colours.dim.name()}; padding: 4px 12px")
        for tile in self._tiles.values():
            tile.recolour(colours)
        self.need_paint()

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""
        self._painted_at_s = -1.0

    def paint_frame(self, time_view: TimeView, now_s: float) -> bool:
        """Show the values as they are now, some times a second."""
        for shown in self.curves:
            self._value(shown).reading.follow(shown.series, now_s)
        if 0 <= now_s - self._painted_at_s < _EVERY_S:
            return False
        self._painted_at_s = now_s
        painted = [self._show(shown, time_view, now_s) for shown in self.curves]
        if any(painted):
            self.grid.share_size()
            self._frames += 1
        return any(painted)

    def show_values(self) -> None:
        """Say in place of tiles how to get some."""
        self.note.setText("" if len(self.curves) else _EMPTY)
        self._stack.setCurrentWidget(self.grid if len(self.curves) else self.note)

    def fit(self) -> None:
        """Begin anew with the extremes."""
        for value in self._values.values():
            value.reading.reset()
            value.extremes = SteadyFigures(value.extremes.unit_without_prefix)
        self.need_paint()

    def newest(self) -> Iterator[tuple[PlotFeed, int]]:
        """Each feed that has data, with the time of its newest sample."""
        for shown in self.curves:
            newest_ns = shown.series.newest_time_ns if shown.series is not None else None
            if newest_ns is not None:
                yield shown.feed, newest_ns

    def failed(self) -> Sequence[Callable[[], None]]:
        """For each of its channels that has failed, what lets it be tried again."""
        return self.curves.failed()

    def shut_down(self) -> None:
        """Give all feeds back."""
        self._settling.stop()
        self.curves.close()

    def limits(self, channel: str, column: str) -> Limits:
        """The limits of a value."""
        kept = self._layout.options(self._number).get(LIMITS)
        return Limits.from_dict(kept.get(_name(channel, column)) if isinstance(kept, dict) else {})

    def set_limits(self, channel: str, column: str, limits: Limits) -> None:
        """Give a value other limits."""
        kept = self._layout.options(self._number).get(LIMITS)
        every = {**(kept if isinstance(kept, dict) else {})}
        every.pop(_name(channel, column), None)
        if limits:
            every[_name(channel, column)] = limits.to_dict()
        doing = f"other limits of {' '.join((channel, column)).strip()}"
        self._layout.set_option(self._number, LIMITS, every or None, doing=doing)

    # made once

    def _build(self) -> None:
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.setContentsMargins(3, 3, 3, 3)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.note)
        for text, keys, slot in (
            ("Limits \N{HORIZONTAL ELLIPSIS}", ("L",), self._ask_limits),
            ("Reset minimum and maximum", (), self.fit),
            ("Show traces, or not", (), self._toggle_traces),
        ):
            self.addAction(panel_action(self, text, keys, slot))

    # what an operator does

    def _ask_limits(self, key: Key | None = None) -> None:
        """Ask for the limits of a tile: that with the focus, else the first one."""
        focused = (each for each, tile in self._tiles.items() if tile.hasFocus())
        key = key or next(focused, next(iter(self._tiles), None))
        shown = next((each for each in self.curves if _key(each) == key), None)
        if key is None or shown is None:
            return
        name = " ".join(key).strip()
        take = partial(self.set_limits, *key)
        LimitsDialog(name, shown.feed.unit, self.limits(*key), take, self).open()

    def _toggle_traces(self) -> None:
        hidden = None if self._layout.options(self._number).get(NO_TRACE) else True
        self._layout.set_option(self._number, NO_TRACE, hidden, doing="the traces of readouts")

    def _offer(self, key: Key) -> None:
        menu = QMenu(self)
        menu.addActions(self.actions())
        menu.addAction("Remove", partial(self._layout.remove_curve, self._number, *key))
        menu.popup(self.cursor().pos())

    # within

    def _on_curves_changed(self) -> None:
        if not hasattr(self, "curves"):
            return
        keys = [_key(shown) for shown in self.curves]
        for key in keys:
            if key not in self._tiles:
                self._tiles[key] = self._make_tile(key)
        self._tiles = {key: self._tiles[key] for key in keys}
        self._values = {key: value for key, value in self._values.items() if key in self._tiles}
        if [self._tiles[key] for key in keys] != self.tiles:
            self.grid.set_tiles(list(self._tiles.values()))
        self.title_changed.emit()
        self._settling.start()
        self.show_values()
        self.need_paint()

    def _make_tile(self, key: Key) -> ReadoutTile:
        tile = ReadoutTile(self._colours)
        tile.activated.connect(self.activated)
        tile.limits_wanted.connect(lambda: self._ask_limits(key))
        tile.menu_wanted.connect(lambda: self._offer(key))
        tile.removed.connect(lambda: self._layout.remove_curve(self._number, *key))
        return tile

    def _unseen(self) -> Iterable[PlotFeed]:
        """The feeds that have never had a number."""
        return [shown.feed for shown in self.curves if not shown.feed.series]

    def _value(self, shown: ShownCurve) -> _Value:
        key = _key(shown)
        if key not in self._values:
            self._values[key] = _Value(shown.feed.unit)
        return self._values[key]

    def _show(self, shown: ShownCurve, time_view: TimeView, now_s: float) -> bool:
        """Let a tile say what is so now; tell whether it is anything else than before."""
        tile = self._tiles.get(_key(shown))
        if tile is None:
            return False
        face = self._face(shown, time_view, now_s)
        before = tile.face
        trace = None
        if tile.trace_width and not self._layout.options(self._number).get(NO_TRACE):
            trace = self._value(shown).reading.trace(TRACE_S, tile.trace_width)
        tile.show_face(face, trace)
        return face != before

    def _face(self, shown: ShownCurve, time_view: TimeView, now_s: float) -> TileFace:
        value, colour = self._value(shown), curve_colour(shown.curve.colour, self._colours.is_dark)
        reading, rgb = value.reading, int(colour.rgb()) & 0xFFFFFF
        if not reading.has_value:
            state = shown.feed.problem or shown.feed.state
            return TileFace(shown.name, state=state, is_old=True, colour=rgb)
        if value.figures.unit_without_prefix != shown.feed.unit:
            value.figures = SteadyFigures(shown.feed.unit)
            value.extremes = SteadyFigures(shown.feed.unit)
        number = self._number_at(shown, reading, time_view)
        value.figures.follow(number, now_s)
        verdict = self.limits(*_key(shown)).judge(number)
        state, is_old = self._state(shown.feed, reading, verdict.text)
        return TileFace(
            name=shown.name,
            figures=value.figures.text(number),
            widest=value.figures.widest,
            unit=value.figures.unit,
            level=verdict.level,
            side=verdict.side,
            state=state,
            is_old=is_old,
            foot=value.foot(now_s),
            colour=rgb,
        )

    def _number_at(self, shown: ShownCurve, reading: Reading, time_view: TimeView) -> float:
        """The newest value, or that of the time at the right edge of a view that stands still."""
        if not self._layout.paused or time_view.stop_ns is None or shown.series is None:
            return reading.value
        sample = shown.series.sample_at(time_view.stop_ns)
        if sample is not None:
            return sample.value
        newest_ns = shown.series.newest_time_ns
        later = newest_ns is not None and time_view.stop_ns >= newest_ns
        return reading.value if later else math.nan

    def _state(self, feed: PlotFeed, reading: Reading, verdict: str) -> tuple[str, bool]:
        """What matters most of what is to be known of a value, and whether it is an old one."""
        if self._layout.paused:
            return " \N{MIDDLE DOT} ".join(part for part in (verdict, "paused") if part), False
        if feed.state != "live":
            return feed.problem or feed.state, True
        if reading.age_s >= STALE_S:
            return f"no data for {span_text(reading.age_s)}", True
        reduced = f"min/max of {feed.reduced}" if feed.reduced > 1 else ""
        return " \N{MIDDLE DOT} ".join(part for part in (verdict, reduced) if part), False


def _key(shown: ShownCurve) -> Key:
    return shown.curve.channel, shown.curve.column


def _name(channel: str, column: str) -> str:
    """Under which a value's limits are remembered."""
    return f"{channel}\t{column}" if column else channel
