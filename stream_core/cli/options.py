"""The options that commands have in common, and the client made from them."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

import stream_core as sc
from stream_core.transport.secret_files import warn_if_others_read

__all__ = [
    "ADDRESS",
    "SECRET_VARIABLE",
    "USER_VARIABLE",
    "ClientName",
    "KeyFile",
    "SecretFile",
    "ServerAddress",
    "TimeoutS",
    "TlsAuthority",
    "TlsCertificate",
    "TlsFlag",
    "TlsKey",
    "UserOption",
    "chosen_tls",
    "read_key",
    "read_secret",
    "run_client",
]

ADDRESS = "127.0.0.1:50012"
SECRET_VARIABLE = "STREAMSCOPE_SECRET"
USER_VARIABLE = "STREAMSCOPE_USER"
KEY_VARIABLE = "STREAMSCOPE_KEY"
AUTHORITY_VARIABLE = "STREAMSCOPE_TLS_AUTHORITY"
STANDARD_INPUT = Path("-")

ServerAddress = Annotated[
    str,
    typer.Option("--server", "-s", envvar="STREAMSCOPE_SERVER", metavar="HOST:PORT"),
]
ClientName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="What the server knows us by.")
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help=f"Holds the secret; - reads it from standard input. Else ${SECRET_VARIABLE} counts.",
    ),
]
UserOption = Annotated[
    str | None,
    typer.Option(
        "--user",
        "-u",
        metavar="USER",
        envvar=USER_VARIABLE,
        help="Who proves itself by the secret, where the server has users.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Holds the key of a private channel; - reads it from standard input. "
        f"Else ${KEY_VARIABLE} counts.",
    ),
]
TimeoutS = Annotated[
    float | None,
    typer.Option("--timeout", "-t", metavar="SECONDS", min=0.0, help="Give up after so long."),
]

TlsFlag = Annotated[
    bool,
    typer.Option("--tls", help="Speak TLS, with a server of an authority that the system knows."),
]
TlsAuthority = Annotated[
    Path | None,
    typer.Option(
        "--tls-authority",
        metavar="FILE",
        envvar=AUTHORITY_VARIABLE,
        help="Speak TLS, with a server that this authority has signed.",
    ),
]
TlsCertificate = Annotated[
    Path | None,
    typer.Option("--tls-certificate", metavar="FILE", help="What this client proves itself by."),
]
TlsKey = Annotated[
    Path | None,
    typer.Option("--tls-key", metavar="FILE", help="The key of that certificate."),
]


def chosen_tls(
    tls: bool, authority: Path | None, certificate: Path | None, key: Path | None
) -> sc.Tls | None:
    """Give what the options for TLS say together; None: speak in the clear."""
    if not tls and authority is None and certificate is None and key is None:
        return None
    return sc.Tls(certificate=certificate, key=key, authority=authority)


def read_secret(file: Path | None, named_by: str = "--secret-file") -> str | None:
    """Get the secret from `file`, or else from the environment; never from the command line.

    Args:
        file: holds the secret, if any does.
        named_by: the option or the setting that names the file.

    Raises:
        InvalidValue: the file is empty, or cannot be read.
    """
    return _read("secret", file, named_by, SECRET_VARIABLE)


def read_key(file: Path | None) -> str | None:
    """Get the key of a private channel, as `read_secret` gets the secret."""
    return _read("key", file, "--key-file", KEY_VARIABLE)


def _read(what: str, file: Path | None, named_by: str, variable: str) -> str | None:
    if file is None:
        return os.environ.get(variable) or None
    if file == STANDARD_INPUT:
        found, missing = sys.stdin.readline(), "came by standard input; it is the first line there"
    else:
        found, missing = _text(file, named_by), f"in {file}, named by {named_by}"
        warn_if_others_read(what, file)
    found = found.strip("\r\n")
    if not found:
        raise sc.InvalidValue(f"no {what} {missing}")
    return found


def _text(file: Path, named_by: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise sc.InvalidValue(
            f"cannot read {file}, named by {named_by}: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        raise sc.InvalidValue(f"{file}, named by {named_by}, is no text in UTF-8") from error


def run_client(
    work: Callable[[sc.Client], Awaitable[Any]],
    *,
    server: str,
    name: str | None,
    user: str | None,
    secret_file: Path | None,
    tls: sc.Tls | None = None,
) -> None:
    """Connect, do `work` with the client, and close it; a person is asked for a user's secret."""
    secret = read_secret(secret_file)
    if user is not None and secret is None and sys.stdin.isatty():
        secret = typer.prompt(f"Secret of '{user}'", hide_input=True, err=True)

    async def session() -> None:
        async with sc.Client(name, server, user=user, secret=secret, tls=tls) as client:
            await work(client)

    sc.run(session())
