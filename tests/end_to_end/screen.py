"""A screen of a test's own, with mouse and keys, looked at by its pixels."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

TOOLS = ("Xvfb", "openbox", "xdotool", "import")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
PATIENCE_S = 12.0
WIDTH, HEIGHT = 1280, 800
CURVE = (0x15, 0x65, 0xC8)
"""About the colour of a panel's first curve."""

Pixels = NDArray[np.uint8]


class Screen:
    """A screen of its own with the mouse and the keys before it."""

    def __init__(self, display: str, folder: Path) -> None:
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("QT_")},
            "DISPLAY": display,
            "XDG_CONFIG_HOME": str(folder),
            "XDG_STATE_HOME": str(folder),
        }
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._file = folder / "screen.png"

    def do(self, *arguments: str) -> str:
        """Move, click, type."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    def drag(self, start: tuple[int, int], stop: tuple[int, int]) -> None:
        """Press at one place, move to the other as a hand does, and let go."""
        self.do("mousemove", str(start[0]), str(start[1]), "mousedown", "1")
        for part in range(1, 11):
            x, y = (a + (b - a) * part // 10 for a, b in zip(start, stop, strict=True))
            self.do("mousemove", str(x), str(y))
            time.sleep(0.03)
        time.sleep(0.2)
        self.do("mouseup", "1")

    def pixels(self) -> Pixels:
        """What is to be seen: rows, columns, red green blue."""
        command = ["import", "-window", "root", str(self._file)]
        subprocess.run(command, env=self.environment, check=True)
        image = QImage(str(self._file)).convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@contextmanager
def screen_in(folder: Path) -> Iterator[Screen]:
    """A screen with a window manager; what is kept goes to the folder."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    # else it begins anew when a first xdotool has gone, and turns openbox away meanwhile
    command += ["-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        try:
            with os.fdopen(reader) as display:
                screen = Screen(f":{display.readline().strip()}", folder)
            with subprocess.Popen(
                ["openbox"], env=screen.environment, stderr=subprocess.DEVNULL
            ) as windows:
                yield screen
                windows.terminate()
        finally:
            server.terminate()


def seen(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> bool:
    """Whether something comes to be seen."""
    give_up = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True


def soon(holds: Callable[[], object]) -> None:
    assert seen(holds), "it never came to be seen"
