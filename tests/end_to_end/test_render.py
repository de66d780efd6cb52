"""The picture of a workspace, without a display."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from stream_core import ServerProcess

WORKSPACE = """\
version = 1

[plots]
window_s = 2.0

[[plots.panels]]
number = 1

[[plots.panels.curves]]
channel = "rig/waveform"
column = "ch0"
"""
MISSING = '\n[[plots.panels.curves]]\nchannel = "rig/nowhere"\n'
CURVE = 0x1565C9

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def rig() -> Iterator[str]:
    """A server with the demo's publisher; gives the server's address."""
    with ServerProcess("127.0.0.1", 0) as server:
        command = [sys.executable, "-m", "stream_core", "publish-demo", server.address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as publisher:
            yield server.address
            publisher.terminate()


def render(folder: Path, text: str, *options: str) -> tuple[int, str, str]:
    (folder / "lab.toml").write_text(text)
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    done = subprocess.run(
        [sys.executable, "-m", "stream_core", "render", "lab.toml", *options],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in hidden},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_it_is_of_the_size_and_theme_that_is_wanted_and_has_the_curve(
    rig: str, tmp_path: Path
) -> None:
    options = ("--server", rig, "--for", "2", "--out", "a.png", "--size", "900x500")
    assert render(tmp_path, WORKSPACE, *options) == (0, "Wrote a.png.\n", "")
    picture = QImage(str(tmp_path / "a.png"))
    assert (picture.width(), picture.height()) == (900, 500)
    pixels = [picture.pixel(x, y) & 0xFFFFFF for x in range(0, 900, 2) for y in range(0, 500, 2)]
    assert pixels.count(CURVE) > 100


def test_it_may_be_of_lines_and_dark(rig: str, tmp_path: Path) -> None:
    options = ("--server", rig, "--for", "2", "--out", "a.svg", "--theme", "dark")
    assert render(tmp_path, WORKSPACE, *options)[0] == 0
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_a_channel_that_is_missing_is_named_beside_the_picture(rig: str, tmp_path: Path) -> None:
    text = f'{WORKSPACE}{MISSING}\n[server]\naddress = "{rig}"\n'
    code, _, errors = render(tmp_path, text, "--for", "1", "--out", "a.png")
    assert (code, errors) == (1, "streamscope: there is no channel rig/nowhere\n")
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("text", "options", "code", "said"),
    [
        (WORKSPACE, (), 3, "lab.toml names no server; give one by --server"),
        (WORKSPACE, ("--server", "127.0.0.1:1", "--timeout", "0.5"), 3, "127.0.0.1:1"),
        (WORKSPACE + "[plotz]\n", (), 1, "there is no section 'plotz'"),
        ("version = 1\n", (), 1, "lab.toml has no panels"),
        (WORKSPACE, ("--size", "large"), 2, "such as 1280x800"),
        (WORKSPACE, ("--out", "a.gif"), 2, ".png or .svg"),
        (WORKSPACE, ("--server", "host:port"), 2, "no port"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(
    tmp_path: Path, text: str, options: tuple[str, ...], code: int, said: str
) -> None:
    ended, _, errors = render(tmp_path, text, *options)
    assert (ended, "Traceback" in errors) == (code, False)
    assert said in " ".join(errors.replace("│", " ").split())
    assert not list(tmp_path.glob("*.png"))
