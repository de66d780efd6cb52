"""A fake link that joins a real caller and a real target; a frame arrives one loop turn later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from stream_core.rpc import (
    Dispatcher,
    Given,
    MethodDescription,
    PendingCalls,
    Remote,
    collect,
    description_from_wire,
    description_to_wire,
    encode_call,
)
from stream_core.wire import objects
from stream_core.wire.header import Kind

CALLER = 7
TARGET = 3


class Link:
    """Both halves and all frames between them."""

    def __init__(self, host: object, **options: Any) -> None:
        self.timeout_s: float | None = 10.0
        self.number = options.pop("number", TARGET)
        self.frames: list[tuple[Kind, dict[str, Any]]] = []
        self.table = collect(host, name="rig")
        self.pending = PendingCalls(self._send_to_target)
        self.target = Dispatcher(
            self.table, send=self._send_to_caller, caller_name=lambda n: f"client {n}", **options
        )

    def kinds(self) -> list[Kind]:
        return [kind for kind, _facts in self.frames]

    def _send_to_target(self, kind: Kind, **facts: Any) -> None:
        self.frames.append((kind, facts))
        assert facts["address"] == self.number
        asyncio.get_running_loop().call_soon(self._at_target, kind, facts)

    def _at_target(self, kind: Kind, facts: dict[str, Any]) -> None:
        match kind:
            case Kind.CALL:
                remaining_ns = facts.get("time_ns", 0)
                self.target.call(CALLER, facts["sequence"], remaining_ns, facts["body"])
            case Kind.CANCEL:
                self.target.cancel(CALLER, facts["sequence"])
            case Kind.CREDIT:
                self.target.credit(CALLER, facts["sequence"], facts["count"])

    def _send_to_caller(self, kind: Kind, **facts: Any) -> None:
        self.frames.append((kind, facts))
        assert facts["address"] == CALLER
        asyncio.get_running_loop().call_soon(self._at_caller, kind, facts)

    def _at_caller(self, kind: Kind, facts: dict[str, Any]) -> None:
        body = facts.get("body", b"")
        self.pending.frame(kind, facts["sequence"], facts.get("flags", 0), memoryview(body))

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> Any:
        body = encode_call(method.path, args, kwargs)
        return self.pending.start(
            self.number,
            method.path,
            body,
            timeout_s=timeout_s,
            streams=method.streams,
            target_name="rig",
        )

    def seek(self, path: str) -> None:
        """Nothing changes here."""

    @property
    def remote(self) -> Remote:
        wire = objects.encode(description_to_wire(self.target.description))
        return Remote(description_from_wire(objects.decode(wire)), self, timeout_s=self.timeout_s)

    async def close(self) -> None:
        await self.target.close(grace_s=1.0)
        self.pending.close()


@pytest.fixture
async def join() -> AsyncIterator[Callable[..., Link]]:
    links: list[Link] = []

    def joined(host: object, **options: Any) -> Link:
        links.append(Link(host, **options))
        return links[-1]

    yield joined
    for link in links:
        await link.close()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Waits for what another thread, or the other end, is about to do."""

    async def wait(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - some conditions are of threads
            await asyncio.sleep(0.001)

    return wait
