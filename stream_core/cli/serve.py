"""`serve`: one server until a signal; everything it does is the library's `Server`."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

import stream_core as sc
from stream_core.cli.options import SecretFile, read_secret
from stream_core.cli.serve_settings import ServeSettings, read_settings
from stream_core.cli.user import USERS_VARIABLE
from stream_core.process import serve_until_signal

__all__ = ["serve"]


class LogLevel(StrEnum):
    """What is worth a line on standard error."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def serve(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", metavar="FILE", help="Arguments as TOML; options count more."
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Where to listen; 127.0.0.1 if not said.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0 takes any that is free; 50012 if not said."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the server calls itself.")] = None,
    secret_file: SecretFile = None,
    users: Annotated[
        Path | None,
        typer.Option(
            "--users",
            metavar="FILE",
            envvar=USERS_VARIABLE,
            help="Who may do what; see 'user'. Read again when it has changed.",
        ),
    ] = None,
    tls_certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Speak TLS, with this certificate; see 'certificate'."),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of that certificate.")
    ] = None,
    tls_authority: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in only clients that this authority has signed."),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A field of Limits, as in clients=100."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let anybody in, from other computers too.")
    ] = False,
    log_level: Annotated[LogLevel, typer.Option(help="What to log.")] = LogLevel.INFO,
) -> None:
    """Run a server until a signal ends it; its log goes to standard error."""
    logging.basicConfig(
        level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    settings = _merged(
        read_settings(config) if config else ServeSettings(), host, port, name, limit, insecure
    )
    files = {"certificate": tls_certificate, "key": tls_key, "authority": tls_authority}
    settings = _with_tls(settings, {field: file for field, file in files.items() if file})
    server = sc.Server(**_arguments(settings, secret_file, users))
    sc.run(serve_until_signal(server))


def _merged(
    settings: ServeSettings,
    host: str | None,
    port: int | None,
    name: str | None,
    limits: list[str] | None,
    insecure: bool,
) -> ServeSettings:
    given = {"host": host, "port": port, "name": name, "insecure": insecure or None}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if limits:
        changes["limits"] = settings.limits | dict(map(_limit, limits))
    return msgspec.structs.replace(settings, **changes)


def _with_tls(settings: ServeSettings, files: dict[str, Path]) -> ServeSettings:
    if not files:
        return settings
    given = {field: str(file) for field, file in files.items()}
    return msgspec.structs.replace(settings, tls=(settings.tls or {}) | given)


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value) if "." in value else int(value)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not NAME=NUMBER", param_hint="--limit") from None


def _arguments(
    settings: ServeSettings, secret_file: Path | None, users: Path | None
) -> dict[str, Any]:
    """Give the arguments of `Server`; option before environment before file."""
    arguments = settings.arguments()
    secret = read_secret(secret_file)
    if secret is None and settings.secret_file is not None:
        secret = read_secret(Path(settings.secret_file), "secret_file of the --config file")
    if secret is not None:
        arguments["secret"] = secret
    if users is not None:
        arguments["users"] = users
    return arguments
