"""The conditions that stand."""

from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from stream_gui.feedback import Severity
from stream_gui.models.problem import Problem
from stream_gui.models.problem_list import ProblemList


def problem(key: str, cause: str = "why", severity: Severity = Severity.WARNING) -> Problem:
    return Problem(key, f"{key} is wrong", cause, "mend it", severity)


def shown(problems: ProblemList) -> list[tuple[str, str]]:
    return [
        (problems.index(row, 1).data(), problems.index(row, 2).data())
        for row in range(problems.rowCount())
    ]


def test_a_problem_stands_once_since_its_beginning(qtbot: QtBot) -> None:
    now = [0.0]
    problems = ProblemList(clock=lambda: now[0])
    problems.put(problem("a"))
    since = problems.index(0, 0).data()
    now[0] = 100.0
    problems.put(problem("a", "another reason"))
    assert shown(problems) == [("a is wrong", "another reason")]
    assert problems.index(0, 0).data() == since
    with qtbot.assertNotEmitted(problems.changed):
        problems.put(problem("a", "another reason"))
    problems.clear("a")
    problems.clear("a")
    assert shown(problems) == []
    problems.put(problem("a"))
    assert problems.index(0, 0).data() != since


def test_the_worst_come_first() -> None:
    problems = ProblemList()
    assert problems.worst is None
    for key, severity in (
        ("a", Severity.INFORMATION),
        ("b", Severity.WARNING),
        ("c", Severity.ERROR),
        ("d", Severity.WARNING),
    ):
        problems.put(problem(key, severity=severity))
    assert [each.key for each in problems.problems] == ["c", "b", "d", "a"]
    assert problems.worst is Severity.ERROR


def test_a_family_is_replaced_without_the_others() -> None:
    problems = ProblemList()
    problems.put(problem("link"))
    problems.replace("nan ", [problem("nan a"), problem("nan b")])
    problems.replace("nan ", [problem("nan b")])
    assert [each.key for each in problems.problems] == ["link", "nan b"]
    problems.replace("nan ", [])
    assert [each.key for each in problems.problems] == ["link"]


def test_it_is_a_proper_model(qtmodeltester: ModelTester) -> None:
    problems = ProblemList()
    problems.put(problem("a"))
    qtmodeltester.check(problems)
