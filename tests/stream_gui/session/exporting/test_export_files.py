"""Both kinds of files, by what one finds in them."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stream_gui.models.measuring import Marker
from stream_gui.plotdata.series import Series
from stream_gui.session.exporting.csv_file import local_times, write_csv
from stream_gui.session.exporting.numpy_file import write_numpy
from stream_gui.session.exporting.request import (
    ExportCancelledError,
    ExportedCurve,
    ExportRequest,
    Progress,
)

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
Write = Callable[[Path, ExportRequest, Progress], int]
both = pytest.mark.parametrize("write", [write_csv, write_numpy])


def silent() -> Progress:
    return Progress(lambda _: None)


def series(values: object, *, dtype: str = "float64", interval_ns: int = SECOND) -> Series:
    made = Series("a", capacity=100_000, dtype=dtype)  # type: ignore[arg-type]
    made.append(np.asarray(values, float), time_ns=T0, interval_ns=interval_ns)
    return made


@pytest.fixture
def request_() -> ExportRequest:
    fast, slow = series([0.1, np.nan, -np.inf, 3.0]), Series("b", dtype="float32")
    slow.append([0.1, 7.0], time_ns=T0, interval_ns=SECOND, reduced=100)
    fast.mark_gap("overflow", 3)
    fast.append([9.0], time_ns=T0 + 7 * SECOND, interval_ns=SECOND)
    curves = (
        ExportedCurve("rig1/adc", "x", "V", fast),
        ExportedCurve("rig1/temp, oven", "", "", slow),
    )
    markers = (Marker(T0 + SECOND, "valve\topened, twice"),)
    return ExportRequest(curves, T0, T0 + 8 * SECOND, markers, "lab:50012", 77)


def read_csv(path: Path) -> tuple[list[str], list[str], list[list[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    facts = [line[2:] for line in lines if line.startswith("#")]
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    return facts, rows[0], rows[1:]


def test_csv_has_a_row_for_each_time_and_all_digits(
    tmp_path: Path, request_: ExportRequest
) -> None:
    path = tmp_path / "a.csv"
    assert write_csv(path, request_, silent()) == 0
    _, headings, rows = read_csv(path)
    assert headings == ["time_ns", "time", "rig1/adc x [V]", "rig1/temp, oven"]
    assert [int(row[0]) for row in rows] == [T0 + s * SECOND for s in (0, 1, 2, 3, 7)]
    assert [row[2] for row in rows] == ["0.1", "nan", "-inf", "3.0", "9.0"]
    assert [row[3] for row in rows] == ["0.1", "7.0", "", "", ""]


def test_csv_says_what_it_is(tmp_path: Path, request_: ExportRequest) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, request_, silent())
    facts = "\n".join(read_csv(path)[0])
    assert "server: lab:50012, epoch 77" in facts
    assert "1970-01-01T00:00:00Z by the server's clock" in facts
    assert f"local time ({time.strftime('%Z', time.localtime(T0 // SECOND))})" in facts
    assert "curve: rig1/adc x, unit V, 5 samples" in facts
    assert "lost: rig1/adc x, before " in facts
    assert ": 3 samples (overflow)" in facts
    assert "lost: rig1/temp, oven: none known" in facts
    assert (
        "reduced: rig1/temp, oven has pairs of minimum and maximum, of up to 100 samples each"
        in facts
    )
    assert "valve opened, twice" in facts


def test_times_are_local_with_their_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        before = 1_729_990_800 * SECOND - 1  # the hour in which summer time ended
        assert local_times(np.array([before, before + 1])) == [
            "2024-10-27T02:59:59.999999999+02:00",
            "2024-10-27T02:00:00.000000000+01:00",
        ]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_numpy_has_every_curve_under_its_name(tmp_path: Path, request_: ExportRequest) -> None:
    path = tmp_path / "a.npz"
    assert write_numpy(path, request_, silent()) == 0
    with np.load(path) as found:
        assert found["curves"].tolist() == ["rig1/adc x", "rig1/temp, oven"]
        times = [T0 + s * SECOND for s in (0, 1, 2, 3, 7)]
        assert found["rig1/adc x/times_ns"].tolist() == times
        np.testing.assert_array_equal(found["rig1/adc x/values"], [0.1, np.nan, -np.inf, 3, 9])
        assert found["rig1/adc x/unit"] == "V"
        assert found["rig1/adc x/gaps"].tolist() == [(T0 + 7 * SECOND, 3, "overflow")]
        assert found["rig1/temp, oven/values"].dtype == np.float32
        assert found["rig1/temp, oven/gaps"].shape == (0,)
        assert found["markers"].tolist() == [(T0 + SECOND, "valve\topened, twice")]
        about = json.loads(str(found["about"]))
    assert (about["server"], about["epoch"]) == ("lab:50012", 77)
    assert about["reduced"] == {"rig1/temp, oven": 100}


def test_numpy_of_nothing_can_be_read(tmp_path: Path) -> None:
    empty = Series("a")
    request = ExportRequest((ExportedCurve("a", "", "V", empty),), T0, T0 + SECOND)
    write_numpy(tmp_path / "a.npz", request, silent())
    with np.load(tmp_path / "a.npz") as found:
        assert found["a/values"].shape == found["a/times_ns"].shape == (0,)
        assert found["markers"].shape == (0,)


@both
def test_only_what_lies_between_is_written(write: Write, tmp_path: Path) -> None:
    curve = ExportedCurve("a", "", "V", series(range(1000), interval_ns=SECOND))
    request = ExportRequest((curve,), T0 + 10 * SECOND, T0 + 12 * SECOND)
    path = tmp_path / "a.out"
    write(path, request, silent())
    if write is write_csv:
        assert [row[2] for row in read_csv(path)[2]] == ["10.0", "11.0", "12.0"]
    else:
        with np.load(path) as found:
            assert found["a/values"].tolist() == [10, 11, 12]


@both
def test_much_is_written_in_pieces_with_progress(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_gui.session.exporting.request._TOLD_EVERY_S", 0)
    monkeypatch.setattr("stream_gui.session.exporting.numpy_file._PIECE", 5000)
    values = np.random.default_rng(1).normal(size=60_000)
    curves = tuple(
        ExportedCurve(name, "", "V", series(values + n, dtype=dtype, interval_ns=1000))
        for n, (name, dtype) in enumerate([("a", "float64"), ("b", "float32")])
    )
    told: list[float] = []
    path = tmp_path / "a.out"
    write(path, ExportRequest(curves, T0, T0 + SECOND), Progress(told.append))
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == pytest.approx(1)
    assert len(set(told)) > 2
    kept = curves[1].series.read(0, 60_000).values
    if write is write_csv:
        cells = np.array([row[2:] for row in read_csv(path)[2]], float)
        np.testing.assert_array_equal(cells[:, 0], values)
        np.testing.assert_array_equal(cells[:, 1].astype(np.float32), kept)
    else:
        with np.load(path) as found:
            np.testing.assert_array_equal(found["a/values"], values)
            np.testing.assert_array_equal(found["b/values"], kept)


@both
def test_cancelled_it_leaves_nothing_and_what_was_there_stays(
    write: Write, tmp_path: Path, request_: ExportRequest
) -> None:
    path = tmp_path / "a.out"
    path.write_text("before")
    progress = silent()
    progress.cancel()
    with pytest.raises(ExportCancelledError):
        write(path, request_, progress)
    assert [each.name for each in tmp_path.iterdir()] == ["a.out"]
    assert path.read_text() == "before"


@both
def test_an_error_half_way_leaves_nothing(
    write: Write, tmp_path: Path, request_: ExportRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "a.out", request_, silent())
    assert list(tmp_path.iterdir()) == []


@both
def test_samples_that_leave_memory_meanwhile_are_counted_and_said(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_gui.session.exporting.request._TOLD_EVERY_S", 0)
    ring = Series("a", capacity=4096, dtype="float64")
    ring.append(np.arange(4096.0), time_ns=T0, interval_ns=1000)
    later = iter([None])

    def more_comes(_: float) -> None:
        for _ in later:
            ring.append(np.zeros(1000), time_ns=T0 + SECOND, interval_ns=1000)

    path = tmp_path / "a.out"
    request = ExportRequest((ExportedCurve("a", "", "V", ring),), T0, T0 + 4096_000)
    gone = write(path, request, Progress(more_comes))
    assert gone == 1000
    if write is write_csv:
        facts, _, rows = read_csv(path)
        assert "1000 samples left memory before they were written" in facts
        assert len(rows) == 3096
    else:
        with np.load(path) as found:
            assert json.loads(str(found["about"]))["left_memory_before_written"] == {"a": 1000}
            assert found["a/values"][0] == 1000
