from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream_core.channels.selection import selected_block, selected_numbers
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber


@given(
    first=st.integers(0, 50),
    count=st.integers(1, 20),
    stride=st.integers(1, 8),
    every=st.integers(1, 12),
)
def test_a_block_is_cut_to_the_multiples(first: int, count: int, stride: int, every: int) -> None:
    values = bytes(range(count))
    block = Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, values)
    expected = [
        (number, value)
        for number, value in zip(block.sequences, values, strict=True)
        if number % every == 0
    ]
    selected = selected_block(block, every)
    if selected is None:
        assert expected == []
    else:
        assert list(zip(selected.sequences, bytes(selected.data), strict=True)) == expected


def test_who_takes_every_item_shares_the_block_itself() -> None:
    block = Block(CodecNumber.SAMPLES, 0, 1, 4, 1, 0, 0, b"abcd")
    assert selected_block(block, 1) is block
    assert selected_block(block, 2) is selected_block(block, 2)


@given(first=st.integers(0, 40), count=st.integers(1, 30), every=st.integers(1, 12))
def test_the_numbers_of_a_gap(first: int, count: int, every: int) -> None:
    expected = [number for number in range(first, first + count) if number % every == 0]
    assert list(selected_numbers(first, first + count - 1, every)) == expected
