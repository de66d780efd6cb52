"""Tasks are kept, named, heard and ended."""

import asyncio
import gc

from stream_gui.tasks import Tasks


class Failures(list[tuple[str, str]]):
    def __call__(self, doing: str, error: BaseException) -> None:
        self.append((doing, str(error)))


async def test_a_task_is_kept_until_it_is_done() -> None:
    tasks, done = Tasks(Failures()), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.set()

    tasks.start(work(), doing="work")
    gc.collect()
    assert tasks.doing == ["work"]
    await asyncio.wait_for(done.wait(), 1)
    await asyncio.sleep(0)
    assert tasks.doing == []


async def test_a_failure_is_heard_with_what_was_being_done() -> None:
    failures = Failures()
    tasks = Tasks(failures)

    async def work() -> None:
        raise ValueError("broken")

    await asyncio.wait([tasks.start(work(), doing="mend it")])
    await asyncio.sleep(0)
    assert failures == [("mend it", "broken")]


async def test_closing_cancels_everything_in_silence() -> None:
    failures = Failures()
    tasks = Tasks(failures)
    tasks.start(asyncio.sleep(60), doing="sleep")
    await tasks.close()
    assert (tasks.doing, failures) == ([], [])


async def test_a_task_may_close_all_others() -> None:
    tasks = Tasks(Failures())
    other = tasks.start(asyncio.sleep(60), doing="sleep")
    await tasks.start(tasks.close(), doing="close")
    assert other.cancelled()
