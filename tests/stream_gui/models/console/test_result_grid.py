"""Results as tables and curves."""

from typing import Any

import numpy as np
import pytest

from stream_gui.models.console.result_grid import curves_of, grid_of


@pytest.mark.parametrize(
    ("value", "headings", "first_row"),
    [
        ([1, 2.5, None], ("value",), ["1"]),
        ((True, False), ("value",), ["True"]),
        (
            [{"hz": 1, "gain": 2.0}, {"hz": 2, "note": "x"}],
            ("hz", "gain", "note"),
            ["1", "2", "None"],
        ),
        ([(1, "a"), (2,)], ("0", "1"), ["1", "a"]),
        ([np.arange(3), np.arange(3)], ("0", "1", "2"), ["0", "1", "2"]),
        ({"x": [1, 2], "y": np.array([3.0, 4.0])}, ("x", "y"), ["1", "3"]),
        ({"ch0": 0.9, "ch1": 1.1}, ("key", "value"), ["ch0", "0.9"]),
        ({"a": {"n": 1}, "b": {"n": 2}}, ("key", "n"), ["a", "1"]),
        (np.arange(5), ("value",), ["0"]),
        (np.arange(6).reshape(3, 2), ("0", "1"), ["0", "1"]),
        (np.zeros(2, [("x", "f4"), ("n", "i2")]), ("x", "n"), ["0", "0"]),
    ],
)
def test_what_has_rows_is_a_table(
    value: Any, headings: tuple[str, ...], first_row: list[str]
) -> None:
    grid = grid_of(value)
    assert grid is not None
    assert grid.headings == headings
    assert [grid.cell(0, column) for column in range(len(headings))] == first_row


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        b"",
        [],
        {},
        [[], []],
        [1, [2]],
        [{}, 1],
        np.float64(1),
        np.zeros((2, 2, 2)),
        {"a": [1], "b": [1, 2]},
        {"a": [1], "b": 2},
        np.zeros((2, 1000)),
    ],
)
def test_what_has_none_is_no_table(value: Any) -> None:
    assert grid_of(value) is None


def curves(value: Any, times_s: tuple[float, ...] = ()) -> Any:
    grid = grid_of(value, times_s)
    return curves_of(grid) if grid is not None else None


def test_numbers_are_curves_over_their_index() -> None:
    found = curves([3, None, 5])
    assert found.x_name == ""
    assert found.x.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.curves[0][1], [3, np.nan, 5])


def test_a_column_that_only_rises_is_the_axis() -> None:
    found = curves([{"hz": 1, "gain": 2.0}, {"hz": 5, "gain": 1.0}])
    assert (found.x_name, found.x.tolist()) == ("hz", [1, 5])
    assert [name for name, _ in found.curves] == ["gain"]
    assert not found.decades


def test_a_sweep_in_decades_has_an_axis_in_decades() -> None:
    hz = np.geomspace(1, 1000, 10)
    assert curves({"hz": hz, "gain": 1 / hz}).decades
    assert not curves({"hz": np.linspace(1, 1000, 10), "gain": hz}).decades


def test_results_that_came_one_by_one_stand_at_their_times() -> None:
    found = curves([20.5, 20.5, 20.4], (0.0, 1.0, 2.0))
    assert (found.x_name, found.x.tolist()) == ("t [s]", [0, 1, 2])
    assert found.curves[0][1].tolist() == [20.5, 20.5, 20.4]


@pytest.mark.parametrize(
    "value",
    [[1], ["a", "b"], [{"a": "x"}, {"a": "y"}], [1, "x"], [10**400, 1], [1j, 2j], [None, None]],
)
def test_what_is_not_numeric_is_not_plotted(value: Any) -> None:
    assert curves(value) is None


def test_what_is_swept_is_the_axis_also_of_results_that_came_one_by_one() -> None:
    found = curves([{"hz": 1, "gain": 2.0}, {"hz": 5, "gain": 1.0}], (0.0, 0.1))
    assert (found.x_name, [name for name, _ in found.curves]) == ("hz", ["gain"])
