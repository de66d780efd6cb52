"""The lines of what was done."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.models.python_log import PythonLog


@pytest.fixture
def log(qapp: object) -> PythonLog:
    model = PythonLog(limit=3, now_s=lambda: 100.0)
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def test_what_was_done_is_a_program(log: PythonLog) -> None:
    log.add('client.kick("daq")')
    assert log.script() == 'import stream_core as sc\n\nclient.kick("daq")\n'
    log.add('client.remote("rig").load(np.ones(3))')
    assert log.script([1]).splitlines()[0] == "import numpy as np"
    assert [log.index(row).data() for row in range(log.rowCount())] == log.lines
    assert log.index(0).data(PythonLog.TimeRole) == 100.0


def test_only_the_latest_lines_are_kept(log: PythonLog) -> None:
    for number in range(5):
        log.add(f"line {number}")
    assert log.lines == ["line 2", "line 3", "line 4"]
    log.clear()
    assert log.lines == []
