"""Proof of who somebody is: SCRAM steps and verifiers; bytes and facts only, no I/O."""

from stream_core.security.scram import ClientProof, ServerProof, Verifier, make_verifier

__all__ = ["ClientProof", "ServerProof", "Verifier", "make_verifier"]
