"""The command with its subcommands, found where they are; does none of their work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

import typer

from stream_core.cli.call import call
from stream_core.cli.certificate import certificate
from stream_core.cli.listing import list_channels
from stream_core.cli.options import USER_VARIABLE
from stream_core.cli.publish_demo import publish_demo
from stream_core.cli.read import read
from stream_core.cli.reporting import fail, reporting
from stream_core.cli.send import send
from stream_core.cli.serve import serve
from stream_core.cli.user import add, list_users, remove

__all__ = ["GROUP", "main", "program"]

GROUP = "streamscope.commands"
"""Entry points of this group are subcommands too: functions with typer's parameters."""

MONITOR = "monitor"
"""The subcommand that opens when none is given."""

Command = Callable[..., None]

OWN: dict[str, Command] = {
    "serve": serve,
    "list": list_channels,
    "read": read,
    "send": send,
    "call": call,
    "certificate": certificate,
}

GROUPS: dict[str, tuple[str, dict[str, Command]]] = {
    "user": (
        "Who may come to a server, and what they may do there, in a users file.",
        {"add": add, "list": list_users, "remove": remove},
    ),
}
"""Subcommands that have their own."""

HIDDEN: dict[str, Command] = {"publish-demo": publish_demo}

TAKEN = OWN.keys() | GROUPS.keys() | HIDDEN.keys()


def main(program_name: str = "streamscope") -> None:
    """Run the command with the arguments of this process, and end the process."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    own = bool(words) and words[0] in TAKEN
    program(own_only=own)(prog_name=program_name)


def program(*, own_only: bool = False) -> typer.Typer:
    """Build the command.

    Args:
        own_only: leave out what other packages offer, so that a server starts without them.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(streamscope)
    for name, command in OWN.items():
        app.command(name)(reporting(command))
    for name, command in HIDDEN.items():
        app.command(name, hidden=True)(reporting(command))
    for name, (help_text, commands) in GROUPS.items():
        group = typer.Typer(no_args_is_help=True, help=help_text)
        for verb, command in commands.items():
            group.command(verb)(reporting(command))
        app.add_typer(group, name=name)
    if not own_only:
        for entry in _offered():
            app.command(entry.name)(reporting(_loaded(entry)))
    return app


def streamscope(
    context: typer.Context,
    user: Annotated[
        str | None,
        typer.Option("--user", "-u", metavar="USER", help="Who connects, in every subcommand."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """Stream server, its clients, and their monitor.

    Without a subcommand the monitor opens. `streamscope SUBCOMMAND --help` says more.
    """
    if version:
        from stream_core import __version__
        from stream_core.per_item import COMPILED

        typer.echo(f"streamscope {__version__}, items {'' if COMPILED else 'not '}compiled")
        raise typer.Exit
    if user is not None:
        os.environ[USER_VARIABLE] = user  # where the subcommand looks for it
    if context.invoked_subcommand is None:
        reporting(_monitor())()


def _offered() -> list[EntryPoint]:
    return sorted(
        (entry for entry in entry_points(group=GROUP) if entry.name not in TAKEN),
        key=lambda entry: entry.name,
    )


def _loaded(entry: EntryPoint) -> Command:
    """Load a command; one that is broken says so when it is called, and disturbs no other."""
    try:
        command: Command = entry.load()
    except Exception as error:
        return _broken(entry, error)
    return command


def _broken(entry: EntryPoint, error: Exception) -> Command:
    origin = entry.dist.name if entry.dist else entry.value

    def command() -> None:
        raise fail(f"the command '{entry.name}' of {origin} cannot be loaded: {error}")

    command.__doc__ = f"(of {origin}; cannot be loaded)"
    return command


def _monitor() -> Callable[[], Any]:
    for entry in _offered():
        if entry.name == MONITOR:
            return _loaded(entry)
    raise fail("the monitor is not installed; install it by: pip install 'streamscope[gui]'")
