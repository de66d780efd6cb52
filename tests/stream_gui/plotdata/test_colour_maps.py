"""Colour maps go from dark to bright, or both ways from their middle."""

import numpy as np
import pytest

from stream_gui.plotdata.colour_maps import COLOUR_MAPS, colour_table


def lightness(name: str) -> np.ndarray:
    return colour_table(name).astype(float) @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_a_table_has_256_colours_without_jumps(name: str) -> None:
    table = colour_table(name)
    assert (table.shape, table.dtype) == ((256, 3), np.uint8)
    assert np.abs(np.diff(table.astype(int), axis=0)).max() <= 8


@pytest.mark.parametrize("name", [name for name in COLOUR_MAPS if name != "blue-orange"])
def test_larger_values_are_brighter(name: str) -> None:
    assert (np.diff(lightness(name)) > -0.5).all()
    assert lightness(name)[-1] - lightness(name)[0] > 150


def test_the_middle_of_the_diverging_map_is_the_brightest() -> None:
    light = lightness("blue-orange")
    assert 120 <= light.argmax() <= 136
    assert (np.diff(light[:120]) > -0.5).all()
    assert (np.diff(light[136:]) < 0.5).all()


def test_viridis_is_that_of_matplotlib() -> None:
    assert colour_table("viridis")[[0, 128, 255]] == pytest.approx(
        np.array([(68, 1, 84), (33, 145, 140), (253, 231, 37)]), abs=3
    )


def test_there_is_no_map_of_another_name() -> None:
    with pytest.raises(KeyError):
        colour_table("jet")
