"""The stream server, embedded in a running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import time
import weakref
from types import TracebackType
from typing import Self

from stream_core.channels.names import SERVER
from stream_core.errors import ConnectionFailed, InvalidValue, LimitExceeded, NotAllowed
from stream_core.rpc import Dispatcher, collect
from stream_core.security import Verifier, make_verifier
from stream_core.server.calls import CallRouter
from stream_core.server.demands import Demands
from stream_core.server.drain import drain
from stream_core.server.events import Events
from stream_core.server.holdings import Holdings
from stream_core.server.methods import ServerMethods
from stream_core.server.permits import Permits, UsersGiven, known_users
from stream_core.server.proofs import Proofs
from stream_core.server.services import Services
from stream_core.server.sessions import Sessions
from stream_core.server.statistics import Meter
from stream_core.server.streams import Streams
from stream_core.server.visitor import Visitor, no_tls_goodbye
from stream_core.server.watches import Watches
from stream_core.transport import Address, Connection, serve_tls, server_context
from stream_core.transport.address import DEFAULT_PORT
from stream_core.transport.forks import keep_from_forks, let_go
from stream_core.transport.loop_end import LoopEnd
from stream_core.transport.open_files import allow_files, free_files
from stream_core.values import Limits, Tls, __version__

__all__ = ["Server", "is_served_by"]

logger = logging.getLogger(__name__)
TICK_S = 0.25
FEWEST_VISITORS = 100  # may shake hands at once, however few clients are allowed
MOST_ACCEPTED_AT_ONCE = 1024
TURNS_OF_REFUSALS = 6  # of the loop, from a connection that is too many to its end
FILES_KEPT = 32  # for other things than connections
ACCEPT_TURNS = 3  # of the loop: task, transport, connection_made
CLOSE_S = 0.5  # for a client to take its goodbye
TICKS_A_SECOND = 4
LOOKS_A_HEARTBEAT = 8  # for clients that are silent; a look at thousands costs a millisecond

_ANOTHER_PORT = "choose another port, or 0 for any free one"
_LISTEN_FAULTS = {
    errno.EADDRINUSE: f"another program listens there; {_ANOTHER_PORT}",
    errno.EADDRNOTAVAIL: "this computer has no such address; 127.0.0.1 is this computer alone, "
    "0.0.0.0 every network of it",
    errno.EACCES: f"this user may not listen there; {_ANOTHER_PORT}",
}


class Server:
    """A stream server.

    Args:
        host: where to listen; beyond loopback it needs a secret or users, or `insecure`.
        port: 0 takes any free one.
        name: what it is called in statistics and logs.
        secret: what every client must know; never sent, never logged.
        users: who may do what, each with a secret of its own: the path of a users file, which is
            read again when it changes, or what is in one. With a `secret`, too, both let in.
        tls: speak TLS only, with this certificate and key; `authority` asks every client for a
            certificate that descends from it.
        limits: what is allowed.
        insecure: listen beyond loopback without a secret, users, or an authority for clients.

    Raises:
        InvalidValue: an argument is wrong, or a file of `users` or `tls` cannot be used.
        NotAllowed: it would listen beyond loopback and let anybody in.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        *,
        name: str | None = None,
        secret: str | None = None,
        users: UsersGiven | None = None,
        tls: Tls | None = None,
        limits: Limits = Limits(),
        insecure: bool = False,
    ) -> None:
        if type(port) is not int or not 0 <= port < 65536:
            raise InvalidValue(f"port={port!r}: a port is a number from 0 (any free) to 65535")
        if secret == "":
            raise InvalidValue("secret is empty; leave it out, or choose one")
        self._tls = None if tls is None else server_context(tls)
        self._users = known_users(users)
        by_certificate = tls is not None and tls.authority is not None
        proven = secret is not None or users is not None or by_certificate
        if not proven and not insecure and not Address(host, port).loopback:
            raise NotAllowed(
                f"a server on {host} can be reached from other computers: "
                "give it a secret or users, or say insecure=True (--insecure)"
            )
        self._host = host
        self._port = port
        self._name = name
        self._secret = secret
        self._limits = limits
        self._verifier: Verifier | None = None
        self._listener: asyncio.Server | None = None
        self._services: Services | None = None
        self._dispatcher: Dispatcher | None = None
        self._meter: Meter | None = None
        self._holdings: Holdings | None = None
        self._at_once = MOST_ACCEPTED_AT_ONCE
        self._most_connections = 0
        self._visitors: dict[Visitor, None] = {}  # the oldest first
        self._connections: set[Connection] = set()
        self._ticker: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._due_s = 0.0
        self._address = ""
        self._hurry = asyncio.Event()
        self._loop_end = LoopEnd(self.stop)

    @property
    def address(self) -> str:
        """Where it listens, as "host:port".

        Raises:
            ConnectionFailed: it has not been started.
        """
        if not self._address:
            raise ConnectionFailed("the server has not been started")
        return self._address

    def allow_files(self) -> None:
        """Ask the system for a file for each client: for a process that is there for its server."""
        wanted = self._limits.clients + FILES_KEPT + 2 * TURNS_OF_REFUSALS * MOST_ACCEPTED_AT_ONCE
        allowed = allow_files(wanted)
        if allowed < self._limits.clients:
            logger.warning(
                "the system allows %d open files, fewer than clients=%d: see ulimit -n",
                allowed,
                self._limits.clients,
            )

    async def start(self) -> None:
        """Listen; clients may come when this returns.

        Raises:
            ConnectionFailed: the address cannot be had; the message says why.
        """
        if self._listener is not None:
            raise InvalidValue(f"the server listens at {self._address} already")
        self._hurry.clear()
        loop = asyncio.get_running_loop()
        if self._secret is not None and self._verifier is None:
            self._verifier = await loop.run_in_executor(None, make_verifier, self._secret)
        services = self._services = Services(self._name or "streamscope", self._limits)
        services.sessions = Sessions(services)
        services.watches = Watches(services)
        services.demands = Demands(services)
        services.streams = Streams(services)
        services.events = Events(services)
        services.permits = Permits(services, self._users)
        services.proofs = Proofs(self._limits.guess_delay_s)
        services.calls = CallRouter(services)
        self._count_files()
        self._listener = await self._listen(loop)
        self._address = self._listening_address(self._listener)
        self._meter = Meter(services, address=self._address, version=__version__)
        self._holdings = Holdings(services, self._meter.resident_bytes)
        self._dispatcher = services.calls.own = Dispatcher(
            collect(ServerMethods(services, self._meter), name=SERVER),
            send=services.calls.send,
            drop=services.calls.drop,
            inline=True,
            caller_name=services.calls.caller_name,
        )
        await self._listener.start_serving()
        self._due_s = loop.time() + TICK_S
        self._ticker = loop.call_at(self._due_s, self._tick)
        keep_from_forks(self, Server._inherited)
        _listening[self] = loop
        await self._loop_end.arm()
        logger.info("listening at %s", self._address)

    async def stop(self, *, drain_s: float = 0.0) -> None:
        """Listen no more, tell every client, and close every connection.

        Args:
            drain_s: for at most so long writers are paused before, and readers served what waits
                for them; who takes nothing holds it up for a moment only. A second `stop` ends
                this at once.
        """
        listener, self._listener = self._listener, None
        if listener is None:
            self._hurry.set()
            return
        _listening.pop(self, None)
        await self._accept_no_more(listener)
        if drain_s > 0:
            assert self._services is not None
            await drain(self._services, drain_s, self._hurry)
        if self._ticker is not None:
            self._ticker.cancel()
        reason = "the server stops"
        for visitor in tuple(self._visitors):
            visitor.turn_away(ConnectionFailed(reason))
        assert self._services is not None
        assert self._dispatcher is not None
        self._services.sessions.close(reason)
        await self._close_connections()
        await self._dispatcher.close()
        await listener.wait_closed()
        await self._loop_end.dismiss()
        logger.info("stopped listening at %s", self._address)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        try:
            return await loop.create_server(
                self._accept, self._host, self._port, backlog=self._at_once, start_serving=False
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

    def _listening_address(self, listener: asyncio.Server) -> str:
        port = listener.sockets[0].getsockname()[1]
        return str(Address(self._host, port))

    async def _accept_no_more(self, listener: asyncio.Server) -> None:
        """Close the listener, after what it has accepted already has become connections.

        asyncio forgets the socket of a connection that it is just about to make while its server
        is closed; so the listening sockets fall silent first.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # a loop that has no readers
            for each in listener.sockets:
                loop.remove_reader(each.fileno())
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)
        listener.close()

    def _inherited(self) -> None:
        """This is a fork: the server goes on in the other process alone."""
        listener, self._listener = self._listener, None
        for each in listener.sockets if listener is not None else ():
            let_go(each)

    async def _close_connections(self) -> None:
        """Wait until all have said goodbye; who does not take it in time is cut off."""
        await self._lost(CLOSE_S)
        for connection in tuple(self._connections):
            connection.abort()
        await self._lost(CLOSE_S)

    async def _lost(self, timeout_s: float) -> None:
        if self._connections:
            lost = [connection.lost for connection in self._connections]
            await asyncio.wait(lost, timeout=timeout_s)

    def _accept(self) -> asyncio.BufferedProtocol:
        assert self._services is not None
        visitor = Visitor(self._services, self._verifier, __version__, self._visitor_gone)
        connection = visitor.connection
        self._connections.add(connection)
        connection.lost.add_done_callback(lambda _: self._connections.discard(connection))
        self._visitors[visitor] = None
        if len(self._connections) > self._most_connections:
            self._refuse_for_files(visitor)
            return connection
        most = max(self._limits.clients, FEWEST_VISITORS)
        if len(self._visitors) > most:
            oldest = next(iter(self._visitors))
            oldest.turn_away(LimitExceeded(f"{most} newer connections have not proven themselves"))
        if self._tls is None:
            return connection
        return serve_tls(connection, self._tls, no_tls_goodbye())

    def _refuse_for_files(self, visitor: Visitor) -> None:
        most = self._most_connections
        if len(self._connections) > most + self._at_once:  # there is no time for last words
            visitor.connection.abort()
        visitor.turn_away(
            LimitExceeded(
                f"the server has {most} connections, as many as its system lets it have beside "
                "other files; raise the limit of open files there (ulimit -n)"
            )
        )

    def _visitor_gone(self, visitor: Visitor) -> None:
        self._visitors.pop(visitor, None)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        services, meter = self._services, self._meter
        assert services is not None
        assert meter is not None
        assert self._holdings is not None
        now_s = loop.time()
        meter.loop_delay_s = max(meter.loop_delay_s, now_s - self._due_s)
        self._due_s = now_s + TICK_S
        self._ticker = loop.call_at(self._due_s, self._tick)
        self._ticks += 1
        if self._ticks % TICKS_A_SECOND == 0:
            meter.tick()
            services.events.tick()
            services.permits.tick()
        ticks = int(self._limits.heartbeat_s / (LOOKS_A_HEARTBEAT * TICK_S))
        if self._ticks % max(1, ticks) == 0:
            services.sessions.check_heartbeats(time.monotonic())
        services.demands.check_stalls(time.monotonic_ns())
        self._holdings.check()


_listening: weakref.WeakKeyDictionary[Server, asyncio.AbstractEventLoop] = (
    weakref.WeakKeyDictionary()
)


def is_served_by(address: Address, loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a server that listens there runs in that event loop."""
    for server, home in tuple(_listening.items()):
        found = Address.parse(server.address)
        near = found.host == address.host or address.loopback
        if home is loop and near and found.port == address.port:
            return True
    return False
