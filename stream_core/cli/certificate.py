"""`certificate`: files for TLS; it makes them and says what to type next, and serves nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_core.cli.missing import explanation
from stream_core.cli.reporting import fail
from stream_core.errors import InvalidValue

if TYPE_CHECKING:
    from stream_core.cli.certificates import Files

__all__ = ["certificate"]

AUTHORITY, SERVER = "authority", "server"
AUTHORITY_DAYS = 3650.0


def certificate(
    hosts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[HOST]...", help="Names and addresses that clients connect to."),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option("--client", metavar="NAME", help="Make a client's certificate instead."),
    ] = None,
    directory: Annotated[
        Path, typer.Option("--directory", "-d", metavar="DIR", help="Where the files go.")
    ] = Path(),
    days: Annotated[
        float, typer.Option(min=0.01, max=AUTHORITY_DAYS, help="How long it is valid.")
    ] = 825.0,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a certificate, though not the authority.")
    ] = False,
) -> None:
    """Make a server's certificate, and the private authority that signs it if there is none yet.

    Of the files authority.pem is for every client, server.pem and server.key are for the server,
    and authority.key signs further certificates: keep it to yourself.
    """
    try:
        from stream_core.cli import certificates
    except ImportError as error:
        raise fail(explanation(error, "tls")) from error
    if bool(hosts) == bool(client):
        raise InvalidValue(
            "give the names and addresses of the server, as in 'streamscope certificate "
            "lab.example 192.168.1.5', or --client NAME"
        )
    certificates.alternative_names(hosts or ())
    files = certificates.Files.of(directory, _file_name(client) if client else SERVER)
    there = certificates.is_there(files)
    if there and not force:
        raise InvalidValue(f"{there[0]} exists; overwrite it with --force")
    own = certificates.Files.of(directory, AUTHORITY)
    present = certificates.is_there(own)
    if len(present) == 1:
        raise InvalidValue(
            f"{present[0]} is there without its other half; bring that back, or remove this one"
        )
    if present:
        authority = certificates.Authority.load(own)
    else:
        name = f"streamscope authority of {(hosts or [str(client)])[0]}"
        authority = certificates.Authority.make(own, name=name, days=AUTHORITY_DAYS)
        typer.echo(f"made {own.certificate} and {own.key}: the authority")
    authority.sign(files, name=client or (hosts or [""])[0], hosts=hosts or (), days=days)
    typer.echo(f"made {files.certificate} and {files.key}, for {', '.join(hosts or [str(client)])}")
    typer.echo(_next(files, own, hosts or []))


def _file_name(client: str) -> str:
    if client in (AUTHORITY, SERVER) or not re.fullmatch(r"[\w@-][\w@.-]*", client):
        raise InvalidValue(
            f"--client {client!r} would be the name of files: letters, digits, '@', '.', '_', '-'"
        )
    return client


def _next(files: Files, authority: Files, hosts: list[str]) -> str:
    certificate, key, ca = map(_shown, (files.certificate, files.key, authority.certificate))
    if hosts:
        return (
            f"next: streamscope serve --tls-certificate {certificate} --tls-key {key}\n"
            f"then: streamscope list --server {hosts[0]} --tls-authority {ca}"
        )
    return (
        f"next: streamscope serve --tls-certificate … --tls-key … --tls-authority {ca}\n"
        f"then: streamscope list --tls-authority {ca} --tls-certificate {certificate} "
        f"--tls-key {key}"
    )


def _shown(path: Path) -> str:
    text = os.fspath(path)
    return f"'{text}'" if " " in text else text
