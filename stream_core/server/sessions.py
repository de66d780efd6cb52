"""All clients of a server, by name, number and token: who may come, come back, and must go."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Iterator

from stream_core.channels.names import SERVER, check_client_name
from stream_core.errors import (
    ConnectionLost,
    LimitExceeded,
    NameTaken,
    NotAllowed,
    StreamError,
    TargetNotFound,
)
from stream_core.rpc.call_blocks import FEATURE
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.transport import Connection
from stream_core.wire.messages import Hello

__all__ = ["Sessions"]

logger = logging.getLogger(__name__)
RETRY_S = 0.2  # when to look whether a stopped server has been started again
LONGEST_LOGGED = 500
FORMER = 10_000  # clients that have gone, whose numbers are still known


class Sessions:
    """Admits and ends sessions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_number: dict[int, Session] = {}
        self._by_name: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}
        self._banned: dict[str, float] = {}
        self._arrivals: dict[str, list[asyncio.Future[Session]]] = {}
        self._former: OrderedDict[int, tuple[str, str]] = OrderedDict()  # name and user

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._by_number.values()))

    def __len__(self) -> int:
        return len(self._by_number)

    def numbered(self, number: int) -> Session | None:
        """The client of that number."""
        return self._by_number.get(number)

    def name_of(self, number: int) -> str:
        """The name of the client of that number, who may have gone; "" if it is not known."""
        session = self._by_number.get(number)
        return session.name if session else self._former.get(number, ("", ""))[0]

    def target(self, number: int) -> Session:
        """Who is to execute a call to that number.

        A client that has come back in a new session, by the same name and user, stands in for the
        one that had the number.

        Raises:
            TargetNotFound: it is not there, or its link is broken.
        """
        session = self._by_number.get(number)
        if session is None and number in self._former:
            name, user = self._former[number]
            session = self._by_name.get(name)
            if session is not None and session.user != user:
                session = None
        if session is None or not session.connected:
            name = self.name_of(number)
            who = f"'{name}'" if name else f"number {number}"
            raise TargetNotFound(f"client {who} is not connected")
        return session

    def known(self, name: str) -> Session:
        """The client of that name, even while its link is broken.

        Raises:
            TargetNotFound: it is not there.
        """
        session = self._by_name.get(name)
        if session is None:
            raise TargetNotFound(f"client '{name}' is not connected")
        return session

    def named(self, name: str) -> Session:
        """The client of that name.

        Raises:
            TargetNotFound: it is not there, or its link is broken.
        """
        session = self._by_name.get(name)
        if session is None or not session.connected:
            state = "is not connected" if session is None else "has lost its link"
            raise TargetNotFound(f"client '{name}' {state}; wait_s waits for it")
        return session

    async def arrival(self, name: str) -> Session:
        """The client of that name, once it is there; wait in a time-out."""
        session = self._by_name.get(name)
        if session is not None and session.connected:
            return session
        future: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        waiting = self._arrivals.setdefault(name, [])
        waiting.append(future)
        try:
            return await future
        finally:
            waiting.remove(future)
            if not waiting:
                self._arrivals.pop(name, None)

    # Coming

    def admit(self, hello: Hello, connection: Connection, *, user: str) -> tuple[Session, bool]:
        """The session of a client that has proven itself, and whether it is a resumed one.

        Raises:
            NameTaken: a live client has that name.
            NotAllowed: it was kicked, and may not return yet.
            InvalidValue, LimitExceeded: the name cannot be had, or the server is full.
        """
        known = self._by_token.get(hello.session or "")
        if known is not None and known.user == user:
            self._cancel_expiry(known)
            self._services.calls.link_lost(known)
            known.attach(connection)
            known.takes_blocks = FEATURE in hello.features
            logger.info("client %s is back from %s", known.name, known.address)
            self._services.events.client("client_came_back", known, address=known.address)
            return known, True
        name = self._free_name(hello, user)
        if len(self._by_number) >= self._services.limits.clients:
            raise LimitExceeded(f"the server has clients={self._services.limits.clients} already")
        number = self._services.next_number()
        session = Session(
            self._services, number, name, user=user, library=hello.library, claim=hello.claim
        )
        self._by_number[number] = self._by_name[name] = self._by_token[session.token] = session
        session.attach(connection)
        session.takes_blocks = FEATURE in hello.features
        logger.info("client %s connected from %s", name, session.address)
        self._services.events.client(
            "client_connected", session, address=session.address, user=user
        )
        return session, False

    def settled(self, session: Session) -> None:
        """The client has been welcomed: who waited for it may call it."""
        session.ping()
        for future in self._arrivals.get(session.name, ()):
            if not future.done():
                future.set_result(session)

    def _free_name(self, hello: Hello, user: str) -> str:
        limit = self._services.limits.name_bytes
        if hello.name is None:
            base = check_client_name(hello.program or "client", limit_bytes=limit)
            self._check_ban(base)
            name, number = base, 2
            while name in self._by_name and not self._take_back(name, hello, user):
                name, number = f"{base}-{number}", number + 1
            return name
        name = check_client_name(hello.name, limit_bytes=limit)
        if name == SERVER:
            raise NameTaken("the name 'server' is the server's own")
        self._check_ban(name)
        if self._take_back(name, hello, user):
            return name
        former = self._by_name.get(name)
        if former is not None and former.connected:
            raise NameTaken(
                f"a client named '{name}' is connected from {former.address}; "
                "choose another name or close that one"
            )
        if former is not None and former.user != user:
            raise NameTaken(f"the name '{name}' is kept for a client that has lost its link")
        if former is not None:
            self.end(former, "a new client of the same name has come")
        return name

    def _take_back(self, name: str, hello: Hello, user: str) -> bool:
        """Give a client its name again that it holds by a link which broke before its WELCOME."""
        former = self._by_name.get(name)
        if former is None or not hello.claim or (former.claim, former.user) != (hello.claim, user):
            return False
        self.end(former, "its client has come again, and knows nothing of this session")
        return True

    def _check_ban(self, name: str) -> None:
        until = self._banned.get(name)
        if until is None:
            return
        left = until - asyncio.get_running_loop().time()
        if left > 0:
            raise NotAllowed(f"client '{name}' was kicked and may return in {math.ceil(left)} s")
        del self._banned[name]

    # Going

    def link_lost(self, session: Session, reason: str) -> None:
        """A link broke: the session is kept for a while."""
        logger.info("client %s lost its link: %s", session.name, reason)
        self._services.events.client("client_lost_link", session, reason=reason)
        session.detach()
        self._services.calls.link_lost(session)
        self._services.demands.link_lost(session)
        resume_s = self._services.limits.resume_s
        self._cancel_expiry(session)
        loop = asyncio.get_running_loop()
        reason = f"client '{session.name}' did not come back within resume_s={resume_s:g}"
        session.expiry = loop.call_later(resume_s, self.end, session, reason)

    def end(
        self,
        session: Session,
        reason: str,
        *,
        error: StreamError | None = None,
        clean: bool = False,
        retry_s: float | None = None,
    ) -> None:
        """End a session for good; what it owned goes with it."""
        if self._by_number.pop(session.number, None) is None:
            return
        self._by_name.pop(session.name, None)
        self._by_token.pop(session.token, None)
        self._cancel_expiry(session)
        self._remember(session)
        session.say_goodbye(reason, None if clean else error, retry_s=retry_s)
        logger.info("client %s has gone: %s", session.name, _one_line(reason))
        self._services.events.client("client_left", session, reason=reason)
        self._services.calls.session_gone(session)
        self._services.streams.session_gone(session)

    def _remember(self, session: Session) -> None:
        self._former[session.number] = (session.name, session.user)
        if len(self._former) > FORMER:
            self._former.popitem(last=False)

    def kick(self, session: Session, reason: str, ban_s: float) -> None:
        """End a session on somebody's wish; it may return after `ban_s`."""
        now_s = asyncio.get_running_loop().time()
        self._banned = {name: until for name, until in self._banned.items() if until > now_s}
        if ban_s > 0:
            self._banned[session.name] = now_s + ban_s
        if len(self._banned) > FORMER:
            del self._banned[min(self._banned, key=self._banned.__getitem__)]
        self.end(session, reason, error=NotAllowed(reason))

    def check_heartbeats(self, now_s: float) -> None:
        """Ask who has been silent, and drop who does not answer."""
        heartbeat_s = self._services.limits.heartbeat_s
        for session in self:
            connection = session.connection
            if connection is None:
                continue
            silent_s = now_s - connection.last_in_s
            if silent_s > 3 * heartbeat_s:
                reason = f"silent for {silent_s:.1f} s, three times heartbeat_s={heartbeat_s:g}"
                logger.warning("client %s was %s", session.name, reason)
                self.link_lost(session, reason)
            elif silent_s > heartbeat_s:
                session.ping_if_due(now_s, heartbeat_s)

    def close(self, reason: str) -> None:
        """End all sessions.

        All links say goodbye first: nobody hears that a channel ends because its owner leaves.
        """
        for session in self:
            session.say_goodbye(reason, ConnectionLost(reason), retry_s=RETRY_S)
        for session in self:
            self.end(session, reason)

    @staticmethod
    def _cancel_expiry(session: Session) -> None:
        if session.expiry is not None:
            session.expiry.cancel()
            session.expiry = None


def _one_line(text: str) -> str:
    """What a client says, fit for a log."""
    return " ".join(text[:LONGEST_LOGGED].split())
