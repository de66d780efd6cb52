"""The channel tree as a widget."""

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.channel_tree_view import ChannelTreeView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def tree(session: MonitorSession) -> ChannelTree:
    return session.channels.tree


@pytest.fixture
def view(
    qtbot: Any, session: MonitorSession, tree: ChannelTree, appearance: Appearance
) -> ChannelTreeView:
    view = ChannelTreeView(tree, session.values, appearance)
    qtbot.addWidget(view)
    view.resize(500, 300)
    tree.put(sc.ChannelInfo(name="rig/w", columns=("x", "y"), codec="samples"))
    tree.put(sc.ChannelInfo(name="rig/events"))
    return view


def row(view: ChannelTreeView, *texts: str) -> QModelIndex:
    index = QModelIndex()
    model = view.tree.model()
    for text in texts:
        rows = [model.index(place, 0, index) for place in range(model.rowCount(index))]
        index = next(each for each in rows if each.data() == text)
    return index


def test_folders_open_and_columns_stay_folded(view: ChannelTreeView) -> None:
    assert view.tree.isExpanded(row(view, "rig"))
    assert not view.tree.isExpanded(row(view, "rig", "w"))


@pytest.mark.parametrize(
    ("texts", "curves"),
    [(("rig", "w"), [("rig/w", "")]), (("rig", "w", "y"), [("rig/w", "y")])],
)
def test_a_double_click_asks_for_a_curve(
    qtbot: Any, view: ChannelTreeView, texts: tuple[str, ...], curves: list[tuple[str, str]]
) -> None:
    with qtbot.waitSignal(view.plot_requested) as asked:
        view.tree.doubleClicked.emit(row(view, *texts))
    assert asked.args == [curves, False]


def test_return_and_shift_return_plot_the_selection(qtbot: Any, view: ChannelTreeView) -> None:
    view.tree.setCurrentIndex(row(view, "rig", "w"))
    with qtbot.waitSignal(view.plot_requested) as asked:
        qtbot.keyClick(view.tree, Qt.Key.Key_Return)
    assert asked.args == [[("rig/w", "")], False]
    with qtbot.waitSignal(view.plot_requested) as asked:
        qtbot.keyClick(view.tree, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert asked.args == [[("rig/w", "")], True]


def test_without_the_filter_it_is_open_where_it_was_before(
    view: ChannelTreeView, tree: ChannelTree
) -> None:
    tree.put(sc.ChannelInfo(name="computer/cpu/load"))
    tree.put(sc.ChannelInfo(name="shut/away"))
    view.tree.collapse(row(view, "shut"))
    for text in ("eve", "event", ""):
        view.filter.setText(text)
    assert view.tree.isExpanded(row(view, "computer", "cpu"))
    assert view.tree.isExpanded(row(view, "rig"))
    assert not view.tree.isExpanded(row(view, "rig", "w"))
    assert not view.tree.isExpanded(row(view, "shut"))


def test_the_filter_leaves_what_matches(qtbot: Any, view: ChannelTreeView) -> None:
    qtbot.keyClicks(view.filter, "eve")
    model = view.tree.model()
    rig = row(view, "rig")
    assert [model.index(place, 0, rig).data() for place in range(model.rowCount(rig))] == ["events"]
    qtbot.keyClick(view.filter, Qt.Key.Key_Return)
    assert view.tree.currentIndex().data() == "events"


def test_the_session_hears_what_can_be_seen(
    qtbot: Any,
    view: ChannelTreeView,
    session: MonitorSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[set[str]] = []
    monkeypatch.setattr(session.values, "set_visible", lambda names: seen.append(set(names)))
    view.show()
    qtbot.waitUntil(lambda: seen[-1:] == [{"rig/w", "rig/events"}])
    view.tree.collapseAll()
    qtbot.waitUntil(lambda: seen[-1:] == [set()])
    view.hide()


def test_live_values_are_switched_by_the_button(
    view: ChannelTreeView, session: MonitorSession
) -> None:
    view.live.click()
    assert session.values.live
    session.values.set_live(False)
    assert not view.live.isChecked()
