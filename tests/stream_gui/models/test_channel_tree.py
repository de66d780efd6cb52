"""The channel tree."""

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

import stream_core as sc
from stream_gui.models.channel_filter import ChannelFilter
from stream_gui.models.channel_mime import CHANNEL_MIME, channels_from_mime
from stream_gui.models.channel_tree import ChannelTree


@pytest.fixture
def tree() -> ChannelTree:
    model = ChannelTree()
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def channel(name: str, **facts: Any) -> sc.ChannelInfo:
    return sc.ChannelInfo(name=name, **facts)


def shown(model: Any, parent: QModelIndex = QModelIndex(), column: int = 0) -> list[Any]:  # noqa: B008
    """Texts of a model as nested lists."""
    rows = []
    for row in range(model.rowCount(parent)):
        text = model.index(row, column, parent).data()
        below = shown(model, model.index(row, 0, parent), column)
        rows.append([text, *below] if below else text)
    return rows


def test_names_are_split_and_in_natural_order(tree: ChannelTree) -> None:
    for name in ("rig/ch10", "rig/ch2", "adc", "rig/deep/er"):
        tree.put(channel(name))
    assert shown(tree) == ["adc", ["rig", "ch2", "ch10", ["deep", "er"]]]


def test_a_channel_may_be_a_folder_too_and_folders_go_when_empty(tree: ChannelTree) -> None:
    tree.put(channel("a"))
    tree.put(channel("a/b/c"))
    tree.drop("a")
    assert shown(tree) == [["a", ["b", "c"]]]
    tree.drop("a/b/c")
    assert shown(tree) == []
    tree.drop("a/b/c")


def test_columns_come_and_change_with_the_description(tree: ChannelTree) -> None:
    tree.put(channel("w", columns=("x", "y"), unit="V", codec="samples"))
    tree.put(channel("w/below"))
    assert shown(tree) == [["w", "x", "y", "below"]]
    tree.put(channel("w", columns=("z",), codec="samples"))
    assert shown(tree) == [["w", "z", "below"]]
    tree.drop("w")
    assert shown(tree) == [["w", "below"]]


def test_what_is_known_stands_in_the_row(tree: ChannelTree) -> None:
    tree.put(channel("t", owner="rig", unit="°C", readers=2))
    tree.set_load([sc.ChannelStatistics(name="t", readers=3, items_per_s=10.0)])
    texts = [tree.index_of("t", column).data() for column in range(6)]
    assert texts == ["t", "idle", "°C", "10 /s", "3", "rig"]


def test_columns_take_their_parts_of_a_value(tree: ChannelTree) -> None:
    tree.put(channel("w", columns=("x", "y")))
    tree.set_value("w", [1.5, 2.5])
    parent = tree.index_of("w")
    assert tree.index(1, 1, parent).data() == "2.5"
    tree.forget_values(["w"])
    assert tree.index(1, 1, parent).data() == "idle"
    assert tree.index_of("w", 1).data(ChannelTree.IdleRole)


def test_only_what_changed_is_told(tree: ChannelTree) -> None:
    tree.put(channel("t"))
    told = []
    tree.dataChanged.connect(lambda first, last: told.append(first.data()))
    tree.set_value("t", 1.0)
    tree.set_value("t", 1.0)
    tree.set_load([sc.ChannelStatistics(name="t", items_per_s=1000.1)])
    tree.set_load([sc.ChannelStatistics(name="t", items_per_s=1000.2)])
    assert told == ["1", "1 k/s"]


def test_rows_are_dragged_as_channels_and_columns(tree: ChannelTree) -> None:
    tree.put(channel("a/w", columns=("x", "y")))
    parent = tree.index_of("a/w")
    data = tree.mimeData([parent, tree.index(1, 0, parent), tree.index(1, 3, parent)])
    dragged = channels_from_mime(bytes(data.data(CHANNEL_MIME).data()))
    assert dragged == [("a/w", ""), ("a/w", "y")]


def test_folders_are_not_dragged(tree: ChannelTree) -> None:
    tree.put(channel("a/w"))
    folder = tree.index(0, 0)
    assert bytes(tree.mimeData([folder]).data(CHANNEL_MIME).data()) == b""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ["cpu", ["rig", "temp", ["wave", "ch0", "ch1"]]]),
        ("temp", [["rig", "temp"]]),
        ("RIG wave", [["rig", ["wave", "ch0", "ch1"]]]),
        ("ch1", [["rig", ["wave", "ch1"]]]),
        ("nothing", []),
    ],
)
def test_the_filter_keeps_what_has_all_words(tree: ChannelTree, text: str, left: list[Any]) -> None:
    tree.put(channel("rig/wave", columns=("ch0", "ch1")))
    tree.put(channel("rig/temp"))
    tree.put(channel("cpu"))
    chosen = ChannelFilter(tree)
    chosen.set_text(text)
    assert shown(chosen) == left


def test_clear_forgets_everything(tree: ChannelTree) -> None:
    tree.put(channel("a/b", columns=("x",)))
    tree.clear()
    assert shown(tree) == []
    assert tree.names == []
