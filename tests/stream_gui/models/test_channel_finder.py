from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.models.channel_finder import ChannelFinder

NAMES = [
    "computer/cpu/load",
    "computer/memory/used",
    "rig/adc/pressure",
    "rig/temperature",
    "rig/waveform",
    "server/statistics",
    "rig2/temperature",
    "rig/temperature_limit",
]


def found(query: str, *names: str, columns: tuple[str, ...] = ()) -> list[str]:
    entries = [(name, "") for name in names or NAMES]
    entries += [("rig/waveform", column) for column in columns]
    return [each.text for each in ChannelFinder(entries).find(query).best]


def test_without_letters_all_are_there_in_their_order() -> None:
    assert found("") == NAMES
    assert found("   ") == NAMES


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("wave", "rig/waveform"),
        ("rt", "rig/temperature"),
        ("cpul", "computer/cpu/load"),
        ("rap", "rig/adc/pressure"),
        ("r2t", "rig2/temperature"),
        ("temp rig2", "rig2/temperature"),
        ("TEMP", "rig/temperature"),
        ("limit", "rig/temperature_limit"),
        ("used", "computer/memory/used"),
        ("stat", "server/statistics"),
    ],
)
def test_a_few_letters_find_what_is_meant(query: str, best: str) -> None:
    assert found(query)[0] == best


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("temp", "a/temperature", "a/t/e/m/p"),  # in one piece
        ("load", "cpu/load", "cpu/download"),  # at a beginning
        ("adc", "rig/adc", "adc/rig/slow"),  # in the last part
        ("x", "ax/x", "ax/xy"),  # the whole of it, and shorter
        ("a1", "a1", "a11"),
    ],
)
def test_better_ones_come_first(query: str, better: str, worse: str) -> None:
    assert found(query, worse, better) == [better, worse]


def test_columns_are_found_by_channel_and_name() -> None:
    assert found("wave ch1", columns=("ch0", "ch1")) == ["rig/waveform · ch1"]
    finder = ChannelFinder([("rig/waveform", ""), ("rig/waveform", "ch1")])
    assert [(each.channel, each.column) for each in finder.find("rig").best] == [
        ("rig/waveform", ""),
        ("rig/waveform", "ch1"),
    ]


def test_the_letters_are_marked_where_they_were_found() -> None:
    (best, *_) = ChannelFinder([("rig/adc/pressure", "")]).find("rpre").best
    assert "".join(best.text[place] for place in best.marked) == "rpre"
    assert best.marked == (0, 8, 9, 10)
    (best, *_) = ChannelFinder([("Grüße/İon/Temperatur", "°C")]).find("temp °c").best
    assert "".join(best.text[place] for place in best.marked) == "Temp°C"


def test_what_lacks_a_letter_is_not_found() -> None:
    assert found("xyz") == []
    assert found("rig zz") == []
    assert found("a[b", "a[b", "ab") == ["a[b"]
    assert found(".*", "a/b") == []


def test_it_tells_how_many_there_are() -> None:
    findings = ChannelFinder([(f"a/b{number}", "") for number in range(500)]).find("b1", limit=20)
    assert (len(findings.best), findings.total) == (20, 500)
    assert findings.count == 176  # with a 1 somewhere after the b


def test_going_on_typing_and_taking_back_find_the_same_as_afresh() -> None:
    finder = ChannelFinder([(name, "") for name in NAMES])
    for query in ("r", "rt", "rt l", "rt", "t", "", "rig2"):
        afresh = ChannelFinder([(name, "") for name in NAMES])
        assert finder.find(query) == afresh.find(query)
    finder.set_entries([("new/rig2", "")])
    assert [each.channel for each in finder.find("rig2").best] == ["new/rig2"]


def has_letters(text: str, word: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)


TEXTS = st.text("abcAB/_12. ", min_size=1, max_size=12)


@given(st.lists(TEXTS, unique=True, max_size=8), st.text("abc/12 ", max_size=6))
def test_it_finds_all_that_have_the_letters_and_nothing_else(names: list[str], query: str) -> None:
    findings = ChannelFinder([(name, "") for name in names]).find(query)
    words = query.lower().split()
    assert {each.channel for each in findings.best} == {
        name for name in names if all(has_letters(name.lower(), word) for word in words)
    }
    for each in findings.best:
        letters = "".join(each.text[place] for place in each.marked).lower()
        assert all(has_letters(letters, word) for word in words)
