"""`call`: one remote call; its progress on standard error, its results one a line."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

import stream_core as sc
from stream_core.cli.literals import arguments
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
from stream_core.cli.reporting import ExitCode, fail
from stream_core.cli.text import json_line, printable, readable
from stream_core.rpc import MethodDescription, describe

__all__ = ["call"]


def call(
    method: Annotated[str, typer.Argument(metavar="TARGET.METHOD")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ARG...", help="Python literals; anything else is text. NAME=ARG by name."
        ),
    ] = None,
    server: ServerAddress = ADDRESS,
    name: ClientName = None,
    user: UserOption = None,
    secret_file: SecretFile = None,
    tls: TlsFlag = False,
    tls_authority: TlsAuthority = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", metavar="SECONDS", min=0.001, help="The deadline.")
    ] = 20.0,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show the remote traceback of a failure.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write results as JSON.")] = False,
) -> None:
    """Call a method of a client, or of the server itself, and show what it gives."""
    files = chosen_tls(tls, tls_authority, tls_certificate, tls_key)
    shown = json_line if json else readable

    async def work(client: sc.Client) -> None:
        target, path = await _split(client, method)
        function = _method(await client.remote(target), target, path)
        try:
            args, kwargs = arguments(words or [], describe(function))
            pending = function(*args, **kwargs, tto=timeout)
        except TypeError as error:
            raise fail(str(error), ExitCode.USAGE) from error
        await _show(pending, describe(function), shown)

    try:
        run_client(work, server=server, name=name, user=user, secret_file=secret_file, tls=files)
    except sc.RemoteError as error:
        if traceback:
            sys.stderr.write(error.traceback)
        raise fail(f"{method} raised {printable(str(error))}") from error


async def _show(pending: Any, method: MethodDescription, shown: Any) -> None:
    pending.on_progress(lambda value: typer.echo(readable(value), err=True))
    if method.streams:
        async for value in pending:
            typer.echo(shown(value))
        return
    value = await pending
    if value is not None:
        typer.echo(shown(value))


async def _split(client: sc.Client, text: str) -> tuple[str, str]:
    """Part the target from the method; both may hold dots, so a live client's name decides.

    Nothing is a method if there is no dot, nor if the whole text is the name of a client.
    """
    live = {"server", *(info.name for info in await client.clients())}
    fitting = [name for name in live if text.startswith(f"{name}.")]
    target = max(fitting, key=len) if fitting else text.partition(".")[0]
    path = text[len(target) + 1 :]
    if not path or (text in live and not fitting):
        raise fail(f"{text!r} names no method; give TARGET.METHOD", ExitCode.USAGE)
    return target, path


def _method(remote: Any, target: str, path: str) -> Any:
    """Walk from group to group; an unknown part says what there is.

    The description of a group is one of a whole target, that of a method of a method alone.
    """
    found = remote
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise fail(str(error)) from error
    if not isinstance(describe(found), MethodDescription):
        methods = ", ".join(name for name in dir(found) if not name.startswith("_"))
        raise fail(f"{target}.{path} is a group; it has {methods}")
    return found
