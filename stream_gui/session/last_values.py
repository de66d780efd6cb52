"""The last values that the tree shows, never faster than once a second a channel.

What costs nothing is followed always: channels with history (they are in demand anyway) and
channels that a plot reads. The rest only where a row is visible and the operator asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.session.bridge import Bridge
from stream_gui.session.following import Following, Surroundings

__all__ = ["LastValues"]

INTERVAL_S = 1.0


class LastValues(QObject):
    """Follows the newest value of the channels whose rows are visible.

    Signals:
        live_changed(bool): all visible rows are followed, or only what costs nothing.

    Args:
        around: what the session works with.
        bridge: the way back to the tree.
        tree: takes the values.
        plotted: gives the newest values of the channels that plots read.
    """

    live_changed = Signal(bool)

    def __init__(
        self,
        around: Surroundings,
        bridge: Bridge,
        tree: ChannelTree,
        plotted: Callable[[], dict[str, object]],
    ) -> None:
        super().__init__()
        self._around = around
        self._bridge = bridge
        self._tree = tree
        self._plotted = plotted
        self._visible: frozenset[str] = frozenset()
        self._live = False
        self._followed: dict[str, Following] = {}
        self._from_plots: set[str] = set()
        self._shown: set[str] = set()
        self._newest: dict[str, object] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(round(INTERVAL_S * 1000))
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    @property
    def live(self) -> bool:
        """Whether all visible rows are followed."""
        return self._live

    def set_live(self, live: bool) -> None:
        """Follow all visible rows, or only what costs nothing."""
        if live != self._live:
            self._live = live
            self.live_changed.emit(live)
            self.refresh()

    def set_visible(self, names: Iterable[str]) -> None:
        """The rows that the operator sees now."""
        names = frozenset(names)
        if names != self._visible:
            self._visible = names
            self.refresh()

    def refresh(self) -> None:
        """Begin and end what is followed, and take over what the plots have."""
        plotted = self._plotted()
        newest, self._newest = self._newest, {}
        for name, value in (newest | plotted).items():
            self._tree.set_value(name, value)
        self._tree.forget_values(self._from_plots - set(plotted) - set(self._followed))
        self._from_plots = set(plotted)
        wanted = {name for name in self._visible if name not in plotted and self._affordable(name)}
        self._end(set(self._followed) - wanted, keep=set(plotted))
        for name in wanted - set(self._followed):
            self._begin(name)

    def close(self) -> None:
        """Follow nothing more."""
        self._timer.stop()
        self._end(set(self._followed), keep=set())

    def _affordable(self, name: str) -> bool:
        info = self._tree.info(name)
        return info is not None and (self._live or info.history > 0)

    def _begin(self, name: str) -> None:
        info = self._tree.info(name)
        history = 1 if info is not None and info.history > 0 else 0
        self._followed[name] = Following(
            self._around, f"follow {name}", lambda client: self._follow(client, name, history)
        )

    def _end(self, names: set[str], *, keep: set[str]) -> None:
        for name in names:
            self._followed.pop(name).end()
            self._newest.pop(name, None)
        self._shown -= names
        self._tree.forget_values(names - keep)

    async def _follow(self, client: sc.Client, name: str, history: int) -> None:
        try:
            reader = await client.subscribe(
                name, buffer_size=1, overflow="ring", min_interval_s=INTERVAL_S, history=history
            )
        except sc.ChannelNotFound:
            return  # gone since the row was seen; the tree is about to hear of it
        try:
            while True:
                self._bridge.post(self._show, name, await reader.get())
        except sc.ChannelClosed:
            return
        finally:
            await reader.close()

    def _show(self, name: str, value: object) -> None:
        """Show a first value at once, the others together: each painting of the tree costs."""
        if name not in self._followed:
            return
        if name in self._shown:
            self._newest[name] = value
        else:
            self._shown.add(name)
            self._tree.set_value(name, value)
