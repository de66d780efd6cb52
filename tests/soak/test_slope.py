from __future__ import annotations

import pytest

from tests.soak.slope import slope_per_minute


def test_a_line_has_its_slope_and_noise_none() -> None:
    times_s = [100.0 + second for second in range(120)]
    assert slope_per_minute(times_s, [5 + 2 * (t - 100) for t in times_s]) == pytest.approx(120)
    assert slope_per_minute(times_s, [7 + (-1) ** k for k in range(120)]) == pytest.approx(0, abs=1)
    assert slope_per_minute(times_s[:1], [3]) == 0
