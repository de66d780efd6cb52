"""The client: one connection to a server, for writers, readers and calls in one event loop."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import msgspec

from stream_core.channels.names import check_client_name
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.spec import checked_spec
from stream_core.client.arguments import (
    check_user,
    checked_codecs,
    checked_timeout_name,
    checked_wait,
    checked_workers,
    program_here,
)
from stream_core.client.callbacks import Callbacks
from stream_core.client.following import read_all, watch
from stream_core.client.greeting import Identity
from stream_core.client.reader import Reader
from stream_core.client.replies import checked
from stream_core.client.session import Session
from stream_core.client.target import Target
from stream_core.client.writer import Writer
from stream_core.errors import ConnectionLost, InvalidValue
from stream_core.rpc import Remote, collect
from stream_core.rpc.timeouts import checked_timeout
from stream_core.security import ChannelKey
from stream_core.transport import Address, client_context
from stream_core.transport.loop_end import LoopEnd
from stream_core.values import (
    ChannelChange,
    ChannelInfo,
    ClientInfo,
    State,
    Statistics,
    Tls,
)

__all__ = ["Client", "address_of", "find_target", "offer_methods_of"]

NAME_BYTES = 200


class Client:
    """A client of a stream server, for one event loop.

    Methods named `rpc_…` of a subclass can be called by other clients; an attribute `rpc_calc`
    that holds an object with `rpc_…` methods is a group of them. Nothing connects before
    `connect`, or `async with`.

    Args:
        name: unique among the server's clients; None: made of program, host and process.
        address: of the server, "host:port".
        secret: what the server asks for: the user's, or the one that all share.
        user: who proves itself by the secret, where the server has users.
        tls: speak TLS, with a server that proves who it is: by a certificate of `authority`, else
            of an authority that the system knows. `certificate` and `key` prove who this client is.
            None: in the clear.
        reconnect: whether a broken link is made again.
        connect_timeout_s: for one attempt to connect.
        timeout_s: for calls that set no time-out of their own.
        timeout_name: of the keyword that sets it.
        trusted_codecs: "pickle" or "marshal", if every writer is trusted: both can run code.
        rpc_workers: how many `def` methods may run at once.

    Raises:
        InvalidValue: an argument is wrong, or a file of `tls` cannot be used.
    """

    def __init__(
        self,
        name: str | None = None,
        address: str = "127.0.0.1:50012",
        *,
        secret: str | None = None,
        user: str | None = None,
        tls: Tls | None = None,
        reconnect: bool = True,
        connect_timeout_s: float = 5,
        timeout_s: float = 20,
        timeout_name: str = "tto",
        trusted_codecs: Collection[str] = (),
        rpc_workers: int = 1,
    ) -> None:
        check_user(user, secret)
        if name is not None:
            check_client_name(name, limit_bytes=NAME_BYTES)
        self._address = Address.parse(address)
        self._identity = Identity(name, program_here(), user or "", secret)
        self._tls = None if tls is None else client_context(tls)
        self._reconnect = reconnect
        self._connect_timeout_s = checked_timeout("connect_timeout_s", connect_timeout_s)
        self._timeout_s = checked_timeout("timeout_s", timeout_s)
        self._timeout_name = checked_timeout_name(timeout_name)
        self._trusted = checked_codecs(trusted_codecs)
        self._rpc_workers = checked_workers(rpc_workers)
        self._session: Session | None = None
        self._connecting = False
        self._state_callbacks = Callbacks()
        self._loop_end = LoopEnd(self.close)
        self._rpc_host: object = self

    def __repr__(self) -> str:
        return f"<Client '{self.name}' of {self._address}, {self.state}>"

    # The link

    async def connect(self) -> None:
        """Connect to the server.

        Raises:
            ConnectionFailed: no server answers there.
            AuthenticationFailed: the secret is missing or wrong, or the server has not proven who
                it is.
            NameTaken, NotAllowed, LimitExceeded: the server refuses us.
        """
        if self._session is not None:
            self._session.link.check_ours()
        if self._connecting or self.state is not State.CLOSED:
            raise InvalidValue(f"client '{self.name}' is {self.state} already")
        session = Session(
            self._address,
            self._identity,
            tls=self._tls,
            reconnect=self._reconnect,
            connect_timeout_s=self._connect_timeout_s,
            timeout_s=self._timeout_s,
            trusted=self._trusted,
            table=collect(self._rpc_host, name=self._identity.name or self._identity.program),
            workers=self._rpc_workers,
            on_state=self._state_callbacks.tell,
        )
        former, self._session = self._session, session
        self._connecting = True
        try:
            if former is not None:
                await former.close()
            await session.link.connect()
            await self._loop_end.arm()
        except BaseException:
            await session.close()
            raise
        finally:
            self._connecting = False

    async def close(self) -> None:
        """Send what is pending, leave, and end everything of this client; idempotent."""
        if self._session is not None:
            await self._session.close()
        await self._loop_end.dismiss()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def _live(self) -> Session:
        if self._session is None:
            raise ConnectionLost("the client is not connected; call connect() or use 'async with'")
        self._session.link.check_ours()
        return self._session

    @property
    def name(self) -> str | None:
        """The name that others call us by; None before the server has given one."""
        if self._session is not None and self._session.link.welcome is not None:
            return self._session.link.welcome.name
        return self._identity.name

    @property
    def state(self) -> State:
        """The state of the link."""
        return State.CLOSED if self._session is None else self._session.link.state

    @property
    def epoch(self) -> int | None:
        """A number that changes when the server restarts; None before the first link."""
        welcome = self._session.link.welcome if self._session is not None else None
        return None if welcome is None else welcome.epoch

    def on_state(self, callback: Callable[[State], object]) -> None:
        """Have `callback` called with each new state of the link."""
        self._state_callbacks.append(callback)

    # The clock

    def now_ns(self) -> int:
        """The server's clock, in nanoseconds, to within `clock_error_ns`.

        It goes on steadily while the server lives and neither computer sleeps: what becomes known
        of the offset meanwhile corrects it by at most 1 % of the time that passes.

        Raises:
            ConnectionLost: no server has been reached yet.
        """
        return self._synchronized.now_ns()

    @property
    def clock_offset_ns(self) -> int:
        """The server's clock minus this computer's wall clock."""
        return self._synchronized.now_ns() - time.time_ns()

    @property
    def clock_error_ns(self) -> int:
        """How far `now_ns` may be off: half of the shortest round trip, and the drift since."""
        return self._synchronized.clock_error_ns()

    @property
    def _synchronized(self) -> Session:
        session = self._live
        if session.link.welcome is None:
            raise ConnectionLost("the server's clock is not known before the client is connected")
        return session

    async def ping(self) -> float:
        """The round trip to the server, in seconds.

        Raises:
            ConnectionLost: the link is down.
        """
        return await self._live.link.ping()

    # Streams

    async def create_channel(
        self,
        name: str,
        *,
        key: str | None = None,
        lifetime_s: float | None = None,
        shared: bool = False,
        history: int = 0,
        may_pause: bool = True,
        codec: str | None = None,
        compression: str | None = None,
        description: str = "",
        unit: str = "",
        dtype: Any = None,
        shape: int | Sequence[int] = (),
        columns: Sequence[str] | None = None,
        rate_hz: float | None = None,
        labels: Mapping[str, str] = {},
    ) -> Writer:
        """Create a channel, which lives as long as this client.

        Args:
            name: a path such as "rig1/adc/ai0".
            key: makes it a private channel: nobody sees it listed, and who reads it or writes to
                it must give the same key. Channels of one name and different keys do not know of
                each other. The key itself is never sent.
            lifetime_s: the channel ends at most so many seconds after its creation.
            shared: others may write too, by `open_writer`.
            history: how many of the last items are kept for new readers; the channel is then in
                demand even while nobody reads.
            may_pause: whether readers with `overflow="wait"` may hold up the writers.
            codec: how items become bytes; None: "samples" with a dtype, else as each item needs.
            compression: "gzip" or "zstd" makes blocks of up to 16 MiB smaller, where that wins
                anything; None: none.
            description: in your words.
            unit: of the values, such as "V".
            dtype: makes it a channel of samples of that numpy type.
            shape: of one sample; with `columns` it follows from them.
            columns: names of the columns of one sample.
            rate_hz: nominal samples a second.
            labels: text to text, for whatever else is to be said.

        Raises:
            ChannelExists: there is a channel of that name, and of that key if one is given.
            InvalidValue: an argument is wrong.
            LimitExceeded: a limit of the server forbids it.
            ConnectionLost: the link is down.
        """
        wishes = {
            "lifetime_s": lifetime_s,
            "shared": shared,
            "history": history,
            "may_pause": may_pause,
            "codec": codec,
            "compression": compression,
            "description": description,
            "unit": unit,
            "dtype": _dtype_text(dtype),
            "shape": shape,
            "columns": columns,
            "rate_hz": rate_hz,
            "labels": labels,
        }
        spec = msgspec.to_builtins(checked_spec(name, **wishes))
        del spec["name"]
        outlets = self._live.streams.outlets
        return Writer(await outlets.create(name, spec, _key(name, key)), outlets)

    async def open_writer(self, name: str, *, key: str | None = None) -> Writer:
        """Write to a shared channel of another client.

        Args:
            name: of the channel.
            key: of a private channel.

        Raises:
            ChannelNotFound: there is no such channel, or not of that key.
            NotAllowed: it is for its owner only.
            InvalidValue: that cannot be a key.
        """
        outlets = self._live.streams.outlets
        return Writer(await outlets.open(name, _key(name, key)), outlets)

    async def subscribe(
        self,
        name: str,
        *,
        key: str | None = None,
        buffer_size: int | None = 10_000,
        overflow: str = "ring",
        every: int = 1,
        min_interval_s: float = 0,
        envelope: int | None = None,
        history: int = 0,
        weight: float = 1,
        wait: bool = False,
    ) -> Reader:
        """Read a channel; the next item sent after this returns is certain to be seen.

        Args:
            name: of the channel.
            key: of a private channel.
            buffer_size: items that may wait at the server for this reader; None: unbounded.
            overflow: what a full buffer does: "ring" drops the oldest, "clear" empties, "skip"
                drops the new, "wait" pauses the writers, "raise" ends the subscription.
            every: take each n-th item.
            min_interval_s: be served at most once in that time, in seconds.
            envelope: one item for each so many samples: an array of shape `(2, *shape)` with
                their minima and maxima, NaN ignored, and the number and time of the first of them.
            history: begin with so many of the last items, as far as the channel keeps them.
            weight: share of this client's bandwidth.
            wait: the channel may come later, go, and come again.

        Raises:
            ChannelNotFound: there is no such channel, or not of that key.
            NotAllowed: the channel must not be paused.
            InvalidValue: a parameter is wrong.
        """
        parameters = checked_parameters(
            buffer_size=buffer_size,
            overflow=overflow,
            every=every,
            min_interval_s=min_interval_s,
            envelope=envelope,
            history=history,
            weight=weight,
            wait=wait,
        )
        inboxes = self._live.streams.inboxes
        return Reader(await inboxes.subscribe(name, parameters, _key(name, key)), inboxes)

    def subscribe_all(self, pattern: str, **parameters: Any) -> AsyncGenerator[Reader, None]:
        """Readers of the channels that match a pattern, each as its channel appears.

        Args:
            pattern: see `watch`.
            parameters: of `subscribe`, but for the key: private channels match no pattern.

        Raises:
            InvalidValue: a key is given.
        """
        if parameters.get("key") is not None:
            raise InvalidValue("private channels match no pattern; subscribe to each by its name")

        async def read(name: str) -> Reader:
            return await self.subscribe(name, **parameters)

        return read_all(self._live, pattern, read)

    def watch(self, pattern: str = "**") -> AsyncGenerator[ChannelChange, None]:
        """The channels that match a pattern, then what becomes of them.

        After a broken link it goes on with what has changed meanwhile.

        Args:
            pattern: `*` stands for anything within one part, `**` for any number of parts, `?`
                for one character.

        Raises:
            ConnectionLost: there is no link, or a broken one does not come back.
        """
        return watch(self._live, pattern)

    async def channels(self, pattern: str = "**") -> list[ChannelInfo]:
        """The public channels whose names match a pattern (see `watch`)."""
        return checked(await self._live.ask("channels", pattern), list[ChannelInfo])

    async def delete_channel(self, name: str) -> None:
        """Delete a channel of this client: the public one of that name, else the private one.

        Raises:
            ChannelNotFound: there is none of that name.
            InvalidValue: there are several private ones; close the writer of one.
            NotAllowed: it is another's.
        """
        await self._live.streams.outlets.delete(name)

    # The others

    async def clients(self) -> list[ClientInfo]:
        """The clients of the server."""
        return checked(await self._live.ask("clients"), list[ClientInfo])

    async def statistics(self) -> Statistics:
        """The load of the server, its clients and its channels."""
        return checked(await self._live.ask("statistics"), Statistics)

    async def kick(self, name: str, *, reason: str = "", ban_s: float = 0) -> None:
        """End another client's session; it may return after `ban_s` seconds.

        Raises:
            TargetNotFound: there is no such client.
        """
        await self._live.ask("kick", name, reason=reason, ban_s=ban_s)

    async def configure_reader(self, client: str, reader: int, **parameters: Any) -> None:
        """Change the parameters of any client's reader.

        Args:
            client: its name.
            reader: the reader's number (`ReaderStatistics.number`).
            parameters: of `subscribe`.

        Raises:
            TargetNotFound, ChannelNotFound: there is no such client, or reader.
            InvalidValue: a parameter is wrong.
        """
        plain = msgspec.to_builtins(checked_parameters(**parameters))
        changes = {name: plain[name] for name in parameters}
        await self._live.ask("configure_reader", client, reader, **changes)

    async def remote(self, target: str, *, wait_s: float = 0) -> Remote:
        """The methods of another client, or of the target `server`.

        Args:
            target: its name.
            wait_s: how long to wait for it, in seconds.

        Raises:
            TargetNotFound: it is not there.
            InvalidValue: `wait_s` is no such time.
        """
        found = await find_target(self, target, wait_s)
        remote = Remote(
            found.description, found, timeout_name=self._timeout_name, timeout_s=self._timeout_s
        )
        found.shown_by(remote)
        return remote


def address_of(client: Client) -> Address:
    """Where a client's server is."""
    return client._address  # noqa: SLF001 - a subclass keeps every public name for itself


def offer_methods_of(client: Client, host: object) -> None:
    """Have a client that is not connected yet offer the `rpc_…` methods of another object."""
    client._rpc_host = host  # noqa: SLF001 - a subclass keeps every public name for itself


async def find_target(client: Client, name: str, wait_s: float) -> Target:
    """Another client as the target of calls; raises like `remote`."""
    wait_s = checked_wait(wait_s)
    return await client._live.targets.find(name, wait_s)  # noqa: SLF001


def _key(name: str, key: str | None) -> ChannelKey | None:
    return None if key is None else ChannelKey(name, key)


def _dtype_text(dtype: Any) -> Any:
    if dtype is None:
        return None
    from stream_core.wire.arrays import describe_dtype, sample_dtype  # numpy when first needed

    found = sample_dtype(dtype)
    if found.subdtype is not None:
        raise InvalidValue(f"dtype={dtype!r} has a shape; give it apart, as shape={found.shape}")
    if found.itemsize == 0:
        raise InvalidValue(f"dtype={dtype!r} has no bytes; give a length, such as 'U20' or 'S8'")
    described = describe_dtype(found)
    plain = isinstance(described, str) and found.isnative and found.kind in "biufc"
    return found.name if plain else described
