"""Where clients come in: the listener, all connections, and those that still shake hands.

It knows no session, and sees to it that connections never take the last files of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl

from stream_core.errors import ConnectionFailed, LimitExceeded, StreamError
from stream_core.security import Verifier
from stream_core.server.services import Services
from stream_core.server.visitor import Visitor, no_tls_goodbye
from stream_core.transport import Address, Connection, serve_tls
from stream_core.transport.forks import let_go
from stream_core.transport.open_files import allow_files, free_files
from stream_core.values import __version__

__all__ = ["FEWEST_VISITORS", "Entrance", "allow_files_of"]

logger = logging.getLogger(__name__)
FEWEST_VISITORS = 100  # may shake hands at once, however few clients are allowed
MOST_ACCEPTED_AT_ONCE = 1024
TURNS_OF_REFUSALS = 6  # of the loop, from a connection that is too many to its end
FILES_KEPT = 32  # for other things than connections
ACCEPT_TURNS = 3  # of the loop: task, transport, connection_made
CLOSE_S = 0.5  # for a client to take its goodbye

_ANOTHER_PORT = "choose another port, or 0 for any free one"
_LISTEN_FAULTS = {
    errno.EADDRINUSE: f"another program listens there; {_ANOTHER_PORT}",
    errno.EADDRNOTAVAIL: "this computer has no such address; 127.0.0.1 is this computer alone, "
    "0.0.0.0 every network of it",
    errno.EACCES: f"this user may not listen there; {_ANOTHER_PORT}",
}


class Entrance:
    """One for each start of a server.

    Args:
        services: of the server.
        host: where to listen.
        port: 0 takes any free one.
        tls: speak TLS only; None: in the clear.
        verifier: of the shared secret, or None if none is asked.

    Attributes:
        connections: all that there are.
        visitors: those that have not proven themselves, the oldest first.
    """

    def __init__(
        self,
        services: Services,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        verifier: Verifier | None,
    ) -> None:
        self._services = services
        self._host = host
        self._port = port
        self._tls = tls
        self._verifier = verifier
        self._listener: asyncio.Server | None = None
        self._at_once = MOST_ACCEPTED_AT_ONCE
        self._most_connections = 0
        self.visitors: dict[Visitor, None] = {}
        self.connections: set[Connection] = set()

    # The listener

    async def open(self) -> str:
        """Listen, and let nobody in yet; gives the address, as "host:port".

        Raises:
            ConnectionFailed: the address cannot be had; the message says why.
        """
        self._count_files()
        listener = self._listener = await self._listen()
        port = listener.sockets[0].getsockname()[1]
        return str(Address(self._host, port))

    @property
    def _listening(self) -> asyncio.Server:
        assert self._listener is not None
        return self._listener

    async def let_in(self) -> None:
        """Let in who comes."""
        await self._listening.start_serving()

    async def close(self) -> None:
        """Let nobody in any more, after what it has accepted already has become connections.

        asyncio forgets the socket of a connection that it is just about to make while its server
        is closed; so the listening sockets fall silent first.
        """
        loop, listener = asyncio.get_running_loop(), self._listening
        with contextlib.suppress(NotImplementedError):  # a loop that has no readers
            for each in listener.sockets:
                loop.remove_reader(each.fileno())
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)
        listener.close()

    async def closed(self) -> None:
        """Wait until the listener has gone."""
        await self._listening.wait_closed()

    def inherited(self) -> None:
        """This is a fork: the listener is the other process's alone."""
        for each in self._listening.sockets:
            let_go(each)

    async def _listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_server(
                self.accept, self._host, self._port, backlog=self._at_once, start_serving=False
            )
        except socket.gaierror:
            raise ConnectionFailed(
                f"host '{self._host}' is unknown; 127.0.0.1 is this computer, "
                "0.0.0.0 every network of it"
            ) from None
        except OSError as error:
            where = Address(self._host, self._port)
            reason = _LISTEN_FAULTS.get(error.errno or 0) or error.strerror or str(error)
            raise ConnectionFailed(f"cannot listen at {where}: {reason}") from None

    def _count_files(self) -> None:
        """See to it that connections never take the last files of this process.

        Without a file nothing can be accepted nor refused, and asyncio's loop goes round for it.
        """
        free = free_files()
        self._at_once = max(1, min(MOST_ACCEPTED_AT_ONCE, free // 16))
        self._most_connections = max(1, free - FILES_KEPT - TURNS_OF_REFUSALS * self._at_once)

    # The connections

    def accept(self) -> asyncio.BufferedProtocol:
        """Somebody has come."""
        visitor = Visitor(self._services, self._verifier, __version__, self._visitor_gone)
        connection = visitor.connection
        self.connections.add(connection)
        connection.lost.add_done_callback(lambda _: self.connections.discard(connection))
        self.visitors[visitor] = None
        if len(self.connections) > self._most_connections:
            self._refuse_for_files(visitor)
            return connection
        most = max(self._services.limits.clients, FEWEST_VISITORS)
        if len(self.visitors) > most:
            oldest = next(iter(self.visitors))
            oldest.turn_away(LimitExceeded(f"{most} newer connections have not proven themselves"))
        if self._tls is None:
            return connection
        return serve_tls(connection, self._tls, no_tls_goodbye())

    def _refuse_for_files(self, visitor: Visitor) -> None:
        most = self._most_connections
        if len(self.connections) > most + self._at_once:  # there is no time for last words
            visitor.connection.abort()
        visitor.turn_away(
            LimitExceeded(
                f"the server has {most} connections, as many as its system lets it have beside "
                "other files; raise the limit of open files there (ulimit -n)"
            )
        )

    def _visitor_gone(self, visitor: Visitor) -> None:
        self.visitors.pop(visitor, None)

    def turn_away(self, error: StreamError) -> None:
        """Tell all visitors why they have to go."""
        for visitor in tuple(self.visitors):
            visitor.turn_away(error)

    async def close_connections(self) -> None:
        """Wait until all have said goodbye; who does not take it in time is cut off."""
        await self._lost(CLOSE_S)
        for connection in tuple(self.connections):
            connection.abort()
        await self._lost(CLOSE_S)

    async def _lost(self, timeout_s: float) -> None:
        if self.connections:
            lost = [connection.lost for connection in self.connections]
            await asyncio.wait(lost, timeout=timeout_s)


def allow_files_of(clients: int) -> None:
    """Ask the system for a file for each of so many clients."""
    wanted = clients + FILES_KEPT + 2 * TURNS_OF_REFUSALS * MOST_ACCEPTED_AT_ONCE
    allowed = allow_files(wanted)
    if allowed < clients:
        logger.warning(
            "the system allows %d open files, fewer than clients=%d: see ulimit -n",
            allowed,
            clients,
        )
