from __future__ import annotations

from stream_core.client.end_marks import EndMarks


def test_marks_are_kept_until_they_have_arrived() -> None:
    marks = EndMarks()
    assert [marks.add(sequence) for sequence in (4, 4, 9)] == [1, 2, 3]
    assert (marks.made, list(marks.missing())) == (3, [(1, 4), (2, 4), (3, 9)])
    marks.arrived(2)
    marks.arrived(1)
    assert (len(marks), list(marks.missing())) == (1, [(3, 9)])
    marks.arrived(7)
    assert (marks.made, len(marks)) == (3, 0)
