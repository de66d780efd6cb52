import pytest

from stream_gui.models.sentence import sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("wrong secret", "Wrong secret."),
        ("10.0.0.5 is gone.", "10.0.0.5 is gone."),
        ("is it on?", "Is it on?"),
        ("it waits …", "It waits …"),
    ],
)
def test_an_error_becomes_a_sentence(text: str, said: str) -> None:
    assert sentence(text) == said
