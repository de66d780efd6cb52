"""Both clients of the demo on one loop; connects them, and ends with them."""

from __future__ import annotations

import asyncio

import stream_core as sc
from stream_core.demo.computer import publish_computer
from stream_core.demo.rig import Rig

__all__ = ["publish"]


async def publish(address: str, *, secret: str | None = None) -> None:
    """Publish the measurements of this computer and the simulated rig until cancelled.

    Args:
        address: of the server.
        secret: the server's, if it has one.

    Raises:
        StreamError: the server cannot be reached, or refuses.
    """
    async with (
        sc.Client("computer", address, secret=secret) as computer,
        Rig("rig", address, secret=secret) as rig,
    ):
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(publish_computer(computer))
                tasks.create_task(rig.publish())
        except ExceptionGroup as group:
            raise _first(group) from group


def _first(error: Exception) -> Exception:
    """Give what went wrong first: the clients' tasks all fail of the same cause."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
