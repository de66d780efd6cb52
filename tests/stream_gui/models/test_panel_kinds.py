"""Every channel gets the panel that can show it."""

from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.models.panel_kinds import fits, kind_for, kind_for_item


def samples(dtype: str, *shape: int) -> sc.ChannelInfo:
    return sc.ChannelInfo(name="a", codec="samples", dtype=dtype, shape=shape)


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        (samples("float32"), "time"),
        (samples("bool"), "time"),
        (samples("float32", 8), "time"),
        (samples("float32", 65), "events"),
        (samples("uint16", 48, 64), "image"),
        (samples("uint8", 48, 64, 3), "image"),
        (samples("uint8", 48, 64, 5), "events"),
        (samples("complex64"), "events"),
        (samples("complex64", 4, 4), "events"),
        (sc.ChannelInfo(name="a", codec="raw"), "events"),
        (sc.ChannelInfo(name="a", codec="pickle"), "events"),
        (sc.ChannelInfo(name="a", codec="object"), ""),
        (sc.ChannelInfo(name="a", codec="array"), ""),
        (sc.ChannelInfo(name="a"), ""),
        (None, ""),
    ],
)
def test_a_channel_says_what_it_carries_as_far_as_it_can(
    info: sc.ChannelInfo | None, kind: str
) -> None:
    assert kind_for(info) == kind


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (3, "time"),
        (True, "time"),
        (np.float32(2.5), "time"),
        (np.zeros(8), "time"),
        (np.array(3.0), "time"),
        (np.zeros(65), "events"),
        (np.zeros((48, 64), np.uint16), "image"),
        (np.zeros((48, 64, 4), np.uint8), "image"),
        (np.zeros((2, 2, 2)), "events"),
        (np.zeros((0, 3)), "events"),
        (np.array(["a"]), "events"),
        ([1, 2.5], "time"),
        ([], "events"),
        ([1, "a"], "events"),
        ({"x": 1, "y": 2.0, "note": "a"}, "time"),
        ({"event": "client_left", "client": "rig", "number": 3}, "events"),
        ({}, "events"),
        ({1: 2.0}, "events"),
        ("valve opened", "events"),
        (b"bytes", "events"),
        (None, "events"),
        (1j, "events"),
    ],
)
def test_else_its_items_do(item: Any, kind: str) -> None:
    assert kind_for_item(item) == kind


@pytest.mark.parametrize(
    ("kind", "panel", "shown"),
    [
        ("time", "time", True),
        ("time", "readout", True),
        ("time", "events", True),
        ("time", "image", False),
        ("image", "time", False),
        ("image", "events", True),
        ("events", "time", False),
        ("events", "readout", False),
        ("", "time", True),
        ("", "image", True),
    ],
)
def test_a_panel_takes_what_it_can_show(kind: str, panel: str, shown: bool) -> None:
    assert fits(kind, panel) is shown
