"""Measuring the load: totals at two instants give the rates between them."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import psutil

from stream_core.channels.channel import Channel
from stream_core.channels.spec import ChannelSpec
from stream_core.server.own_channel import OwnChannel
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.values import (
    ChannelStatistics,
    ClientStatistics,
    Codec,
    ServerStatistics,
    Statistics,
)

__all__ = ["STATISTICS_CHANNEL", "Meter"]

STATISTICS_CHANNEL = "server/statistics"
FRESH_S = 0.5  # a shorter interval gives no useful rates


class _Totals(msgspec.Struct):
    """Counters at one instant."""

    time_s: float
    cpu_s: float
    clients: dict[int, tuple[int, int, int, int]]
    channels: dict[int, tuple[int, int]]


class Meter:
    """Takes the server's measures; publishes them once a second while somebody reads.

    Args:
        services: of the server.
        address: where it listens; version: of the library.

    Attributes:
        loop_delay_s: the worst delay of the event loop's timer since the last measure.
    """

    def __init__(self, services: Services, *, address: str, version: str) -> None:
        self._services = services
        self._address = address
        self._version = version
        self._process = psutil.Process()
        self.loop_delay_s = 0.0
        self._loop_delay_s = 0.0  # in the interval before
        self._earlier = self._totals()
        self._newest = self._earlier
        spec = ChannelSpec(
            name=STATISTICS_CHANNEL,
            codec=Codec.OBJECT,
            description="load of the server, its clients and its channels",
            rate_hz=1.0,
        )
        self._own = OwnChannel(services, spec)

    def resident_bytes(self) -> int:
        """The memory that this process has."""
        return int(self._process.memory_info().rss)

    def tick(self) -> None:
        """Measure, once a second, if somebody reads; a reader that waits pauses us, too."""
        if not self._own.active:
            return
        for session in self._services.sessions:
            session.ping()
        load = self.statistics(lambda channel: True)
        self._own.publish([(msgspec.to_builtins(load), self._services.now_ns())])

    def statistics(self, sees: Callable[[Channel], bool]) -> Statistics:
        """The load now, as who may know of some channels sees it.

        Rates are those since the last measure that is old enough.
        """
        totals = self._totals()
        if totals.time_s - self._newest.time_s >= FRESH_S:
            self._earlier, self._newest = self._newest, totals
            self._loop_delay_s, self.loop_delay_s = self.loop_delay_s, 0.0
        earlier = self._earlier
        interval_s = max(totals.time_s - earlier.time_s, 1e-3)
        clients = tuple(  # first: only who looks at a reader that rests knows what waits in all
            self._client(session, totals, earlier, interval_s)
            for session in self._services.sessions
        )
        return Statistics(
            time_ns=self._services.now_ns(),
            interval_s=interval_s,
            server=self._server(totals, earlier, interval_s),
            clients=clients,
            channels=tuple(
                self._channel_load(channel, earlier, interval_s)
                for channel in self._services.streams.directory
                if channel.owner and sees(channel)
            ),
        )

    def _totals(self) -> _Totals:
        cpu = self._process.cpu_times()
        return _Totals(
            time.monotonic(),
            cpu.user + cpu.system,
            {session.number: _load(session) for session in self._services.sessions},
            {
                channel.number: (channel.items, channel.bytes)
                for channel in self._services.streams.directory
            },
        )

    def _server(self, totals: _Totals, earlier: _Totals, interval_s: float) -> ServerStatistics:
        return ServerStatistics(
            name=self._services.name,
            address=self._address,
            version=self._version,
            started_ns=self._services.started_ns,
            cpu=max(0.0, totals.cpu_s - earlier.cpu_s) / interval_s,
            memory_bytes=self.resident_bytes(),
            loop_delay_s=max(self._loop_delay_s, self.loop_delay_s),
            buffered_bytes=self._services.streams.budget.used_bytes,
        )

    @staticmethod
    def _client(
        session: Session, totals: _Totals, earlier: _Totals, interval_s: float
    ) -> ClientStatistics:
        now = totals.clients.get(session.number) or _load(session)
        before = earlier.clients.get(session.number, (0, 0, 0, 0))
        rates = [(new - old) / interval_s for new, old in zip(now, before, strict=True)]
        readers = session.subscriptions.values()
        counters = [reader.buffer.counters for reader in readers]
        return ClientStatistics(
            name=session.name,
            number=session.number,
            address=session.address,
            connected=session.connected,
            bytes_in=now[0],
            bytes_out=now[1],
            items_in=now[2],
            items_out=now[3],
            bytes_in_per_s=rates[0],
            bytes_out_per_s=rates[1],
            items_in_per_s=rates[2],
            items_out_per_s=rates[3],
            buffered=sum(counter.buffered for counter in counters),
            buffered_bytes=sum(reader.buffer.buffered_bytes for reader in readers),
            dropped=sum(counter.dropped for counter in counters),
            round_trip_s=session.round_trip_s,
            channels=sum(not channel.private for channel in session.channels.values()),
            readers=sum(not reader.channel.private for reader in readers),
        )

    def _channel_load(
        self, channel: Channel, earlier: _Totals, interval_s: float
    ) -> ChannelStatistics:
        items, size = earlier.channels.get(channel.number, (0, 0))
        owner = self._services.sessions.numbered(channel.owner)
        return ChannelStatistics(
            name=channel.spec.name,
            owner=owner.name if owner else "",
            readers=len(channel.readers),
            writers=len(channel.writers),
            items=channel.items,
            bytes=channel.bytes,
            items_per_s=(channel.items - items) / interval_s,
            bytes_per_s=(channel.bytes - size) / interval_s,
        )


def _load(session: Session) -> tuple[int, int, int, int]:
    return session.bytes_in, session.bytes_out, session.items_in, session.delivery.items_out
