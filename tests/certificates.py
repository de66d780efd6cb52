"""Certificates of every kind, made anew for each run of the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from stream_core.cli.certificates import Authority, Files
from stream_core.values import Tls


class Certificates:
    """Two authorities and what they have signed, as the `Tls` of servers and clients."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        ours = Authority.make(self.files("ours"), name="ours", days=2)
        others = Authority.make(self.files("others"), name="others", days=2)
        past = datetime.now(UTC) - timedelta(days=3)
        hosts = ["127.0.0.1", "localhost"]
        ours.sign(self.files("server"), name="server", hosts=hosts, days=1)
        ours.sign(self.files("expired"), name="expired", hosts=hosts, days=1, since=past)
        ours.sign(self.files("elsewhere"), name="elsewhere", hosts=["elsewhere.lab"], days=1)
        ours.sign(self.files("daq"), name="daq", days=1)
        others.sign(self.files("stranger"), name="stranger", days=1)
        others.sign(self.files("foreign"), name="foreign", hosts=hosts, days=1)

    def files(self, name: str) -> Files:
        return Files.of(self.directory, name)

    def server(self, name: str = "server", *, asks: bool = False) -> Tls:
        files = self.files(name)
        authority = self.files("ours").certificate if asks else None
        return Tls(certificate=files.certificate, key=files.key, authority=authority)

    def client(self, name: str | None = None) -> Tls:
        authority = self.files("ours").certificate
        if name is None:
            return Tls(authority=authority)
        files = self.files(name)
        return Tls(certificate=files.certificate, key=files.key, authority=authority)
