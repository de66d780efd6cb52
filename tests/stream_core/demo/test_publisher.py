from __future__ import annotations

import asyncio
import contextlib

import pytest

import stream_core as sc
from stream_core.demo.publisher import publish


async def test_both_clients_are_there_and_leave_with_it(
    server: sc.Server, client: sc.Client
) -> None:
    publishing = asyncio.ensure_future(publish(server.address))
    for channel in ("rig/waveform", "computer/cpu/load"):
        reader = await client.subscribe(channel, wait=True)
        await reader.get(timeout_s=5)
        await reader.close()
    assert {"rig", "computer"} <= {info.name for info in await client.clients()}
    publishing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await publishing
    assert {info.name for info in await client.clients()} == {"tester"}


async def test_a_second_one_is_told_that_the_name_is_taken(
    server: sc.Server, client: sc.Client
) -> None:
    async with sc.Client("rig", server.address):
        with pytest.raises(sc.NameTaken, match="rig"):
            await publish(server.address)
