"""What a tile of a readout says, ready to be painted; it knows no widget."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TileFace"]

_SIGNS = {"high": "\N{BLACK UP-POINTING TRIANGLE}", "low": "\N{BLACK DOWN-POINTING TRIANGLE}"}


@dataclass(frozen=True, slots=True)
class TileFace:
    """All that a tile says.

    Attributes:
        name: of the value.
        figures: the value; "" while there is none.
        widest: figures as wide as they can become.
        unit: with its prefix.
        level: of its limits: "none", "good", "warning", "alarm" or "invalid".
        side: "low" or "high" if it is beyond a limit.
        state: the same in words, and what else is to be known of it.
        is_old: what is shown is not what the channel has now.
        foot: its extremes.
        colour: number of its colour, 0xRRGGBB.
    """

    name: str
    figures: str = ""
    widest: str = ""
    unit: str = ""
    level: str = "none"
    side: str = ""
    state: str = ""
    is_old: bool = False
    foot: str = ""
    colour: int = 0

    @property
    def text(self) -> str:
        """All of it, as it is read to those who do not see it."""
        parts = (self.name, f"{self.figures} {self.unit}".strip(), self.state, self.foot)
        return ", ".join(part for part in parts if part)

    @property
    def signed_state(self) -> str:
        """The state with the shape of its side."""
        return f"{_SIGNS.get(self.side, '')} {self.state}".strip()

    @property
    def short_name(self) -> str:
        """The name with a sign for its state, where there is no room for words."""
        signs = _SIGNS.get(self.side, "") + ("\N{WARNING SIGN}" if self.is_old else "")
        return f"{signs} {self.name}".strip()
