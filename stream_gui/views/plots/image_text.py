"""What an image panel says of its pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.frames import Rates
from stream_gui.plotdata.levels import Histogram

__all__ = ["TIMES", "counts_texts", "pixel_text", "pooling_text", "rate_text", "shape_text"]

TIMES = "\N{MULTIPLICATION SIGN}"
_MORE = 1.2


def pixel_text(pixels: NDArray[Any], pixel: tuple[int, int], unit: str) -> str:
    """The place and the value of a pixel."""
    row, column = pixel
    value = pixels[row, column]
    text = ", ".join(_number(each) for each in np.atleast_1d(value))
    return f"x {column}, y {row}: {text} {unit}".strip()


def rate_text(rates: Rates) -> str:
    """How many frames come, and of how many."""
    if not rates.shown_hz:
        return ""
    if rates.made_hz > _MORE * rates.shown_hz:
        return f"newest only, {_rate(rates.shown_hz)}/s of {_rate(rates.made_hz)}/s"
    return f"{_rate(rates.shown_hz)}/s"


def shape_text(pixels: NDArray[Any]) -> str:
    """Width, height and type."""
    height, width = pixels.shape[:2]
    colours = {3: " RGB", 4: " RGBA"}.get(pixels.shape[2], "") if pixels.ndim == 3 else ""
    return f"{width}{TIMES}{height}{colours} {pixels.dtype}"


def counts_texts(histogram: Histogram | None) -> list[str]:
    """How many pixels are at the limit of their type, and how many have no value."""
    if histogram is None:
        return []
    counts = ((histogram.saturated, "saturated"), (histogram.blanks, "NaN"))
    return [f"{count} {name}" for count, name in counts if count]


def pooling_text(factor: int) -> str:
    """How many pixels of the picture share one of the screen."""
    return f"brightest of {factor}{TIMES}{factor}" if factor > 1 else ""


def _number(value: Any) -> str:
    text = f"{float(value):.6g}" if np.issubdtype(type(value), np.floating) else str(value)
    return text.replace("-", "\N{MINUS SIGN}").replace("nan", "NaN")


def _rate(rate_hz: float) -> str:
    return f"{rate_hz:.0f}" if rate_hz >= 9.95 else f"{rate_hz:.2g}"
