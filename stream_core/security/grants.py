"""What somebody may do: patterns for reading, writing, calling and administration; pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from stream_core.errors import InvalidValue
from stream_core.security.patterns import LONGEST_PATTERN, fits, matches

__all__ = ["EVERYTHING", "NOTHING", "ROLES", "SHARED_ROLE", "Action", "Grants"]


class Action(StrEnum):
    """What a grant is for.

    Attributes:
        READ: subscribe to channels, and see them listed.
        WRITE: create channels, and write to shared ones.
        CALL: methods of clients, as `target.method`.
        ADMIN: delete others' channels and change their readers, by the channel; end sessions, by
            the client.
    """

    READ = "read"
    WRITE = "write"
    CALL = "call"
    ADMIN = "admin"


class Grants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns by action; what none of them matches is not allowed."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()

    def __or__(self, other: Grants) -> Grants:
        """What either allows."""
        return Grants(
            *(tuple(dict.fromkeys((*self.of(action), *other.of(action)))) for action in Action)
        )

    def __post_init__(self) -> None:
        """Keep tuples of patterns, whatever they came as.

        Raises:
            InvalidValue: one cannot be a pattern.
        """
        for action in Action:
            patterns = tuple(self.of(action))
            for pattern in patterns:
                _check(action, pattern)
            msgspec.structs.force_setattr(self, action.value, patterns)

    def of(self, action: Action) -> tuple[str, ...]:
        """The patterns for an action."""
        patterns: tuple[str, ...] = getattr(self, action.value)
        return patterns

    def allow(self, action: Action, name: str) -> bool:
        """Whether something may be done with a channel, a client, or a `target.method`."""
        match action:
            case Action.CALL:
                return any(fits(pattern, name, ".") for pattern in self.call)
            case Action.ADMIN:
                return any(fits(pattern, name) for pattern in self.admin)
            case _:
                return any(matches(pattern, name) for pattern in self.of(action))

    def cover(self, other: Grants) -> bool:
        """Whether nothing that the other allows is missing here, as far as the patterns tell."""
        return all(set(other.of(action)) <= set(self.of(action)) for action in Action)


def _check(action: Action, pattern: object) -> None:
    if not isinstance(pattern, str) or not pattern:
        raise InvalidValue(f"{action}: a pattern is text such as 'rig1/**', not {pattern!r}")
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidValue(f"{action}: a pattern has {LONGEST_PATTERN} characters at most")


ALL_CHANNELS = ("**", "server/**")
NOTHING = Grants()
EVERYTHING = Grants(ALL_CHANNELS, ("**",), ("**",), ("**",))

ROLES = {
    "reader": Grants(read=ALL_CHANNELS),
    "writer": Grants(read=ALL_CHANNELS, write=("**",)),
    "operator": Grants(read=ALL_CHANNELS, write=("**",), call=("**",)),
    "admin": EVERYTHING,
}
"""The roles that there are without being defined; a users file may define others, or these anew."""

SHARED_ROLE = "shared"
"""What a users file calls the role of those who know the shared secret."""
