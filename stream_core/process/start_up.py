"""What the two ends say to each other at the start; neither reads nor writes here."""

from __future__ import annotations

from typing import Any

import msgspec

from stream_core.server import Server
from stream_core.values import Limits, Tls

__all__ = ["Answer", "Arguments"]


class Arguments(msgspec.Struct, forbid_unknown_fields=True):
    """What the parent writes: the arguments of `Server`, and from what level on to log."""

    host: str
    port: int
    name: str | None
    secret: str | None
    users: Any
    tls: dict[str, str | None] | None
    limits: Limits
    insecure: bool
    log_level: int

    def server(self) -> Server:
        """The server that is asked for; raises what is wrong with the arguments."""
        return Server(
            self.host,
            self.port,
            name=self.name,
            secret=self.secret,
            users=self.users,
            tls=None if self.tls is None else Tls(**self.tls),
            limits=self.limits,
            insecure=self.insecure,
        )


class Answer(msgspec.Struct, omit_defaults=True):
    """What the child says: where it listens, and who it is; or why not."""

    address: str = ""
    pid: int = 0
    error: str = ""
    type: str = ""
