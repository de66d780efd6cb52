"""The load as layers."""

import numpy as np
import pytest

import stream_core as sc
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.load_stack import StackKind, load_stack


@pytest.fixture
def history(qapp: object) -> LoadHistory:
    """Twelve clients, of which number n sends n kB/s; two channels; three seconds."""
    history = LoadHistory()
    for second in range(3):
        clients = tuple(
            sc.ClientStatistics(name=f"c{number}", number=number, bytes_in_per_s=1000.0 * number)
            for number in range(12)
        )
        channels = (
            sc.ChannelStatistics(name="slow", bytes_per_s=1.0),
            sc.ChannelStatistics(name="fast", bytes_per_s=100.0 * second),
        )
        history.add(
            sc.Statistics(
                time_ns=second * 10**9,
                interval_s=1.0,
                server=sc.ServerStatistics(),
                clients=clients,
                channels=channels,
            )
        )
    return history


def test_the_greatest_have_a_layer_and_the_others_one_together(history: LoadHistory) -> None:
    stack = load_stack(history, StackKind.SENT, 100, layers=3)
    assert [layer.name for layer in stack.layers] == ["c11", "c10", "c9", "9 others"]
    assert [layer.key for layer in stack.layers] == [11, 10, 9, None]
    assert stack.layers[-1].rate == 36_000
    assert stack.height == 66_000
    assert stack.ages_s.tolist() == [-2, -1, 0]


def test_layers_lie_upon_each_other(history: LoadHistory) -> None:
    stack = load_stack(history, StackKind.CHANNELS, 2)
    assert [layer.name for layer in stack.layers] == ["fast", "slow"]
    fast, slow = stack.layers
    assert fast.top.tolist() == [100, 200]
    np.testing.assert_array_equal(slow.bottom, fast.top)
    assert slow.top.tolist() == [101, 201]


def test_who_is_silent_has_no_layer(history: LoadHistory) -> None:
    assert load_stack(history, StackKind.RECEIVED, 10).layers == ()
    assert load_stack(LoadHistory(), StackKind.SENT, 10).height == 0
