"""The text of a users file: read, and changed where a user stands in it; what else is in it stays.

It touches no file. Changes are checked by reading the text again.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import tomllib
from collections.abc import Sequence

from stream_core.errors import InvalidValue
from stream_core.security.grants import ROLES, Action
from stream_core.security.scram import Verifier
from stream_core.security.users import VERSION, Users, check_user_name
from stream_core.security.verifier_text import verifier_to_text

__all__ = ["new_users_text", "parse_users", "with_user", "without_user"]

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
HEAD = """\
# Users of a streamscope server. "streamscope user add|list|remove" changes it, you may, too.
# It is read again when it has changed. Who can read it can try secrets: mode 600.
version = {version}
# No secret: it has those that there are not be answered like those that there are.
strangers = "{strangers}"

# Patterns: * stands for anything in one part of a name, ** for any parts. The parts of a channel's
# name are parted by "/", those of a target and its method by ".". A role "shared" is that of those
# who know the shared secret, if there is one; without it they may do everything.
"""


def new_users_text() -> str:
    """The text of a file without users, in which the roles are written down to be changed."""
    tables = [HEAD.format(version=VERSION, strangers=secrets.token_hex(16))]
    for name, grants in ROLES.items():
        lines = [f"{action} = {_list(grants.of(action))}" for action in Action if grants.of(action)]
        tables.append("\n".join([f"[roles.{name}]", *lines, ""]))
    return "\n".join(tables)


def parse_users(text: str, *, where: str) -> Users:
    """The users in the text of a file.

    Raises:
        InvalidValue: it is no users file; the message names `where` and what is wrong in it.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"{where} is no TOML: {error}") from None
    for name, entry in found.get("users", {}).items() if _is_table(found.get("users")) else ():
        if _is_table(entry) and "secret" in entry:
            raise InvalidValue(
                f"{where}: user '{name}': a file holds no secret, only its verifier: "
                f"streamscope user add '{name}' --replace"
            )
    return Users.of({"users": {}, **found}, where=where)


def with_user(text: str, name: str, verifier: Verifier, roles: Sequence[str], *, where: str) -> str:
    """The text with that user, instead of the one of that name.

    Raises:
        InvalidValue: the name or a role cannot be, or the file is written in another way.
    """
    check_user_name(name)
    before = parse_users(text, where=where)
    lines = [
        f"[users.{_key(name)}]",
        f"roles = {_list(roles)}",
        f"verifier = {_quoted(verifier_to_text(verifier))}",
    ]
    left = _cut_out(text, name).rstrip()
    changed = "\n".join([*([left, ""] if left else []), *lines, ""])
    _check_change(before, changed, name, where)
    return changed


def without_user(text: str, name: str, *, where: str) -> str:
    """The text without that user.

    Raises:
        InvalidValue: there is none, or the file is written in another way.
    """
    before = parse_users(text, where=where)
    if name not in before.named:
        there = ", ".join(sorted(before.named)) or "none"
        raise InvalidValue(f"{where} has no user '{name}'; there are: {there}")
    changed = _cut_out(text, name)
    _check_change(before, changed, name, where)
    return changed


def _check_change(before: Users, changed: str, name: str, where: str) -> None:
    """Make sure that the text reads as it should, and that nothing but that user has changed."""
    try:
        after = parse_users(changed, where=where)
    except InvalidValue:
        raise _written_otherwise(where, name) from None
    others = [{**users.named, name: None} for users in (before, after)]
    as_written = (f"[users.{_key(name)}]" in changed) is (name in after.named)
    if others[0] != others[1] or before.roles != after.roles or not as_written:
        raise _written_otherwise(where, name)


def _cut_out(text: str, name: str) -> str:
    """Leave out the table of a user; comments that stand before the next one stay."""
    bounds = [0, *(found.start() for found in _TABLE.finditer(text)), len(text)]
    pieces = [text[first:last] for first, last in itertools.pairwise(bounds)]
    return "".join(_behind(piece) if _is_of(piece, name) else piece for piece in pieces)


def _behind(piece: str) -> str:
    """The comments at the end of a table."""
    lines = piece.splitlines(keepends=True)
    first = len(lines)
    while first and (not lines[first - 1].strip() or lines[first - 1].lstrip().startswith("#")):
        first -= 1
    return "".join(lines[first:]).lstrip("\n")


def _is_of(piece: str, name: str) -> bool:
    heading = piece.split("\n", 1)[0]
    try:
        return bool(tomllib.loads(heading) == {"users": {name: {}}})
    except tomllib.TOMLDecodeError:
        return False


def _written_otherwise(where: str, name: str) -> InvalidValue:
    return InvalidValue(
        f"{where} is not written as this command writes it, a table for each user; "
        f"change user '{name}' there by hand"
    )


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
