from __future__ import annotations

import asyncio
import builtins
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from stream_core.transport import loops


async def module_of_the_loop() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_main_runs_on_the_best_loop() -> None:
    best = "winloop" if sys.platform == "win32" else "uvloop"
    assert loops.run(module_of_the_loop()) == best


@pytest.fixture
def no_other_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    genuine = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name in ("uvloop", "winloop"):
            raise ImportError(name)
        return genuine(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    loops._loop_factory.cache_clear()
    yield
    loops._loop_factory.cache_clear()


@pytest.mark.usefixtures("no_other_loop")
def test_asyncio_does_where_there_is_no_other() -> None:
    assert loops.run(module_of_the_loop()).startswith("asyncio.")


async def test_a_running_loop_is_not_entered_again() -> None:
    with pytest.raises(RuntimeError, match="from a running event loop: await"):
        loops.run(module_of_the_loop())
