from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from stream_core.cli import users_files
from stream_core.cli.users_files import change_users
from stream_core.errors import InvalidValue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.toml"


def test_of_two_changes_at_once_none_is_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()
    sleep = time.sleep

    def second() -> None:
        change_users(file, lambda text: text + "second\n", new="")
        waits.set()

    def first(text: str) -> str:
        thread.start()
        assert waits.wait(10)  # until it stands before the file, or has gone past us
        return text + "first\n"

    def look_again(seconds: float) -> None:
        waits.set()
        sleep(seconds)

    monkeypatch.setattr(users_files.time, "sleep", look_again)
    thread = threading.Thread(target=second)
    change_users(file, first, new="")
    thread.join()
    assert file.read_text() == "first\nsecond\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_change_that_is_refused_leaves_the_file_to_others(file: Path) -> None:
    def refuse(text: str) -> str:
        raise InvalidValue("no")

    with pytest.raises(InvalidValue, match="no"):
        change_users(file, refuse, new="")
    assert list(file.parent.iterdir()) == []
    change_users(file, lambda text: text + "x", new="")
    assert file.read_text() == "x"


def test_what_a_killed_command_left_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_files, "OTHER_COMMAND_S", 0.0)
    left = file.with_name(".users.toml.lock")
    left.touch()
    with pytest.raises(InvalidValue, match=r"if none is running, remove .*\.users\.toml\.lock"):
        change_users(file, str, new="")
    assert left.exists()
    left.unlink()
    change_users(file, str, new="x")
    assert file.read_text() == "x"


def test_no_directory_is_made_where_there_is_nothing_to_change(file: Path) -> None:
    with pytest.raises(InvalidValue, match="'streamscope user add' makes one"):
        change_users(file.parent / "etc" / "users.toml", str)
    assert list(file.parent.iterdir()) == []
