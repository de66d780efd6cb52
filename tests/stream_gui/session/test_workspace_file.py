"""A workspace on the disk."""

import os
from pathlib import Path

import pytest

from stream_gui.models.workspace import WorkspaceError
from stream_gui.session.workspace_file import WorkspaceFile


def test_the_file_before_is_kept_as_a_backup(tmp_path: Path) -> None:
    file = WorkspaceFile(tmp_path / "deep" / "lab.toml")
    file.write("one")
    assert not file.has_backup
    file.write("two")
    file.write("three")
    assert (file.read(), file.read(backup=True)) == ("three", "two")
    assert sorted(os.listdir(tmp_path / "deep")) == ["lab.toml", "lab.toml.backup"]


def test_what_is_written_by_itself_keeps_the_one_from_before(tmp_path: Path) -> None:
    WorkspaceFile(tmp_path / "kept.toml").write("yesterday")
    file = WorkspaceFile(tmp_path / "kept.toml", backs_up_once=True)
    for text in ("one", "two", "three"):
        file.write(text)
    assert (file.read(), file.read(backup=True)) == ("three", "yesterday")


def test_a_disk_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = WorkspaceFile(tmp_path / "lab.toml")
    file.write("one")

    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        file.write("two")
    assert file.read() == "one"


def test_what_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    file = WorkspaceFile(tmp_path / "lab.toml")
    file.path.write_bytes(b"version = 1\n\xff\xfe")
    with pytest.raises(WorkspaceError, match="line 2: this is no text in UTF-8"):
        file.read()


def test_a_file_that_is_far_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_gui.session.workspace_file.LARGEST_BYTES", 10)
    file = WorkspaceFile(tmp_path / "lab.toml")
    file.write("version = 1")
    with pytest.raises(WorkspaceError, match="more than 10 bytes"):
        file.read()
