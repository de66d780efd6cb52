"""Calls kept by name."""

import pytest

from stream_gui.models.console.saved_calls import SavedCalls, SavedSection
from stream_gui.models.workspace import Section, read_workspace, write_workspace


@pytest.fixture
def saved(qapp: object) -> SavedCalls:
    calls = SavedCalls()
    calls.save("zero", "rig.set_frequency(0.01)")
    calls.save("rig / start up/ warm ", "rig.calibration.run(5)")
    calls.save("rig/fast", "rig.set_frequency(100)")
    return calls


def paths(saved: SavedCalls) -> list[str]:
    return [call.path for call in saved.calls]


def test_calls_stand_in_folders(saved: SavedCalls) -> None:
    assert paths(saved) == ["rig/fast", "rig/start up/warm", "zero"]
    assert saved.folders == ["rig", "rig/start up"]
    warm = saved.get("rig/start up/warm")
    assert warm is not None
    assert (warm.name, warm.line) == ("warm", "rig.calibration.run(5)")


def test_saving_again_replaces(saved: SavedCalls) -> None:
    saved.save("zero", "rig.reset()")
    assert [call.line for call in saved.calls if call.name == "zero"] == ["rig.reset()"]


def test_a_call_and_a_folder_are_renamed(saved: SavedCalls) -> None:
    saved.rename("zero", "rig/zero")
    saved.rename("rig", "lab/rig one")
    assert paths(saved) == ["lab/rig one/fast", "lab/rig one/start up/warm", "lab/rig one/zero"]
    saved.rename("lab/rig one/start up", "")
    assert "warm" in paths(saved)


def test_what_is_forgotten_can_be_put_back(saved: SavedCalls) -> None:
    heard: list[bool] = []
    saved.changed.connect(lambda: heard.append(True))
    gone = saved.remove("rig")
    assert (paths(saved), len(gone)) == (["zero"], 2)
    saved.put_back(gone)
    assert len(paths(saved)) == 3
    assert saved.remove("nothing") == []
    assert len(heard) == 2


def test_a_call_needs_a_name(saved: SavedCalls) -> None:
    for path in ("", " ", "///"):
        with pytest.raises(ValueError, match="needs a name"):
            saved.save(path, "x")
    with pytest.raises(ValueError, match="needs a name"):
        saved.rename("zero", " ")
    assert len(saved.calls) == 3


def test_a_workspace_keeps_them(saved: SavedCalls) -> None:
    section = Section("calls", SavedSection, saved.write, saved.read)
    text = write_workspace([section])
    assert 'line = "rig.set_frequency(0.01)"' in text
    before = saved.calls
    saved.remove("rig")
    read_workspace(text, [section], [section])()
    assert saved.calls == before
    read_workspace("version = 1", [section], [section])()
    assert saved.calls == before
    assert SavedCalls().write() is None
