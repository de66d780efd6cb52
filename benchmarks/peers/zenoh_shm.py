"""Zenoh as it is between processes of one machine: large items go through shared memory."""

from __future__ import annotations

from functools import partial

from benchmarks.peers import zenoh
from benchmarks.work import Kind

__all__ = [
    "KINDS",
    "broker",
    "callee",
    "caller",
    "publisher",
    "run",
    "subscriber",
]

KINDS = (Kind.ARRAYS,)

run = zenoh.run
broker = partial(zenoh.broker, shared_memory=True)
publisher = partial(zenoh.publisher, shared_memory=True)
subscriber = partial(zenoh.subscriber, shared_memory=True)
callee = zenoh.callee
caller = zenoh.caller
