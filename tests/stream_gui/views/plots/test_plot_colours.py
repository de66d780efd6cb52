"""The colours of curves, as people with and without colour blindness see them."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from stream_gui import assets
from stream_gui.views.plots.plot_colours import curve_colour

Floats = NDArray[np.float64]

SIGHTS = {
    # Machado, Oliveira, Fernandes: A physiologically-based model for simulation of color vision
    # deficiency (2009), severity 1.0, on linear RGB
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ, and its white
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colours: list[int]) -> Floats:
    parts = np.array([[c >> 16 & 255, c >> 8 & 255, c & 255] for c in colours]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def cielab(colours: Floats) -> Floats:
    ratios = np.clip(colours, 0, 1) @ TO_XYZ.T / WHITE
    f = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def curves(theme: str) -> list[int]:
    return [curve_colour(n, theme == "dark").rgb() & 0xFFFFFF for n in range(10)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_curves_tell_apart_for_everybody(theme: str, sight: str) -> None:
    seen = cielab(linear(curves(theme)) @ SIGHTS[sight].T)
    for one, other in combinations(range(10), 2):
        distance = float(np.linalg.norm(seen[one] - seen[other]))
        assert distance >= (20 if other < 6 else 14), (one, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_stand_out_from_the_background(theme: str) -> None:
    base = int(assets.theme(theme).base.removeprefix("#"), 16)
    behind, *drawn = linear([base, *curves(theme)]) @ TO_XYZ[1]
    for luminance in drawn:
        lighter, darker = max(luminance, behind), min(luminance, behind)
        assert (lighter + 0.05) / (darker + 0.05) >= 3  # WCAG 2.2, graphical objects
