from __future__ import annotations

import pytest

from stream_core.errors import InvalidValue
from stream_core.security import make_verifier
from stream_core.security.verifier_text import verifier_from_text, verifier_to_text

SALT, KEY = "c2FsdHNhbHQ=", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def test_what_is_written_is_read() -> None:
    verifier = make_verifier("open sesame")
    text = verifier_to_text(verifier)
    assert text.startswith("SCRAM-SHA-256$4096:")
    assert verifier_from_text(text) == verifier


def test_one_that_postgresql_has_made_is_read() -> None:
    made = (
        "SCRAM-SHA-256$4096:B5WaQ47m2o1fL3eIPcq3pg==$"
        "w3oUQwC4x1jY9B2RkO9Ygb1N0hL5R1nE7WmJq4l6a5o=:NfZyqYB4Lrg0pVq6eF0lTN3rQ0yN4wz3pd6cB2mJ0pc="
    )
    assert len(verifier_from_text(made).salt) == 16


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no verifier"),
        ("open sesame", "no verifier"),
        (f"SCRAM-SHA-1$4096:{SALT}${KEY}:{KEY}", "no verifier"),
        (f"SCRAM-SHA-256$4096:{SALT}${KEY}", "no verifier"),
        (f"SCRAM-SHA-256$99:{SALT}${KEY}:{KEY}", "4096 to"),
        (f"SCRAM-SHA-256$99999999:{SALT}${KEY}:{KEY}", "4096 to"),
        (f"SCRAM-SHA-256$4096:c2E=${KEY}:{KEY}", "too short"),
        (f"SCRAM-SHA-256$4096:{SALT}${SALT}:{KEY}", "too short"),
        (f"SCRAM-SHA-256$4096:{SALT}${KEY}:{KEY}=", "base64"),
    ],
)
def test_what_is_none_is_refused_and_not_repeated(text: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words) as caught:
        verifier_from_text(text)
    assert not text or text not in str(caught.value)
