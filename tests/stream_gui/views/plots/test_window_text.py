from __future__ import annotations

import pytest

from stream_gui.views.plots.window_text import duration_text


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (10, "10 s"), (0.02, "20 ms"), (60, "1 min"), (5400, "1.5 h"), (86_400, "1 d"),
        (12.5, "12.5 s"), (0.0001, "100 µs"), (0, "0 µs"), (604_800, "7 d"),
    ],
)  # fmt: skip
def test_durations_are_short(duration_s: float, text: str) -> None:
    assert duration_text(duration_s) == text
