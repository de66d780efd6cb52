"""The demo in a real window, driven by mouse and keyboard alone, judged by its pixels."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.end_to_end.screen import CURVE, MISSING, PATIENCE_S, Pixels, Screen, seen, soon

WHITE = 250

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(60),
]

PLOTS_RIGHT = 915
"""The plots end there in a window of this size."""


@pytest.fixture
def demo(screen: Screen) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "stream_core", "demo", "--theme", "light"]
    with subprocess.Popen(
        command,
        env=screen.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.terminate()


def plots(pixels: Pixels) -> Pixels:
    """The part with the plots, from the border of the channel tree to that of the calls."""
    part = pixels[150:470, :PLOTS_RIGHT]
    border = (part[:, :560].min(axis=2) < WHITE).all(axis=0)
    wide = border[2:] & border[1:-1] & border[:-2]  # not a line of an axis
    return part[:, int(np.flatnonzero(wide)[-1]) + 3 :]


def crossings(pixels: Pixels) -> int:
    """How often the curve crosses its own middle in the newest quarter of the only panel."""
    part = plots(pixels)[:, -150:-20]
    is_curve = np.abs(part.astype(int) - CURVE).sum(axis=2) < 90
    drawn = is_curve.any(axis=0)
    if not drawn.mean() > 0.9:
        return 0
    rows = np.arange(part.shape[0])[:, None]
    heights = (is_curve * rows).sum(axis=0)[drawn] / is_curve.sum(axis=0)[drawn]
    middle = (heights.min() + heights.max()) / 2
    return int(np.count_nonzero(np.diff(heights > middle)))


def plot_one_waveform(screen: Screen) -> None:
    """Have the first column of the waveform in the only panel.

    The demo's own panels may come while they are being closed: then once more.
    """
    soon(lambda: "127.0.0.1" in screen.do("getactivewindow", "getwindowname"))
    for patience_s in (PATIENCE_S / 2, PATIENCE_S):
        screen.do("key", "--delay", "150", "ctrl+5", *["ctrl+shift+w"] * 3)
        screen.do("key", "ctrl+f", "type", "waveform")
        screen.do("key", "--delay", "150", "Return", "Right", "Return")
        # 5 Hz, about two and a half seconds
        if seen(lambda: crossings(screen.pixels()) > 20, patience_s):
            return
    pytest.fail("the waveform never came to be seen")


def test_a_channel_is_plotted_and_a_call_changes_its_curve(
    screen: Screen, demo: subprocess.Popen[str]
) -> None:
    plot_one_waveform(screen)
    screen.do("key", "--delay", "150", "ctrl+r")
    screen.do("type", "--delay", "20", "rig.set_frequency(1.0)")
    screen.do("key", "--delay", "150", "Escape", "Return")
    soon(lambda: 0 < crossings(screen.pixels()) < 8)
    screen.do("key", "ctrl+q")
    told, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0
    assert told.splitlines()[-1] == "Ended the server and the publisher."


def test_what_lies_between_the_cursors_is_saved_with_a_note(
    screen: Screen, demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    path = tmp_path / "taken.csv"
    plot_one_waveform(screen)
    screen.do("key", "--delay", "150", "ctrl+5", "equal", "equal")  # two seconds
    screen.do("key", "--delay", "150", "space", "m", "Left", "shift+Left", "n")
    screen.do("type", "--delay", "20", "valve man")
    screen.do("key", "--delay", "150", "Return", "c", "Right", "ctrl+s")
    soon(lambda: "Export" in screen.do("getactivewindow", "getwindowname"))
    screen.do("key", "Return")
    soon(lambda: "Save" in screen.do("getactivewindow", "getwindowname"))
    screen.do("type", "--delay", "20", str(path))
    screen.do("key", "Return")
    soon(path.exists)
    lines = path.read_text(encoding="utf-8").splitlines()
    facts = "\n".join(line for line in lines if line.startswith("#"))
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    assert rows[0] == ["time_ns", "time", "rig/waveform ch0 [V]"]
    assert ": valve man" in facts
    assert "epoch " in facts
    assert 500 < len(rows) < 10_000
    times = np.array([int(row[0]) for row in rows[1:]])
    assert (np.diff(times) > 0).all()
    assert 0.6 < (times[-1] - times[0]) / 1e9 < 0.75  # a third of it
    screen.do("key", "ctrl+q")
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0


CH0, MIDDLE, RIGHT_EDGE = (95, 206), (660, 300), (PLOTS_RIGHT - 15, 300)
"""Where the first column stands in the filtered tree, and the plots."""


def drawn(pixels: Pixels) -> NDArray[np.bool_]:
    """In which columns of the plots the curve is to be seen."""
    part = plots(pixels).astype(int)
    found: NDArray[np.bool_] = (np.abs(part - CURVE).sum(axis=2) < 90).any(axis=0)
    return found


def shown_in(screen: Screen) -> tuple[bool, bool, bool]:
    """Whether the curve fills the left half of the plots, the right one, and what is between."""
    columns = drawn(screen.pixels())
    width = len(columns)
    left, right = columns[width // 3 : width // 2 - 20], columns[-width // 4 : -20]
    between = columns[width // 2 + 5 : width // 2 + 45]
    return left.mean() > 0.9, right.mean() > 0.9, between.mean() > 0.9


def test_a_channel_is_dragged_from_the_tree_to_the_plots_and_beside_a_plot(
    screen: Screen, demo: subprocess.Popen[str]
) -> None:
    soon(lambda: "127.0.0.1" in screen.do("getactivewindow", "getwindowname"))
    screen.do("key", "--delay", "150", "ctrl+5", *["ctrl+shift+w"] * 3, "plus", "plus", "plus")
    screen.do("key", "ctrl+f", "type", "waveform")
    soon(lambda: not drawn(screen.pixels()).any())
    screen.drag(CH0, MIDDLE)
    soon(lambda: shown_in(screen) == (True, True, True))
    screen.drag(CH0, RIGHT_EDGE)
    soon(lambda: shown_in(screen) == (True, True, False))  # between them is the second one's axis
    screen.do("key", "--delay", "150", "ctrl+5", "ctrl+z")
    soon(lambda: shown_in(screen) == (True, True, True))
    screen.do("key", "ctrl+q")
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0


def moves(screen: Screen) -> bool:
    """Whether the curve is another one after a while."""
    before = plots(screen.pixels())
    time.sleep(0.4)
    return not np.array_equal(plots(screen.pixels()), before)


def test_time_is_zoomed_and_scrolled_back_by_the_mouse_while_data_comes_in(
    screen: Screen, demo: subprocess.Popen[str]
) -> None:
    plot_one_waveform(screen)
    screen.do("mousemove", *map(str, RIGHT_EDGE), "click", "--repeat", "9", "--delay", "50", "4")
    soon(lambda: 0 < crossings(screen.pixels()) < 15)  # fewer in the same room
    assert moves(screen)
    screen.drag((600, 300), (800, 300))
    screen.do("mousemove", "100", "600")  # where it says nothing over the curves
    soon(lambda: not moves(screen))
    assert drawn(screen.pixels())[90:-10].all()
    time.sleep(2)  # more than is shown comes in meanwhile
    screen.do("key", "End")
    soon(lambda: moves(screen))
    screen.do("key", "space", "--delay", "150", "Left", "Left", "Left", "Left", "Left")
    soon(lambda: not moves(screen))
    assert drawn(screen.pixels())[90:-10].all()  # and none of it is missing
    screen.do("key", "ctrl+q")
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0


INK = 70
"""The line of a cursor that is not chosen is darker than this."""


def lines(screen: Screen) -> list[int]:
    """In which columns of the screen an upright line as dark as ink goes through the plots."""
    dark = (screen.pixels()[160:340, 470:912].max(axis=2) < INK).mean(axis=0) > 0.7
    return [int(column) + 470 for column in np.flatnonzero(dark)]


def test_a_cursor_is_dragged_by_the_mouse(screen: Screen, demo: subprocess.Popen[str]) -> None:
    plot_one_waveform(screen)
    screen.do("mousemove", "100", "600", "key", "--delay", "150", "ctrl+5", "space")
    soon(lambda: not moves(screen))
    screen.do("key", "m")
    # the table of the cursors makes the plot lower, which gives its axis another width
    soon(lambda: len(lines(screen)) == 1 and not moves(screen))
    (before,) = lines(screen)
    without = plots(screen.pixels())
    screen.do("mousemove", str(before), "250")
    soon(lambda: not np.array_equal(plots(screen.pixels()), without))  # it tells the values there
    screen.drag((before, 250), (before + 120, 250))
    screen.do("mousemove", "100", "600", "key", "c")  # the other one is chosen now
    soon(lambda: any(abs(column - before - 120) < 4 for column in lines(screen)))
    screen.do("key", "ctrl+q")
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0


DARK, BRIGHT = (0x44, 0x01, 0x54), (0xFD, 0xE7, 0x25)
"""The first and the last colour of the pictures' map."""


