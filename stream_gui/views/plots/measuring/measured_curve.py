"""A curve as those see it who measure or export it; it fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass

from stream_gui.plotdata.series import Series

__all__ = ["MeasuredCurve"]


@dataclass(frozen=True, slots=True)
class MeasuredCurve:
    """A curve that a panel shows over time.

    Attributes:
        channel: its channel.
        column: its column there; "" if there is only one.
        name: what it is called in its panel.
        unit: of its values.
        colour: 0xRRGGBB.
        series: its samples.
    """

    channel: str
    column: str
    name: str
    unit: str
    colour: int
    series: Series

    @property
    def key(self) -> tuple[str, str]:
        """Tells it from others; the same curve in another panel has the same."""
        return self.channel, self.column

    @property
    def full_name(self) -> str:
        """What it is called wherever it stands."""
        return f"{self.channel} \N{MIDDLE DOT} {self.column}" if self.column else self.channel
