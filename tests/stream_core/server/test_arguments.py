from __future__ import annotations

from typing import Any

import pytest

from stream_core.errors import InvalidValue
from stream_core.process import ServerProcess
from stream_core.server import Server
from stream_core.values import Limits

KINDS = (Server, ServerProcess)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": ""}, "host='': give an address"),
        ({"host": 5}, "host=5: give an address"),
        ({"port": "x"}, "port='x': a port is a number"),
        ({"port": 65536}, "port=65536: a port is a number"),
        ({"name": 5}, "name is text, or None, not int"),
        ({"secret": b"tea"}, "secret is text, or None, not bytes"),
        ({"secret": ""}, "secret is empty; leave it out"),
        ({"limits": {"clients": 5}}, r"give Limits, such as Limits\(clients=100\)"),
    ],
)
def test_a_wrong_argument_is_named_before_anything_listens(
    kind: Any, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidValue, match=words):
        kind(**wrong)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("clients", "many", "clients must be a whole number, above 0, not 'many'"),
        ("clients", 0, "clients must be a whole number, above 0, not 0"),
        ("channels", -1, "channels must be a whole number, 0 or more, not -1"),
        ("calls", 1.5, "calls must be a whole number"),
        ("readers", True, "readers must be a whole number"),
        ("heartbeat_s", 0, "heartbeat_s must be a number of seconds, above 0, not 0"),
        ("resume_s", float("nan"), "resume_s must be a number of seconds, 0 or more, not nan"),
        ("stall_s", None, "stall_s must be a number of seconds"),
    ],
)
def test_limits_that_are_none_are_refused(name: str, value: Any, words: str) -> None:
    for kind in KINDS:
        with pytest.raises(InvalidValue, match=words):
            kind("127.0.0.1", 0, limits=Limits(**{name: value}))


def test_limits_may_forbid_or_allow_everything() -> None:
    Server("127.0.0.1", 0, limits=Limits(channels=0, watches=0, resume_s=0, stall_s=float("inf")))
