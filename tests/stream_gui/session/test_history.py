"""The memory of all plots together."""

from typing import Any

import numpy as np

from stream_gui.plotdata.series import Series
from stream_gui.session.history import LEAST_BYTES, History
from stream_gui.session.monitor_session import MonitorSession

SECOND = 1_000_000_000


class Plots:
    """Series fed at fixed rates, one step of `share` a second."""

    def __init__(self, session: MonitorSession, eventually: Any, *rates_hz: int) -> None:
        self._eventually = eventually
        self.series = [Series(str(rate), dtype="float32") for rate in rates_hz]
        self._rates_hz = rates_hz
        self._second = 0
        self.history = History(
            session.around, lambda: self.series, LEAST_BYTES, clock=lambda: float(self._second)
        )
        self.history.close()  # no timer: the steps are the clock

    async def step(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            for series, rate_hz in zip(self.series, self._rates_hz, strict=True):
                if rate_hz:
                    interval_ns = SECOND // rate_hz
                    block = np.zeros(rate_hz, np.float32)
                    series.append(block, time_ns=self._second * SECOND, interval_ns=interval_ns)
            self._second += 1
            self.history.share()
            await self._eventually(lambda: not self.history.is_cutting)


async def test_all_channels_reach_equally_far_back_within_the_budget(
    session: MonitorSession, eventually: Any
) -> None:
    plots = Plots(session, eventually, 1_000_000, 100_000, 10)
    await plots.step(12)
    fast, medium, slow = plots.series
    reach_s = plots.history.span_s
    assert 3 < reach_s < 4
    assert abs(fast.length / 1_000_000 - medium.length / 100_000) < 0.5
    assert slow.length == 120
    assert plots.history.used_bytes <= LEAST_BYTES * 1.12
    kept = sum(series.nbytes for series in plots.series)
    assert kept <= LEAST_BYTES * 1.2


async def test_a_small_history_is_not_cut(session: MonitorSession, eventually: Any) -> None:
    plots = Plots(session, eventually, 100)
    await plots.step(100)
    assert plots.history.span_s > 30_000
    assert plots.series[0].length == 10_000
    assert 40_000 <= plots.history.used_bytes <= 1.2 * 40_000


async def test_another_budget_takes_effect_at_once(
    session: MonitorSession, eventually: Any
) -> None:
    plots = Plots(session, eventually, 1_000_000)
    plots.history.budget_bytes = 64 << 20
    await plots.step(12)
    many = plots.series[0].length
    assert many > 10_000_000
    plots.history.budget_bytes = LEAST_BYTES
    await eventually(lambda: plots.series[0].length < many / 2)
    assert plots.series[0].nbytes <= LEAST_BYTES * 1.2


async def test_a_channel_that_has_ended_keeps_its_history_while_there_is_room(
    session: MonitorSession, eventually: Any
) -> None:
    plots = Plots(session, eventually, 1_000_000, 0)
    ended = plots.series[1]
    ended.append(np.zeros(20_000), time_ns=0, interval_ns=10_000)
    await plots.step(2)
    assert ended.length == 20_000
    await plots.step(10)
    assert ended.length == 4096
