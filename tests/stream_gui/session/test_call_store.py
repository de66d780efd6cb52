"""The calls of earlier starts."""

from pathlib import Path

import pytest

from stream_gui.models.console.call_record import CallStatus, StoredCall
from stream_gui.session import call_store
from stream_gui.session.call_store import CallStore


def stored(number: int) -> StoredCall:
    return StoredCall(f"rig.set({number})", CallStatus.DONE, str(number), started_s=float(number))


def test_calls_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "state" / "calls.jsonl"
    store = CallStore(path)
    assert store.load() == []
    calls = [stored(number) for number in range(3)]
    for call in calls:
        store.add(call)
    assert CallStore(path).load() == calls
    assert path.stat().st_mode & 0o077 == 0
    store.clear()
    assert CallStore(path).load() == []


def test_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "calls.jsonl"
    store = CallStore(path, kept=10)
    for number in range(25):
        store.add(stored(number))
    assert [call.started_s for call in store.load()] == list(range(15, 25))
    assert len(path.read_bytes().splitlines()) == 10
    assert path.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(call_store, "LARGEST_BYTES", 300)
    assert len(store.load()) < 10
    assert path.stat().st_size < 700


def test_spoilt_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    store = CallStore(path)
    store.add(stored(1))
    with path.open("ab") as file:
        file.write(b"{half a li\n\xff\n5\n")
    store.add(stored(2))
    assert [call.started_s for call in store.load()] == [1, 2]


def test_without_a_file_nothing_is_kept() -> None:
    store = CallStore(None)
    store.add(stored(1))
    store.clear()
    assert store.load() == []
