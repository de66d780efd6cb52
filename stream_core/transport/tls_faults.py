"""What can go wrong with TLS, in sentences that name the remedy; it decides nothing."""

from __future__ import annotations

import ssl

from stream_core.errors import AuthenticationFailed, ConnectionFailed, StreamError
from stream_core.transport.address import Address

__all__ = ["client_fault", "no_tls_from_client", "no_tls_from_server", "server_fault"]

# Codes of OpenSSL's x509_vfy.h
NOT_YET_VALID = 9
EXPIRED = 10
UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)  # signed by itself, or no chain to an authority
WRONG_PURPOSE = 26
WRONG_NAMES = (62, 64)  # of a host, of an IP address

ALERTS = {
    "CERTIFICATE_REQUIRED": "asks for a client certificate; give Tls(certificate=…, key=…)",
    "HANDSHAKE_FAILURE": "refuses the TLS handshake, perhaps for want of a client certificate; "
    "give Tls(certificate=…, key=…)",
    "UNKNOWN_CA": "does not know the authority of the client certificate; "
    "give one of the server's own authority",
    "CERTIFICATE_EXPIRED": "finds the client certificate expired; make a new one",
    "BAD_CERTIFICATE": "does not accept the client certificate; make a new one",
    "CERTIFICATE_UNKNOWN": "does not accept the client certificate; make a new one",
    "UNSUPPORTED_CERTIFICATE": "does not accept that certificate for a client",
    "PROTOCOL_VERSION": "speaks no version of TLS that this client does (1.2 or newer)",
}
"""What the other side says, by the end of OpenSSL's name for it."""


def client_fault(error: ssl.SSLError, address: Address) -> StreamError:
    """Why a client has no connection to the server at `address`."""
    server = f"the server at {address}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return AuthenticationFailed(f"{server} {_unproven(error, address.host)}")
    reason = error.reason or ""
    if "ALERT" in reason:
        for end, words in ALERTS.items():
            if reason.endswith(end):
                return AuthenticationFailed(f"{server} {words}")
    if reason in ("UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION"):
        return AuthenticationFailed(f"{server} {ALERTS['PROTOCOL_VERSION']}")
    return ConnectionFailed(f"TLS with {server} failed: {reason or error}")


def _unproven(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code == EXPIRED:
        return "has a certificate that has expired; give it a new one ('streamscope certificate')"
    if code == NOT_YET_VALID:
        return "has a certificate that is not valid yet; set the clocks of both computers"
    if code in UNKNOWN_AUTHORITY:
        return (
            "has a certificate of an unknown authority; "
            "give the file of its authority: Tls(authority=…), --tls-authority"
        )
    if code in WRONG_NAMES:
        return (
            f"has a certificate that does not name '{host}'; connect by a name that it has, "
            "or make one for this name ('streamscope certificate')"
        )
    if code == WRONG_PURPOSE:
        return "has a certificate that is not for servers; give it one ('streamscope certificate')"
    return f"has a certificate that cannot be trusted: {error.verify_message}"


def server_fault(error: ssl.SSLError) -> StreamError:
    """Why a client was not let in, for the server's log."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return AuthenticationFailed(f"client certificate not accepted: {error.verify_message}")
    reason = error.reason or str(error)
    if reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
        return AuthenticationFailed("the client has no certificate, and tls.authority asks for one")
    if "ALERT" in reason:
        alert = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
        return ConnectionFailed(f"the client does not accept this server's certificate: {alert}")
    return ConnectionFailed(f"TLS failed: {reason}")


def no_tls_from_server(address: Address) -> StreamError:
    """A server that answers in the clear, though TLS was asked for."""
    return AuthenticationFailed(
        f"the server at {address} speaks no TLS, so it cannot prove who it is; "
        "start it with a certificate, or leave tls out"
    )


def no_tls_from_client() -> StreamError:
    """A client that speaks in the clear to a server with TLS; it is told so in the clear."""
    return AuthenticationFailed(
        "this server speaks TLS only; give the file of its authority: "
        "Client(tls=Tls(authority=…)), --tls-authority"
    )
