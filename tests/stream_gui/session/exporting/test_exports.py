"""Exports as the session runs them."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stream_gui.feedback import Severity
from stream_gui.models.feedback_list import FeedbackList
from stream_gui.plotdata.series import Series
from stream_gui.session.exporting.request import ExportedCurve, ExportRequest
from stream_gui.session.monitor_session import MonitorSession

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


@pytest.fixture
def wanted() -> ExportRequest:
    series = Series("a", dtype="float64")
    series.append(np.arange(10.0), time_ns=T0, interval_ns=SECOND)
    return ExportRequest((ExportedCurve("a", "", "V", series),), T0, T0 + 9 * SECOND)


def told(session: MonitorSession) -> tuple[Severity, str, str]:
    table = session.reports
    severity = Severity(table.data(table.index(0, 0), FeedbackList.SeverityRole))
    return severity, table.data(table.index(0, 1)), table.data(table.index(0, 2))


@pytest.mark.parametrize("name", ["a.csv", "a.npz", "A.CSV"])
async def test_a_file_is_written_and_told(
    session: MonitorSession, tmp_path: Path, wanted: ExportRequest, name: str, eventually: Any
) -> None:
    job = session.exports.write(tmp_path / name, wanted)
    assert session.exports.jobs == (job,)
    await eventually(lambda: not session.exports.jobs)
    assert (tmp_path / name).stat().st_size > 100
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) & 0o400
    severity, subject, text = told(session)
    assert (severity, subject) == (Severity.INFORMATION, f"export {name}")
    assert text == f"1 curve written to {tmp_path / name}"


@pytest.mark.parametrize(
    ("number", "text"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "you may not write there")],
)
async def test_what_prevents_it_is_said_plainly(
    session: MonitorSession,
    tmp_path: Path,
    wanted: ExportRequest,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    text: str,
    eventually: Any,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    session.exports.write(tmp_path / "a.csv", wanted)
    await eventually(lambda: not session.exports.jobs)
    assert told(session)[0] is Severity.ERROR
    assert told(session)[2] == f"{text}; {tmp_path / 'a.csv'} was not written"
    assert not [name for name in os.listdir(tmp_path) if "csv" in name]


async def test_a_folder_that_is_not_there_is_told(
    session: MonitorSession, tmp_path: Path, wanted: ExportRequest, eventually: Any
) -> None:
    session.exports.write(tmp_path / "gone" / "a.npz", wanted)
    await eventually(lambda: not session.exports.jobs)
    assert told(session)[2].startswith("there is no such folder; ")


async def test_an_export_can_be_cancelled(
    session: MonitorSession,
    tmp_path: Path,
    wanted: ExportRequest,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Any,
) -> None:
    may_go_on = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: may_go_on.wait(10))
    first = session.exports.write(tmp_path / "a.csv", wanted)
    second = session.exports.write(tmp_path / "b.csv", wanted)
    second.cancel()
    assert second.is_cancelled
    await eventually(lambda: session.exports.jobs == (first,))
    assert told(session)[2] == "cancelled; nothing was written"
    may_go_on.set()
    await eventually(lambda: not session.exports.jobs)
    assert [name for name in os.listdir(tmp_path) if "csv" in name] == ["a.csv"]


async def test_samples_that_left_memory_are_a_warning(
    session: MonitorSession,
    tmp_path: Path,
    wanted: ExportRequest,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Any,
) -> None:
    monkeypatch.setattr("stream_gui.session.exporting.csv_file.MergedRows.gone", 1234)
    session.exports.write(tmp_path / "a.csv", wanted)
    await eventually(lambda: not session.exports.jobs)
    assert told(session)[0] is Severity.WARNING
    assert "1,234 samples left memory before they were written" in told(session)[2]
