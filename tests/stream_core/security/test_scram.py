from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import AuthenticationFailed, InvalidValue
from stream_core.security import ClientProof, ServerProof, Verifier, make_verifier

VERIFIER = make_verifier("tea")


def server(**users: Verifier) -> ServerProof:
    """A server with a shared secret and these users."""
    return ServerProof(lambda user: VERIFIER if user == "" else users.get(user))


def prove(client: ClientProof, host: ServerProof) -> None:
    client.check(host.final(client.answer(host.challenge(client.first()))))


def test_both_sides_prove_that_they_know_the_shared_secret() -> None:
    host = server()
    prove(ClientProof("tea"), host)
    assert host.user == ""


def test_a_user_proves_who_it_is() -> None:
    host = server(ada=make_verifier("engine"))
    prove(ClientProof("engine", "ada"), host)
    assert host.user == "ada"


def test_users_may_have_any_name() -> None:
    for name in ("shared", "a,b=c", "ä b"):
        host = server(**{name: make_verifier("x")})
        prove(ClientProof("x", name), host)
        assert host.user == name


@pytest.mark.parametrize(
    ("secret", "user"), [("coffee", ""), ("tea", "ada"), ("engine", ""), ("x", "nobody")]
)
def test_a_wrong_secret_and_an_unknown_user_fail_alike(secret: str, user: str) -> None:
    client, host = ClientProof(secret, user), server(ada=make_verifier("engine"))
    answer = client.answer(host.challenge(client.first()))
    with pytest.raises(AuthenticationFailed, match="wrong secret or unknown user"):
        host.final(answer)


def test_an_unknown_user_is_given_the_same_salt_each_time() -> None:
    def salt(user: str) -> str:
        challenge = server().challenge(ClientProof("x", user).first())
        return challenge.partition(",s=")[2]

    assert salt("nobody") == salt("nobody") != salt("somebody")


def test_a_server_that_does_not_know_the_secret_is_found_out() -> None:
    client = ClientProof("tea")
    forger = ServerProof(lambda _: make_verifier("coffee"))
    client.answer(forger.challenge(client.first()))
    for final in ("v=" + "A" * 43 + "=", "e=other-error", "", "junk", "v=!"):
        with pytest.raises(AuthenticationFailed, match="did not prove"):
            client.check(final)


def test_a_proof_cannot_be_used_again() -> None:
    client, first_host = ClientProof("tea"), server()
    first = client.first()
    proof = client.answer(first_host.challenge(first))
    first_host.final(proof)
    second_host = server()
    second_host.challenge(first)
    with pytest.raises(AuthenticationFailed):
        second_host.final(proof)
    with pytest.raises(AuthenticationFailed):
        first_host.final(proof)


def test_the_secret_never_travels() -> None:
    client, host = ClientProof("a very long secret"), ServerProof(lambda _: verifier)
    verifier = make_verifier("a very long secret")
    first = client.first()
    challenge = host.challenge(first)
    said = [first, challenge, client.answer(challenge)]
    assert not any("secret" in message for message in said)
    assert make_verifier("a very long secret") != verifier  # salted


@pytest.mark.parametrize("secret", ["", "\x07", "\udcff", None, 5])
def test_what_cannot_be_a_secret_is_refused(secret: Any) -> None:
    with pytest.raises(InvalidValue, match="secret"):
        make_verifier(secret)
    with pytest.raises(InvalidValue, match="secret"):
        ClientProof(secret)


@pytest.mark.parametrize("iterations", ["1", "4095", "1000001", "99999999999999999999"])
def test_a_server_does_not_choose_how_long_a_client_computes(iterations: str) -> None:
    client = ClientProof("tea")
    challenge = server().challenge(client.first()).replace("i=4096", f"i={iterations}")
    with pytest.raises(AuthenticationFailed):
        client.answer(challenge)


def spoilt(message: str, place: int, instead: str, kept: int) -> str:
    place %= len(message) + 1
    return message[:place] + instead + message[place + kept :]


changes = st.tuples(
    st.integers(0, 300), st.text("abc,=ü\0\udcff!nrsipv019", max_size=3), st.integers(0, 3)
)


@given(changes)
def test_junk_fails_as_authentication_and_nothing_else(change: tuple[int, str, int]) -> None:
    client, host = ClientProof("tea"), server()
    first = client.first()
    refuse(lambda: server().challenge(spoilt(first, *change)))
    challenge = host.challenge(first)
    refuse(lambda: ClientProof("tea").answer(spoilt(challenge, *change)))
    answer = client.answer(challenge)
    bad = spoilt(answer, *change)
    if bad != answer:
        with pytest.raises(AuthenticationFailed):
            host.final(bad)


def refuse(step: Callable[[], object]) -> None:
    try:
        step()
    except AuthenticationFailed:
        return


@given(st.text(max_size=40))
def test_any_text_instead_of_a_message(text: str) -> None:
    client = ClientProof("tea")
    first = client.first()
    with pytest.raises(AuthenticationFailed):
        client.answer(text)
    refuse(lambda: server().challenge(text))
    host = server()
    host.challenge(first)
    with pytest.raises(AuthenticationFailed):
        host.final(text)
