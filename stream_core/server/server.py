"""The stream server, embedded in a running event loop: it composes its parts and ends them."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from types import TracebackType
from typing import Self

from stream_core.channels.names import SERVER
from stream_core.errors import ConnectionFailed, InvalidValue, NotAllowed
from stream_core.rpc import Dispatcher, collect
from stream_core.security import Verifier, make_verifier
from stream_core.server.arguments import check_arguments
from stream_core.server.calls import CallRouter
from stream_core.server.demands import Demands
from stream_core.server.drain import drain
from stream_core.server.entrance import Entrance, allow_files_of
from stream_core.server.events import Events
from stream_core.server.holdings import Holdings
from stream_core.server.methods import ServerMethods
from stream_core.server.permits import Permits, UsersGiven, known_users
from stream_core.server.proofs import Proofs
from stream_core.server.services import Services
from stream_core.server.sessions import Sessions
from stream_core.server.statistics import Meter
from stream_core.server.streams import Streams
from stream_core.server.watches import Watches
from stream_core.transport import Address, server_context
from stream_core.transport.address import DEFAULT_PORT
from stream_core.transport.forks import keep_from_forks
from stream_core.transport.loop_end import LoopEnd
from stream_core.values import Limits, Tls, __version__

__all__ = ["Server", "is_served_by"]

logger = logging.getLogger(__name__)
TICK_S = 0.25
TICKS_A_SECOND = 4
LOOKS_A_HEARTBEAT = 8  # for clients that are silent; a look at thousands costs a millisecond


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
        check_arguments(host, port, name, secret, limits)
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
        self._entrance: Entrance | None = None  # while it listens
        self._services: Services | None = None
        self._dispatcher: Dispatcher | None = None
        self._meter: Meter | None = None
        self._holdings: Holdings | None = None
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
        allow_files_of(self._limits.clients)

    async def start(self) -> None:
        """Listen; clients may come when this returns.

        Raises:
            ConnectionFailed: the address cannot be had; the message says why.
        """
        if self._entrance is not None:
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
        entrance = Entrance(
            services, self._host, self._port, tls=self._tls, verifier=self._verifier
        )
        self._address = await entrance.open()
        self._entrance = entrance
        self._meter = Meter(services, address=self._address, version=__version__)
        self._holdings = Holdings(services, self._meter.resident_bytes)
        self._dispatcher = services.calls.own = Dispatcher(
            collect(ServerMethods(services, self._meter), name=SERVER),
            send=services.calls.send,
            drop=services.calls.drop,
            inline=True,
            caller_name=services.calls.caller_name,
        )
        await entrance.let_in()
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
        entrance, self._entrance = self._entrance, None
        if entrance is None:
            self._hurry.set()
            return
        _listening.pop(self, None)
        await entrance.close()
        if drain_s > 0:
            assert self._services is not None
            await drain(self._services, drain_s, self._hurry)
        if self._ticker is not None:
            self._ticker.cancel()
        reason = "the server stops"
        entrance.turn_away(ConnectionFailed(reason))
        assert self._services is not None
        assert self._dispatcher is not None
        self._services.sessions.close(reason)
        await entrance.close_connections()
        await self._dispatcher.close()
        await entrance.closed()
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

    def _inherited(self) -> None:
        """This is a fork: the server goes on in the other process alone."""
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            entrance.inherited()

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
