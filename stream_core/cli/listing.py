"""`list`: the channels of a server, once or as they come and go."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer

import stream_core as sc
from stream_core.cli.options import (
    ADDRESS,
    ClientName,
    SecretFile,
    ServerAddress,
    TlsAuthority,
    TlsCertificate,
    TlsFlag,
    TlsKey,
    UserOption,
    chosen_tls,
    run_client,
)
from stream_core.cli.text import json_line, printable, table

__all__ = ["list_channels"]

HEADINGS = ("CHANNEL", "OWNER", "READERS", "ITEM", "UNIT", "RATE", "DESCRIPTION")


def list_channels(
    pattern: Annotated[
        str, typer.Argument(help="Such as 'rig1/*'; ** stands for any number of parts.")
    ] = "**",
    server: ServerAddress = ADDRESS,
    name: ClientName = None,
    user: UserOption = None,
    secret_file: SecretFile = None,
    tls: TlsFlag = False,
    tls_authority: TlsAuthority = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is added, changed, removed.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")] = False,
) -> None:
    """List channels."""
    files = chosen_tls(tls, tls_authority, tls_certificate, tls_key)

    async def work(client: sc.Client) -> None:
        if follow:
            await _follow(client, pattern, json)
        else:
            _write(await client.channels(pattern), json)

    run_client(work, server=server, name=name, user=user, secret_file=secret_file, tls=files)


async def _follow(client: sc.Client, pattern: str, json: bool) -> None:
    async for change in client.watch(pattern):
        if json:
            typer.echo(json_line(msgspec.to_builtins(change)))
        else:
            facts = (cell for cell in _row(change.info)[1:] if cell)
            typer.echo(f"{change.kind:<8}{printable(change.info.name)}  {'  '.join(facts)}")
        sys.stdout.flush()


def _write(channels: Iterable[sc.ChannelInfo], json: bool) -> None:
    ordered = sorted(channels, key=lambda info: info.name)
    if json:
        for info in ordered:
            typer.echo(json_line(msgspec.to_builtins(info)))
    elif ordered:
        for line in table([HEADINGS, *map(_row, ordered)]):
            typer.echo(line)


def _row(info: sc.ChannelInfo) -> tuple[str, ...]:
    rate = "" if info.rate_hz is None else f"{info.rate_hz:g} Hz"
    cells = (info.name, info.owner, str(info.readers), _item(info), info.unit, rate)
    return tuple(printable(cell) for cell in (*cells, info.description))


def _item(info: sc.ChannelInfo) -> str:
    if info.dtype is None:
        return info.codec or "any"
    if info.columns:
        return f"{info.dtype} ({', '.join(info.columns)})"
    return f"{info.dtype} {info.shape}" if info.shape else str(info.dtype)
