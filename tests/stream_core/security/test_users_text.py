from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue
from stream_core.security import ROLES, check_user_name, make_verifier
from stream_core.security.users_text import new_users_text, parse_users, with_user, without_user

TEA, COFFEE = make_verifier("tea"), make_verifier("coffee")
BY_HAND = """\
# of the lab
version = 1

[users.ann]  # in room 5
roles = ["rig"]
verifier = "{verifier}"

# who works at rig 1
[roles.rig]
read = [
    "rig1/**",
]
"""


@pytest.fixture
def text() -> str:
    return with_user(new_users_text(), "ann", TEA, ["operator"], where="file")


def test_a_new_file_has_the_roles_written_down() -> None:
    users = parse_users(new_users_text(), where="file")
    assert (dict(users.named), users.roles) == ({}, ROLES)
    assert new_users_text() != new_users_text()  # strangers' salts are each file's own


def test_who_was_added_is_there_and_who_was_removed_is_not(text: str) -> None:
    more = with_user(text, "dr x", COFFEE, ["reader", "writer"], where="file")
    users = parse_users(more, where="file").named
    assert users["ann"].verifier == TEA
    assert users["dr x"].verifier == COFFEE
    assert users["dr x"].roles == ("reader", "writer")
    assert without_user(more, "dr x", where="file").rstrip() == text.rstrip()


def test_no_secret_is_written(text: str) -> None:
    assert "tea" not in text


def test_a_user_is_replaced_where_it_was_added_before(text: str) -> None:
    changed = with_user(text, "ann", COFFEE, ["reader"], where="file")
    assert changed.count("[users.ann]") == 1
    assert parse_users(changed, where="file").named["ann"].roles == ("reader",)


def test_what_people_have_written_stays(text: str) -> None:
    verifier = text.rpartition('verifier = "')[2].partition('"')[0]
    by_hand = BY_HAND.format(verifier=verifier)
    more = with_user(by_hand, "bob", COFFEE, ["rig"], where="file")
    assert more.startswith(by_hand)
    less = without_user(more, "ann", where="file")
    for line in ("# of the lab", "# who works at rig 1", "[roles.rig]", '    "rig1/**",'):
        assert line in less.splitlines()
    assert "room 5" not in less


@pytest.mark.parametrize(
    "written",
    ['users = {{ ann = {{ verifier = "{0}" }} }}\n', '[users]\nann.verifier = "{0}"\n'],
)
def test_what_is_written_in_another_way_is_left_alone(text: str, written: str) -> None:
    verifier = text.rpartition('verifier = "')[2].partition('"')[0]
    other = written.format(verifier)
    assert list(parse_users(other, where="file").named) == ["ann"]
    with pytest.raises(InvalidValue, match="file is not written as"):
        without_user(other, "ann", where="file")
    with pytest.raises(InvalidValue, match="file is not written as"):
        with_user(other, "ann", COFFEE, [], where="file")


def test_nobody_is_removed_who_is_not_there(text: str) -> None:
    with pytest.raises(InvalidValue, match="file has no user 'bob'; there are: ann"):
        without_user(text, "bob", where="file")


def test_a_file_with_a_secret_in_it_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'ann': a file holds no secret") as caught:
        parse_users('[users.ann]\nsecret = "tea"\n', where="file")
    assert "tea" not in str(caught.value)


@pytest.mark.parametrize("text", ["[users", "users = 5", "[users]\nann = 5", "x = 1"])
def test_what_is_no_users_file_is_named(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^file"):
        parse_users(text, where="file")


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(st.lists(st.tuples(NAMES, st.booleans()), max_size=8))
def test_whoever_comes_and_goes_all_others_stay(changes: list[tuple[str, bool]]) -> None:
    text, there = new_users_text(), set[str]()
    for name, stays in changes:
        try:
            check_user_name(name)
        except InvalidValue:
            with pytest.raises(InvalidValue):
                with_user(text, name, TEA, ["reader"], where="file")
            continue
        text = with_user(text, name, TEA, ["reader"], where="file")
        if stays:
            there.add(name)
        else:
            text = without_user(text, name, where="file")
            there.discard(name)
        assert parse_users(text, where="file").named.keys() == there
    assert parse_users(text, where="file").roles == ROLES
