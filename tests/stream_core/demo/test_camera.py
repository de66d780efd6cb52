"""The simulated camera."""

import numpy as np

from stream_core.demo.camera import DARK, HOT_PIXEL, SHAPE, Camera


def test_a_frame_has_the_shape_and_the_type_of_the_sensor() -> None:
    frame = Camera(seed=1).frame(2.0)
    assert (frame.shape, frame.dtype) == (SHAPE, np.uint16)


def test_without_amplitude_it_is_dark_but_for_the_hot_pixel() -> None:
    frame = Camera(seed=1).frame(0.0)
    assert abs(float(np.median(frame)) - DARK) < 20
    assert np.unravel_index(frame.argmax(), SHAPE) == HOT_PIXEL


def test_the_spots_wander() -> None:
    camera = Camera(seed=1)
    places = []
    for _ in range(24):
        frame = camera.frame(5.0)
        frame[HOT_PIXEL] = 0
        places.append(np.unravel_index(frame.argmax(), SHAPE))
    assert len(set(places)) > 10


def test_much_amplitude_saturates_the_sensor() -> None:
    assert (Camera(seed=1).frame(10.0) == 65_535).sum() > 5
    assert (Camera(seed=1).frame(2.0) < 65_535).all()


def test_the_same_seed_makes_the_same_pictures() -> None:
    one, other = Camera(seed=3), Camera(seed=3)
    for _ in range(3):
        assert (one.frame(1.0) == other.frame(1.0)).all()
