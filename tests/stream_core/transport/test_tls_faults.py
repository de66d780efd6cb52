from __future__ import annotations

import ssl

import pytest

from stream_core.errors import AuthenticationFailed, ConnectionFailed
from stream_core.transport import Address
from stream_core.transport.tls_faults import client_fault, server_fault

ADDRESS = Address("lab", 50012)


def found(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def unproven(code: int, message: str = "") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "asks for a client certificate"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "for want of a client certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "does not know the authority of the client certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "finds the client certificate expired"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "speaks no version of TLS"),
        ("UNSUPPORTED_PROTOCOL", "speaks no version of TLS"),
    ],
)
def test_what_a_server_says_is_final(reason, words):
    fault = client_fault(found(reason), ADDRESS)
    assert isinstance(fault, AuthenticationFailed)
    assert str(fault).startswith("the server at lab:50012 ")
    assert words in str(fault)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "is not valid yet; set the clocks"),
        (10, "has expired; give it a new one"),
        (18, "unknown authority; give the file"),
        (20, "unknown authority; give the file"),
        (26, "is not for servers"),
        (62, "does not name 'lab'"),
        (23, "cannot be trusted: certificate revoked"),
    ],
)
def test_what_a_certificate_lacks_is_final(code, words):
    fault = client_fault(unproven(code, "certificate revoked"), ADDRESS)
    assert isinstance(fault, AuthenticationFailed)
    assert words in str(fault)


@pytest.mark.parametrize("reason", ["DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "SSLV3_ALERT_BAD_MAC"])
def test_what_may_be_better_the_next_time_is_not(reason):
    assert type(client_fault(found(reason), ADDRESS)) is ConnectionFailed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (unproven(20, "unable to get issuer"), "certificate not accepted: unable to get issuer"),
        (found("PEER_DID_NOT_RETURN_A_CERTIFICATE"), "the client has no certificate"),
        (found("TLSV1_ALERT_UNKNOWN_CA"), "does not accept this server's certificate: unknown ca"),
        (found("HTTP_REQUEST"), "TLS failed: HTTP_REQUEST"),
    ],
)
def test_the_servers_log_says_why(error, words):
    assert words in str(server_fault(error))
