from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panel_curves import PanelCurves
from stream_gui.views.plots.panel_scales import PanelScales, axis_groups, new_axis_name

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds


@pytest.fixture
def curves(layout: PlotLayout, feeds: FakeFeeds) -> PanelCurves:
    for channel, unit in (("u", "V"), ("t", "°C"), ("w", "V"), ("n", "")):
        feeds[channel].become_live(unit=unit)
        panel = layout.plot(channel)
    return PanelCurves(layout, panel, feeds, lambda: None)


def names(curves: PanelCurves, *, is_staggered: bool = False) -> list[tuple[str, list[str]]]:
    groups = axis_groups(curves, is_staggered=is_staggered)
    return [(group.name, [shown.curve.channel for shown in group.curves]) for group in groups]


def test_there_is_an_axis_for_each_unit(curves: PanelCurves, layout: PlotLayout) -> None:
    assert names(curves) == [("V", ["u", "w"]), ("°C", ["t"]), ("1", ["n"])]
    assert [group.title for group in axis_groups(curves)] == ["V", "°C", "no unit"]


def test_hidden_curves_need_no_axis_but_there_is_always_one(
    curves: PanelCurves, layout: PlotLayout
) -> None:
    (panel,) = layout.panels
    for channel in "tn":
        layout.set_visible(panel, channel, "", False)
    curves.sync()
    assert names(curves) == [("V", ["u", "w"])]
    for channel in "uw":
        layout.set_visible(panel, channel, "", False)
    curves.sync()
    assert names(curves) == [("1", [])]


def test_a_curve_goes_where_it_was_moved(curves: PanelCurves, layout: PlotLayout) -> None:
    (panel,) = layout.panels
    layout.set_axis(panel, "w", "", "V 2")
    layout.set_axis(panel, "t", "", "V")
    curves.sync()
    assert names(curves) == [("V", ["u", "t"]), ("V 2", ["w"]), ("1", ["n"])]
    assert axis_groups(curves)[0].unit == "V, °C"
    assert axis_groups(curves)[1].title == "V 2"


def test_a_new_axis_has_a_name_of_its_own() -> None:
    assert new_axis_name("V", ["V", "°C"]) == "V 2"
    assert new_axis_name("V", ["V", "V 2", "V 3"]) == "V 4"
    assert new_axis_name("", ["1"]) == "axis 2"


def test_staggered_curves_of_one_axis_get_one_each(curves: PanelCurves, layout: PlotLayout) -> None:
    assert names(curves, is_staggered=True) == names(curves)
    (panel,) = layout.panels
    for channel in "tn":
        layout.set_visible(panel, channel, "", False)
    curves.sync()
    assert names(curves, is_staggered=True) == [("u", ["u"]), ("w", ["w"])]


def test_each_axis_fits_its_own_curves_or_stays_as_it_was_fixed(layout: PlotLayout) -> None:
    panel = layout.add_panel()
    scales = PanelScales(layout, panel)
    assert scales.update("V", [(np.nan, np.nan)], 0) is None
    volts = scales.update("V", [(0, 1), (0, 9), (np.nan, np.nan)], 0)
    assert volts is not None
    assert volts[1] >= 9
    scales.set("°C", -5, 50)
    assert scales.update("°C", [(0, 900)], 0) == (-5, 50)
    assert scales.fixed("V") is None
    scales.stretch("V", 0.5, 0.0)
    assert scales.current("V") == pytest.approx((volts[0], volts[0] + (volts[1] - volts[0]) / 2))
    assert scales.current("°C") == (-5, 50)
    scales.lift("°C", 0.1)
    assert scales.current("°C") == pytest.approx((0.5, 55.5))
    scales.fit("°C")
    assert scales.fixed("°C") is None
    assert scales.fixed("V") is not None
    scales.fit()
    assert scales.fixed("V") is None


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (2.0, 1.0), (-np.inf, 1.0), (1.0, np.nan)])
def test_what_is_no_range_is_not_taken(layout: PlotLayout, bounds: tuple[float, float]) -> None:
    panel = layout.add_panel()
    PanelScales(layout, panel).set("V", *bounds)
    assert layout.axis_range(panel, "V") is None
