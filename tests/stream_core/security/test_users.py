from __future__ import annotations

from typing import Any

import pytest

from stream_core.errors import AuthenticationFailed, InvalidValue
from stream_core.security import (
    EVERYTHING,
    Action,
    ClientProof,
    Grants,
    ServerProof,
    Users,
    check_user_name,
    make_verifier,
)
from stream_core.security.verifier_text import verifier_to_text

VERIFIER = verifier_to_text(make_verifier("tea"))


def users(**entries: Any) -> Users:
    return Users.of(entries)


def prove(known: Users, user: str, secret: str) -> str:
    """Go through an exchange; who it was."""
    client, server = ClientProof(secret, user), ServerProof(known.verifier, known.strangers)
    client.check(server.final(client.answer(server.challenge(client.first()))))
    return server.user


def test_each_user_has_a_secret_of_its_own() -> None:
    known = users(ann={"secret": "tea"}, bob={"verifier": VERIFIER}, zoe={"secret": "cocoa"})
    assert prove(known, "ann", "tea") == "ann"
    assert prove(known, "bob", "tea") == "bob"
    with pytest.raises(AuthenticationFailed):
        prove(known, "zoe", "tea")


def test_a_role_is_what_its_user_may_do() -> None:
    known = Users.of(
        {
            "users": {
                "ann": {"secret": "tea", "role": "admin"},
                "bob": {"secret": "tea", "roles": ["reader", "rig"]},
                "zoe": {"secret": "tea"},
            },
            "roles": {"rig": {"write": ["rig1/**"]}},
        }
    )
    assert known.grants("ann") == EVERYTHING
    assert known.grants("bob") == Grants(read=("**", "server/**"), write=("rig1/**",))
    assert known.grants("zoe") == known.grants("nobody") == Grants()
    assert known.named["bob"].roles == ("reader", "rig")


def test_a_role_may_be_defined_anew() -> None:
    known = Users.of(
        {
            "users": {"ann": {"secret": "tea", "role": "reader"}},
            "roles": {"reader": {"read": ["a"]}},
        }
    )
    assert not known.grants("ann").allow(Action.READ, "b")


def test_the_shared_secret_has_a_role_only_if_that_is_defined() -> None:
    assert users().shared is None
    assert Users.of({"users": {}, "roles": {"shared": {"read": ["a"]}}}).shared == Grants(("a",))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"ann": {}}, "user 'ann': give its verifier"),
        ({"ann": {"secret": "tea", "verifier": VERIFIER}}, "user 'ann': give its verifier"),
        ({"ann": {"secret": ""}}, "user 'ann': a secret is non-empty text"),
        ({"ann": {"verifier": "tea"}}, "user 'ann': this is no verifier"),
        ({"ann": {"secret": "tea", "role": "boss"}}, "there is no role 'boss'; there are reader,"),
        ({"ann": {"secret": "tea", "rolle": "admin"}}, "rolle"),
        ({"ann": "tea"}, "users"),
        ({"*": {"secret": "tea"}}, "no user can be called"),
        ({"users": {}, "roles": {"rig": {"read": "rig1/**"}}}, "roles"),
        ({"users": {}, "roles": {"rig": {"reed": []}}}, "reed"),
        ({"users": {}, "version": 2}, "version 2 is not known"),
    ],
)
def test_what_is_wrong_is_named(found: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue, match=words) as caught:
        Users.of(found)
    assert "tea" not in str(caught.value)


@pytest.mark.parametrize("name", ["ann", "dr x", "Zoë", "a@b.c", "x" * 200])
def test_names_that_users_may_have(name: str) -> None:
    assert check_user_name(name) == name


@pytest.mark.parametrize("name", ["", " a", "a\nb", "*", "\u2126", "x" * 201, None, 5, "a\u200bb"])
def test_names_that_no_user_may_have(name: object) -> None:
    with pytest.raises(InvalidValue, match="user"):
        check_user_name(name)


@pytest.mark.parametrize("user", ["ann", "dr x", "a=b", "a,b", "Zoë"])
def test_the_name_that_arrives_is_the_one_that_left(user: str) -> None:
    assert prove(users(**{user: {"secret": "tea"}}), user, "tea") == user


# Who is not there


def challenge(known: Users, user: str) -> tuple[str, str]:
    """The salt and the iterations that a user is asked with."""
    text = ServerProof(known.verifier, known.strangers).challenge(ClientProof("x", user).first())
    _, salt, iterations = text.split(",")
    return salt, iterations


def test_an_unknown_user_is_asked_like_a_known_one() -> None:
    known = users(ann={"verifier": VERIFIER.replace("$4096:", "$8192:")})
    (salt, iterations), (strangers_salt, strangers) = challenge(known, "ann"), challenge(known, "?")
    assert (len(salt), iterations) == (len(strangers_salt), strangers)
    assert challenge(known, "ann") == (salt, iterations)
    assert challenge(known, "?") == (strangers_salt, strangers)
    assert challenge(known, "!") != (strangers_salt, strangers)


def test_a_restart_does_not_tell_by_new_salts_who_is_unknown() -> None:
    found = {"users": {"ann": {"verifier": VERIFIER}}, "strangers": "0123456789abcdef"}
    assert challenge(Users.of(found), "?") == challenge(Users.of(found), "?")
    assert challenge(users(), "?") != challenge(users(), "?")


def test_an_unknown_user_gets_the_answer_of_a_wrong_secret() -> None:
    known = users(ann={"verifier": VERIFIER})
    answers = set()
    for user, secret in [("ann", "coffee"), ("nobody", "tea"), ("*", "tea")]:
        with pytest.raises(AuthenticationFailed) as caught:
            prove(known, user, secret)
        answers.add(str(caught.value))
    assert answers == {"wrong secret or unknown user"}
