"""Run files."""

import os
from pathlib import Path

import pytest

from stream_gui.session.run_files import RunFiles, RunningServer, running_server


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    return RunFiles(tmp_path / "servers")


def test_a_running_server_is_found_again(files: RunFiles) -> None:
    server = running_server("127.0.0.1:50012", "lab", os.getpid(), needs_secret=True)
    files.add(server)
    assert files.servers() == [server]
    files.remove(server)
    files.remove(server)
    assert files.servers() == []


def test_dead_and_unreadable_ones_go(files: RunFiles, tmp_path: Path) -> None:
    alive = running_server("a:1", "", os.getpid(), needs_secret=False)
    files.add(RunningServer("b:2", "", os.getpid(), alive.started_s - 3600))  # number used again
    (tmp_path / "servers" / "junk.json").write_text("{")
    assert files.servers() == []
    assert not list((tmp_path / "servers").iterdir())


def test_a_process_number_that_was_used_again_is_not_terminated() -> None:
    RunningServer("a:1", "", os.getpid(), 0.0).terminate()
