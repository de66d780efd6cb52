"""The users of a server with their verifiers and roles; it reads no file and asks no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.security.grants import NOTHING, ROLES, SHARED_ROLE, Grants
from stream_core.security.scram import SHARED_USER, Strangers, Verifier, make_verifier
from stream_core.security.verifier_text import verifier_from_text

__all__ = ["VERSION", "User", "Users", "check_user_name"]

VERSION = 1
LONGEST_NAME = 200  # characters


class User(msgspec.Struct, frozen=True):
    """One user.

    Attributes:
        name: it proves itself under this name; verifier: of its secret.
        roles: by name; grants: of all of them together.
    """

    name: str
    verifier: Verifier
    roles: tuple[str, ...]
    grants: Grants


class Users:
    """All users of a server, and its roles.

    Args:
        users: by name.
        roles: by name; those that are there anyway are added.
        strangers: what unknown users are held to; None: what nobody was held to before.

    Attributes:
        roles: by name; shared: what those may do who know the shared secret, None: everything.
        strangers: as above.
    """

    def __init__(
        self,
        users: Mapping[str, User],
        roles: Mapping[str, Grants],
        strangers: Strangers | None = None,
    ) -> None:
        self._users = dict(users)
        self.roles = ROLES | dict(roles)
        self.shared = roles.get(SHARED_ROLE)
        self.strangers = strangers or Strangers()

    @property
    def named(self) -> Mapping[str, User]:
        """The users by name."""
        return self._users

    def verifier(self, name: str) -> Verifier | None:
        """What a user's proof is held to; None: there is no such user."""
        user = self._users.get(name)
        return None if user is None else user.verifier

    def grants(self, name: str) -> Grants:
        """What a user may do: an unknown one nothing."""
        user = self._users.get(name)
        return NOTHING if user is None else user.grants

    @classmethod
    def of(cls, found: Mapping[str, Any], *, where: str = "users") -> Users:
        """The users in a mapping.

        Args:
            found: what is in a users file (`version`, `users`, `roles`), or its table of users
                alone. Each user has a `verifier`, or else its `secret`, and `roles`.
            where: what an error names first.

        Raises:
            InvalidValue: something in it is wrong; secrets and verifiers are never repeated.
        """
        whole = found if isinstance(found.get("users"), Mapping) else {"users": found}
        try:
            entries = msgspec.convert(whole, _Entries)
            return entries.users_and_roles()
        except msgspec.ValidationError as error:
            raise InvalidValue(f"{where}: {_sentence(error)}") from None
        except InvalidValue as error:
            raise InvalidValue(f"{where}: {error}") from None


def check_user_name(name: object) -> str:
    """The name, if a user may have it.

    Raises:
        InvalidValue: it is none; the message says why.
    """
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
        raise InvalidValue(f"the name of a user has 1 to {LONGEST_NAME} characters, not {name!r}")
    if not name.isprintable() or name != name.strip():
        raise InvalidValue(f"the name of a user has only what can be seen in it, not {name!r}")
    if name == SHARED_USER or name != unicodedata.normalize("NFKC", name):
        raise InvalidValue(f"no user can be called {name!r}; choose plain letters")
    return name


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user as it is written down."""

    verifier: str | None = None
    secret: str | None = None
    role: str | None = None
    roles: tuple[str, ...] = ()

    def user(self, name: str, roles: Mapping[str, Grants]) -> User:
        if (self.verifier is None) is (self.secret is None):
            raise InvalidValue("give its verifier, which 'streamscope user add' makes of a secret")
        names = self.roles if self.role is None else (self.role, *self.roles)
        grants = NOTHING
        for role in names:
            if role not in roles:
                raise InvalidValue(f"there is no role '{role}'; there are {', '.join(roles)}")
            grants |= roles[role]
        if self.verifier is not None:
            verifier = verifier_from_text(self.verifier)
        else:
            verifier = make_verifier(self.secret or "")
        return User(name, verifier, names, grants)


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is in a users file."""

    version: int = VERSION
    strangers: str | None = None
    users: dict[str, _Entry]
    roles: dict[str, Grants] = {}

    def users_and_roles(self) -> Users:
        if self.version != VERSION:
            raise InvalidValue(
                f"version {self.version} is not known here, only {VERSION}; "
                "update streamscope, or make the file anew by 'streamscope user add'"
            )
        roles = ROLES | self.roles
        users = {}
        for name, entry in self.users.items():
            try:
                users[check_user_name(name)] = entry.user(name, roles)
            except InvalidValue as error:
                raise InvalidValue(f"user '{name}': {error}") from None
        return Users(users, self.roles, Strangers.of(self.strangers, _iterations(users)))


def _iterations(users: Mapping[str, User]) -> int | None:
    """What the verifiers have; the most frequent number, if they have several."""
    found = [user.verifier.iterations for user in users.values()]
    return max(found, key=found.count, default=None)


def _sentence(error: msgspec.ValidationError) -> str:
    text, _, place = str(error).partition(" - at `$.")
    return f"{place.rstrip('`')}: {text}" if place else text
