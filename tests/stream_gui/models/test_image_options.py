"""What an image panel remembers."""

from typing import Any

import pytest

from stream_gui.models.image_options import ImageOptions
from stream_gui.plotdata.levels import Levels


def test_nothing_chosen_is_a_good_beginning() -> None:
    options = ImageOptions.of({})
    assert (options.colour_map, options.mode, options.levels) == ("viridis", "auto", None)
    assert options.share > 0
    assert not options.fills


def test_choices_are_taken_over() -> None:
    options = ImageOptions.of({"colour_map": "magma", "levels": [5, 1], "fills": True})
    assert options == ImageOptions("magma", "fixed", Levels(1, 5), True)
    assert ImageOptions.of({"levels": "extremes"}).share == 0


@pytest.mark.parametrize("levels", ["none", [1], [1, "x"], [1, float("nan")], 3, {"a": 1}])
def test_what_cannot_be_understood_is_no_choice(levels: Any) -> None:
    options = ImageOptions.of({"colour_map": "jet", "levels": levels})
    assert options == ImageOptions()
