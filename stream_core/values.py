"""The values that users hand in and get back: plain immutable facts, no behaviour, no I/O."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

__all__ = [
    "Block",
    "ChannelChange",
    "ChannelInfo",
    "ChannelStatistics",
    "ClientInfo",
    "ClientStatistics",
    "Codec",
    "Compression",
    "Demand",
    "Item",
    "Limits",
    "Loss",
    "Overflow",
    "ReaderStatistics",
    "ServerStatistics",
    "State",
    "Statistics",
    "Tls",
    "__version__",
]

__version__ = "0.1.0"


class Overflow(StrEnum):
    """What a reader's buffer at the server does when it is full."""

    RING = "ring"
    CLEAR = "clear"
    SKIP = "skip"
    WAIT = "wait"
    RAISE = "raise"


class Codec(StrEnum):
    """How items become bytes."""

    RAW = "raw"
    OBJECT = "object"
    ARRAY = "array"
    SAMPLES = "samples"
    PICKLE = "pickle"
    MARSHAL = "marshal"


class Compression(StrEnum):
    """How the blocks of a channel are made smaller."""

    GZIP = "gzip"
    ZSTD = "zstd"


class State(StrEnum):
    """The state of a client's link (`Client.state`)."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class Demand(msgspec.Struct, frozen=True):
    """What a writer is told of its readers.

    Attributes:
        state: "idle" (nobody reads), "active", or "paused" (a reader with `wait` is full).
        every: the greatest common divisor of the readers' `every`.
        newest_interval_s: if only the newest item matters, how often one is wanted, in seconds;
            0 if every item is wanted.
    """

    state: str = "idle"
    every: int = 1
    newest_interval_s: float = 0.0


class Loss(msgspec.Struct, frozen=True):
    """A run of items that a reader did not get.

    Attributes:
        first: sequence of the first item of the run.
        last: sequence of its last item; None where the size of the loss cannot be known.
        count: how many of these items the reader had selected.
        reason: why, in words.
    """

    first: int
    last: int | None
    count: int
    reason: str


class Item(msgspec.Struct, frozen=True, gc=False):
    """One item with what is known of it.

    Attributes:
        value: what the writer sent.
        time_ns: when, in nanoseconds of the server's clock.
        sequence: the item's number in its channel.
        source: number of the client that wrote it (`ClientInfo.number`).
    """

    value: Any
    time_ns: int
    sequence: int
    source: int


class Block(msgspec.Struct, frozen=True):
    """Items that travelled together, all of one writer.

    Attributes:
        values: the values; of a samples channel one array whose first axis counts items.
        times_ns: the time of each, an int64 array that cannot be written to.
        sequences: the number of each.
        lost: the losses reported since the previous block.
        source: number of the client that wrote them.
    """

    values: Any
    times_ns: Any
    sequences: range
    lost: tuple[Loss, ...]
    source: int


class ChannelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as the server describes it.

    Attributes:
        name: its path, such as "rig1/adc/ai0".
        owner: name of the client that created it.
        writers: names of the clients that write to it.
        readers: how many readers it has.
        shared: whether others than the owner may write.
        private: whether a key is needed.
        lifetime_s: at most so long from its creation; None: as long as its owner.
        history: how many past items are kept for new readers.
        codec: how items become bytes; None: chosen for each item.
        compression: what blocks may be compressed with ("gzip", "zstd"), or None.
        dtype: numpy type of one sample of a samples channel, as text.
        shape: shape of one item.
        columns: names of the columns of one item, or None.
        unit: unit of the values, such as "V".
        rate_hz: nominal samples a second, or None.
        description: in the owner's words.
        labels: the owner's own key and value pairs.
    """

    name: str
    owner: str = ""
    writers: tuple[str, ...] = ()
    readers: int = 0
    shared: bool = False
    private: bool = False
    lifetime_s: float | None = None
    history: int = 0
    codec: str | None = None
    compression: str | None = None
    dtype: Any = None
    shape: tuple[int, ...] = ()
    columns: tuple[str, ...] | None = None
    unit: str = ""
    rate_hz: float | None = None
    description: str = ""
    labels: dict[str, str] = {}


class ClientInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A client as the server describes it.

    Attributes:
        name: unique among live connections.
        number: its number on the wire; never used again in the server's life.
        address: where it connects from.
        user: who it authenticated as; "" where nothing was asked.
        version: version of its library.
        connected_since_ns: in the server's clock.
        channels: names of the public channels that it owns.
        readers: names of the public channels that it reads.
    """

    name: str
    number: int
    address: str = ""
    user: str = ""
    version: str = ""
    connected_since_ns: int = 0
    channels: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()


class ReaderStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The account of one reader at the server, in items, from its first sequence.

    At any instant `published == delivered + in_flight + buffered + dropped + not_selected +
    reduced`.

    Attributes:
        channel: name of the channel.
        client: name of the reading client.
        number: the reader's number at the server.
        published: sequence numbers that passed, the writer's gaps included.
        delivered: credited by the reader.
        in_flight: sent, not yet credited.
        buffered: waiting at the server.
        dropped: lost, by this buffer or before it.
        not_selected: left out on the reader's wish.
        reduced: folded into an envelope.
        buffered_bytes: size of what is waiting, in bytes.
        buffer_size: the buffer's size in items; None: unbounded.
        overflow: its policy.
        every: its stride.
        min_interval_s: its shortest interval between servings, in seconds.
        envelope: samples for each pair of minimum and maximum, or None.
    """

    channel: str
    client: str
    number: int
    published: int = 0
    delivered: int = 0
    in_flight: int = 0
    buffered: int = 0
    dropped: int = 0
    not_selected: int = 0
    reduced: int = 0
    buffered_bytes: int = 0
    buffer_size: int | None = None
    overflow: str = "ring"
    every: int = 1
    min_interval_s: float = 0.0
    envelope: int | None = None


class ChannelStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The load of one public channel.

    Attributes:
        name, owner: as in `ChannelInfo`.
        readers, writers: how many there are.
        items, bytes: published since its creation.
        items_per_s, bytes_per_s: over the last interval of measurement.
    """

    name: str
    owner: str = ""
    readers: int = 0
    writers: int = 0
    items: int = 0
    bytes: int = 0
    items_per_s: float = 0.0
    bytes_per_s: float = 0.0


class ClientStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The load that one client puts on the server.

    `in` is what the client sends to the server, `out` what the server sends to it; totals count
    from the client's first connection, rates are of the last interval of measurement.
    """

    name: str
    number: int
    address: str = ""
    connected: bool = True
    bytes_in: int = 0
    bytes_out: int = 0
    items_in: int = 0
    items_out: int = 0
    bytes_in_per_s: float = 0.0
    bytes_out_per_s: float = 0.0
    items_in_per_s: float = 0.0
    items_out_per_s: float = 0.0
    buffered: int = 0
    buffered_bytes: int = 0
    dropped: int = 0
    round_trip_s: float | None = None
    channels: int = 0
    readers: int = 0


class ServerStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The load of the server's own process.

    Attributes:
        name, address, version: who it is.
        started_ns: in its own clock.
        cpu: share of one core over the last interval; 1.0 is a whole core.
        memory_bytes: resident memory.
        loop_delay_s: how late the event loop ran its timer at worst in the last interval.
        buffered_bytes: in the buffers of all readers together.
    """

    name: str = ""
    address: str = ""
    version: str = ""
    started_ns: int = 0
    cpu: float = 0.0
    memory_bytes: int = 0
    loop_delay_s: float = 0.0
    buffered_bytes: int = 0


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The load of a server at `time_ns` of its clock; rates are over `interval_s`.

    The channel `server/statistics` carries the same as nested dicts.
    """

    time_ns: int
    interval_s: float
    server: ServerStatistics
    clients: tuple[ClientStatistics, ...] = ()
    channels: tuple[ChannelStatistics, ...] = ()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a server allows; a request beyond a limit is refused with a reason that names it.

    Attributes:
        clients: connected at once.
        channels: existing at once.
        readers: of one client.
        frame_bytes: body of one frame.
        reader_bytes: waiting in one reader's buffer.
        buffer_bytes: waiting in all buffers together, histories included.
        history_bytes: kept by one channel for new readers; with more the oldest items go.
        link_bytes: waiting for one client's link beyond its readers' buffers and one large body;
            calls that would add to more than that are refused, and a client that adds to it
            itself is cut off.
        handshake_bytes: received from a client before it is authenticated.
        handshake_s: until a client must be authenticated.
        guess_delay_s: after a wrong secret, until the next proof from the same address is
            answered: a tenth of a second after the first, doubled by each other, up to this.
        calls: in flight from one client.
        name_bytes: of a channel's or a client's name, in UTF-8.
        heartbeat_s: without any byte until a peer is asked; three times that ends the link.
        stall_s: for which a reader may hold up a channel by `wait`.
        resume_s: for which the session of a broken link is kept.
        watches: of one client.
        watch_backlog: changes waiting for one `watch`.
        metadata_bytes: of one channel's description, unit, dtype, columns and labels together.
    """

    clients: int = 10_000
    channels: int = 100_000
    readers: int = 10_000
    frame_bytes: int = 256 * 1024 * 1024
    reader_bytes: int = 16 * 1024 * 1024
    buffer_bytes: int = 1024 * 1024 * 1024
    history_bytes: int = 64 * 1024 * 1024
    link_bytes: int = 64 * 1024 * 1024
    handshake_bytes: int = 64 * 1024
    handshake_s: float = 10.0
    guess_delay_s: float = 2.0
    calls: int = 10_000
    name_bytes: int = 200
    heartbeat_s: float = 5.0
    stall_s: float = 60.0
    resume_s: float = 10.0
    watches: int = 100
    watch_backlog: int = 100_000
    metadata_bytes: int = 64 * 1024


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Files for TLS.

    Attributes:
        certificate: the own certificate chain, PEM.
        key: its private key, PEM.
        authority: certificates that the peer's must descend from, PEM.
    """

    certificate: Path | str | None = None
    key: Path | str | None = None
    authority: Path | str | None = None


class ChannelChange(msgspec.Struct, frozen=True):
    """What `Client.watch` yields.

    Attributes:
        kind: "added", "changed" or "removed".
        info: the channel as it is now; of a removed one as it was.
    """

    kind: str
    info: ChannelInfo
