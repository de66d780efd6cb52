"""Secrets in the system's keyring, and nowhere else; without a keyring they are asked for again.

Only keyrings that keep secrets encrypted are used. A keyring may ask the user or wait for another
program, so every function here blocks: call it in a worker thread.
"""

from __future__ import annotations

import logging

__all__ = ["available", "forget", "keep", "recall"]

logger = logging.getLogger(__name__)

SERVICE = "streamscope"
REFUSED = ("fail", "null")


def available() -> bool:
    """Whether this system has a keyring that keeps secrets safe."""
    try:
        import keyring
    except ImportError:
        return False
    backend = keyring.get_keyring()
    members = getattr(backend, "backends", None)
    return any(_is_safe(each) for each in (members if members is not None else [backend]))


def keep(address: str, secret: str) -> bool:
    """Keep the secret of a server; tells whether that was possible."""
    if not available():
        return False
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, address, secret)
    except KeyringError as error:
        logger.warning("the keyring did not keep the secret of %s: %s", address, error)
        return False
    return True


def recall(address: str) -> str:
    """The secret of a server, or "" if it is not kept."""
    if not available():
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, address) or ""
    except KeyringError as error:
        logger.warning("the keyring did not give the secret of %s: %s", address, error)
        return ""


def forget(address: str) -> None:
    """Keep the secret of a server no longer."""
    if not available():
        return
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, address)
    except KeyringError as error:
        logger.info("the keyring had no secret of %s: %s", address, error)


def _is_safe(backend: object) -> bool:
    module = type(backend).__module__
    inside = module.startswith("keyring.backends.")
    return inside and module.rpartition(".")[2].lower() not in REFUSED
