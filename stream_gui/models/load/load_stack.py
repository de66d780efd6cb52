"""The load as layers upon each other: the greatest by name, the others together; paints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.rate_ring import Floats

__all__ = ["OTHERS", "Layer", "LoadStack", "StackKind", "load_stack"]

OTHERS = ""
SHOWN_LAYERS = 8
RECENT = 10


class StackKind(StrEnum):
    """What the layers are."""

    SENT = "bytes in, by client"
    RECEIVED = "bytes out, by client"
    CHANNELS = "bytes published, by channel"


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes:
        key: number of the client or name of the channel; None: all others.
        name: what it is called; of the others how many they are.
        rate: bytes a second, as a mean of the last seconds.
        bottom, top: where it lies at each time, in bytes a second.
    """

    key: int | str | None
    name: str
    rate: float
    bottom: Floats
    top: Floats


@dataclass(frozen=True)
class LoadStack:
    """All layers, the greatest at the bottom.

    Attributes:
        ages_s: the times, in seconds before the last one.
        layers: from the bottom up.
    """

    ages_s: Floats
    layers: tuple[Layer, ...]

    @property
    def height(self) -> float:
        """The greatest sum."""
        tops = self.layers[-1].top if self.layers else np.zeros(0)
        return float(tops.max()) if tops.size else 0.0


def load_stack(
    history: LoadHistory, kind: StackKind, points: int, layers: int = SHOWN_LAYERS
) -> LoadStack:
    """The layers of the last measurements.

    Args:
        history: the measurements.
        kind: what the layers are.
        points: how many of the measurements.
        layers: how many have a layer of their own.
    """
    ages_s = history.ages_s[-points:]
    rings = {
        StackKind.SENT: history.bytes_in,
        StackKind.RECEIVED: history.bytes_out,
        StackKind.CHANNELS: history.channels,
    }
    keys, rates = rings[kind].together(points)  # type: ignore[attr-defined]
    if not keys:
        return LoadStack(ages_s, ())
    rates = np.nan_to_num(rates)
    recent = rates[:, -RECENT:].mean(axis=1)
    order = np.lexsort((np.arange(len(keys)), -rates.mean(axis=1), -recent))
    named = [place for place in order[:layers] if rates[place].any()]
    others = [place for place in range(len(keys)) if place not in set(named)]
    rows = [rates[place] for place in named]
    facts = [(keys[place], _name(history, keys[place]), float(recent[place])) for place in named]
    if others and rates[others].any():
        rows.append(rates[others].sum(axis=0))
        facts.append((None, f"{len(others)} others", float(recent[others].sum())))
    if not rows:
        return LoadStack(ages_s, ())
    tops = np.cumsum(rows, axis=0)
    bottoms = np.vstack([np.zeros(tops.shape[1]), tops[:-1]])
    made = [
        Layer(*fact, bottom, top) for fact, bottom, top in zip(facts, bottoms, tops, strict=True)
    ]
    return LoadStack(ages_s, tuple(made))


def _name(history: LoadHistory, key: int | str) -> str:
    return history.name(key) if isinstance(key, int) else key
