from __future__ import annotations

import logging
import ssl

import pytest
from cryptography.hazmat.primitives import serialization

from stream_core.errors import InvalidValue
from stream_core.transport import client_context, server_context
from stream_core.values import Tls


def test_a_server_proves_itself_by_its_certificate(certificates):
    context = server_context(certificates.server())
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_NONE


def test_a_server_with_an_authority_asks_for_certificates(certificates):
    assert server_context(certificates.server(asks=True)).verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("own_authority", [True, False])
def test_a_client_checks_certificate_and_name(certificates, own_authority):
    context = client_context(certificates.client() if own_authority else Tls())
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_certificate_and_key_in_one_file(certificates, tmp_path):
    files = certificates.files("server")
    both = tmp_path / "both.pem"
    both.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    both.chmod(0o600)
    server_context(Tls(certificate=str(both)))


def test_files_that_cannot_be_used_are_named(certificates, tmp_path):
    files, other = certificates.files("server"), certificates.files("daq")
    empty, missing = tmp_path / "empty", tmp_path / "missing"
    empty.touch()
    for tls, words in (
        (Tls(), "a server needs a certificate and its key; 'streamscope certificate'"),
        (Tls(certificate=missing), f"certificate {missing} cannot be read: No such file"),
        (Tls(certificate=tmp_path), f"certificate {tmp_path} cannot be read: Is a directory"),
        (Tls(certificate=empty), f"certificate {empty} holds no certificate in PEM"),
        (Tls(certificate=files.certificate), "holds no private key beside it; give key="),
        (Tls(certificate=files.certificate, key=missing), f"key {missing} cannot be read"),
        (Tls(certificate=files.certificate, key=empty), f"key {empty} holds no private key"),
        (Tls(certificate=files.certificate, key=other.key), "is not the key of certificate"),
        (Tls(certificate=files.certificate, key=files.key, authority=empty), "authority"),
    ):
        with pytest.raises(InvalidValue) as caught:
            server_context(tls)
        assert words in str(caught.value)


@pytest.mark.parametrize("make", [client_context, server_context])
def test_an_authority_that_is_none_is_named(certificates, tmp_path, make):
    files, spoilt = certificates.files("server"), tmp_path / "spoilt.pem"
    spoilt.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(InvalidValue, match=f"authority {spoilt} cannot be used"):
        make(Tls(certificate=files.certificate, key=files.key, authority=spoilt))


def test_a_client_with_a_key_alone(certificates):
    with pytest.raises(InvalidValue, match="a key without its certificate"):
        client_context(Tls(key=certificates.files("daq").key))


@pytest.mark.parametrize("tls", [True, "ca.pem", {"authority": "ca.pem"}])
def test_what_is_no_tls(tls):
    with pytest.raises(InvalidValue, match=r"give a Tls, such as Tls\(authority="):
        client_context(tls)


def test_nobody_is_asked_for_a_password(certificates, tmp_path):
    files = certificates.files("server")
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"tea"),
        )
    )
    with pytest.raises(InvalidValue, match=r"protected by a password.*openssl pkey"):
        server_context(Tls(certificate=files.certificate, key=locked))


def test_a_key_that_others_may_read_is_told_of(certificates, tmp_path, caplog):
    files = certificates.files("server")
    key = tmp_path / "open.key"
    key.write_bytes(files.key.read_bytes())
    key.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        server_context(Tls(certificate=files.certificate, key=key))
    assert f"chmod 600 {key}" in caplog.text
