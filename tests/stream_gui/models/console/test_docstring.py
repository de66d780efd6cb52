"""Docstrings taken apart."""

from stream_gui.models.console.docstring import Docstring

TEXT = """Measure the response
of the filter.

It takes a while.

Args:
    start_hz: the first frequency,
        above 0.
    *more (int): anything: it is
        ignored.

Returns:
    Frequency and gain.
"""


def test_summary_parameters_and_the_rest_are_told_apart() -> None:
    doc = Docstring.of(TEXT)
    assert doc.summary == "Measure the response of the filter."
    assert doc.parameters == {
        "start_hz": "the first frequency, above 0.",
        "more": "anything: it is ignored.",
    }
    assert doc.rest == "It takes a while.\n\nReturns:\n    Frequency and gain."


def test_one_line_and_none_at_all() -> None:
    assert Docstring.of("Reset.") == Docstring("Reset.")
    assert Docstring.of("") == Docstring()
