"""`user`: who may come to a server, in a users file; it makes verifiers and keeps no secret."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from stream_core.cli.options import SECRET_VARIABLE, STANDARD_INPUT, SecretFile, read_secret
from stream_core.cli.reporting import fail
from stream_core.cli.text import json_line, printable, table
from stream_core.cli.users_files import change_users
from stream_core.errors import InvalidValue
from stream_core.security import (
    FILE_ITERATIONS,
    Action,
    User,
    Users,
    check_user_name,
    make_verifier,
    new_users_text,
    parse_users,
    with_user,
    without_user,
)
from stream_core.server.users_file import read_users_text

__all__ = ["USERS_VARIABLE", "add", "list_users", "remove"]

USERS_VARIABLE = "STREAMSCOPE_USERS"
DEFAULT_ROLE = "reader"
HEADINGS = ("USER", "ROLES", "READ", "WRITE", "CALL", "ADMIN")

UsersFile = Annotated[
    Path,
    typer.Option("--users", metavar="FILE", envvar=USERS_VARIABLE, help="The users file."),
]
UserName = Annotated[str, typer.Argument(metavar="USER")]
THE_FILE = Path("users.toml")


def add(
    name: UserName,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            "-r",
            metavar="ROLE",
            help="reader, writer, operator, admin, or one that the file defines; "
            f"may be given several times. {DEFAULT_ROLE} if none is.",
        ),
    ] = None,
    users: UsersFile = THE_FILE,
    secret_file: SecretFile = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Give a user that is there another secret, or other roles."),
    ] = False,
) -> None:
    """Add a user, whose secret is asked for, or read from a file or from standard input.

    The file is made if there is none. It keeps a verifier, of which the secret cannot be computed.
    """
    check_user_name(name)
    none = new_users_text()
    known = parse_users(read_users_text(users) if users.exists() else none, where=str(users))
    _roles(known, name, role, users, replace=replace)
    verifier = make_verifier(_new_secret(secret_file, name), iterations=FILE_ITERATIONS)
    roles: list[str] = []

    def change(now: str) -> str:
        """Add to what the file has now: since the secret was asked for it may have changed."""
        nonlocal known
        known = parse_users(now, where=str(users))
        roles.extend(_roles(known, name, role, users, replace=replace))
        return with_user(now, name, verifier, roles, where=str(users))

    change_users(users, change, new=none)
    done = "changed" if name in known.named else "added"
    typer.echo(f"{done} user '{name}' in {users}, with the role {', '.join(roles)}")
    if not known.named:
        typer.echo(f"next: streamscope serve --users {users}")
        typer.echo(f"then: streamscope list --user {name}")


def _roles(
    known: Users, name: str, wanted: list[str] | None, file: Path, *, replace: bool
) -> list[str]:
    """What the user's roles are to be; refused if it is there, or one of them is not."""
    there = known.named.get(name)
    if there is not None and not replace:
        raise InvalidValue(f"{file} has user '{name}' already; --replace changes it")
    roles = wanted or (list(there.roles) if there is not None else [DEFAULT_ROLE])
    for each in roles:
        if each not in known.roles:
            raise InvalidValue(
                f"{file} has no role '{each}'; there are {', '.join(known.roles)}; "
                "write others into the file"
            )
    return roles


def _new_secret(file: Path | None, name: str) -> str:
    """The secret of a user: from a file, the environment or standard input; a person is asked."""
    secret = read_secret(file)
    if secret is not None:
        if file is None:
            typer.echo(f"its secret is that of ${SECRET_VARIABLE}", err=True)
        return secret
    if not _a_person_is_there():
        return read_secret(STANDARD_INPUT) or ""
    asked: str = typer.prompt(
        f"Secret of '{name}'", hide_input=True, confirmation_prompt="The same again", err=True
    )
    return asked


def _a_person_is_there() -> bool:
    return sys.stdin.isatty()


def list_users(
    users: UsersFile = THE_FILE,
    json: Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")] = False,
) -> None:
    """List the users of a file, with what they may do; never their verifiers."""
    found = parse_users(read_users_text(users), where=str(users)).named
    ordered = [found[name] for name in sorted(found)]
    if json:
        for user in ordered:
            grants = msgspec.to_builtins(user.grants)
            typer.echo(json_line({"user": user.name, "roles": user.roles, **grants}))
    elif ordered:
        for line in table([HEADINGS, *map(_row, ordered)]):
            typer.echo(line)
    else:
        raise fail(f"{users} has no users; 'streamscope user add NAME' adds one")


def _row(user: User) -> tuple[str, ...]:
    grants = (" ".join(user.grants.of(action)) or "-" for action in Action)
    return tuple(printable(cell) for cell in (user.name, " ".join(user.roles) or "-", *grants))


def remove(name: UserName, users: UsersFile = THE_FILE) -> None:
    """Remove a user; a running server ends its clients within a second."""
    change_users(users, lambda text: without_user(text, name, where=str(users)))
    typer.echo(f"removed user '{name}' from {users}")
