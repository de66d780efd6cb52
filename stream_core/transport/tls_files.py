"""The files of `Tls` as what a connection needs; it never asks anybody for a password."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from stream_core.errors import InvalidValue
from stream_core.transport.secret_files import warn_if_others_read
from stream_core.values import Tls

__all__ = ["client_context", "server_context"]

CERTIFICATE_MARK = b"-----BEGIN CERTIFICATE-----"
KEY_MARK = b"PRIVATE KEY-----"
MAKE = "'streamscope certificate' makes one"


def server_context(tls: Tls) -> ssl.SSLContext:
    """What a server proves itself by, and asks of its clients if there is an `authority`.

    Raises:
        InvalidValue: a file is missing, cannot be read or does not fit; the message says which.
    """
    _check_kind(tls)
    if tls.certificate is None:
        raise InvalidValue(f"tls: a server needs a certificate and its key; {MAKE}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.num_tickets = 0  # nobody resumes, and what a client leaves unread resets its connection
    _bound(context)
    _load_own(context, tls)
    if tls.authority is not None:
        _load_authority(context, tls.authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(tls: Tls) -> ssl.SSLContext:
    """What a client believes: the `authority`, else the system's; and what it proves itself by.

    Raises:
        InvalidValue: as for `server_context`.
    """
    _check_kind(tls)
    context = _checking_context(tls.authority)
    _bound(context)
    if tls.certificate is not None:
        _load_own(context, tls)
    elif tls.key is not None:
        raise InvalidValue("tls: a key without its certificate; give certificate= too")
    return context


def _check_kind(tls: object) -> None:
    if not isinstance(tls, Tls):
        raise InvalidValue(f"tls={tls!r}: give a Tls, such as Tls(authority='ca.pem')")


def _bound(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION


def _load_own(context: ssl.SSLContext, tls: Tls) -> None:
    certificate = _text_file(tls.certificate, "certificate", CERTIFICATE_MARK, "certificate in PEM")
    if tls.key is None:
        key = _text_file(certificate, "key", KEY_MARK, "private key beside it; give key=, the file")
    else:
        key = _text_file(tls.key, "key", KEY_MARK, "private key in PEM")
    warn_if_others_read("key", key)
    try:
        context.load_cert_chain(certificate, key, password=lambda: _no_password(key))
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise InvalidValue(
                f"tls: key {key} is not the key of certificate {certificate}; give its own"
            ) from None
        why = error.reason or str(error)
        raise InvalidValue(
            f"tls: certificate {certificate} and key {key} cannot be used: {why}; make them anew"
        ) from None


def _no_password(key: Path) -> str:
    raise InvalidValue(
        f"tls: key {key} is protected by a password, which nobody is there to type; "
        f"take it away by: openssl pkey -in {key} -out plain.pem"
    )


def _checking_context(file: Path | str | None) -> ssl.SSLContext:
    if file is None:
        return ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    authority = _authority(file)
    try:
        return ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=authority)
    except ssl.SSLError as error:
        raise _unusable(authority, error) from None


def _load_authority(context: ssl.SSLContext, file: Path | str) -> None:
    authority = _authority(file)
    try:
        context.load_verify_locations(authority)
    except ssl.SSLError as error:
        raise _unusable(authority, error) from None


def _authority(file: Path | str) -> Path:
    return _text_file(file, "authority", CERTIFICATE_MARK, "certificate in PEM")


def _unusable(authority: Path, error: ssl.SSLError) -> InvalidValue:
    why = error.reason or str(error)
    return InvalidValue(f"tls: authority {authority} cannot be used: {why}")


def _text_file(file: Path | str | None, what: str, mark: bytes, kind: str) -> Path:
    """The path of a file that is what it should be, as far as its marks tell."""
    if not isinstance(file, str | os.PathLike) or not os.fspath(file):
        raise InvalidValue(f"tls: {what}={file!r} is no path of a file")
    path = Path(file)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidValue(f"tls: {what} {path} cannot be read: {reason}") from None
    if mark not in data:
        raise InvalidValue(f"tls: {what} {path} holds no {kind}")
    return path
