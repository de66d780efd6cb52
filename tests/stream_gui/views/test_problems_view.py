"""The dock of problems."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from stream_gui.models.problem import Problem
from stream_gui.models.problem_list import ProblemList
from stream_gui.views.appearance import Appearance
from stream_gui.views.problems_view import ProblemsView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LINK = Problem("link", "No connection", "nobody listens", "start it", action="connect")
SKEW = Problem("skew", "Clock", "differs", "set it")


@pytest.fixture
def view(qtbot: Any, appearance: Appearance) -> ProblemsView:
    problems = ProblemList()
    view = ProblemsView(problems, appearance)
    qtbot.addWidget(view)
    view.resize(900, 200)
    view.show()
    return view


def test_it_says_so_when_nothing_is_wrong(view: ProblemsView) -> None:
    problems = view.table.model()
    assert isinstance(problems, ProblemList)
    assert not view.table.isVisible()
    problems.put(LINK)
    assert view.table.isVisible()
    problems.clear("link")
    assert not view.table.isVisible()


def test_what_helps_is_done_by_return(qtbot: Any, view: ProblemsView) -> None:
    problems = view.table.model()
    assert isinstance(problems, ProblemList)
    problems.put(LINK)
    problems.put(SKEW)
    wanted: list[str] = []
    view.remedy_wanted.connect(wanted.append)
    for row in (0, 1):
        view.table.selectRow(row)
        view.remedy.trigger()
    assert wanted == ["connect"]


def test_a_problem_is_copied_whole(view: ProblemsView) -> None:
    problems = view.table.model()
    assert isinstance(problems, ProblemList)
    problems.put(LINK)
    view.table.selectRow(0)
    view.table.actions()[1].trigger()
    assert QGuiApplication.clipboard().text() == "No connection\nnobody listens\nstart it"
