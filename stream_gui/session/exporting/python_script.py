"""A program in Python that reads the channels of a view; it runs nothing."""

from __future__ import annotations

from collections.abc import Iterable

from stream_gui.models.python_client import Access
from stream_gui.models.python_lines import preamble

__all__ = ["python_script"]

_TEMPLATE = '''\
"""Reads what was plotted in streamscope, at full rate, until Ctrl-C: prints one line a block."""

import asyncio
import contextlib
{imports}
CHANNELS = {{  # for each channel its columns; () is all of an item
{channels}}}


def part(item, column, columns):
    """One column of an item."""
    if isinstance(item, dict):
        return item[column]
    return np.ravel(item)[columns.index(column) if column in columns else int(column)]


async def read(client, channel, wanted):
    """Print the newest values of each block, and what was lost before it."""
    reader = await client.subscribe(channel, buffer_size=100_000, wait=True)
    while True:
        block = await reader.get_block()
        for loss in block.lost:
            print(f"{{channel}}: lost {{loss.count}} ({{loss.reason}})")
        if len(block.sequences):
            item = block.values[-1]  # all of them: block.values, their times: block.times_ns
            columns = reader.info.columns or ()
            newest = {{name: part(item, name, columns) for name in wanted}} if wanted else item
            print(f"{{channel}} at {{block.times_ns[-1]}} ns: {{newest}}", flush=True)


async def main():
    """Read all channels at once."""
    async with {client} as client:
        await asyncio.gather(*(read(client, *each) for each in CHANNELS.items()))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sc.run(main())
'''


def python_script(access: Access, curves: Iterable[tuple[str, str]]) -> str:
    """A program that subscribes to these channels and prints what comes.

    Args:
        access: how the server is joined.
        curves: channels with a column each; "" is the only one.
    """
    channels: dict[str, list[str]] = {}
    for channel, column in curves:
        columns = channels.setdefault(channel, [])
        if column and column not in columns:
            columns.append(column)
    lines = (f"    {channel!r}: {tuple(columns)!r},\n" for channel, columns in channels.items())
    client = access.client("sc.Client")
    imports = "\n".join(preamble(["np.", client]))
    return _TEMPLATE.format(imports=f"{imports}\n", client=client, channels="".join(lines))
