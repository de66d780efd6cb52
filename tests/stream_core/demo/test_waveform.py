from __future__ import annotations

import numpy as np
import pytest

from stream_core.demo.waveform import COLUMNS, RATE_HZ, Waveform


def test_a_block_is_one_row_a_sample() -> None:
    block = Waveform(seed=1).block(200)
    assert block.shape == (200, len(COLUMNS))
    assert block.dtype == np.float32


def test_it_goes_on_where_it_stopped() -> None:
    pieces, whole = Waveform(seed=1), Waveform(seed=1)
    for waveform in (pieces, whole):
        waveform.amplitude_v = 1.0
        waveform.gains = np.ones(len(COLUMNS))
    joined = np.concatenate([pieces.block(150), pieces.block(350)])
    difference = np.abs(joined - whole.block(500))
    assert np.median(difference) < 0.1


@pytest.mark.parametrize("hertz", [2.0, 20.0, 200.0])
def test_its_frequency_is_the_one_that_was_set(hertz: float) -> None:
    waveform = Waveform(seed=1)
    waveform.frequency_hz = hertz
    spectrum = np.abs(np.fft.rfft(waveform.block(RATE_HZ)[:, 0]))
    assert np.argmax(spectrum) == hertz


def test_its_amplitude_is_the_one_that_was_set() -> None:
    waveform = Waveform(seed=1)
    waveform.gains = np.ones(len(COLUMNS))
    waveform.amplitude_v = 3.0
    assert np.std(waveform.block(RATE_HZ)[:, 0]) == pytest.approx(3.0 / np.sqrt(2), rel=0.05)


def test_spikes_are_single_samples_and_rare() -> None:
    waveform = Waveform(seed=1)
    waveform.amplitude_v = 0.0
    samples = waveform.block(60 * RATE_HZ)
    spikes = np.argwhere(np.abs(samples) > 2.0)
    assert 5 <= len(spikes) <= 50
    assert np.all(np.diff(spikes[:, 0]) > 1)


def test_nothing_leaves_the_range_of_the_input() -> None:
    waveform = Waveform(seed=1)
    waveform.amplitude_v = 10.0
    assert np.abs(waveform.block(10 * RATE_HZ)).max() <= 10.0
