from __future__ import annotations

from stream_gui.models.channel_mime import channels_from_mime, channels_to_mime


def test_what_is_dragged_comes_out() -> None:
    entries = [("rig/waveform", ""), ("rig/waveform", "ch0"), ("grüße/°C", "")]
    assert channels_from_mime(channels_to_mime(entries)) == entries
    assert channels_from_mime(b"\n\tx\na\n") == [("a", "")]
