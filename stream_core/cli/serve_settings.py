"""What a server is to be, from a TOML file and the options over it; starts nothing.

The keys of the file are the arguments of `Server`, and `secret_file`; `[tls]` and `[limits]` are
tables of their fields. Paths count from the file's own directory.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.values import Limits, Tls

__all__ = ["ServeSettings", "read_settings"]


class ServeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of `Server`.

    Attributes:
        host, port, name, secret, users, tls, limits, insecure: as `Server` has them.
        secret_file: holds the secret; the file that names it may then be read by everybody.
    """

    host: str = "127.0.0.1"
    port: int = 50012
    name: str | None = None
    secret: str | None = None
    secret_file: str | None = None
    users: str | None = None
    tls: dict[str, str] | None = None
    limits: dict[str, float] = {}
    insecure: bool = False

    def arguments(self) -> dict[str, Any]:
        """Give the keyword arguments for `Server`, only those that are not its defaults."""
        given: dict[str, Any] = {"host": self.host, "port": self.port}
        for name in ("name", "secret", "users", "insecure"):
            if value := getattr(self, name):
                given[name] = value
        if self.tls is not None:
            _refuse_unknown(self.tls, Tls, "tls")
            given["tls"] = Tls(**self.tls)
        if self.limits:
            given["limits"] = _limits(self.limits)
        return given


def read_settings(file: Path) -> ServeSettings:
    """Read a TOML file.

    Raises:
        InvalidValue: it is no TOML, or has a key that no server knows.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        settings = msgspec.convert(found, ServeSettings)
        settings.arguments()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
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
        users=path(settings.users),
        tls=settings.tls and {key: str(file.parent / text) for key, text in settings.tls.items()},
    )


def _limits(fields: dict[str, float]) -> Limits:
    _refuse_unknown(fields, Limits, "limits")
    try:
        return msgspec.convert(fields, Limits, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"[limits]: {error}") from error


def _refuse_unknown(fields: Iterable[str], kind: type[msgspec.Struct], table: str) -> None:
    known = kind.__struct_fields__
    for field in fields:
        if field not in known:
            raise InvalidValue(f"[{table}] has no {field!r}; it has {', '.join(known)}")
