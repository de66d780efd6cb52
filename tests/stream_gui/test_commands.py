"""The commands, as far as they need no window."""

import ctypes
import subprocess
import sys

import pytest
import typer

from stream_gui import commands


def test_importing_the_commands_needs_nothing_of_qt() -> None:
    program = (
        "import sys, stream_gui.commands; "
        "sys.exit(any(name.startswith(('PySide6', 'pyqtgraph', 'qasync')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux may have no display")
def test_without_a_display_the_monitor_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(typer.Exit) as ended:
        commands.monitor()
    assert ended.value.exit_code == 1
    assert "no display" in capsys.readouterr().err


def test_a_wrong_address_is_refused_before_a_window_opens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as ended:
        commands.monitor("host:port")
    assert ended.value.exit_code == 2
    assert "port" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries of Linux")
def test_a_missing_system_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file: No such file or directory")

    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(ImportError, match=r"libxcb-cursor\.so\.0"):
        commands.require_qt()


def test_without_the_toolkit_the_demo_says_nothing_but_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(commands, "NEEDED", ("no_such_toolkit",))
    with pytest.raises(ImportError, match="no_such_toolkit"):
        commands.demo()
    assert capsys.readouterr().out == ""
