from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramClient, ScramException, ScramMechanism

from stream_core.errors import AuthenticationFailed, InvalidValue
from stream_core.security import ChannelKey, ClientProof, KeyProof, Verifier, key_verifier
from stream_core.security.channel_key import KeyChallenge, key_salt

KEY = ChannelKey("rig1/ai", "tea")
VERIFIER = KEY.verifier()


def proof(key: ChannelKey, name: str = "rig1/ai") -> KeyProof:
    claim = key.claim()
    challenge = KeyChallenge(name, claim.first())
    return challenge.proof(claim.answer(challenge.text))


def test_both_sides_prove_that_they_know_the_key() -> None:
    claim = KEY.claim()
    challenge = KeyChallenge("rig1/ai", claim.first())
    proven = challenge.proof(claim.answer(challenge.text))
    assert proven.fits(VERIFIER)
    claim.check(proven.final(VERIFIER))


def test_what_the_owner_leaves_is_a_verifier_that_two_digests_make_again() -> None:
    assert key_verifier("rig1/ai", VERIFIER.stored_key, VERIFIER.server_key) == VERIFIER
    assert ChannelKey("rig1/ai", "tea").verifier() == VERIFIER
    for stored, server in ((b"", b"x" * 32), (b"x" * 32, b"x" * 31), (b"x" * 33, b"x" * 32)):
        with pytest.raises(InvalidValue, match="32 bytes"):
            key_verifier("rig1/ai", stored, server)


def test_another_key_and_another_name_do_not_fit() -> None:
    assert not proof(ChannelKey("rig1/ai", "coffee")).fits(VERIFIER)
    other = ChannelKey("rig1/ai0", "tea")
    assert not proof(other, "rig1/ai0").fits(VERIFIER)
    assert other.verifier() != VERIFIER
    assert not proof(KEY).fits(Verifier(b"", b"\0" * 32, b"\0" * 32, 0))


def test_one_proof_is_held_against_many_verifiers() -> None:
    verifiers = [ChannelKey("rig1/ai", key).verifier() for key in ("a", "tea", "b")]
    proven = proof(KEY)
    assert [proven.fits(verifier) for verifier in verifiers] == [False, True, False]


def test_every_challenge_for_a_name_looks_the_same() -> None:
    """Salt and iterations do not tell whether there is such a channel, nor how many."""
    first, second = (KeyChallenge("x", ChannelKey("x", "k").claim().first()) for _ in range(2))
    assert first.text.partition(",")[2] == second.text.partition(",")[2]
    assert first.nonce != second.nonce
    assert key_salt("x") != key_salt("y")


def test_a_server_that_only_pretends_is_found_out() -> None:
    claim = KEY.claim()
    challenge = KeyChallenge("rig1/ai", claim.first())
    proven = challenge.proof(claim.answer(challenge.text))
    with pytest.raises(AuthenticationFailed, match="did not prove"):
        claim.check(proven.final(ChannelKey("rig1/ai", "coffee").verifier()))


def test_a_challenge_about_another_channel_is_not_answered() -> None:
    claim = KEY.claim()
    with pytest.raises(AuthenticationFailed, match="this name"):
        claim.answer(KeyChallenge("rig2/ai", claim.first()).text)
    with pytest.raises(AuthenticationFailed, match="this name"):
        KEY.claim().answer("junk")


def test_one_challenge_is_for_one_answer() -> None:
    claim = KEY.claim()
    challenge = KeyChallenge("rig1/ai", claim.first())
    answer = claim.answer(challenge.text)
    assert challenge.proof(answer) == challenge.proof(answer)
    said, _, _ = answer.rpartition(",p=")
    with pytest.raises(AuthenticationFailed, match="unusable"):
        challenge.proof(f"{said},p={b64encode(b'x' * 32).decode()}")


@pytest.mark.parametrize(
    "first", ["", "junk", "n,,", "y,,n=*,r=abc", "p=tls-unique,,n=*,r=abc", "n,,n=*,r=" + "a" * 600]
)
def test_an_unusable_first_message_is_refused(first: str) -> None:
    with pytest.raises(AuthenticationFailed, match="first message"):
        KeyChallenge("x", first)


@given(st.text())
def test_an_unusable_answer_is_refused(answer: str) -> None:
    challenge = KeyChallenge("x", "n,,n=*,r=abc")
    with pytest.raises(AuthenticationFailed, match="unusable"):
        challenge.proof(answer)
    for proof in ("", "!", "AAAA", b64encode(b"x" * 33).decode()):
        with pytest.raises(AuthenticationFailed, match="unusable"):
            challenge.proof(f"c=biws,r={challenge.nonce},p={proof}")


@pytest.mark.parametrize("key", ["", None, 5, b"bytes", "\0", "\ud800"])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(key: Any) -> None:
    with pytest.raises(InvalidValue, match="key") as caught:
        ChannelKey("x", key)
    assert "bytes" not in str(caught.value)


def test_a_key_is_never_shown() -> None:
    key = ChannelKey("x", "s3cret")
    shown = f"{key!r} {key} {key.claim()!r} {key.claim().first()}"
    assert "s3cret" not in shown
    assert repr(key) == "<key of channel 'x'>"


@given(st.text(min_size=1), st.text(min_size=1, max_size=20))
def test_every_name_and_key_that_is_allowed_is_proven(name: str, text: str) -> None:
    try:
        key = ChannelKey(name, text)
        key_salt(name)
    except (InvalidValue, UnicodeEncodeError):
        return
    assert proof(key, name).fits(key.verifier())


def test_it_is_the_scram_of_the_library() -> None:
    """Another implementation of either side understands ours."""
    client = ScramClient(["SCRAM-SHA-256"], "*", "tea")
    challenge = KeyChallenge("rig1/ai", client.get_client_first())
    client.set_server_first(challenge.text)
    proven = challenge.proof(client.get_client_final())
    assert proven.fits(VERIFIER)
    client.set_server_final(proven.final(VERIFIER))

    facts = VERIFIER.salt, VERIFIER.stored_key, VERIFIER.server_key, VERIFIER.iterations
    server = ScramMechanism("SCRAM-SHA-256").make_server(lambda user: facts)
    claim = KEY.claim()
    server.set_client_first(claim.first())
    server.set_client_final(claim.answer(server.get_server_first()))
    claim.check(server.get_server_final())
    with pytest.raises(ScramException):
        server.get_server_final()
    assert isinstance(claim, ClientProof)
