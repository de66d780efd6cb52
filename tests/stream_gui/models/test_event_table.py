"""The table has the newest rows in one order, whatever is filtered, dropped or turned round."""

from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel
from pytestqt.modeltest import ModelTester

from stream_gui.models.event_table import CHANNEL, TIME, VALUE, EventTable
from stream_gui.plotdata.item_log import ItemLog

SECOND = 1_000_000_000


def say(log: ItemLog, *values: Any, at_s: float = 0.0) -> None:
    times = [round((at_s + n) * SECOND) for n in range(len(values))]
    log.append(list(values), times, range(log.end, log.end + len(values)))


def values(table: EventTable) -> list[str]:
    return [table.index(row, VALUE).data() for row in range(table.rowCount())]


@pytest.fixture
def log() -> ItemLog:
    return ItemLog("rig/events", limit=50)


@pytest.fixture
def table(qapp: object, log: ItemLog) -> EventTable:
    table = EventTable(limit=10)
    table.set_logs([log])
    return table


def test_the_newest_row_is_on_top(table: EventTable, log: ItemLog) -> None:
    say(log, "a", "b")
    assert table.take() == 2
    say(log, "c", at_s=5)
    assert table.take() == 1
    assert values(table) == ["c", "b", "a"]
    assert table.index(0, CHANNEL).data() == "rig/events"
    assert table.index(0, TIME).data().endswith(":05.000")
    table.newest_first = False
    say(log, "d", at_s=6)
    table.take()
    assert values(table) == ["a", "b", "c", "d"]
    assert table.log_row(3).value == "d"


def test_nothing_moves_before_it_is_told_to(table: EventTable, log: ItemLog) -> None:
    say(log, "a", "b")
    assert (table.rowCount(), table.waiting) == (0, 2)
    table.take()
    assert (table.rowCount(), table.waiting, table.take()) == (2, 0, 0)


def test_rows_of_several_channels_are_in_the_order_of_time(table: EventTable, log: ItemLog) -> None:
    other = ItemLog("server/events")
    say(log, "a", "c")
    say(other, "b", at_s=0.5)
    table.newest_first = False
    table.set_logs([log, other])
    assert values(table) == ["a", "b", "c"]
    say(other, "e", at_s=20)
    say(log, "d", at_s=10)
    table.take()
    assert values(table) == ["a", "b", "c", "d", "e"]
    table.set_logs([other])
    assert values(table) == ["b", "e"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_comes_late_takes_its_place_among_the_others(
    table: EventTable, log: ItemLog, newest_first: bool, qtmodeltester: ModelTester
) -> None:
    history = ItemLog("server/events")
    table.newest_first = newest_first
    table.set_logs([log, history])
    qtmodeltester.check(table)
    say(log, "b", "c", "f", at_s=1)
    table.take()
    say(history, "a", "b2", "c2", "d", at_s=0.5)
    say(history, "g", at_s=9)
    table.take()
    qtmodeltester.check(table)
    expected = ["a", "b", "b2", "c", "c2", "f", "d", "g"]
    assert values(table) == (expected[::-1] if newest_first else expected)


def test_one_channel_stays_in_the_order_in_which_it_came(table: EventTable, log: ItemLog) -> None:
    say(log, "a", at_s=9)
    say(log, "b", at_s=1)
    table.take()
    say(log, "c", at_s=0)
    table.take()
    assert values(table) == ["c", "b", "a"]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("filtered", ["", "pair"])
def test_the_oldest_rows_go_and_are_counted(
    table: EventTable, log: ItemLog, newest_first: bool, filtered: str, qtmodeltester: ModelTester
) -> None:
    table.newest_first = newest_first
    table.filter = filtered
    qtmodeltester.check(table)
    for number in range(25):
        say(log, f"{number} {'single' if number % 2 else 'pair'}", at_s=number)
        if number % 3 == 0:
            table.take()
            qtmodeltester.check(table)
    table.take()
    expected = [f"{n} {'single' if n % 2 else 'pair'}" for n in range(15, 25)]
    expected = [text for text in expected if filtered in text]
    assert values(table) == (expected[::-1] if newest_first else expected)
    assert (table.kept, table.dropped) == (10, 15)


def test_a_flood_leaves_the_newest_rows(table: EventTable, log: ItemLog) -> None:
    say(log, "old")
    table.take()
    say(log, *range(200), at_s=1)
    assert table.take() == 50
    assert values(table) == [str(number) for number in range(199, 189, -1)]
    assert (table.kept, table.dropped) == (10, 191)


def test_a_filter_finds_words_in_any_order_and_case(table: EventTable, log: ItemLog) -> None:
    say(log, "Valve 2 opened", "valve 1 closed", {"event": "valve"}, None)
    table.take()
    table.filter = "  OPENED valve "
    assert values(table) == ["Valve 2 opened"]
    table.filter = "rig/events none"
    assert values(table) == ["None"]
    say(log, "none of it", at_s=9)
    table.take()
    assert values(table) == ["none of it", "None"]
    assert (table.rowCount(), table.kept) == (2, 5)
    table.filter = ""
    assert table.rowCount() == 5


def test_losses_are_rows_of_their_own(table: EventTable, log: ItemLog) -> None:
    say(log, "a")
    log.mark_loss(1, 3, "buffer full")
    table.take()
    assert values(table) == ["3 items lost: buffer full", "a"]
    assert [table.index(row, 0).data(EventTable.LossRole) for row in (0, 1)] == [True, False]


def test_clearing_leaves_what_comes(table: EventTable, log: ItemLog) -> None:
    say(log, "a", "b")
    table.take()
    say(log, "c", at_s=5)
    table.clear()
    assert (values(table), table.kept, table.dropped) == ([], 0, 0)
    say(log, "d", at_s=6)
    table.take()
    assert values(table) == ["d"]


def test_a_moment_has_its_row(table: EventTable, log: ItemLog) -> None:
    say(log, "a", "b", "c")
    table.take()
    assert table.row_at(round(1.5 * SECOND)) == 1
    assert values(table)[table.row_at(9 * SECOND)] == "c"
    assert table.row_at(-1) == -1
    table.newest_first = False
    assert values(table)[table.row_at(SECOND)] == "b"


def test_counts_are_told_only_with_news(table: EventTable, log: ItemLog, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(table.counts_changed):
        table.take()
    with qtbot.waitSignal(table.counts_changed):
        say(log, "a")
        table.take()
    assert isinstance(table, QAbstractItemModel)
