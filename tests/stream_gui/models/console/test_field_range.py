"""The places of a slider in the range of a number."""

import pytest

from stream_core.rpc.annotations import Bounded, Plain
from stream_gui.models.console.field_range import FieldRange

FLOAT, INT = Plain("float"), Plain("int")


@pytest.mark.parametrize(
    ("bounds", "values"),
    [
        (Bounded(FLOAT, ge=0, le=10), [0, 2.5, 10]),
        (Bounded(FLOAT, ge=0.01, le=10_000), [0.01, 0.3162, 10_000]),
        (Bounded(INT, ge=1, le=8), [1, 3, 8]),
        (Bounded(INT, ge=0, le=100, multiple_of=5), [0, 25, 100]),
    ],
)
def test_a_slider_gives_values_of_the_range(bounds: Bounded, values: list[float]) -> None:
    within = FieldRange.of(bounds)
    assert within.closed
    assert [within.value_at(share) for share in (0, 0.25, 1)] == pytest.approx(values)
    for share in (0.0, 0.25, 1.0):
        assert within.share_of(within.value_at(share)) == pytest.approx(share, abs=0.05)
    assert (within.share_of(-1e9), within.share_of(1e9)) == (0, 1)


def test_whole_numbers_stay_whole() -> None:
    assert type(FieldRange.of(Bounded(INT, ge=1, le=8)).value_at(0.3)) is int


def test_a_range_that_is_open_has_no_places() -> None:
    for bounds in (Bounded(FLOAT, ge=0), Bounded(FLOAT, lt=3), Bounded(FLOAT, ge=2, le=2)):
        assert not FieldRange.of(bounds).closed
    with pytest.raises(ValueError, match="without ends"):
        FieldRange(low=0).value_at(0.5)
    with pytest.raises(ValueError, match="without ends"):
        FieldRange(low=0).share_of(0.5)
