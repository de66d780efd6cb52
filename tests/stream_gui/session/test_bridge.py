"""The bridge between two threads."""

import threading
from typing import Any

from stream_gui.feedback import Feedback, Report
from stream_gui.session.bridge import Bridge


def test_what_other_threads_post_runs_here_in_order(qtbot: Any) -> None:
    bridge, seen = Bridge(Feedback()), list[tuple[int, bool]]()
    here = threading.current_thread()

    def post() -> None:
        for number in range(1000):
            bridge.post(lambda n: seen.append((n, threading.current_thread() is here)), number)

    thread = threading.Thread(target=post)
    thread.start()
    qtbot.waitUntil(lambda: len(seen) == 1000)
    thread.join()
    assert seen == [(number, True) for number in range(1000)]


def test_however_much_is_posted_there_is_one_wake(qapp: object) -> None:
    bridge, wakes = Bridge(Feedback()), []
    bridge._woken.connect(lambda: wakes.append(1))
    for _ in range(100):
        bridge.post(int)
    assert len(wakes) == 1
    bridge.drain()
    bridge.post(int)
    assert len(wakes) == 2


def test_a_failure_does_not_hold_up_the_rest(qapp: object) -> None:
    feedback, told, seen = Feedback(), list[Report](), list[int]()
    feedback.reported.connect(told.append)
    bridge = Bridge(feedback)
    bridge.post(int, "no number")
    bridge.post(seen.append, 1)
    bridge.drain()
    assert seen == [1]
    assert len(told) == 1


def test_a_closed_bridge_takes_nothing_more(qapp: object) -> None:
    bridge, seen = Bridge(Feedback()), list[int]()
    bridge.post(seen.append, 1)
    bridge.close()
    bridge.post(seen.append, 2)
    bridge.drain()
    assert seen == [1]
