"""`read`: the items of a channel, one a line, until it ends or the user has enough."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

import stream_core as sc
from stream_core.cli.options import (
    ADDRESS,
    ClientName,
    KeyFile,
    SecretFile,
    ServerAddress,
    TimeoutS,
    TlsAuthority,
    TlsCertificate,
    TlsFlag,
    TlsKey,
    UserOption,
    chosen_tls,
    read_key,
    run_client,
)
from stream_core.cli.skew import SkewNotice
from stream_core.cli.text import json_line, readable

__all__ = ["read"]


def read(
    channel: Annotated[str, typer.Argument(help="Name of the channel.")],
    server: ServerAddress = ADDRESS,
    name: ClientName = None,
    user: UserOption = None,
    secret_file: SecretFile = None,
    tls: TlsFlag = False,
    tls_authority: TlsAuthority = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    key_file: KeyFile = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="End after so many items.")
    ] = None,
    timeout: TimeoutS = None,
    buffer_size: Annotated[int, typer.Option(min=1, help="Items waiting at the server.")] = 10_000,
    overflow: Annotated[
        sc.Overflow, typer.Option(help="What the buffer does when it is full.")
    ] = sc.Overflow.RING,
    every: Annotated[int, typer.Option(min=1, help="Take each n-th item.")] = 1,
    min_interval: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Be served at most so often.")
    ] = 0.0,
    history: Annotated[
        int, typer.Option(min=0, metavar="N", help="Begin with up to so many past items.")
    ] = 0,
    envelope: Annotated[
        int | None,
        typer.Option(min=2, metavar="M", help="The least and the greatest of each m samples."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Wait for a channel that is not there yet.")
    ] = False,
    times: Annotated[
        bool, typer.Option("--times", help="Begin each line with the item's local time.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")] = False,
) -> None:
    """Read a channel: each item on a line, losses on standard error."""
    files = chosen_tls(tls, tls_authority, tls_certificate, tls_key)
    line = _json_item if json else _timed_item if times else _bare_item
    key = read_key(key_file)

    async def work(client: sc.Client) -> None:
        reader = await client.subscribe(
            channel,
            key=key,
            buffer_size=buffer_size,
            overflow=overflow,
            every=every,
            min_interval_s=min_interval,
            envelope=envelope,
            history=history,
            wait=wait,
        )
        reader.on_lost(_report_loss)
        notice = SkewNotice()

        def written(items: Iterator[sc.Item]) -> list[str]:
            if times and (differ := notice.look(client.now_ns(), _own_clock_ns())):
                typer.echo(f"streamscope: {differ}", err=True)
            return [line(item) for item in items]

        await _write_items(reader, written, count, timeout)

    run_client(work, server=server, name=name, user=user, secret_file=secret_file, tls=files)


Lines = Callable[[Iterator[sc.Item]], list[str]]


async def _write_items(
    reader: sc.Reader, written: Lines, count: int | None, timeout_s: float | None
) -> None:
    left = count
    while left is None or left > 0:
        try:
            block = await reader.get_block(timeout_s)
        except sc.ChannelClosed as closed:
            typer.echo(f"streamscope: the channel has ended: {closed.reason}", err=True)
            return
        lines = written(_items(block))[:left]
        left = None if left is None else left - len(lines)
        # a terminal or a pipe that is slow must not hold up the link
        await asyncio.to_thread(_write, "".join(f"{text}\n" for text in lines))


def _items(block: sc.Block) -> Iterator[sc.Item]:
    times_ns = block.times_ns.tolist()
    for value, time_ns, sequence in zip(block.values, times_ns, block.sequences, strict=True):
        yield sc.Item(value, time_ns, sequence, block.source)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _bare_item(item: sc.Item) -> str:
    return readable(item.value)


def _timed_item(item: sc.Item) -> str:
    return f"{_local_time(item.time_ns)}\t{readable(item.value)}"


def _json_item(item: sc.Item) -> str:
    facts: dict[str, Any] = {
        "sequence": item.sequence,
        "time_ns": item.time_ns,
        "value": item.value,
    }
    return json_line(facts)


def _own_clock_ns() -> int:
    return time.time_ns()


def _local_time(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}.{rest_ns // 1_000_000:03d}"


def _report_loss(loss: sc.Loss) -> None:
    typer.echo(f"streamscope: lost {loss.count} items from {loss.first}: {loss.reason}", err=True)
