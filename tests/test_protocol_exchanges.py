"""What docs/protocol-vectors.json shows of proofs, pieces and refusals, done by the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scramp import core

from stream_core.errors import ProtocolError
from stream_core.rpc.assemblies import Assemblies
from stream_core.rpc.parcels import Parcels
from stream_core.security import ChannelKey, ClientProof, ServerProof, key_verifier
from stream_core.security.channel_key import KeyChallenge, key_salt
from stream_core.security.scram import Verifier
from stream_core.wire import objects
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame, FrameReader
from stream_core.wire.header import Kind, header

Facts = dict[str, Any]

PAGES = Path(__file__).parent.parent / "docs"
VECTORS: Facts = json.loads((PAGES / "protocol-vectors.json").read_text("utf-8"))
LIMIT_BYTES = 256 * 1024 * 1024


@pytest.fixture
def nonces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those that the next proofs are made with, in their order."""
    given: list[str] = []
    monkeypatch.setattr(core.Nonce, "create", lambda: core.Nonce(given.pop(0)))
    return given


# Proofs


def test_a_secret_is_proven_as_the_page_says(nonces: list[str]) -> None:
    scram = VECTORS["scram"]
    nonces += [scram["client_nonce"], scram["server_nonce"]]
    verifier = Verifier(
        bytes.fromhex(scram["salt_hex"]),
        bytes.fromhex(scram["stored_key_hex"]),
        bytes.fromhex(scram["server_key_hex"]),
        scram["iterations"],
    )
    client = ClientProof(scram["secret"])
    server = ServerProof({"": verifier}.get)
    assert client.first() == scram["hello"]
    assert server.challenge(scram["hello"]) == scram["challenge"]
    assert client.answer(scram["challenge"]) == scram["proof"]
    assert server.final(scram["proof"]) == scram["welcome"]
    client.check(scram["welcome"])
    assert shown_as("scram") >= {scram[name] for name in ("hello", "challenge", "proof", "welcome")}


def test_the_key_of_a_channel_is_proven_as_the_page_says(nonces: list[str]) -> None:
    shown = VECTORS["key"]
    nonces += ["unused", shown["client_nonce"], shown["server_nonce"]]  # a key tries itself first
    assert key_salt(shown["name"]).hex() == shown["salt_hex"]
    key = ChannelKey(shown["name"], shown["key"])
    left = bytes.fromhex(shown["stored_key_hex"]), bytes.fromhex(shown["server_key_hex"])
    verifier = key_verifier(shown["name"], *left)
    assert key.verifier() == verifier
    claim = key.claim()
    assert claim.first() == shown["first"]
    challenge = KeyChallenge(shown["name"], shown["first"])
    assert challenge.text == shown["challenge"]
    assert claim.answer(challenge.text) == shown["proof"]
    proven = challenge.proof(shown["proof"])
    assert proven.fits(verifier)
    assert proven.final(verifier) == shown["final"]
    claim.check(shown["final"])
    calls = [entry["body"] for entry in VECTORS["frames"] if entry["header"]["kind"] == Kind.CALL]
    said = {str(call) for call in calls}
    for text in (shown["first"], shown["proof"], shown["stored_key_hex"]):
        assert any(text in each for each in said)


def shown_as(name: str) -> set[str]:
    """What the frames have under that name."""
    return {entry["body"].get(name) for entry in VECTORS["frames"]}


# Pieces


def test_a_large_body_is_cut_as_the_page_says() -> None:
    pieces = VECTORS["pieces"]
    parcels = Parcels(lambda call: None)
    parcels.add((12, 5), frame_of(header(**pieces["whole"]), whole_body()))
    for piece in pieces["frames"]:
        if not parcels.ready:
            parcels.grant((12, 5), pieces["grant"]["pieces"])
        head, body = parcels.take() or (b"", b"")
        assert head.hex() == piece["head_hex"] == header(**piece["header"]).hex()
        assert bytes(body) == whole_body()[slice(*piece["part"])]
    assert not parcels.ready


def test_a_large_body_is_put_together_as_the_page_says() -> None:
    pieces = VECTORS["pieces"]
    granted: list[tuple[int, int]] = []
    assemblies = Assemblies[int](lambda call, count: granted.append((call, count)))
    for piece in pieces["frames"]:
        part = whole_body()[slice(*piece["part"])]
        frame = frame_of(bytes.fromhex(piece["head_hex"]), part)
        joined = assemblies.add(5, frame, limit_bytes=LIMIT_BYTES)
        assert (joined is not None) == (piece is pieces["frames"][-1])
    assert joined is not None
    assert bytes(joined) == whole_body()
    assert granted == [(5, pieces["grant"]["pieces"])]


def whole_body() -> bytes:
    """A text of so many letters, as one value."""
    letters = VECTORS["pieces"]["letters"]
    body = objects.encode("".join(chr(ord("a") + index % 26) for index in range(letters)))
    assert len(body) == VECTORS["pieces"]["whole"]["length"]
    return body


def frame_of(*parts: bytes) -> Frame:
    """The one frame in some bytes."""
    data = b"".join(parts)
    reader = FrameReader(LIMIT_BYTES)
    frames: list[Frame] = []
    while data:
        room = reader.buffer()
        taken = min(len(room), len(data))
        room[:taken] = data[:taken]
        frames += reader.received(taken)
        data = data[taken:]
    assert reader.error is None
    [frame] = frames
    return frame


# What is refused


@pytest.mark.parametrize("entry", VECTORS["refused"], ids=lambda entry: entry["says"])
def test_a_compressed_body_is_refused_as_the_page_says(entry: Facts) -> None:
    frame = frame_of(bytes.fromhex(entry["hex"]))
    if entry["when"] == "it comes":
        with pytest.raises(ProtocolError):
            Block.received(frame, limit_bytes=LIMIT_BYTES)
    else:
        block = Block.received(frame, limit_bytes=LIMIT_BYTES)
        with pytest.raises(ProtocolError, match=r"^cannot be decompressed: "):
            block.plain()
