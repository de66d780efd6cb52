"""Proof of who somebody is: SCRAM steps and verifiers; bytes and facts only, no I/O."""

from stream_core.security.challenges import Challenges
from stream_core.security.channel_key import ChannelKey, KeyClaim, KeyProof, key_verifier
from stream_core.security.scram import ClientProof, ServerProof, Verifier, make_verifier

__all__ = [
    "Challenges",
    "ChannelKey",
    "ClientProof",
    "KeyClaim",
    "KeyProof",
    "ServerProof",
    "Verifier",
    "key_verifier",
    "make_verifier",
]
