"""The demo without a display: it runs, draws, tells what it did, and leaves nothing behind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
from PySide6.QtGui import QImage


def test_the_demo_runs_off_screen_and_ends_what_it_started(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    before = set(psutil.pids())
    command = [sys.executable, "-m", "stream_core", "demo", "--seconds", "4"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        begun = process.stdout.readline() + process.stdout.readline()
        address = re.search(r"server at (\S+)", begun)
        assert address is not None, begun
        # said as long as there is something to join
        assert [pid for pid in set(psutil.pids()) - before if address[1] in _command(pid)]
        rest, errors = process.communicate()
    said = begun + rest
    assert process.returncode == 0, errors
    assert errors == ""
    assert "no display" in said
    assert "5 remote calls: 4 done, 1 failed" in said
    assert "3 clients" in said
    assert "No curve came" not in said
    picture = QImage(str(tmp_path / "demo.png"))
    assert picture.width() > 1000
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, 400, 3)}
    assert len(colours) > 50  # curves, not an empty window
    assert not [pid for pid in set(psutil.pids()) - before if address[1] in _command(pid)]


def _command(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ""
