from __future__ import annotations

import pytest

from stream_core.errors import AuthenticationFailed
from stream_core.security import Challenges, ChannelKey, KeyClaim
from stream_core.security.challenges import EXPIRES_S, MOST

KEY = ChannelKey("x", "tea")
VERIFIER = KEY.verifier()


def begun(challenges: Challenges, now_s: float = 0.0) -> tuple[KeyClaim, str]:
    claim = KEY.claim()
    return claim, claim.answer(challenges.begin("x", claim.first(), now_s))


def test_an_answer_is_matched_to_its_challenge() -> None:
    challenges = Challenges()
    answers = [begun(challenges)[1] for _ in range(3)]
    for answer in reversed(answers):
        assert challenges.proof("x", answer, 1.0).fits(VERIFIER)


def test_it_may_be_given_again_until_the_challenge_expires() -> None:
    challenges = Challenges()
    _, answer = begun(challenges, 100.0)
    for now_s in (100.0, 101.0, 100.0 + EXPIRES_S - 0.01):
        assert challenges.proof("x", answer, now_s).fits(VERIFIER)
    with pytest.raises(AuthenticationFailed, match="no challenge"):
        challenges.proof("x", answer, 100.0 + EXPIRES_S)


@pytest.mark.parametrize("answer", ["", "junk", "c=biws,r=abc,p=AAAA", ",r=", ",r=,r="])
def test_an_answer_to_nothing_is_refused(answer: str) -> None:
    challenges = Challenges()
    begun(challenges)
    with pytest.raises(AuthenticationFailed, match="no challenge"):
        challenges.proof("x", answer, 0.0)


def test_an_answer_is_for_the_name_that_was_asked_about() -> None:
    challenges = Challenges()
    _, answer = begun(challenges)
    with pytest.raises(AuthenticationFailed, match="channel 'y'"):
        challenges.proof("y", answer, 0.0)


def test_they_are_few_and_the_oldest_gives_way() -> None:
    challenges = Challenges()
    _, oldest = begun(challenges)
    _, second = begun(challenges)
    for _ in range(MOST - 1):
        challenges.begin("x", KEY.claim().first(), 1.0)
    assert len(challenges) == MOST
    with pytest.raises(AuthenticationFailed):
        challenges.proof("x", oldest, 1.0)
    assert challenges.proof("x", second, 1.0).fits(VERIFIER)
    challenges.begin("x", KEY.claim().first(), 1.0 + EXPIRES_S)
    assert len(challenges) == 1


def test_one_that_waits_for_its_answer_outlives_any_number_that_were_answered() -> None:
    challenges = Challenges()
    _, slow = begun(challenges)
    for _ in range(3 * MOST):
        _, answer = begun(challenges, 1.0)
        challenges.proof("x", answer, 1.0)
    assert len(challenges) == MOST
    assert challenges.proof("x", slow, 1.0).fits(VERIFIER)
    assert challenges.proof("x", answer, 1.0).fits(VERIFIER)


def test_a_first_message_that_is_not_scram_opens_nothing() -> None:
    challenges = Challenges()
    with pytest.raises(AuthenticationFailed):
        challenges.begin("x", "hello", 0.0)
    assert len(challenges) == 0
