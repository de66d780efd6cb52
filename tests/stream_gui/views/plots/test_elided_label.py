from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from stream_gui.views.plots.elided_label import ElidedLabel

DAY, SHORT, ZONE = "Mon 30 Nov 2026, UTC", "30 Nov, UTC", "UTC"


@pytest.mark.parametrize(("fits", "spare"), [(DAY, 0), (SHORT, 3), (ZONE, 3), (ZONE, -10)])
def test_the_longest_text_is_shown_that_has_room(qtbot: QtBot, fits: str, spare: int) -> None:
    label = ElidedLabel(Qt.TextElideMode.ElideRight)
    qtbot.addWidget(label)
    label.setText(DAY)
    label.shorter = SHORT, ZONE
    label.resize(label.fontMetrics().horizontalAdvance(fits) + spare, 20)
    assert label.shown == fits
    assert label.text() == DAY
