"""What a channel is, as its owner asked for it; checked facts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.values import Codec, Compression
from stream_core.wire import objects
from stream_core.wire.compression import check_available

__all__ = ["ChannelSpec", "checked_spec"]

LARGEST_ITEM = 2**31  # elements; more fit no frame
MOST_HISTORY = 2**40  # items; how many bytes they may be is the server's to say


class ChannelSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's wishes; the fields are those of `Client.create_channel`, but for the key."""

    name: str
    lifetime_s: float | None = None
    shared: bool = False
    history: int = 0
    may_pause: bool = True
    codec: Codec | None = None
    compression: Compression | None = None
    description: str = ""
    unit: str = ""
    dtype: Any = None
    shape: tuple[int, ...] = ()
    columns: tuple[str, ...] | None = None
    rate_hz: float | None = None
    labels: dict[str, str] = {}

    @property
    def metadata_bytes(self) -> int:
        """The size of what the owner says of it."""
        said = (self.description, self.unit, self.dtype, self.columns, self.labels)
        return len(objects.encode(said))


def checked_spec(
    name: str,
    *,
    lifetime_s: float | None = None,
    shared: bool = False,
    history: int = 0,
    may_pause: bool = True,
    codec: str | None = None,
    compression: str | None = None,
    description: str = "",
    unit: str = "",
    dtype: Any = None,
    shape: Any = (),
    columns: Any = None,
    rate_hz: float | None = None,
    labels: Mapping[str, str] | None = None,
) -> ChannelSpec:
    """The spec that these arguments describe; the name itself is checked by the directory.

    Raises:
        InvalidValue: an argument is wrong, or does not fit another.
    """
    names, shape = _columns_and_shape(columns, shape)
    chosen = _codec(codec, dtype)
    if dtype is None and (shape or names):
        raise InvalidValue("shape and columns need a dtype, such as dtype='float64'")
    return ChannelSpec(
        name=name,
        lifetime_s=_positive("lifetime_s", lifetime_s, "a time in seconds"),
        shared=_flag("shared", shared),
        history=_history(history),
        may_pause=_flag("may_pause", may_pause),
        codec=chosen,
        compression=_compression(compression),
        description=_text("description", description),
        unit=_text("unit", unit),
        dtype=dtype,
        shape=shape,
        columns=names,
        rate_hz=_positive("rate_hz", rate_hz, "a rate"),
        labels=_labels(labels),
    )


def _columns_and_shape(columns: Any, shape: Any) -> tuple[tuple[str, ...] | None, tuple[int, ...]]:
    sizes = _shape(shape)
    if columns is None:
        return None, sizes
    if not isinstance(columns, list | tuple) or not all(isinstance(name, str) for name in columns):
        raise InvalidValue(f"columns={columns!r}: give a tuple of names, such as ('x', 'y')")
    names = tuple(columns)
    if not names or "" in names or len(set(names)) != len(names):
        raise InvalidValue(f"columns={names!r}: names must be there and differ")
    if sizes not in ((), (len(names),)):
        raise InvalidValue(f"shape={sizes} does not fit {len(names)} columns; leave it out")
    return names, (len(names),)


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else shape
    if not isinstance(sizes, list | tuple) or not all(
        type(size) is int and size > 0 for size in sizes
    ):
        raise InvalidValue(f"shape={shape!r}: the shape of one item is a tuple of positive ints")
    if math.prod(sizes) > LARGEST_ITEM:
        raise InvalidValue(f"shape={shape!r}: an item has {LARGEST_ITEM} elements at most")
    return tuple(sizes)


def _codec(codec: str | None, dtype: Any) -> Codec | None:
    if codec is None:
        return None if dtype is None else Codec.SAMPLES
    try:
        chosen = Codec(codec)
    except ValueError:
        known = ", ".join(f"'{known}'" for known in Codec)
        raise InvalidValue(f"codec={codec!r} is unknown; there are {known}") from None
    if (chosen is Codec.SAMPLES) != (dtype is not None):
        raise InvalidValue(
            f"codec='{chosen}' and dtype={dtype!r}: a dtype goes with 'samples' only"
        )
    return chosen


def _compression(compression: str | None) -> Compression | None:
    if compression is None:
        return None
    try:
        chosen = Compression(compression)
    except ValueError:
        known = ", ".join(f"'{known}'" for known in Compression)
        raise InvalidValue(
            f"compression={compression!r} is unknown; there are {known}, and None for none"
        ) from None
    check_available(chosen)
    return chosen


def _positive(name: str, value: Any, what: str) -> float | None:
    if value is None:
        return None
    try:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        number = float(value) if plain else math.nan
    except OverflowError:
        number = math.inf
    if not 0 < number < math.inf:
        raise InvalidValue(f"{name}={value!r}: {what} is a positive number, or None")
    return number


def _history(history: Any) -> int:
    if type(history) is not int or not 0 <= history <= MOST_HISTORY:
        raise InvalidValue(f"history={history!r}: give a number of items from 0 to {MOST_HISTORY}")
    return history


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"{name}={value!r} must be True or False")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"{name}={value!r} must be text")
    return value


def _labels(labels: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(labels, Mapping | None):
        raise InvalidValue(f"labels={labels!r} must be a mapping of text to text")
    pairs = dict(labels or {})
    if not all(isinstance(part, str) for pair in pairs.items() for part in pair):
        raise InvalidValue(f"labels={pairs!r} must be text to text")
    return pairs
