"""What a workspace file holds, and what is said of one that cannot be understood."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_gui.models.measuring import Marker, Measuring
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plot_section import PlotSection
from stream_gui.models.plot_state import AxisState, Curve, LayoutState, Panel
from stream_gui.models.workspace import (
    Section,
    WorkspaceError,
    read_workspace,
    write_workspace,
)
from stream_gui.settings import RecentServer

NAMES = st.text(min_size=1, max_size=20)
NUMBERS = st.floats(allow_nan=False)
PLAIN = st.recursive(
    st.booleans() | st.integers() | NUMBERS | st.text(),
    lambda below: st.lists(below) | st.dictionaries(NAMES, below),
    max_leaves=6,
)
CURVES = st.builds(Curve, NAMES, st.text(), st.integers(0, 99), st.booleans(), st.text())
AXES = st.builds(AxisState, st.none() | st.tuples(NUMBERS, NUMBERS))
OPTIONS = st.dictionaries(NAMES, PLAIN).map(MappingProxyType)
PANELS = st.builds(
    Panel,
    st.sampled_from(["time", "image", "readout", "events"]),
    st.lists(CURVES, max_size=4).map(tuple),
    st.dictionaries(st.text(), AXES, max_size=3).map(MappingProxyType),
    st.booleans(),
    OPTIONS,
)
WINDOWS_S = st.floats(0.001, 86_400.0)


@st.composite
def layouts(draw: st.DrawFn) -> LayoutState:
    panels = draw(st.dictionaries(st.integers(1, 999), PANELS, max_size=4))
    current = draw(st.sampled_from(list(panels))) if panels else None
    return LayoutState(
        MappingProxyType(panels), current, draw(WINDOWS_S), draw(st.text()), draw(OPTIONS)
    )


def plots(layout: PlotLayout) -> list[Section[Any]]:
    return [Section("plots", PlotSection, layout.write, layout.read)]


def take(text: str, layout: PlotLayout | None = None) -> PlotLayout:
    layout = layout or PlotLayout()
    read_workspace(text, plots(layout), plots(layout))()
    return layout


@given(layouts())
def test_every_layout_comes_back_as_it_was(state: LayoutState) -> None:
    layout = PlotLayout()
    layout.amend(state)
    text = write_workspace(plots(layout))
    other = take(text)
    assert other.state == state
    assert write_workspace(plots(other)) == text


def test_markers_come_back_with_their_notes() -> None:
    layout = PlotLayout()
    measuring = Measuring(layout)
    measuring.add_marker(1_700_000_000_123_456_789, 'valve "A" geöffnet')
    measuring.show(5, 9)
    other = PlotLayout()
    found = Measuring(other)
    take(write_workspace(plots(layout)), other)
    assert found.markers == (Marker(1_700_000_000_123_456_789, 'valve "A" geöffnet'),)
    assert found.cursors == measuring.cursors


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "must begin with 'version = 1'"),
        ("version = 99", 1, "update streamscope"),
        ('version = "1"', 1, "must begin with"),
        ("version = 1\nplots = [", 2, "this is no TOML"),
        ("version = 1\n\n[plotz]\n", 3, "there is no section 'plotz'; there are plots"),
        ("version = 1\n[plots]\nwindow = 3", 3, "plots.window: there is no such key"),
        ('version = 1\n[plots]\nwindow_s = "x"', 3, "plots.window_s: expected `float`, got `str`"),
        ("version = 1\n[plots]\nwindow_s = 0", 3, "plots.window_s: expected `float` > 0"),
        (
            "version = 1\n[[plots.panels]]\nnumber = 1\n[[plots.panels.curves]]\ncolour = 1",
            4,
            "plots.panels[1].curves[1]: object missing required field `channel`",
        ),
        (
            "version = 1\n[[plots.panels]]\nnumber = 1\n[[plots.panels]]\nnumber = 2\nstripes = 1",
            6,
            "plots.panels[2].stripes: there is no such key",
        ),
        (
            'version = 1\n[[plots.panels]]\nnumber = 1\naxes.V = "log"',
            4,
            "plots.panels[1].axes: invalid enum value 'log'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_line_and_changes_nothing(
    text: str, line: int, said: str
) -> None:
    layout = PlotLayout()
    layout.plot("a")
    before = layout.state
    with pytest.raises(WorkspaceError) as caught:
        take(text, layout)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"line {line}: ")
    assert layout.state == before


def test_a_number_that_comes_twice_is_given_once() -> None:
    layout = take("version = 1\n[[plots.panels]]\nnumber = 3\n[[plots.panels]]\nnumber = 3\n")
    assert len(layout.panels) == 2
    assert layout.add_panel() not in layout.panels[:2]


def test_the_workspace_of_the_page_can_be_opened() -> None:
    page = Path(__file__).parents[3] / "docs" / "monitor.md"
    found = re.search(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
    assert found is not None
    layout = PlotLayout()
    server = Section("server", RecentServer, lambda: None, lambda _: None)
    read_workspace(found[1], [server, *plots(layout)], plots(layout))()
    assert [curve.channel for curve in layout.curves(1)] == ["rig/waveform"]
    assert layout.axis_range(1, "V") == (-5.0, 5.0)
    assert [marker.text for marker in Measuring(layout).markers] == ["valve open"]
