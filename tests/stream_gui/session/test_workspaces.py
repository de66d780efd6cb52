"""The workspace that is open: saved, kept by itself, brought back."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from stream_gui.feedback import Feedback
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plot_section import PlotSection
from stream_gui.models.problem_list import ProblemList
from stream_gui.models.workspace import Section
from stream_gui.session.workspaces import Damage, Workspaces
from stream_gui.settings import SettingsFile


class Bench:
    """Workspaces of a window with plots, which can be started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = SettingsFile(folder / "monitor.json")
        self.layout = PlotLayout()
        self.problems = ProblemList()
        self.told: list[str] = []
        self.damages: list[Damage] = []
        feedback = Feedback()
        feedback.reported.connect(lambda report: self.told.append(report.text))
        self.workspaces = Workspaces(self.settings, feedback, self.problems, folder / "kept.toml")
        self.workspaces.add(Section("plots", PlotSection, self.layout.write, self.layout.read))
        self.workspaces.damaged.connect(self.damages.append)

    @property
    def channels(self) -> list[str]:
        return [curve.channel for p in self.layout.panels for curve in self.layout.curves(p)]

    def plot(self, channel: str) -> None:
        self.layout.plot(channel)
        self.workspaces.touch()

    def again(self) -> "Bench":
        self.workspaces.keep()
        self.settings.save()
        return Bench(self.folder)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_was_never_saved_comes_back(bench: Bench) -> None:
    assert not bench.workspaces.bring_back()
    bench.plot("a")
    again = bench.again()
    assert again.workspaces.bring_back()
    assert again.channels == ["a"]
    assert (again.workspaces.path, again.workspaces.modified) == (None, True)


def test_changes_since_the_last_saving_come_back_and_are_not_in_the_file(bench: Bench) -> None:
    bench.plot("a")
    assert bench.workspaces.save_as(bench.folder / "lab")
    bench.plot("b")
    again = bench.again()
    again.workspaces.bring_back()
    assert again.channels == ["a", "b"]
    assert (again.workspaces.name, again.workspaces.modified) == ("lab.toml", True)
    assert again.workspaces.open(bench.folder / "lab.toml")
    assert again.channels == ["a"]
    assert not again.workspaces.modified


def test_saving_needs_a_file_and_names_one_that_cannot_be_written(bench: Bench) -> None:
    assert not bench.workspaces.save()
    (bench.folder / "file").write_text("")
    assert not bench.workspaces.save_as(bench.folder / "file" / "lab.toml")
    assert bench.workspaces.path is None
    assert len(bench.told) == 1


def test_recent_ones_come_latest_first(bench: Bench) -> None:
    for name in ("one", "two", "one"):
        bench.workspaces.save_as(bench.folder / name)
    assert [path.name for path in bench.workspaces.recent] == ["one.toml", "two.toml"]


def test_a_damaged_file_changes_nothing_and_has_a_backup(bench: Bench) -> None:
    path = bench.folder / "lab.toml"
    bench.plot("a")
    bench.workspaces.save_as(path)
    bench.workspaces.save()
    bench.plot("b")
    path.write_text("version = 1\n[plots]\nwindow_s = 'x'")
    assert not bench.workspaces.open(path)
    assert bench.channels == ["a", "b"]
    (damage,) = bench.damages
    assert damage.has_backup
    assert damage.problem.startswith("line 3: plots.window_s")
    assert f"{path} cannot be opened: line 3: plots.window_s" in bench.told[-1]
    assert bench.workspaces.open(path, backup=True)
    assert bench.channels == ["a"]
    assert bench.workspaces.modified  # the file itself is still the damaged one


def test_a_damaged_backup_is_not_offered_again(bench: Bench) -> None:
    path = bench.folder / "lab.toml"
    path.write_text("x")
    path.with_name("lab.toml.backup").write_text("y")
    bench.workspaces.open(path, backup=True)
    assert not bench.damages[0].has_backup


def test_a_damaged_kept_file_is_put_aside_and_never_replaces_its_backup(bench: Bench) -> None:
    bench.plot("a")
    bench.again()
    kept = bench.folder / "kept.toml"
    os.replace(kept, kept.with_name("kept.toml.backup"))
    kept.write_text("version = 1\n[plots")
    again = Bench(bench.folder)
    assert not again.workspaces.bring_back()
    (damage,) = again.damages
    assert "kept as kept.toml.damaged" in damage.problem
    again.workspaces.keep()
    assert again.workspaces.open(damage.path, backup=True)
    assert again.channels == ["a"]
    assert again.workspaces.path is None


def test_a_missing_file_is_told_by_its_name(bench: Bench) -> None:
    assert not bench.workspaces.open(bench.folder / "none.toml")
    assert "none.toml cannot be opened: No such file or directory" in bench.told[0]


def test_only_what_has_changed_is_written_again(bench: Bench) -> None:
    bench.workspaces.keep()
    kept = bench.folder / "kept.toml"
    kept.write_text("touched by another hand")
    bench.workspaces.keep()
    assert kept.read_text() == "touched by another hand"
    bench.plot("a")
    bench.workspaces.keep()
    assert 'channel = "a"' in kept.read_text()


def test_taking_a_workspace_is_no_change_of_it(bench: Bench) -> None:
    bench.workspaces.save_as(bench.folder / "lab.toml")

    class Calls(msgspec.Struct, forbid_unknown_fields=True):
        saved: list[str] = []

    taken: list[Any] = []

    def read(calls: Calls | None) -> None:
        taken.append(calls)
        bench.workspaces.touch()

    bench.workspaces.add(Section("calls", Calls, lambda: Calls(["server.echo(1)"]), read))
    bench.workspaces.save()
    bench.workspaces.open(bench.folder / "lab.toml")
    assert taken == [Calls(["server.echo(1)"])]
    assert not bench.workspaces.modified
    bench.workspaces.open(bench.folder / "lab.toml", without=("calls",))
    bench.workspaces.new()
    assert taken[1:] == [None]
