from __future__ import annotations

import asyncio
import threading
from functools import partial

from stream_core.rpc.answers import Answers
from stream_core.rpc.current_call import Execution
from stream_core.rpc.methods import collect
from stream_core.wire.header import Kind


def answers() -> tuple[Answers, list[Kind], Execution]:
    sent: list[Kind] = []
    answers = Answers(lambda kind, **facts: sent.append(kind))
    method = collect(object()).get("echo")
    execution = Execution((7, 1), method, None, None, answers.progress)
    answers.live[execution.key] = execution
    return answers, sent, execution


async def test_a_call_is_answered_once():
    way, sent, execution = answers()
    way.result(execution, 1)
    way.result(execution, 2)
    execution.progress(3)
    assert sent == [Kind.RESULT]
    assert not way.live


async def test_nothing_is_said_of_a_cancelled_call():
    way, sent, execution = answers()
    execution.cancelled = True
    way.more(execution, b"")
    way.end(execution)
    execution.progress(1)
    assert sent == []


async def test_many_answers_of_a_thread_take_one_wake(monkeypatch):
    way, sent, execution = answers()
    loop, wakes = asyncio.get_running_loop(), []
    wake = loop.call_soon_threadsafe
    monkeypatch.setattr(
        loop, "call_soon_threadsafe", lambda call: (wakes.append(call), wake(call))[1]
    )
    thread = threading.Thread(
        target=lambda: [way.post(partial(way.more, execution, b"")) for _ in range(100)]
    )
    thread.start()
    thread.join()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(sent) == 100
    assert len(wakes) == 1


def test_an_answer_after_the_loops_end_is_dropped():
    async def make() -> tuple[Answers, list[Kind], Execution]:
        return answers()

    way, sent, execution = asyncio.run(make())
    way.post(partial(way.end, execution))
    assert sent == []
