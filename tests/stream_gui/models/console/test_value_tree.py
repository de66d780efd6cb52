"""A value as a tree."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.models.console.value_tree import ValueTree


@pytest.fixture
def tree(qapp: object) -> ValueTree:
    model = ValueTree()
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def rows(tree: ValueTree, parent: QModelIndex | None = None) -> list[tuple[str, ...]]:
    above = parent or QModelIndex()
    return [
        tuple(tree.index(row, column, above).data() for column in range(3))
        for row in range(tree.rowCount(above))
    ]


def test_members_are_named_and_opened(tree: ValueTree) -> None:
    tree.show_value({"gain": 1.5, "steps": [1, (2, "x")], 3: np.arange(4)})
    assert rows(tree) == [
        ("gain", "1.5", "float"),
        ("steps", "2 members", "list"),
        ("3", "0, 1, 2, 3", "array of int64"),
    ]
    steps = tree.index(1, 0)
    assert rows(tree, steps) == [("0", "1", "int"), ("1", "2 members", "tuple")]
    inner = tree.index(1, 0, steps)
    assert rows(tree, inner)[1] == ("1", "x", "str")
    assert tree.parent(inner) == steps


@pytest.mark.parametrize(
    ("value", "row"),
    [(5, ("", "5", "int")), (None, ("", "None", "NoneType")), ([], ("", "[]", "list"))],
)
def test_a_single_value_is_a_single_row(tree: ValueTree, value: Any, row: tuple[str, ...]) -> None:
    tree.show_value(value)
    assert rows(tree) == [row]
    assert not tree.hasChildren(tree.index(0, 0))


def test_of_very_many_members_the_first_are_shown(tree: ValueTree) -> None:
    tree.show_value(list(range(1_000_000)))
    assert tree.rowCount() == 1001
    assert rows(tree)[-1] == ("…", "999000 more", "")


def test_a_picture_opens_row_by_row(tree: ValueTree) -> None:
    tree.show_value(np.zeros((2, 3)))
    assert rows(tree) == [
        ("0", "0, 0, 0", "array of float64"),
        ("1", "0, 0, 0", "array of float64"),
    ]
