"""The client for threads: every method waits for its result; the asyncio client does the work."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from stream_core.blocking.client_thread import ClientThread
from stream_core.blocking.iteration import Iteration
from stream_core.blocking.open_clients import open_clients
from stream_core.blocking.outbox import Outbox
from stream_core.blocking.reader import Reader
from stream_core.blocking.remote import WaitingInvoker
from stream_core.blocking.writer import Writer
from stream_core.client import Client as AsyncClient
from stream_core.client import Reader as AsyncReader
from stream_core.client import Writer as AsyncWriter
from stream_core.client.client import address_of, find_target, offer_methods_of
from stream_core.client.link import CLIENT_CLOSED
from stream_core.errors import ConnectionLost
from stream_core.loop_thread import NotRunningError
from stream_core.rpc import Remote
from stream_core.rpc.timeouts import checked_timeout
from stream_core.transport.forks import keep_from_forks
from stream_core.values import ChannelChange, ChannelInfo, ClientInfo, State, Statistics, Tls

__all__ = ["Client"]

T = TypeVar("T")

LEAVE_S = 10.0  # for a full link to take what was sent


class Client:
    """A client of a stream server, for any number of threads.

    Methods named `rpc_…` of a subclass can be called by other clients; an attribute `rpc_calc`
    that holds an object with `rpc_…` methods is a group of them. Nothing connects before
    `connect`, or `with`. The client has a thread of its own: callbacks are called there, and
    `async def` methods run there; neither may wait for this client.

    Args:
        name: unique among the server's clients; None: made of program, host and process.
        address: of the server, "host:port".
        secret: what the server asks for.
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
        InvalidValue: an argument is wrong.
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
        self._client = AsyncClient(
            name,
            address,
            secret=secret,
            user=user,
            tls=tls,
            reconnect=reconnect,
            connect_timeout_s=connect_timeout_s,
            timeout_s=timeout_s,
            timeout_name=timeout_name,
            trusted_codecs=trusted_codecs,
            rpc_workers=rpc_workers,
        )
        offer_methods_of(self._client, self)
        self._timeout_s = checked_timeout("timeout_s", timeout_s)
        self._timeout_name = timeout_name
        self._lock = threading.Lock()
        self._thread: ClientThread | None = None
        self._outboxes: weakref.WeakSet[Outbox] = weakref.WeakSet()

    def __repr__(self) -> str:
        return repr(self._client)

    # The link

    def connect(self) -> None:
        """Connect to the server.

        Raises:
            ConnectionFailed: no server answers there.
            AuthenticationFailed: the secret is missing or wrong.
            NameTaken, NotAllowed, LimitExceeded: the server refuses us.
        """
        if self._thread is not None:
            self._thread.check_caller()  # it could not wait for the lock either
        with self._lock:
            thread = self._thread
            if thread is None or not thread.running:
                thread = self._thread = self._new_thread()
            try:
                thread.run(self._client.connect())
            except BaseException:
                if self.state is State.CLOSED:
                    thread.stop()
                raise
        keep_from_forks(self, Client._inherited)
        open_clients.add(self)

    def _new_thread(self) -> ClientThread:
        thread = ClientThread(f"stream client {self.name or ''}".strip(), address_of(self._client))
        thread.start()
        return thread

    def _inherited(self) -> None:
        """This is a fork: the thread that held the lock does not run here."""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Send what is pending, leave, and end everything of this client; idempotent.

        Who waits in other threads, for an item, a reader or a result, hears of it.
        """
        thread = self._thread
        if thread is None or not thread.running:
            return
        try:
            with contextlib.suppress(NotRunningError):
                thread.run(self._leave())
        finally:
            if not thread.is_current():
                thread.stop()
            open_clients.discard(self)

    async def _leave(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                for outbox in tuple(self._outboxes):
                    await outbox.until_offered()
        await self._client.close()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str | None:
        """The name that others call us by; None before the server has given one."""
        return self._client.name

    @property
    def state(self) -> State:
        """The state of the link."""
        return self._client.state

    @property
    def epoch(self) -> int | None:
        """A number that changes when the server restarts; None before the first link."""
        return self._client.epoch

    def on_state(self, callback: Callable[[State], object]) -> None:
        """Have `callback` called with each new state of the link, in the client's thread."""
        self._client.on_state(callback)

    # The clock

    def now_ns(self) -> int:
        """The server's clock, in nanoseconds, to within `clock_error_ns`.

        It goes on steadily while the server lives and neither computer sleeps: what becomes known
        of the offset meanwhile corrects it by at most 1 % of the time that passes.

        Raises:
            ConnectionLost: no server has been reached yet.
        """
        return self._client.now_ns()

    @property
    def clock_offset_ns(self) -> int:
        """The server's clock minus this computer's wall clock."""
        return self._client.clock_offset_ns

    @property
    def clock_error_ns(self) -> int:
        """How far `now_ns` may be off: half of the shortest round trip, and the drift since."""
        return self._client.clock_error_ns

    def ping(self) -> float:
        """The round trip to the server, in seconds.

        Raises:
            ConnectionLost: the link is down.
        """
        return self._ask(self._client.ping())

    # Streams

    def create_channel(
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
        work = self._client.create_channel(
            name,
            key=key,
            lifetime_s=lifetime_s,
            shared=shared,
            history=history,
            may_pause=may_pause,
            codec=codec,
            compression=compression,
            description=description,
            unit=unit,
            dtype=dtype,
            shape=shape,
            columns=columns,
            rate_hz=rate_hz,
            labels=labels,
        )
        return self._writer(self._ask(work, undo=_close))

    def open_writer(self, name: str, *, key: str | None = None) -> Writer:
        """Write to a shared channel of another client.

        Args:
            name: of the channel.
            key: of a private channel.

        Raises:
            ChannelNotFound: there is no such channel, or not of that key.
            NotAllowed: it is for its owner only.
            InvalidValue: that cannot be a key.
        """
        return self._writer(self._ask(self._client.open_writer(name, key=key), undo=_close))

    def subscribe(
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
        work = self._client.subscribe(
            name,
            key=key,
            buffer_size=buffer_size,
            overflow=overflow,
            every=every,
            min_interval_s=min_interval_s,
            envelope=envelope,
            history=history,
            weight=weight,
            wait=wait,
        )
        return self._reader(self._ask(work, undo=_close))

    def subscribe_all(self, pattern: str, **parameters: Any) -> Iterator[Reader]:
        """Readers of the channels that match a pattern, each as its channel appears.

        Args:
            pattern: see `watch`.
            parameters: of `subscribe`, but for the key: private channels match no pattern.

        Raises:
            InvalidValue: a key is given.
        """
        source = self._client.subscribe_all(pattern, **parameters)
        return Iteration(self._running, source, self._reader)

    def watch(self, pattern: str = "**") -> Iterator[ChannelChange]:
        """The channels that match a pattern, then what becomes of them.

        After a broken link it goes on with what has changed meanwhile.

        Args:
            pattern: `*` stands for anything within one part, `**` for any number of parts, `?`
                for one character.

        Raises:
            ConnectionLost: there is no link, or a broken one does not come back.
        """
        return Iteration(self._running, self._client.watch(pattern))

    def channels(self, pattern: str = "**") -> list[ChannelInfo]:
        """The public channels whose names match a pattern (see `watch`)."""
        return self._ask(self._client.channels(pattern))

    def delete_channel(self, name: str) -> None:
        """Delete a channel of this client: the public one of that name, else the private one.

        Raises:
            ChannelNotFound: there is none of that name.
            InvalidValue: there are several private ones; close the writer of one.
            NotAllowed: it is another's.
        """
        self._ask(self._delete_channel(name))

    async def _delete_channel(self, name: str) -> None:
        for outbox in tuple(self._outboxes):
            outbox.settle()
        await self._client.delete_channel(name)

    # The others

    def clients(self) -> list[ClientInfo]:
        """The clients of the server."""
        return self._ask(self._client.clients())

    def statistics(self) -> Statistics:
        """The load of the server, its clients and its channels."""
        return self._ask(self._client.statistics())

    def kick(self, name: str, *, reason: str = "", ban_s: float = 0) -> None:
        """End another client's session; it may return after `ban_s` seconds.

        Raises:
            TargetNotFound: there is no such client.
        """
        self._ask(self._client.kick(name, reason=reason, ban_s=ban_s))

    def configure_reader(self, client: str, reader: int, **parameters: Any) -> None:
        """Change the parameters of any client's reader.

        Args:
            client: its name.
            reader: the reader's number (`ReaderStatistics.number`).
            parameters: of `subscribe`.

        Raises:
            TargetNotFound, ChannelNotFound: there is no such client, or reader.
            InvalidValue: a parameter is wrong.
        """
        self._ask(self._client.configure_reader(client, reader, **parameters))

    def remote(self, target: str, *, wait_s: float = 0) -> Remote:
        """The methods of another client, or of the target `server`.

        Calling one waits and gives its result; of a generator method it gives an iterator.

        Args:
            target: its name.
            wait_s: how long to wait for it, in seconds.

        Raises:
            TargetNotFound: it is not there.
        """
        return self._ask(self._remote(target, wait_s))

    async def _remote(self, target: str, wait_s: float) -> Remote:
        found = await find_target(self._client, target, wait_s)
        remote = Remote(
            found.description,
            WaitingInvoker(self._running, found),
            timeout_name=self._timeout_name,
            timeout_s=self._timeout_s,
        )
        found.shown_by(remote)
        return remote

    # How it is done

    @property
    def _running(self) -> ClientThread:
        if self._thread is None:
            raise ConnectionLost("the client is not connected; call connect() or use 'with'")
        return self._thread

    def _ask(
        self, coroutine: Coroutine[Any, Any, T], *, undo: Callable[[T], object] | None = None
    ) -> T:
        try:
            thread = self._running
        except ConnectionLost:
            coroutine.close()
            raise
        try:
            return thread.run(coroutine, undo=undo)
        except NotRunningError:
            raise ConnectionLost(CLIENT_CLOSED) from None

    def _writer(self, writer: AsyncWriter) -> Writer:
        outlet = writer._outlet  # noqa: SLF001 - the two faces are one implementation
        outbox = Outbox(outlet, self._running)
        self._outboxes.add(outbox)
        return Writer(writer, outbox, self._running)

    def _reader(self, reader: AsyncReader) -> Reader:
        return Reader(reader, self._running)


def _close(handle: AsyncWriter | AsyncReader) -> None:
    """Undo what nobody waits for any more."""
    task = asyncio.get_running_loop().create_task(handle.close())
    _closing.add(task)
    task.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()
