from __future__ import annotations

import pytest

from stream_core.errors import InvalidValue
from stream_core.security.grants import EVERYTHING, NOTHING, ROLES, Action, Grants


def test_nothing_is_allowed_that_no_pattern_matches() -> None:
    grants = Grants(read=("rig1/**",), write=("rig1/in/*",), call=("rig1.*",), admin=("rig1/**",))
    for action, yes, no in [
        (Action.READ, ["rig1/a", "rig1/b/c"], ["rig2/a", "rig10", "server/events"]),
        (Action.WRITE, ["rig1/in/x"], ["rig1/in/x/y", "rig1/out"]),
        (Action.CALL, ["rig1.start"], ["rig1.calc.add", "rig2.start"]),
        (Action.ADMIN, ["rig1/a"], ["rig2/a", "ann"]),
    ]:
        assert all(grants.allow(action, name) for name in yes)
        assert not any(grants.allow(action, name) for name in no)
        assert not any(NOTHING.allow(action, name) for name in (*yes, *no))


def test_the_servers_own_channels_are_read_by_a_pattern_of_their_own() -> None:
    assert not Grants(read=("**",)).allow(Action.READ, "server/events")
    assert Grants(read=("server/*",)).allow(Action.READ, "server/events")


def test_a_client_cannot_be_called_so_that_nobody_may_kick_it() -> None:
    assert EVERYTHING.allow(Action.ADMIN, "server/x")
    assert EVERYTHING.allow(Action.CALL, "server/x.start")


def test_two_roles_allow_what_either_does() -> None:
    both = Grants(read=("a",), write=("b",)) | Grants(read=("c", "a"), call=("d.*",))
    assert both == Grants(read=("a", "c"), write=("b",), call=("d.*",))


def test_more_covers_less() -> None:
    operator, reader = ROLES["operator"], ROLES["reader"]
    assert operator.cover(reader)
    assert not reader.cover(operator)
    assert reader.cover(reader)


@pytest.mark.parametrize("pattern", ["", 5, None, "a" * 1025])
def test_what_is_no_pattern_is_named(pattern: object) -> None:
    with pytest.raises(InvalidValue, match=r"^call: a pattern"):
        Grants(call=(pattern,))  # type: ignore[arg-type]
