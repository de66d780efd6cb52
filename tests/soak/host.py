"""The server of a soak in its own process: it tells every second what it has and keeps.

`python -m tests.soak.host` writes its address, then a line of JSON a second, until its standard
input ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import psutil

import stream_core as sc

SAMPLE_S = 1.0
DRAIN_S = 5.0


def sample(server: sc.Server, process: psutil.Process) -> dict[str, Any]:
    """What the server has now, and whether all its accounts balance."""
    services, holdings = server._services, server._holdings
    assert services is not None
    assert holdings is not None
    readers = [reader for session in services.sessions for reader in session.subscriptions.values()]
    return {
        "resident_bytes": process.memory_info().rss,
        "files": len(os.listdir("/proc/self/fd")) if Path("/proc").exists() else process.num_fds(),
        "tasks": len(asyncio.all_tasks()),
        "held_bytes": holdings.held_bytes(),
        "sessions": len(services.sessions),
        "connections": len(server._entrance.connections),
        "readers": len(readers),
        "cpu_s": sum(process.cpu_times()[:2]),
        "balanced": all(reader.buffer.counters.balanced for reader in readers),
    }


async def main() -> None:
    """Serve until nobody holds our standard input any more."""
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    process = psutil.Process()
    server = sc.Server("127.0.0.1", 0, limits=sc.Limits(resume_s=5.0))
    server.allow_files()
    async with server:
        print(server.address, flush=True)
        while not ended.done():
            await asyncio.wait({ended}, timeout=SAMPLE_S)
            print(json.dumps(sample(server, process)), flush=True)
        await server.stop(drain_s=DRAIN_S)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    sc.run(main())
