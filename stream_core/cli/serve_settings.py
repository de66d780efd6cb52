"""What a server is to be, from a TOML file and the options over it; starts nothing.

The keys of the file are the arguments of `Server`, and `secret_file` and `users_file`; `[tls]` and
`[limits]` are tables of their fields. `users` may be a path, too, or `[users.NAME]` one's table.
Paths count from the file's own directory.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.values import Limits, Tls

__all__ = ["ServeSettings", "read_settings"]

TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "a table",
}
"""What msgspec calls a type, as the writer of a file may know it."""

_WRONG_TYPE = re.compile(r"Expected `(\w+)[^`]*`, got `(\w+)[^`]*` - at `\$\.(\w+)`")


class ServeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of `Server`.

    Attributes:
        host, port, name, secret, users, tls, limits, insecure: as `Server` has them.
        secret_file, users_file: hold the secret, and the users; the file that names them may then
            be read by everybody.
    """

    host: str = "127.0.0.1"
    port: int = 50012
    name: str | None = None
    secret: str | None = None
    secret_file: str | None = None
    users: str | dict[str, Any] | None = None
    users_file: str | None = None
    tls: dict[str, Any] | None = None
    limits: dict[str, Any] = {}
    insecure: bool = False

    def arguments(self) -> dict[str, Any]:
        """Give the keyword arguments for `Server`, only those that are not its defaults."""
        given: dict[str, Any] = {"host": self.host, "port": self.port}
        for name in ("name", "secret", "users", "insecure"):
            if value := getattr(self, name):
                given[name] = value
        if self.users_file is not None:
            if self.users is not None:
                raise InvalidValue("give users or users_file, not both")
            given["users"] = self.users_file
        if self.tls is not None:
            given["tls"] = _tls(self.tls)
        if self.limits:
            given["limits"] = _limits(self.limits)
        return given


def read_settings(file: Path) -> ServeSettings:
    """Read a TOML file.

    Raises:
        InvalidValue: it cannot be read, is no TOML, or has a key that no server knows.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        _refuse_unknown(found, ServeSettings, "the file")
        settings = msgspec.convert(found, ServeSettings)
        settings.arguments()
    except OSError as error:
        raise InvalidValue(f"cannot read {file}, named by --config: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise InvalidValue(f"{file}: {_sentence(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{file}: {error}") from error
    except InvalidValue as error:
        raise InvalidValue(f"{file}: {error}") from error
    return _beside(file, settings)


def _beside(file: Path, settings: ServeSettings) -> ServeSettings:
    """Let every path count from the directory of the file that names it."""

    def path(text: str | None) -> str | None:
        return None if text is None else str(file.parent / text)

    return msgspec.structs.replace(
        settings,
        secret_file=path(settings.secret_file),
        users_file=path(settings.users_file),
        users=path(settings.users) if isinstance(settings.users, str) else settings.users,
        tls=settings.tls and {key: str(file.parent / text) for key, text in settings.tls.items()},
    )


def _tls(fields: dict[str, Any]) -> Tls:
    _refuse_unknown(fields, Tls, "[tls]")
    for field, value in fields.items():
        if not isinstance(value, str):
            raise InvalidValue(f"[tls] {field} is to be text, not {value!r}")
    return Tls(**fields)


def _limits(fields: dict[str, Any]) -> Limits:
    _refuse_unknown(fields, Limits, "[limits]")
    for field, value in fields.items():
        if isinstance(value, str):  # which the conversion would take if it looks like a number
            raise InvalidValue(f"[limits] {field} is to be a number, not {value!r}")
    try:
        return msgspec.convert(fields, Limits, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"[limits] {_sentence(error)}") from error


def _sentence(error: msgspec.ValidationError) -> str:
    """Say what is wrong with a key without the words of a schema."""
    found = _WRONG_TYPE.fullmatch(str(error))
    if found is None:
        return str(error)
    wanted, given, key = found.groups()
    return f"{key} is to be {TYPES.get(wanted, wanted)}, not {TYPES.get(given, given)}"


def _refuse_unknown(fields: Iterable[str], kind: type[msgspec.Struct], table: str) -> None:
    known = kind.__struct_fields__
    for field in fields:
        if field not in known:
            raise InvalidValue(f"{table} has no {field!r}; known are {', '.join(known)}")
