from __future__ import annotations

import subprocess
import sys

import pytest

from stream_core.cli import missing


def test_a_missing_package_names_the_extra() -> None:
    error = ModuleNotFoundError("No module named 'PySide6.QtCore'", name="PySide6.QtCore")
    assert missing.explanation(error, "gui") == (
        "PySide6 is not installed; install it by: pip install 'streamscope[gui]'"
    )


def test_a_missing_library_names_the_debian_package() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert missing.explanation(error, "gui") == (
        "the system library libEGL.so.1 is missing; on Debian: apt-get install libegl1"
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries of Linux")
def test_only_what_is_not_there_is_missing() -> None:
    libraries = {"libc.so.6": "libc6", "libnowhere.so.9": "libnowhere9"}
    assert missing.missing_libraries(libraries) == {"libnowhere.so.9": "libnowhere9"}


def test_the_check_names_every_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(missing, "missing_libraries", dict)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert missing.main() == 1
    of_qt, of_windows = capsys.readouterr().err.splitlines()
    assert "libegl1" in of_qt
    assert "libxcb-cursor0" not in of_qt
    assert "libxcb-cursor0" in of_windows
    monkeypatch.setenv("DISPLAY", ":0")
    assert missing.main() == 1
    (report,) = capsys.readouterr().err.splitlines()
    assert "libegl1" in report
    assert "libxcb-cursor0" in report


def test_what_only_windows_need_is_told_and_fails_only_where_there_is_a_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {"libxcb-icccm.so.4": "libxcb-icccm4"}
    monkeypatch.setattr(missing, "WINDOW_LIBRARIES", gone)
    monkeypatch.setattr(missing, "missing_libraries", lambda asked: asked if asked is gone else {})
    monkeypatch.delenv("DISPLAY", raising=False)
    assert missing.main() == 0
    assert "apt-get install libxcb-icccm4" in capsys.readouterr().err
    monkeypatch.setenv("DISPLAY", ":0")
    assert missing.main() == 1
    assert "apt-get install libxcb-icccm4" in capsys.readouterr().err


def test_the_check_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stream_core.cli.missing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ("Qt needs" in done.stderr)
