"""Memory of encoded runs: used again when nobody looks into it, and never before."""

from __future__ import annotations

import pytest

from stream_core.wire import objects, run_buffers


@pytest.fixture(autouse=True)
def none_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    buffers = run_buffers._buffers.copy()
    buffers.clear()
    monkeypatch.setattr(run_buffers, "_buffers", buffers)


def test_what_is_looked_at_stays_as_it_is() -> None:
    runs = [objects.encode_run([bytes([number]) * 50] * 20)[0] for number in range(10)]
    for number, run in enumerate(runs):
        assert objects.decode_run(run, 20) == [bytes([number]) * 50] * 20


def test_it_is_used_again_when_the_last_view_is_gone() -> None:
    run, _ = objects.encode_run([b"first"] * 20)
    memory, part = run.obj, run[5:9]
    del run
    other, _ = objects.encode_run([b"other"] * 20)
    assert other.obj is not memory
    del part, other
    assert objects.encode_run([b"third"] * 20)[0].obj is memory


def test_a_shorter_run_has_nothing_of_a_longer_one() -> None:
    objects.encode_run([b"long" * 100] * 100)
    run, _ = objects.encode_run([1, 2])
    assert bytes(run) == b"\x01\x02"


def test_few_are_kept() -> None:
    held = [objects.encode_run([number])[0] for number in range(3 * run_buffers.KEPT)]
    assert len(run_buffers._buffers) == run_buffers.KEPT
    del held
    assert objects.encode_run([1])[0].obj is not None


def test_a_run_that_cannot_be_encoded_leaves_no_buffer_behind() -> None:
    with pytest.raises(TypeError):
        objects.encode_run([object()])
    assert list(run_buffers._buffers) == []
