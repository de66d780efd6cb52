"""Events as text keep what they say."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from stream_gui.models.event_text import (
    clock_text,
    date_text,
    item_text,
    loss_text,
    plain,
    rows_as_json,
    rows_as_tsv,
)
from stream_gui.plotdata.item_log import LogRow

NOON = 1_700_000_000_123_456_789


def row(value: Any = None, **facts: Any) -> LogRow:
    return LogRow("rig/events", NOON, 7, value, **facts)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(1.5), 1.5),
        (np.array([[1, 2]]), [[1, 2]]),
        ({1: {"a"}}, {"1": ["a"]}),
        (b"\x00\xff", "00 ff"),
        (math.nan, "nan"),
        (3 + 4j, "(3+4j)"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        ([None, True, "x", 10**30], [None, True, "x", 10**30]),
        (object, "<class 'object'>"),
    ],
)
def test_every_value_can_be_json(value: Any, expected: Any) -> None:
    assert plain(value) == expected
    json.loads(rows_as_json([row(value)]))


def test_a_value_that_contains_itself_ends_somewhere() -> None:
    value: list[Any] = []
    value.append(value)
    assert "…" in json.dumps(plain(value), ensure_ascii=False)


def test_json_has_the_time_exactly() -> None:
    (entry,) = json.loads(rows_as_json([row("valve opened")]))
    assert (entry["time_ns"], entry["channel"], entry["number"]) == (NOON, "rig/events", 7)
    assert entry["value"] == "valve opened"
    assert datetime.fromisoformat(entry["time"]).timestamp() == pytest.approx(NOON / 1e9)


def test_losses_are_taken_away_too() -> None:
    lost = row(lost=3, reason="buffer full")
    assert json.loads(rows_as_json([lost]))[0]["lost"] == 3
    assert rows_as_tsv([lost]).splitlines()[1].endswith("7\t3 items lost: buffer full")


def test_tabs_and_lines_of_a_value_do_not_break_the_table() -> None:
    head, line = rows_as_tsv([row("a\tb\nc\\d")]).splitlines()
    assert head == "time\tchannel\tnumber\tvalue"
    assert line.split("\t")[1:] == ["rig/events", "7", "a\\tb\\nc\\\\d"]
    assert rows_as_tsv([row({"a": 1})]).splitlines()[1].endswith('\t{"a": 1}')


@pytest.mark.parametrize(
    ("lost", "exact", "text"),
    [
        (1, True, "1 item lost: full"),
        (1200, True, "1\N{NARROW NO-BREAK SPACE}200 items lost: full"),
        (0, False, "items lost, nobody knows how many: full"),
    ],
)
def test_losses_say_how_many_and_why(lost: int, exact: bool, text: str) -> None:
    assert loss_text(row(lost=lost, reason="full", is_exact=exact)) == text


def test_times_are_local() -> None:
    local = datetime.fromtimestamp(NOON // 10**9)
    assert clock_text(NOON) == f"{local:%H:%M:%S}.123"
    assert f"{local:%d %b %Y, %H:%M:%S}.123456" in date_text(NOON)


def test_a_dict_shows_its_entries_in_their_order() -> None:
    event = {"event": "client_left", "client": "rig", "address": None}
    assert item_text(event, 100) == "event: client_left · client: rig · address: None"
    assert item_text({"a": "x" * 500}, 20).endswith("…")
    assert len(item_text(dict.fromkeys(range(10**5), "x"), 60)) == 60
    assert item_text({}, 20) == "{}"
