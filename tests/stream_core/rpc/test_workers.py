from __future__ import annotations

import asyncio
import logging
import threading

from stream_core.rpc.workers import Job, Workers


async def test_jobs_of_one_worker_run_in_order_and_one_at_a_time():
    workers, ran = Workers(1, "rig"), []
    for number in range(20):
        workers.submit(Job("m", lambda number=number: ran.append((number, threading.get_ident()))))
    await workers.close(1)
    assert [number for number, _thread in ran] == list(range(20))
    assert len({thread for _number, thread in ran}) == 1


async def test_several_workers_run_jobs_at_once():
    workers, barrier = Workers(3), threading.Barrier(3)
    for _ in range(3):
        workers.submit(Job("m", lambda: barrier.wait(5)))
    await workers.close(5)
    assert not barrier.broken


async def test_no_thread_is_started_before_it_is_needed():
    before = threading.active_count()
    workers = Workers(4)
    assert threading.active_count() == before
    await workers.close(1)


async def test_a_method_that_does_not_end_is_named_and_left(caplog):
    workers, release = Workers(1, "rig"), threading.Event()
    workers.submit(Job("measure", release.wait))
    with caplog.at_level(logging.WARNING):
        await workers.close(0.01)
    assert "'rpc-rig-1' is left behind: the method 'measure' does not end" in caplog.text
    release.set()


def test_a_thread_that_outlives_its_loop_ends_without_a_word(caplog):
    release = threading.Event()

    async def leave() -> threading.Thread:
        workers = Workers(1)
        workers.submit(Job("measure", release.wait))
        thread = workers._workers[0]._thread
        await workers.close(0.01)
        return thread

    thread = asyncio.run(leave())
    release.set()
    thread.join()
