"""`send`: one or more values into a channel; does not wait for what readers make of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

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
from stream_core.cli.text import parse

__all__ = ["send"]


def send(
    channel: Annotated[str, typer.Argument(help="Name of the channel.")],
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="VALUE...",
            help="Python literals; anything else is text. A single - reads the lines of stdin.",
        ),
    ],
    server: ServerAddress = ADDRESS,
    name: ClientName = None,
    user: UserOption = None,
    secret_file: SecretFile = None,
    tls: TlsFlag = False,
    tls_authority: TlsAuthority = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    key_file: KeyFile = None,
    timeout: TimeoutS = None,
    text: Annotated[bool, typer.Option("--text", help="Take every value as text.")] = False,
) -> None:
    """Send to a shared channel; where there is none, create it and wait for a reader."""
    files = chosen_tls(tls, tls_authority, tls_certificate, tls_key)
    key = read_key(key_file)

    async def work(client: sc.Client) -> None:
        writer = await _writer(client, channel, key)
        await writer.wait_active(timeout_s=timeout)
        for word in _words(values):
            await writer.send(word if text else parse(word), wait_active=True)
        await writer.flush()
        await writer.close()

    run_client(work, server=server, name=name, user=user, secret_file=secret_file, tls=files)


async def _writer(client: sc.Client, channel: str, key: str | None) -> sc.Writer:
    try:
        return await client.open_writer(channel, key=key)
    except sc.ChannelNotFound:
        return await client.create_channel(channel, key=key, shared=True)


def _words(values: list[str]) -> Iterable[str]:
    return _lines() if values == ["-"] else values


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        yield line.rstrip("\r\n")