def picture(screen: Screen) -> Pixels | None:
    """The picture in the plots, if there is one."""
    part = plots(screen.pixels())[:, :-45]
    near = [np.abs(part.astype(int) - colour).sum(axis=2) < 60 for colour in (DARK, BRIGHT)]
    return part if near[0].mean() > 0.1 and near[1].any() else None


def stands_still(screen: Screen) -> bool:
    """Whether the picture stays as it is for longer than it takes the camera to make another."""
    before = picture(screen)
    time.sleep(0.4)
    return before is not None and np.array_equal(picture(screen), before)


def test_a_camera_is_watched_held_and_scrolled_back_by_keys(
    screen: Screen, demo: subprocess.Popen[str]
) -> None:
    soon(lambda: "127.0.0.1" in screen.do("getactivewindow", "getwindowname"))
    screen.do("key", "--delay", "150", "ctrl+5", *["ctrl+shift+w"] * 3)
    screen.do("key", "ctrl+f", "type", "camera")
    screen.do("key", "--delay", "150", "Return", "Return")
    soon(lambda: picture(screen) is not None)
    first = picture(screen)
    soon(lambda: not np.array_equal(picture(screen), first))  # it moves
    screen.do("key", "--delay", "150", "ctrl+5", "space")
    soon(lambda: stands_still(screen))
    held = picture(screen)
    screen.do("key", "Left")
    soon(lambda: not np.array_equal(picture(screen), held) and stands_still(screen))
    screen.do("key", "End")
    soon(lambda: not stands_still(screen))
    screen.do("key", "ctrl+q")
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0
