"""The steps that a piece of code takes: what it calls, and how often; not how long it takes.

Clocks are no witness of what a secret depends on: they differ from run to run. What is called does
not.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

Steps = Counter[str]


@contextmanager
def steps_of() -> Iterator[Steps]:
    """Count every call within, of Python's functions and of those in C."""
    steps: Steps = Counter()

    def count(frame: FrameType, event: str, what: Any) -> None:
        if event == "call":
            steps[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1
        elif event == "c_call":
            steps[what.__qualname__] += 1

    collecting = gc.isenabled()
    gc.disable()  # what others have left behind is not part of it
    sys.setprofile(count)
    try:
        yield steps
    finally:
        sys.setprofile(None)
        if collecting:
            gc.enable()
