"""Two cursors and markers on the time that all panels share; they measure nothing themselves.

They belong to the layout: every change can be undone, and they come back with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from stream_gui.models.plot_layout import PlotLayout

__all__ = ["CursorName", "Cursors", "Marker", "Measuring", "resolution_ns"]

CursorName = Literal["a", "b"]

_CURSORS, _MARKERS, _BEHIND = "cursors", "markers", "behind"
_SHARES = 1 / 3, 2 / 3
_LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Cursors:
    """Two times between which is measured; B may lie before A.

    Attributes:
        a_ns: of cursor A, in the data's clock.
        b_ns: of cursor B.
    """

    a_ns: int
    b_ns: int

    @property
    def start_ns(self) -> int:
        """The earlier of the two."""
        return min(self.a_ns, self.b_ns)

    @property
    def stop_ns(self) -> int:
        """The later of the two."""
        return max(self.a_ns, self.b_ns)

    @property
    def distance_ns(self) -> int:
        """From A to B; negative if B lies before A."""
        return self.b_ns - self.a_ns

    def at(self, name: CursorName) -> int:
        """The time of one of them."""
        return self.a_ns if name == "a" else self.b_ns

    def moved(self, name: CursorName, time_ns: int) -> Cursors:
        """The two with one of them elsewhere."""
        return replace(self, a_ns=time_ns) if name == "a" else replace(self, b_ns=time_ns)


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """A note at a time.

    Attributes:
        time_ns: when, in the data's clock.
        text: what happened.
    """

    time_ns: int
    text: str


class Measuring(QObject):
    """The cursors and markers of a layout.

    Signals:
        cursors_changed: they stand elsewhere, or are shown or hidden.
        chosen_changed: the arrow keys move another one.
        markers_changed: there are others.

    Args:
        layout: where they are kept.
    """

    cursors_changed = Signal()
    chosen_changed = Signal()
    markers_changed = Signal()

    def __init__(self, layout: PlotLayout, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layout = layout
        self._chosen: CursorName | None = None
        self._edge_ns: int | None = None
        layout.shared_changed.connect(self._on_shared_changed)
        layout.paused_changed.connect(self._on_paused)

    @property
    def cursors(self) -> Cursors | None:
        """Where the cursors stand; None while they are hidden."""
        stored = self._layout.shared(_CURSORS, ())
        riding = self.is_riding
        if riding and self._edge_ns is None:
            return None
        try:
            one, other = stored[_BEHIND] if riding else stored
            if riding:
                return Cursors((self._edge_ns or 0) - int(one), (self._edge_ns or 0) - int(other))
            return Cursors(int(one), int(other))
        except (TypeError, ValueError):
            return None

    @property
    def is_riding(self) -> bool:
        """Whether they keep their distance to the live edge, rather than their times."""
        stored = self._layout.shared(_CURSORS, ())
        return isinstance(stored, Mapping) and _BEHIND in stored

    def behind_ns(self, name: CursorName) -> int:
        """How far a cursor is behind the live edge."""
        cursors = self.cursors
        return (self._edge_ns or 0) - cursors.at(name) if cursors is not None else 0

    def advance(self, edge_ns: int | None) -> None:
        """Take in where the live edge is; a view that stands still has none."""
        if edge_ns is not None:
            appears = self._edge_ns is None and self.is_riding
            self._edge_ns = edge_ns
            if appears:
                self.cursors_changed.emit()

    def set_riding(self, riding: bool) -> None:
        """Let the cursors keep their distance to the live edge, or their times."""
        cursors = self.cursors
        if cursors is None or riding == self.is_riding or (riding and self._edge_ns is None):
            return
        doing = "letting the cursors ride along" if riding else "letting the cursors stand still"
        self._layout.set_shared(_CURSORS, self._stored(cursors, riding=riding), doing=doing)

    @property
    def chosen(self) -> CursorName | None:
        """The cursor that the arrow keys move; None: they move the view."""
        return self._chosen if self.cursors is not None else None

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers in the order of their times."""
        return tuple(sorted(_markers_from(self._layout.shared(_MARKERS, ()))))

    # cursors

    def show(self, start_ns: int, stop_ns: int) -> None:
        """Bring both cursors into this stretch of time."""
        one, other = (start_ns + round((stop_ns - start_ns) * share) for share in _SHARES)
        self._put(Cursors(one, other), "showing the cursors")
        self.choose("a")

    def hide(self) -> None:
        """Take both cursors away."""
        self._layout.set_shared(_CURSORS, None, doing="hiding the cursors")

    def choose(self, name: CursorName | None) -> None:
        """Let the arrow keys move this cursor, or with None the view."""
        if name != self._chosen:
            self._chosen = name
            self.chosen_changed.emit()

    def move(self, name: CursorName, time_ns: int) -> None:
        """Move a cursor, which becomes the chosen one."""
        cursors = self.cursors
        if cursors is not None:
            self._put(cursors.moved(name, time_ns), f"moving cursor {name.upper()}", name)
            self.choose(name)

    # markers

    def add_marker(self, time_ns: int, text: str) -> Marker:
        """Put a note at a time."""
        marker = Marker(time_ns, _note(text))
        self._put_markers([*self.markers, marker], "adding a marker")
        return marker

    def edit_marker(self, marker: Marker, text: str) -> None:
        """Give a marker another text."""
        others = self._without(marker)
        if others is not None:
            edited = replace(marker, text=_note(text))
            self._put_markers([*others, edited], "editing a marker")

    def remove_marker(self, marker: Marker) -> None:
        """Take a marker away."""
        others = self._without(marker)
        if others is not None:
            self._put_markers(others, "removing a marker")

    def _put(self, cursors: Cursors, doing: str, fold: str = "") -> None:
        stored = self._stored(cursors, riding=self.is_riding)
        self._layout.set_shared(_CURSORS, stored, doing=doing, fold=fold and f"cursor {fold}")

    def _stored(self, cursors: Cursors, *, riding: bool) -> object:
        """The cursors as plain values: times, or distances to the live edge."""
        times = [cursors.a_ns, cursors.b_ns]
        if not riding or self._edge_ns is None:
            return times
        return {_BEHIND: [self._edge_ns - time_ns for time_ns in times]}

    def _put_markers(self, markers: Iterable[Marker], doing: str) -> None:
        kept = [[marker.time_ns, marker.text] for marker in sorted(markers)]
        self._layout.set_shared(_MARKERS, kept or None, doing=doing)

    def _without(self, marker: Marker) -> list[Marker] | None:
        others = list(self.markers)
        if marker not in others:
            return None
        others.remove(marker)
        return others

    def _on_paused(self) -> None:
        """A view that stands still is for looking at: the cursors stand still with it."""
        cursors = self.cursors
        if self._layout.paused and cursors is not None and self.is_riding:
            stored = self._stored(cursors, riding=False)
            self._layout.amend(self._layout.state.with_shared(_CURSORS, stored))

    def _on_shared_changed(self, name: str) -> None:
        if name == _CURSORS:
            self.cursors_changed.emit()
            self.chosen_changed.emit()
        elif name == _MARKERS:
            self.markers_changed.emit()


def resolution_ns(pixel_ns: int) -> int:
    """The largest power of ten, in nanoseconds, that is no more than a pixel.

    Times pointed at are multiples of it, so that they read as exact as they are meant.
    """
    return int(10 ** math.floor(math.log10(max(1, pixel_ns)) + 1e-9))


def _note(text: str) -> str:
    """A text of one line, of bounded length."""
    return " ".join(text.split())[:_LONGEST_NOTE]


def _markers_from(entries: Any) -> Iterable[Marker]:
    for entry in entries if isinstance(entries, list | tuple) else ():
        try:
            time_ns, text = entry
            yield Marker(int(time_ns), str(text))
        except (TypeError, ValueError):
            continue
