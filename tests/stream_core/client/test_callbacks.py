from __future__ import annotations

import logging

import pytest

from stream_core.client.callbacks import Callbacks


def test_one_that_fails_keeps_nothing_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []
    callbacks = Callbacks([lambda fact: 1 / 0, told.append])
    with caplog.at_level(logging.ERROR):
        callbacks.tell(7)
    assert told == [7]
    assert "failed" in caplog.text


def test_a_callback_may_leave_while_it_is_told() -> None:
    told: list[int] = []
    callbacks = Callbacks()
    callbacks.append(lambda fact: callbacks.clear())
    callbacks.append(told.append)
    callbacks.tell(1)
    callbacks.tell(2)
    assert told == [1]
