"""What fuzzing begins with is taken, or refused, by each target; `make fuzz` goes on from there."""

from __future__ import annotations

import base64

import pytest

from tests.fuzzing.one import _mutate
from tests.fuzzing.targets import TARGETS

FEW_S = 0.02
SEEDS = 8


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_valid_is_no_find(name: str) -> None:
    target = TARGETS[name]()
    try:
        for seed in target.seeds[:SEEDS]:
            target(seed)
    finally:
        target.close()


def test_what_is_raised_is_a_find(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        seeds = (b"seed",)

        def __call__(self, data: bytes) -> None:
            raise ZeroDivisionError

    assert _mutate(Broken(), FEW_S, tmp_path)
    assert len([*tmp_path.iterdir()]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


# What was found

FINDS = {
    "MARK-to-a-client": "AAAAABQAAAAGAAAAABQAAAAGAAAAQAAnpwAAAKenAAAAAKenFACnGg==",  # 2**30 ends
}


@pytest.mark.parametrize("name", FINDS)
def test_what_was_found_is_mended(name: str) -> None:
    target = TARGETS[name]()
    try:
        target(base64.b64decode(FINDS[name]))
    finally:
        target.close()
