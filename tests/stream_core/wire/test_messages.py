from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import ProtocolError
from stream_core.wire import messages
from stream_core.wire.messages import (
    Challenge,
    DemandNotice,
    EndNotice,
    Goodbye,
    Hello,
    LostNotice,
    Proof,
    Welcome,
)

WELCOME = Welcome(
    name="daq",
    number=3,
    session="token",
    epoch=2**60,
    now_ns=-5,
    frame_bytes=1000,
    heartbeat_s=5.0,
    resume_s=10.0,
)
EXAMPLES: list[Any] = [
    Hello(),
    Hello(name="ä", features=("resume",), user="u", scram="n,,", session="s"),
    Challenge(scram="r=1"),
    Proof(scram="c=1"),
    WELCOME,
    DemandNotice("idle"),
    DemandNotice("paused", 2**32 - 1, 10**9, binding=True),
    LostNotice(5, None, 0, "unknown"),
    LostNotice(0, 2**62, 2**62, "overflow"),
    EndNotice("gone"),
    EndNotice("full", "BufferOverflow"),
    Goodbye("bye", None, 0.25),
]
KINDS = sorted({type(example) for example in EXAMPLES}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("message", EXAMPLES)
def test_what_goes_in_comes_out(message: Any) -> None:
    assert messages.decode(type(message), messages.encode(message)) == message
    assert messages.decode(type(message), memoryview(messages.encode(message))) == message


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(EXAMPLES).map(messages.encode),
        st.recursive(
            st.none() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
            lambda inner: st.dictionaries(
                st.sampled_from(["name", "state", "first", "last", "reason", "scram", "x"]), inner
            ),
            max_leaves=8,
        ).map(msgspec.msgpack.encode),
    )
)
def test_junk_is_a_protocol_error(kind: Any, body: bytes) -> None:
    try:
        message = messages.decode(kind, body)
    except ProtocolError:
        return
    assert messages.decode(kind, messages.encode(message)) == message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"\x91" * 100_000,
        b"\x81\xa1x" + b"\x91" * 100_000,
        b"\xdf\xff\xff\xff\xff",
        b"\x81\xa1x\xdd\xff\xff\xff\xff",
        b"\x81\xa8features\xdd\xff\xff\xff\xff",
        b"\x81\xa4name\xa2\xff\xff",
    ],
)
def test_deep_and_enormous_junk_is_a_protocol_error(kind: Any, body: bytes) -> None:
    with pytest.raises(ProtocolError):
        messages.decode(kind, body)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (DemandNotice, {"state": "maybe"}),
        (DemandNotice, {"state": "active", "every": 0}),
        (DemandNotice, {"state": "active", "every": 2**32}),
        (DemandNotice, {"state": "active", "newest_interval_ns": -1}),
        (LostNotice, {"first": -1, "last": 0, "count": 1, "reason": ""}),
        (LostNotice, {"first": 0, "last": 0, "count": -1, "reason": ""}),
        (LostNotice, {"first": 0, "count": 1, "reason": ""}),
        (Goodbye, {"reason": "", "retry_after_s": -1.0}),
        (Goodbye, {"reason": "", "retry_after_s": float("nan")}),
        (Goodbye, {"reason": "", "retry_after_s": float("inf")}),
        (Hello, {"version": "1"}),
        (Welcome, {**msgspec.to_builtins(WELCOME), "number": 0}),
        (Welcome, {**msgspec.to_builtins(WELCOME), "heartbeat_s": 0.0}),
        (Welcome, {**msgspec.to_builtins(WELCOME), "resume_s": float("nan")}),
    ],
)
def test_values_that_make_no_sense_are_refused(kind: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        messages.decode(kind, msgspec.msgpack.encode(fields))


def test_fields_of_later_versions_are_skipped() -> None:
    body = msgspec.msgpack.encode({"reason": "bye", "later": [1, {"deep": None}]})
    assert messages.decode(Goodbye, body) == Goodbye("bye")


def test_a_text_that_is_no_unicode_does_not_stop_a_message() -> None:
    body = messages.encode(Goodbye("kicked: \udcff", None, 1.5))
    assert messages.decode(Goodbye, body) == Goodbye("kicked: ?", None, 1.5)
