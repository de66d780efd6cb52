"""Channels go where they can be seen."""

from typing import Any

import pytest

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plotting import plot_channels

KINDS = {"adc": "time", "dac": "time", "camera": "image", "screen": "image", "log": "events"}


@pytest.fixture
def layout(qapp: object) -> PlotLayout:
    return PlotLayout()


def plot(layout: PlotLayout, *channels: str, **where: Any) -> int | None:
    entries = [(channel, "") for channel in channels]
    return plot_channels(layout, entries, lambda channel: KINDS.get(channel, ""), **where)


def shown(layout: PlotLayout) -> list[tuple[str, list[str]]]:
    return [
        (layout.kind(panel), [curve.channel for curve in layout.curves(panel)])
        for panel in layout.panels
    ]


def test_each_channel_opens_a_panel_that_can_show_it(layout: PlotLayout) -> None:
    for channel in ("adc", "camera", "log", "unknown"):
        plot(layout, channel)
    assert shown(layout) == [
        ("time", ["adc"]),
        ("image", ["camera"]),
        ("events", ["log"]),
        ("time", ["unknown"]),
    ]


def test_what_fits_joins_the_current_panel(layout: PlotLayout) -> None:
    plot(layout, "adc")
    plot(layout, "dac")
    readout = layout.add_panel("readout")
    assert plot(layout, "adc") == readout
    assert shown(layout) == [("time", ["adc", "dac"]), ("readout", ["adc"])]


def test_a_new_panel_is_a_new_one(layout: PlotLayout) -> None:
    plot(layout, "adc")
    plot(layout, "adc", "dac", new_panel=True)
    assert shown(layout) == [("time", ["adc"]), ("time", ["adc", "dac"])]


def test_several_at_once_get_one_panel_of_each_kind(layout: PlotLayout) -> None:
    plot(layout, "adc", "log", "camera", "dac", "screen")
    assert shown(layout) == [
        ("time", ["adc", "dac"]),
        ("events", ["log"]),
        ("image", ["camera"]),
        ("image", ["screen"]),
    ]
    layout.undo()
    assert shown(layout) == []


def test_a_picture_dropped_on_another_takes_its_place(layout: PlotLayout) -> None:
    panel = plot(layout, "camera")
    assert plot(layout, "screen", panel=panel) == panel
    assert shown(layout) == [("image", ["screen"])]
    layout.undo()
    assert shown(layout) == [("image", ["camera"])]


def test_a_picture_asked_for_beside_another_gets_a_panel(layout: PlotLayout) -> None:
    first = plot(layout, "camera")
    plot(layout, "screen")
    layout.set_current(first)
    assert plot(layout, "camera") == first
    assert shown(layout) == [("image", ["camera"]), ("image", ["screen"])]


def test_what_a_panel_cannot_show_gets_one_beside_it(layout: PlotLayout) -> None:
    panel = plot(layout, "adc")
    plot(layout, "camera", "dac", panel=panel)
    assert shown(layout) == [("time", ["adc", "dac"]), ("image", ["camera"])]


def test_a_table_takes_whatever_is_dropped_on_it(layout: PlotLayout) -> None:
    panel = plot(layout, "log")
    plot(layout, "adc")
    plot(layout, "dac", "camera", panel=panel)
    assert shown(layout) == [("events", ["log", "dac", "camera"]), ("time", ["adc"])]


def test_nothing_is_shown_of_nothing(layout: PlotLayout) -> None:
    assert plot(layout) is None
    assert (shown(layout), layout.can_undo) == ([], False)
