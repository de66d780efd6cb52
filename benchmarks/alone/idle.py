"""A server with nothing to do, alone and with a hundred clients that have nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from time import sleep

import psutil

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, in_loop, listen, usage_over
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.work import Pace

__all__ = ["TRIAL"]

CLIENTS = 100
SETTLE_S = 0.5
SILENCE_S = 20.0


def _measure(pace: Pace) -> Mapping[str, float]:
    duration_s = min(20.0, max(5.0, 5 * pace.measure_s))  # a heartbeat every 5 s belongs to it
    with sc.ServerProcess("127.0.0.1", 0) as server:
        sleep(SETTLE_S)
        alone_bytes = psutil.Process(server.pid).memory_info().rss
        with started([Part("the clients", in_loop, _idle, server.address)]) as (clients,):
            hear_all({clients.line: "ready"}, SILENCE_S)
            sleep(SETTLE_S)
            usage = usage_over(server, duration_s)
    return {
        "memory": alone_bytes / 1e6,
        "share": usage.share * 100,
        "crowded": usage.memory_bytes / 1e6,
    }


async def _idle(line: Line, address: str) -> None:
    clients = [sc.Client(f"idle {number}", address) for number in range(CLIENTS)]
    for client in clients:
        await client.connect()
    line.say("ready")
    await listen(line)
    for client in clients:
        await client.close()


TRIAL = Trial(
    "idle",
    "idle",
    (
        Reading("memory", "server alone", " MB", at_most=50),
        Reading("share", "server with 100 idle clients, of a core", " %", at_most=0.5),
        Reading("crowded", "server with 100 idle clients", " MB"),
    ),
    _measure,
)
