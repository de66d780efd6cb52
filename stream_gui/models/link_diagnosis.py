"""Why there is no link, and what can be done, from the error that ended the attempt."""

from __future__ import annotations

import stream_core as sc
from stream_gui.feedback import Severity
from stream_gui.models.problem import Problem

__all__ = ["LINK", "diagnose"]

LINK = "link"
"""The key of what is wrong with the link; there is one link, so there is one problem."""

_FACTS = (
    (
        "no server listens at",
        "Nobody listens at that port: the server does not run, or has another port.",
        "Start the server, or correct the address; the usual port is 50012.",
    ),
    (
        "is unknown; check the address",
        "No computer of that name is known here.",
        "Check the name, or give the number of its address, such as 192.168.1.20.",
    ),
    (
        "did not answer within",
        "Nothing came back at all: the computer is off, not in this network, or a firewall drops "
        "what is sent to that port.",
        "Check that it can be reached (ping), and open the port in the firewall of the server's "
        "computer.",
    ),
    (
        "is no stream server of this version",
        "Another program listens at that port, or a server of another version.",
        "Check the port; install the same version of streamscope on both computers.",
    ),
    (
        "closed the connection without a word",
        "Another program listens at that port, or a server that speaks TLS only.",
        "Check the port; if the server speaks TLS, say so when connecting.",
    ),
    (
        "of the protocol, this server",
        "Monitor and server are of different versions.",
        "Install the same version of streamscope on both computers.",
    ),
    (
        "asks for a secret",
        "The server lets in only who knows its secret, and none was given.",
        "Connect again and type the secret; it can be kept in the keyring.",
    ),
    (
        "asks for a user",
        "The server lets in its users only, and none was given.",
        "Connect again with the user and the secret that the server's keeper has given you.",
    ),
    (
        "proves itself by its secret",
        "A user was given without its secret.",
        "Connect again and type the secret; it can be kept in the keyring.",
    ),
    (
        "knows no users",
        "A user was given, but the server has one secret for all.",
        "Connect again without a user.",
    ),
    (
        "wrong secret",
        "The secret is not the server's, or there is no such user.",
        "Connect again and type user and secret anew; mind capital letters.",
    ),
    (
        "speaks no TLS",
        "TLS was asked for, and the server has no certificate.",
        "Leave TLS out when connecting, or start the server with a certificate.",
    ),
)


def diagnose(error: Exception, address: str) -> Problem:
    """The problem that this error is of.

    Args:
        error: what ended an attempt to connect, or the link.
        address: "host:port" of the server.
    """
    text = str(error)
    what = f"No connection to {address}"
    for phrase, cause, remedy in _FACTS:
        if phrase in text:
            return _problem(what, cause, remedy)
    if isinstance(error, sc.NameTaken):
        remedy = "Connect with another client name, or close the program that has this one."
        return _problem(what, f"The client name is taken: {text}.", remedy)
    if isinstance(error, sc.AuthenticationFailed):
        return _problem(what, text, "Check secret and certificates.")
    if isinstance(error, sc.LimitExceeded):
        return _problem(what, text, "Close other clients, or raise the server's limits.")
    return _problem(what, text, "Check the server and its log, then connect again.")


def _problem(what: str, cause: str, remedy: str) -> Problem:
    return Problem(LINK, what, cause, remedy, Severity.ERROR, action="connect")
