from __future__ import annotations

import pytest

from stream_core.errors import ProtocolError
from stream_core.wire.conversation import (
    CLIENT_RECEIVES,
    SERVER_RECEIVES,
    Conversation,
    Phase,
    Table,
)
from stream_core.wire.header import Kind

HANDSHAKE = {Kind.HELLO, Kind.CHALLENGE, Kind.PROOF, Kind.WELCOME}


def follow(table: Table, *kinds: int) -> Phase:
    conversation = Conversation(table)
    for kind in kinds:
        conversation.receive(kind)
    return conversation.phase


def test_the_servers_handshake_waits_for_its_welcome() -> None:
    assert follow(SERVER_RECEIVES, Kind.HELLO) is Phase.PROVING
    assert follow(SERVER_RECEIVES, Kind.HELLO, Kind.PROOF) is Phase.PROVING


def test_the_clients_handshake_ends_with_the_welcome() -> None:
    assert follow(CLIENT_RECEIVES, Kind.WELCOME) is Phase.OPEN
    assert follow(CLIENT_RECEIVES, Kind.CHALLENGE, Kind.WELCOME) is Phase.OPEN


@pytest.mark.parametrize("table", [SERVER_RECEIVES, CLIENT_RECEIVES])
@pytest.mark.parametrize(
    "kind", sorted(set(Kind) - HANDSHAKE - {Kind.GOODBYE, Kind.NAME, Kind.GONE})
)
def test_nothing_is_heard_before_the_handshake(table: Table, kind: Kind) -> None:
    with pytest.raises(ProtocolError, match=f"{kind.name} is not allowed while greeting"):
        follow(table, kind)


@pytest.mark.parametrize("table", [SERVER_RECEIVES, CLIENT_RECEIVES])
@pytest.mark.parametrize("kind", sorted(HANDSHAKE))
def test_no_handshake_once_it_is_open(table: Table, kind: Kind) -> None:
    conversation = Conversation(table)
    conversation.phase = Phase.OPEN
    with pytest.raises(ProtocolError):
        conversation.receive(kind)
    assert conversation.phase is Phase.OPEN


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.END])
def test_what_only_the_server_says(kind: Kind) -> None:
    assert follow(CLIENT_RECEIVES, Kind.WELCOME, kind) is Phase.OPEN
    server = Conversation(SERVER_RECEIVES)
    server.phase = Phase.OPEN
    with pytest.raises(ProtocolError):
        server.receive(kind)


@pytest.mark.parametrize("table", [SERVER_RECEIVES, CLIENT_RECEIVES])
@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.PROVING, Phase.OPEN])
def test_a_goodbye_is_the_last_word(table: Table, phase: Phase) -> None:
    conversation = Conversation(table)
    conversation.phase = phase
    conversation.receive(Kind.GOODBYE)
    for kind in (Kind.DATA, Kind.GOODBYE, Kind.PING):
        with pytest.raises(ProtocolError, match="closed"):
            conversation.receive(kind)


@pytest.mark.parametrize("table", [SERVER_RECEIVES, CLIENT_RECEIVES])
@pytest.mark.parametrize("phase", list(Phase))
def test_any_number_is_a_step_skipped_or_a_protocol_error(table: Table, phase: Phase) -> None:
    for kind in range(256):
        conversation = Conversation(table)
        conversation.phase = phase
        try:
            conversation.receive(kind)
        except ProtocolError:
            assert kind < 128


@pytest.mark.parametrize("table", [SERVER_RECEIVES, CLIENT_RECEIVES])
@pytest.mark.parametrize("phase", list(Phase))
def test_what_is_steady_is_allowed_and_changes_nothing(table: Table, phase: Phase) -> None:
    for kind in range(256):
        conversation = Conversation(table)
        conversation.phase = phase
        assert (kind in conversation.steady) is (table[phase].get(kind) is phase)
        if kind in conversation.steady:
            conversation.receive(kind)
            assert conversation.phase is phase
