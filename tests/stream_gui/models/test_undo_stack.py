from __future__ import annotations

import pytest

from stream_gui.models.undo_stack import UndoStack


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def steps(clock: Clock) -> UndoStack[str]:
    return UndoStack(limit=3, clock=clock)


def test_it_goes_back_and_forward(steps: UndoStack[str]) -> None:
    steps.push("one", "a")
    steps.push("two", "b")
    assert (steps.undo_text, steps.redo_text) == ("two", "")
    assert steps.undo("c") == "b"
    assert steps.undo("b") == "a"
    assert (steps.undo_text, steps.redo_text) == ("", "one")
    assert steps.redo("a") == "b"
    assert steps.redo("b") == "c"
    with pytest.raises(IndexError):
        steps.redo("c")


def test_a_new_change_leaves_what_was_undone_behind(steps: UndoStack[str]) -> None:
    steps.push("one", "a")
    steps.undo("b")
    steps.push("other", "a")
    assert (steps.undo_text, steps.redo_text) == ("other", "")


def test_the_oldest_are_forgotten(steps: UndoStack[str]) -> None:
    for state in "abcde":
        steps.push(f"after {state}", state)
    assert [steps.undo(state) for state in "fed"] == ["e", "d", "c"]
    with pytest.raises(IndexError):
        steps.undo("c")


def test_quick_changes_of_one_name_are_one(steps: UndoStack[str], clock: Clock) -> None:
    steps.push("zoom", "a", fold="zoom")
    clock.now_s = 0.9
    steps.push("zoom", "b", fold="zoom")
    clock.now_s = 1.8
    steps.push("zoom", "c", fold="zoom")
    assert steps.undo("d") == "a"
    assert steps.undo_text == ""


def test_a_pause_another_name_and_an_undo_end_a_fold(steps: UndoStack[str], clock: Clock) -> None:
    steps.push("zoom", "a", fold="zoom")
    clock.now_s = 2
    steps.push("zoom", "b", fold="zoom")
    steps.push("shift", "c", fold="shift")
    assert [steps.undo("d"), steps.undo("c")] == ["c", "b"]
    steps.push("shift", "b", fold="shift")
    assert steps.undo("e") == "b"
    assert steps.undo("b") == "a"


def test_plain_changes_never_fold(steps: UndoStack[str]) -> None:
    steps.push("one", "a")
    steps.push("one", "b")
    assert steps.undo("c") == "b"
