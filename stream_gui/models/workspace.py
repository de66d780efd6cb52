"""What a workspace file holds: a version and sections, each of which is somebody's; opens no file.

Whoever has something to keep in it brings a `Section`; all of a file is understood before any
of it is taken, so that a damaged one changes nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from stream_gui.models.toml_text import line_of, toml_text

__all__ = ["VERSION", "Section", "WorkspaceError", "read_workspace", "write_workspace"]

VERSION = 1
_HEAD = """\
# A workspace of the streamscope monitor: what stands where, and what it shows.
# It may be edited by hand; a mistake is told with its line when it is opened.

"""
_PLACE = re.compile(r" - at `(?:key in )?\$?(.*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")

Kind = TypeVar("Kind", bound=msgspec.Struct)


class WorkspaceError(ValueError):
    """A workspace cannot be understood; says where and why.

    Attributes:
        line: where, from 1; 0 if it is no single line.
    """

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {text}" if line else text)
        self.line = line


@dataclass(frozen=True)
class Section(Generic[Kind]):
    """One part of a workspace.

    Attributes:
        name: its heading in the file.
        kind: a struct that says what it may hold; with `forbid_unknown_fields` a wrong key is told.
        write: gives what is to be kept now, or None for nothing.
        read: takes what was kept; None: the file has no such section.
    """

    name: str
    kind: type[Kind]
    write: Callable[[], Kind | None]
    read: Callable[[Kind | None], object]


def write_workspace(sections: Sequence[Section[Any]]) -> str:
    """What there is now, as text."""
    kept = {section.name: section.write() for section in sections}
    written = {
        name: msgspec.to_builtins(each, str_keys=True) for name, each in kept.items() if each
    }
    return _HEAD + toml_text({"version": VERSION, **written})


def read_workspace(
    text: str, sections: Sequence[Section[Any]], wanted: Sequence[Section[Any]]
) -> Callable[[], None]:
    """Understand a text; what comes back has the sections take it.

    Args:
        text: of a file.
        sections: all that there may be.
        wanted: those of them that are to take what there is.

    Raises:
        WorkspaceError: It cannot be understood.
    """
    values = _parsed(text)
    _check_head(text, values, [section.name for section in sections])
    taken = [(section, _section(text, values, section)) for section in sections]

    def take() -> None:
        for section, kept in taken:
            if section in wanted:
                section.read(kept)

    return take


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at line ")
        line = int(place.partition(",")[0]) if place else text.count("\n") + 1
        raise WorkspaceError(f"this is no TOML: {reason.lower()}", line) from None


def _check_head(text: str, values: Mapping[str, Any], names: Sequence[str]) -> None:
    version = values.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise WorkspaceError(
            f"this is no workspace: it must begin with 'version = {VERSION}'",
            line_of(text, ("version",)),
        )
    if version > VERSION:
        raise WorkspaceError(
            f"this was written by a newer streamscope (version {version} of workspaces; this one "
            f"knows {VERSION}); update streamscope to open it",
            line_of(text, ("version",)),
        )
    for name in values:
        if name != "version" and name not in names:
            raise WorkspaceError(
                f"there is no section {name!r}; there are {', '.join(names)}",
                line_of(text, (name,)),
            )


def _section(text: str, values: Mapping[str, Any], section: Section[Any]) -> msgspec.Struct | None:
    if section.name not in values:
        return None
    try:
        kept: msgspec.Struct = msgspec.convert(values[section.name], section.kind)
        return kept
    except msgspec.ValidationError as error:
        raise _located(text, section.name, str(error)) from None


def _located(text: str, name: str, message: str) -> WorkspaceError:
    """The error of msgspec in an operator's words, with its line."""
    place = _PLACE.search(message)
    reason = message[: place.start()] if place is not None else message
    path: list[str | int] = [name]
    for key, number in _STEP.findall(place[1]) if place is not None else ():
        path += [key] if key else [int(number)] if number else []
    unknown = _UNKNOWN.search(reason)
    if unknown is not None:
        path.append(unknown[1])
        reason = "there is no such key; take it out"
    where = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
    return WorkspaceError(f"{where}: {reason[:1].lower()}{reason[1:]}", line_of(text, tuple(path)))
