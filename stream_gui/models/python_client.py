"""The text that makes a client of a server in Python, with all that the server asks for.

A secret is never in it: it comes from the environment, where the commands look for it too, or is
asked for when the text is run.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

import stream_core as sc
from stream_gui.models.console.command_line import literal_text

__all__ = ["SECRET", "Access", "tls_text"]

SECRET = 'secret=os.environ.get("STREAMSCOPE_SECRET") or getpass.getpass()'
"""The argument by which a secret is given."""


@dataclass(frozen=True)
class Access:
    """How a server is joined.

    Attributes:
        address: of the server, "host:port".
        name: of the client; "" for the automatic one.
        user: who proves itself by the secret; "": nobody by name.
        has_secret: whether there is one.
        tls: what the server must prove, and by what the client proves itself.
    """

    address: str
    name: str = ""
    user: str = ""
    has_secret: bool = False
    tls: sc.Tls | None = None

    def client(self, face: str = "sc.blocking.Client") -> str:
        """The expression that makes the client.

        Args:
            face: the class.
        """
        texts = [literal_text(self.name or None), literal_text(self.address)]
        texts += [f"user={literal_text(self.user)}"] if self.user else []
        texts += [SECRET] if self.has_secret else []
        texts += [tls_text(self.tls)] if self.tls is not None else []
        return f"{face}({', '.join(texts)})"


def tls_text(tls: sc.Tls) -> str:
    """The argument by which TLS is spoken."""
    files = {name: str(file) for name, file in msgspec.structs.asdict(tls).items() if file}
    named = ", ".join(f"{name}={literal_text(file)}" for name, file in files.items())
    return f"tls=sc.Tls({named})"
