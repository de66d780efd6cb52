"""Frames are found by their times and kept within their bytes."""

from typing import Any

import numpy as np
import pytest

from stream_gui.plotdata.frames import FrameRing, is_picture

SECOND = 1_000_000_000


def filled(count: int, limit_bytes: int = 10_000, every: int = 1) -> FrameRing:
    ring = FrameRing(limit_bytes)
    for number in range(count):
        ring.append(np.full((2, 3), number, np.uint8), number * SECOND, number * every)
    return ring


def test_the_newest_frame_is_the_one_that_came_last() -> None:
    ring = filled(3)
    newest = ring.newest
    assert newest is not None
    assert (newest.pixels[0, 0], newest.time_ns, newest.sequence) == (2, 2 * SECOND, 2)
    assert (len(ring), ring.total, ring.nbytes) == (3, 3, 18)


def test_an_empty_ring_has_nothing_to_show() -> None:
    ring = FrameRing()
    assert (ring.newest, ring.newest_time_ns, ring.oldest_time_ns, ring.at(5)) == (None,) * 4


@pytest.mark.parametrize(("seconds", "number"), [(-1, 0), (0, 0), (0.9, 0), (1, 1), (7, 3)])
def test_a_moment_shows_the_frame_that_was_the_newest_then(seconds: float, number: int) -> None:
    frame = filled(4).at(round(seconds * SECOND))
    assert frame is not None
    assert frame.sequence == number


def test_the_oldest_frames_go_when_they_take_too_much() -> None:
    ring = filled(10, limit_bytes=20)
    assert (len(ring), ring.nbytes, ring.oldest_time_ns) == (3, 18, 7 * SECOND)
    ring.limit_bytes = 6
    assert (len(ring), ring.total) == (1, 10)


def test_one_frame_stays_however_large_it_is() -> None:
    ring = filled(2, limit_bytes=1)
    newest = ring.newest
    assert newest is not None
    assert (len(ring), newest.sequence) == (1, 1)


def test_a_frame_keeps_no_more_memory_than_its_own() -> None:
    ring = FrameRing()
    block = np.zeros((100, 2, 2))
    ring.append(block[5], 0, 0)
    block[5] = 1
    newest = ring.newest
    assert newest is not None
    assert newest.pixels.base is None
    assert not newest.pixels.any()
    assert not newest.pixels.flags.writeable


def test_pixels_of_another_byte_order_are_the_same_numbers() -> None:
    ring = FrameRing()
    ring.append(np.array([[1, 256]], ">u2"), 0, 0)
    newest = ring.newest
    assert newest is not None
    assert newest.pixels.dtype == np.dtype("=u2")
    assert newest.pixels.tolist() == [[1, 256]]


def test_rates_tell_shown_frames_from_those_that_were_made() -> None:
    rates = filled(10, every=4).rates
    assert (rates.shown_hz, rates.made_hz) == (1.0, 4.0)
    assert filled(1).rates.shown_hz == 0


def test_a_channel_that_begins_anew_begins_with_other_rates() -> None:
    ring = filled(10, every=1000)
    for number in range(3):
        ring.append(np.zeros((2, 2)), (20 + number) * SECOND, number)
    assert ring.rates.made_hz == 1.0


def test_a_clock_set_back_leaves_what_comes_from_now_on() -> None:
    ring = filled(4)
    ring.append(np.zeros((2, 2)), SECOND, 4)
    assert (len(ring), ring.nbytes, ring.total) == (1, 32, 5)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros(3), np.zeros((2, 3, 5)), np.zeros((0, 3)), np.zeros((2, 2), complex), [["a"]]],
)
def test_what_is_no_picture_is_refused(pixels: Any) -> None:
    with pytest.raises(ValueError, match="no picture"):
        FrameRing().append(pixels, 0, 0)


@pytest.mark.parametrize(
    ("shape", "picture"),
    [((4, 5), True), ((4, 5, 3), True), ((4, 5, 4), True), ((4, 5, 2), False), ((4,), False)],
)
def test_pictures_are_rows_of_numbers_or_of_colours(shape: tuple[int, ...], picture: bool) -> None:
    assert is_picture(shape) is picture
