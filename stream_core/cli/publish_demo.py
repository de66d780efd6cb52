"""`publish-demo`: the publisher process of the demo; starts no server and opens no window."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

import stream_core as sc
from stream_core.cli.options import SecretFile, read_secret
from stream_core.cli.signals import end_of_input, ending_signal

__all__ = ["publish_demo"]


def publish_demo(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT")],
    until_stdin_closes: Annotated[
        bool, typer.Option(help="End when standard input does, as when its holder has gone.")
    ] = False,
    secret_file: SecretFile = None,
) -> None:
    """Publish measurements of this computer and a simulated rig, until a signal."""
    secret = read_secret(secret_file)
    sc.run(_publish_until_told(address, secret, until_stdin_closes))


async def _publish_until_told(address: str, secret: str | None, until_stdin_closes: bool) -> None:
    from stream_core.demo.publisher import publish  # brings numpy and psutil

    with ending_signal() as ended:
        if until_stdin_closes:
            end_of_input(ended)
        publishing = asyncio.ensure_future(publish(address, secret=secret))
        waiting = asyncio.ensure_future(ended.wait())
        await asyncio.wait({publishing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not publishing.done():
            publishing.cancel()
        await asyncio.gather(publishing, waiting, return_exceptions=True)
        if not publishing.cancelled():
            publishing.result()
