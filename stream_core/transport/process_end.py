"""What is done when this process ends by itself; nothing is after a signal or `os._exit`."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable

__all__ = ["at_process_end", "expect_process_end", "hush"]

_last: list[Callable[[], None]] = []
_expected_by = 0


def at_process_end(last: Callable[[], None]) -> Callable[[], None]:
    """Have a function called at the end of this process; to be said when its module is imported.

    So it is called after what the program itself has left for then, and after all its threads but
    the daemons; those that were imported last come first.
    """
    atexit.register(last)
    _last.append(last)
    return last


def expect_process_end() -> None:
    """There is now something to end.

    A child that `multiprocessing` has forked ends without a look at `atexit`: it has finalizers of
    its own, which it forgets when it begins.
    """
    global _expected_by
    process = sys.modules.get("multiprocessing.process")  # else this is no child of it
    if process is None or process.parent_process() is None or _expected_by == os.getpid():
        return
    from multiprocessing.util import Finalize

    _expected_by = os.getpid()
    for last in _last:
        Finalize(None, last, exitpriority=0)


def hush(*kinds: type[BaseException]) -> None:
    """Have no more said of threads that end by such an error.

    Only daemons are left at the end. Those that wait are told that it is over, as ever; but where
    nobody minds, that is no failure of theirs.
    """
    hook = threading.excepthook

    def report(facts: threading.ExceptHookArgs) -> None:
        if not issubclass(facts.exc_type, kinds):
            hook(facts)

    threading.excepthook = report
