from __future__ import annotations

import numpy as np
import pytest

from stream_core.client.replies import WriterReply, checked
from stream_core.errors import ProtocolError
from stream_core.values import ChannelInfo


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {},
        {"number": 0},
        np.ones(3),
        np.float64(1),
        np.zeros(1, [("number", "u4")])[0],
        {"number": 1, "info": np.ones(3)},
    ],
    ids=repr,
)
def test_what_is_no_reply_is_a_protocol_error(reply: object) -> None:
    with pytest.raises(ProtocolError, match="an answer of the server is malformed"):
        checked(reply, WriterReply)


def test_a_list_of_arrays_is_no_list_of_channels() -> None:
    with pytest.raises(ProtocolError, match="malformed"):
        checked([np.ones(3)], list[ChannelInfo])
