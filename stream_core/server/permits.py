"""Who may do what at this server: it holds the users, and asks their grants at each action."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from stream_core.channels.channel import Channel
from stream_core.channels.names import SERVER
from stream_core.errors import ConnectionLost, InvalidValue, NotAllowed, ProtocolError
from stream_core.rpc import read_path
from stream_core.rpc.call_blocks import bodies_of
from stream_core.rpc.methods import RESERVED
from stream_core.security import Action, Grants, Users
from stream_core.server.refusals import Refusals
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.server.users_file import UsersFile
from stream_core.wire.framing import Frame

__all__ = ["Permits", "UsersGiven", "known_users"]

UsersGiven = str | os.PathLike[str] | Mapping[str, Any]
RETRY_S = 0.2  # when a client whose user has changed may come again
VERBS = {Action.READ: "read", Action.WRITE: "write", Action.CALL: "call"}


def known_users(given: UsersGiven | None) -> UsersFile | Users | None:
    """The users that a server was given, by the path of a file or as they are.

    Raises:
        InvalidValue: they cannot be used; the message says why.
    """
    if given is None:
        return None
    if isinstance(given, Mapping):
        return Users.of(given)
    path: object = given
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise InvalidValue(f"users={given!r}: give the path of a users file, or a mapping of users")
    return UsersFile(given)


class Permits:
    """Allows and refuses, by the user that a client has proven to be.

    Without users every client may do everything but delete others' channels. With them, too, may
    who knows the shared secret, unless there is a role of that name.

    Args:
        services: of the server.
        known: its users; None: there are none.
    """

    def __init__(self, services: Services, known: UsersFile | Users | None) -> None:
        self._services = services
        self._known = known
        self._refusals = Refusals(services)

    @property
    def users(self) -> Users | None:
        """The users as they are now; None: there are none."""
        return self._known.users if isinstance(self._known, UsersFile) else self._known

    # Questions

    def check(self, session: Session, action: Action, name: str, doing: str = "") -> None:
        """Refuse what a client may not do.

        Args:
            session: of the client.
            action: which grant it needs.
            name: of the channel, of the client, or `target.method`.
            doing: what it wants to do with that; "": what the grant is called.

        Raises:
            NotAllowed: the grant is missing; the message names it.
        """
        grants = self._grants(session)
        if grants is not None and not grants.allow(action, name):
            raise self._refusal(session, action, name, doing or VERBS[action])

    def check_call(self, session: Session, target: str, body: bytes | memoryview) -> None:
        """Refuse a call of another client's method; what there is to call everybody may ask.

        Raises:
            NotAllowed: the grant is missing.
            ProtocolError: the call has no method.
        """
        if self._grants(session) is not None and (path := read_path(body)) != RESERVED:
            self.check(session, Action.CALL, f"{target}.{path}")

    def allow_calls(self, session: Session, target: str, block: Frame) -> bool:
        """Whether each call of a block needs no refusal; nobody is told."""
        grants = self._grants(session)
        if grants is None:
            return True
        try:
            paths = {read_path(body) for body in bodies_of(block)} - {RESERVED}
        except ProtocolError:
            return False
        return all(grants.allow(Action.CALL, f"{target}.{path}") for path in paths)

    def check_deletion(self, session: Session, name: str, channel: Channel | None) -> None:
        """Refuse to delete what is not one's own, if it is there.

        Raises:
            NotAllowed: without users always, else for want of the grant, be it there or not.
        """
        if self._grants(session) is not None:
            self.check(session, Action.ADMIN, name, "delete")
        elif channel is not None:
            owner = self._services.sessions.name_of(channel.owner) or SERVER
            raise NotAllowed(f"channel '{name}' belongs to '{owner}'; only its owner deletes it")

    def sight(self, session: Session) -> Callable[[Channel], bool]:
        """Give what tells whether a client may know of a channel: those that it may read."""
        grants = self._grants(session)
        if grants is None:
            return lambda channel: not channel.private
        return lambda channel: not channel.private and grants.allow(Action.READ, channel.spec.name)

    def _grants(self, session: Session) -> Grants | None:
        return _grants_of(self.users, session.user)

    def _refusal(self, session: Session, action: Action, name: str, doing: str) -> NotAllowed:
        who = f"user '{session.user}'" if session.user else "a client without a user"
        error = NotAllowed(
            f"{who} may not {doing} '{name}'; needs {action} on '{_pattern(action, name)}'"
        )
        self._refusals.refused(session, error, time.monotonic())
        return error

    # Changes

    def tick(self) -> None:
        """About a second has passed."""
        self._refusals.tick(time.monotonic())
        self.refresh()

    def refresh(self) -> None:
        """Look whether the users file has changed.

        Clients whose user has gone, has another secret or may do less are sent away; they come
        again, if they can, and make their channels and readers anew, as far as they may.
        """
        before = self.users
        if not isinstance(self._known, UsersFile) or not self._known.refresh():
            return
        for session in self._services.sessions:
            if not _still_holds(before, self.users, session.user):
                who = f"user '{session.user}'" if session.user else "the role 'shared'"
                reason = f"{who} has been changed at the server"
                error = ConnectionLost(reason)
                self._services.sessions.end(session, reason, error=error, retry_s=RETRY_S)


def _grants_of(users: Users | None, user: str) -> Grants | None:
    """What a user may do; None: what all may without users."""
    if users is None:
        return None
    return users.grants(user) if user else users.shared


def _still_holds(before: Users | None, after: Users | None, user: str) -> bool:
    """Whether what a user has proven still proves it, and it may do all that it could."""
    if before is None or after is None:
        return before is after
    if before.verifier(user) != after.verifier(user):
        return False
    could, can = _grants_of(before, user), _grants_of(after, user)
    return can is None or (could is not None and can.cover(could))


def _pattern(action: Action, name: str) -> str:
    """What a grant may be for: the folder of a channel, the group of a method, a client."""
    separator = "." if action is Action.CALL else "/"
    folder = name.rpartition(separator)[0]
    return f"{folder}{separator}**" if folder else name
