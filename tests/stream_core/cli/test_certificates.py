from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509

from stream_core.cli.certificates import Authority, Files, alternative_names, is_there
from stream_core.errors import InvalidValue


def test_names_and_addresses_are_told_apart():
    names = alternative_names(["lab.example", "192.168.1.5", "[::1]", "bücher.example"])
    assert [name.value for name in names] == [
        "lab.example",
        ipaddress.ip_address("192.168.1.5"),
        ipaddress.ip_address("::1"),
        "xn--bcher-kva.example",
    ]


def test_a_certificate_says_what_it_is_for(tmp_path):
    own, server, client = (Files.of(tmp_path, name) for name in ("own", "server", "client"))
    assert not is_there(own)
    Authority.make(own, name="a" * 100, days=2)
    assert is_there(own) == [own.certificate, own.key]
    authority = Authority.load(own)
    authority.sign(server, name="server", hosts=["lab"], days=1)
    authority.sign(client, name="client", days=1)
    issuer = x509.load_pem_x509_certificate(own.certificate.read_bytes())
    for files, purpose in ((server, "serverAuth"), (client, "clientAuth")):
        made = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        made.verify_directly_issued_by(issuer)
        [usage] = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert usage._name == purpose
        assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_files_that_hold_no_authority(tmp_path):
    files = Files.of(tmp_path, "own")
    with pytest.raises(InvalidValue, match="cannot read"):
        Authority.load(files)
    files.certificate.write_text("junk")
    files.key.write_text("junk")
    with pytest.raises(InvalidValue, match="hold no authority"):
        Authority.load(files)


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidValue, match="cannot write"):
        Authority.make(Files.of(tmp_path / "file" / "below", "own"), name="own", days=1)
