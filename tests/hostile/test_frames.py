"""Each kind of frame, valid and damaged, before and after its sender has proven itself.

Whoever sends it loses their own connection at most, and hears why; a writer and a reader beside it
notice nothing, and the server has nothing to log and nothing left of it.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings

from stream_core import errors
from stream_core.wire.conversation import SERVER_RECEIVES, Phase
from stream_core.wire.header import FIRST_OPTIONAL_KIND, Kind
from tests.hostile.bench import Bench, Neighbours, Peer, bench
from tests.hostile.talk import DAMAGES, KINDS, chances, damaged, spoken

EXAMPLES = settings.default.max_examples // 12
SECRET = "only the others know it"
BLAMES = (
    errors.ProtocolError,
    errors.LimitExceeded,
    errors.AuthenticationFailed,
    errors.InvalidValue,
)
WHOLE = ("valid", "repeated")
RESUME_S = 10.0


def stranger(bench: Bench) -> tuple[Peer, list[int]]:
    return Peer(bench), [0, 0, 0]


def member(bench: Bench) -> tuple[Peer, list[int]]:
    """Somebody who was let in, and has a channel and a reader."""
    peer = bench.join(secret=SECRET)
    channel = peer.call("create_channel", f"its/{peer.number}", compression="gzip")["number"]
    reader = peer.call("subscribe", f"its/{peer.number}")["number"]
    return peer, [channel, reader, peer.number]


def is_told_why(peer: Peer) -> None:
    """Who is cut off hears a reason, and the name of an error that blames it."""
    goodbye = peer.hear_goodbye()
    assert goodbye is not None
    assert goodbye.reason
    assert goodbye.error is not None
    assert issubclass(getattr(errors, goodbye.error), BLAMES)


def allowed(kind: Kind, become: object) -> bool:
    """Whether somebody may say that now, or may be overheard."""
    phase = Phase.OPEN if become is member else Phase.GREETING
    return kind in SERVER_RECEIVES[phase] or kind >= FIRST_OPTIONAL_KIND


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("become", [stranger, member])
def test_it_ends_its_own_connection_at_most(become, kind: Kind, damage: str) -> None:
    with bench(secret=SECRET, resume_s=RESUME_S) as server:
        neighbours = Neighbours(server, secret=SECRET)

        @settings(max_examples=EXAMPLES)
        @given(chances)
        def hostile(chance: random.Random) -> None:
            peer, numbers = become(server)
            peer.write(damaged(spoken(kind, *numbers), damage, chance))
            if damage == "oversized" or (damage in WHOLE and not allowed(kind, become)):
                assert peer.closed
            if peer.closed and kind is not Kind.GOODBYE:
                is_told_why(peer)
            neighbours.check()
            peer.hang_up()
            server.pass_time(RESUME_S + 0.1)
            neighbours.check()
            server.check()
            server.is_left_by_all_but(2)

        hostile()
