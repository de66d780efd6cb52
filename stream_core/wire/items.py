"""From a received block back to values; never decodes a codec that the receiver did not allow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Self

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.values import Codec
from stream_core.wire import objects
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber

__all__ = ["Layout", "decode_block"]

# Plain ints: on the hot path the members of an enum cost more than the comparison.
_OBJECT = int(CodecNumber.OBJECT)
_SAMPLES = int(CodecNumber.SAMPLES)
_ARRAY = int(CodecNumber.ARRAY)


class Layout:
    """What is known of a samples channel at its ends: the type and shape of one item."""

    def __init__(self, dtype: Any, shape: tuple[int, ...]) -> None:
        from stream_core.wire.arrays import as_samples  # numpy is loaded when first needed

        self.dtype = dtype
        self.shape = shape
        self._as_samples = as_samples

    @classmethod
    def described(cls, dtype: Any, shape: Sequence[int]) -> Self:
        """The layout that a channel's description speaks of.

        Raises:
            InvalidValue: that is no type of samples.
        """
        from stream_core.wire.arrays import sample_dtype  # numpy is loaded when first needed

        return cls(sample_dtype(dtype), tuple(shape))

    def rows(self, value: Any) -> Any:
        """The value as samples of that kind, in an array whose first axis = items.

        Raises:
            InvalidValue: it does not fit.
        """
        return self._as_samples(value, self.dtype, self.shape)


def decode_block(block: Block, layout: Layout | None, trusted: Collection[Codec]) -> Any:
    """The values of a block: a list, of a samples block an array whose first axis = items.

    The second axis of an envelope has the minima and the maxima.

    Arrays share the block's memory and are read-only.

    Raises:
        ProtocolError: the bytes are not what the block claims.
        InvalidValue: the codec is not allowed by this receiver.
    """
    block = block.plain()
    codec = block.codec
    if codec == _OBJECT:
        return objects.decode_run(block.data, block.count)
    if codec == _SAMPLES:
        return _decode_samples(block, layout)
    if codec == _ARRAY:
        from stream_core.wire.arrays import decode_arrays  # numpy is loaded when first needed

        return decode_arrays(block.data, block.ends)
    items = block.items()
    if codec == CodecNumber.RAW:
        if block.count == 1 and block.data_start == 0 and type(block.body) is bytes:
            return [block.body]
        return [bytes(item) for item in items]
    return _decode_trusted(codec, items, trusted)


def _decode_samples(block: Block, layout: Layout | None) -> Any:
    import numpy as np

    if layout is None:
        raise ProtocolError("samples came on a channel without a dtype")
    shape = (block.count, *((2,) if block.enveloped else ()), *layout.shape)
    try:
        return np.frombuffer(block.data, layout.dtype).reshape(shape)
    except ValueError:
        raise ProtocolError(
            f"{len(block.data)} bytes are not {block.count} items of {layout.dtype} "
            f"with shape {layout.shape}"
        ) from None


def _decode_trusted(codec: int, items: list[memoryview], trusted: Collection[Codec]) -> list[Any]:
    name = Codec(CodecNumber(codec).name.lower())
    if name not in trusted:
        raise InvalidValue(
            f"an item came as '{name}', which this client does not allow; "
            f"if you trust every writer, use Client(trusted_codecs=('{name}',))"
        )
    from stream_core.wire import trusted as codecs

    decode = codecs.decode_pickle if name is Codec.PICKLE else codecs.decode_marshal
    return [decode(item) for item in items]
