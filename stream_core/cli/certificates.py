"""A private authority and the certificates that it signs, in files; keys for the owner only."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stream_core.errors import InvalidValue

__all__ = ["Authority", "Files", "alternative_names", "is_there"]

EARLIER = timedelta(hours=1)  # clocks differ
LONGEST_COMMON_NAME = 64  # of X.509


class Files(msgspec.Struct, frozen=True):
    """Where a certificate and its key are.

    Attributes:
        certificate, key: PEM.
    """

    certificate: Path
    key: Path

    @classmethod
    def of(cls, directory: Path, name: str) -> Files:
        """The files of that name."""
        return cls(directory / f"{name}.pem", directory / f"{name}.key")


def is_there(files: Files) -> list[Path]:
    """Which of the files exist."""
    return [file for file in (files.certificate, files.key) if file.exists()]


class Authority:
    """Signs certificates.

    Args:
        certificate: its own; key: with which it signs.
    """

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def make(cls, files: Files, *, name: str, days: float) -> Authority:
        """A new authority, written into `files`.

        Raises:
            InvalidValue: they cannot be written.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        usage = _usage(key_cert_sign=True, crl_sign=True)
        builder = (
            _builder(subject, subject, key, days, None)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        certificate = builder.sign(key, hashes.SHA256())
        _write(files, certificate, key)
        return cls(certificate, key)

    @classmethod
    def load(cls, files: Files) -> Authority:
        """The authority in `files`.

        Raises:
            InvalidValue: they cannot be read, or hold no authority.
        """
        try:
            certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
            key = serialization.load_pem_private_key(files.key.read_bytes(), None)
        except OSError as error:
            raise InvalidValue(f"cannot read {error.filename}: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise InvalidValue(
                f"{files.certificate} and {files.key} hold no authority: {error}"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise InvalidValue(f"{files.key} is not a key that this command has made")
        return cls(certificate, key)

    def sign(
        self,
        files: Files,
        *,
        name: str,
        hosts: Sequence[str] = (),
        days: float,
        since: datetime | None = None,
    ) -> None:
        """Make a certificate, and write it into `files`.

        Args:
            files: where.
            name: of its owner.
            hosts: names and addresses of a server; none: it is for a client.
            days: how long it is valid.
            since: from when; None: from now on.

        Raises:
            InvalidValue: no host can be called so, or the files cannot be written.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            _builder(_named(name), self._certificate.subject, key, days, since)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(issuer, critical=False)
        )
        names = alternative_names(hosts) if hosts else [x509.DNSName(_plain(name))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        _write(files, builder.sign(self._key, hashes.SHA256()), key)


def alternative_names(hosts: Iterable[str]) -> list[x509.GeneralName]:
    """Host names and addresses, as a certificate has them.

    Raises:
        InvalidValue: no host can be called so.
    """
    return [_alternative(host) for host in hosts]


def _alternative(host: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or ":" in name or "/" in name or any(char.isspace() for char in name):
        raise InvalidValue(f"'{host}' is no host name or address; give it without a port")
    return x509.DNSName(name)


def _plain(name: str) -> str:
    return name.encode("ascii", "replace").decode("ascii").replace("?", "-")


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_COMMON_NAME])])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    days: float,
    since: datetime | None,
) -> x509.CertificateBuilder:
    begin = since or datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - EARLIER)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _write(files: Files, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        files.key.parent.mkdir(parents=True, exist_ok=True)
        files.key.unlink(missing_ok=True)  # its mode would stay
        number = os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(secret)
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise InvalidValue(f"cannot write {error.filename}: {error.strerror}") from error
