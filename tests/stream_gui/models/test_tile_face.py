"""A face says the same in words, in shapes and in few letters."""

from stream_gui.models.tile_face import TileFace


def test_it_is_read_in_one_line() -> None:
    face = TileFace("adc", "1.2", "8.8", "V", "alarm", "high", "alarm high", foot="min 1   max 2")
    assert face.text == "adc, 1.2 V, alarm high, min 1   max 2"
    assert TileFace("adc").text == "adc"


def test_a_side_has_a_shape() -> None:
    up, down = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"
    assert TileFace("a", side="high", state="alarm high").signed_state == f"{up} alarm high"
    assert TileFace("a", side="low").short_name == f"{down} a"
    assert TileFace("a", is_old=True).short_name.endswith(" a")
    assert TileFace("a").short_name == "a"
