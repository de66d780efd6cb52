"""Proof of who somebody is, and what they may do; bytes and facts only, no I/O."""

from stream_core.security.challenges import Challenges
from stream_core.security.channel_key import ChannelKey, KeyClaim, KeyProof, key_verifier
from stream_core.security.grants import EVERYTHING, ROLES, Action, Grants
from stream_core.security.guesses import Guesses, place_of
from stream_core.security.patterns import matches
from stream_core.security.scram import (
    FILE_ITERATIONS,
    WRONG,
    ClientProof,
    ServerProof,
    Strangers,
    Verifier,
    make_verifier,
)
from stream_core.security.users import User, Users, check_user_name
from stream_core.security.users_text import (
    new_users_text,
    parse_users,
    with_user,
    without_user,
)

__all__ = [
    "EVERYTHING",
    "FILE_ITERATIONS",
    "ROLES",
    "WRONG",
    "Action",
    "Challenges",
    "ChannelKey",
    "ClientProof",
    "Grants",
    "Guesses",
    "KeyClaim",
    "KeyProof",
    "ServerProof",
    "Strangers",
    "User",
    "Users",
    "Verifier",
    "check_user_name",
    "key_verifier",
    "make_verifier",
    "matches",
    "new_users_text",
    "parse_users",
    "place_of",
    "with_user",
    "without_user",
]
